/** Loading the order book's WebAssembly where files are fetched: browsers and workers. */

import type { BookModule, WasmSource } from './bindings.js';

let loading: Promise<BookModule> | undefined;

/** Loads the module once; a failed attempt is made again by the next call. */
export function loadBook(source?: WasmSource): Promise<BookModule> {
  loading ??= load(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source: WasmSource | undefined): Promise<BookModule> {
  const module = await import('./wasm/orders/daybook.js');
  // The one place that names the file: bundlers look for just this form.
  const given = source ?? new URL('./wasm/orders/daybook_bg.wasm', import.meta.url);
  await module.default({ module_or_path: given });
  return module;
}
