/** Starting a WebAssembly module. The entry points differ only in where theirs comes from. */

import type { WasmSource } from './bindings.js';

/** What wasm-bindgen's own loader takes. */
type Init = (options: { module_or_path: WasmSource | Promise<WasmSource> }) => Promise<unknown>;

/**
 * A function that starts a module once and hands it to everyone who asks; after a failure, the next
 * one who asks tries again.
 *
 * @param init wasm-bindgen's loader.
 * @param module What it makes usable.
 * @param beside Where the module is when the caller gives none.
 */
export function loader<Module>(
  init: Init,
  module: Module,
  beside: () => WasmSource | Promise<WasmSource>,
): (wasm?: WasmSource) => Promise<Module> {
  let started: Promise<Module> | undefined;
  return (wasm) => {
    started ??= init({ module_or_path: wasm ?? beside() })
      .then(() => module)
      .catch((error: unknown) => {
        started = undefined;
        throw error;
      });
    return started;
  };
}
