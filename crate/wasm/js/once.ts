/** Loading a WebAssembly module once, however often it is asked for. */

import type { WasmSource } from './bindings.js';

/** The same promise for every call; a failed attempt is made again by the next. */
export function once<T>(load: (source?: WasmSource) => Promise<T>): (source?: WasmSource) => Promise<T> {
  let loading: Promise<T> | undefined;
  return (source) => {
    loading ??= load(source).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
