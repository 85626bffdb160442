/** Loading the general store's WebAssembly in Node, where a file is read, not fetched. */

import { readFile } from 'node:fs/promises';
import type { StoreModule, WasmSource } from './bindings.js';

let loading: Promise<StoreModule> | undefined;

/** Loads the module once; a failed attempt is made again by the next call. */
export function loadStore(source?: WasmSource): Promise<StoreModule> {
  loading ??= load(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source: WasmSource | undefined): Promise<StoreModule> {
  const module = await import('./wasm/store/daybook.js');
  const given = source ?? (await readFile(new URL('./wasm/store/daybook_bg.wasm', import.meta.url)));
  await module.default({ module_or_path: given });
  return module;
}
