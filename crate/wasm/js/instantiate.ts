/** Making an instance of a WebAssembly module, however it is given. */

import type { WasmSource } from './bindings.js';

/** wasm-bindgen's side: what the module imports, and what is done with its instance. */
interface Glue {
  imports(): WebAssembly.Imports;
  finish(instance: WebAssembly.Instance): unknown;
}

export async function instantiate({ imports, finish }: Glue, source: WasmSource): Promise<void> {
  finish(await instanceOf(source, imports()));
}

async function instanceOf(source: WasmSource, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (source instanceof WebAssembly.Module) return await WebAssembly.instantiate(source, imports);
  if (typeof source !== 'string' && !(source instanceof URL))
    return (await WebAssembly.instantiate(source, imports)).instance;
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  // Compiled as it comes; browsers do so only where the server says what it is.
  if (response.headers.get('Content-Type') === 'application/wasm')
    return (await WebAssembly.instantiateStreaming(response, imports)).instance;
  return await instanceOf(await response.arrayBuffer(), imports);
}
