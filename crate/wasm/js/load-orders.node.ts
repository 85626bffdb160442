/** The WebAssembly itself, for Node, which cannot fetch a file. */

import { readFile } from 'node:fs/promises';

export const load = (): Promise<Uint8Array<ArrayBuffer>> =>
  readFile(new URL('./wasm/orders/daybook_bg.wasm', import.meta.url));
