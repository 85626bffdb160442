/** For browsers and bundlers: the one URL of the WebAssembly in their graph. */

import { loader } from './load.js';
import init, * as module from './wasm/orders/daybook.js';

export const loadOrders = loader(
  init,
  module,
  () => new URL('./wasm/orders/daybook_bg.wasm', import.meta.url),
);
