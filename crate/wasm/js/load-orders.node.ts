/** For Node, which cannot fetch a file: the WebAssembly itself. */

import { readFile } from 'node:fs/promises';
import { loader } from './load.js';
import init, * as module from './wasm/orders/daybook.js';

export const loadOrders = loader(init, module, () =>
  readFile(new URL('./wasm/orders/daybook_bg.wasm', import.meta.url)),
);
