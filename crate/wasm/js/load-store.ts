/** For browsers and bundlers: the one URL of the WebAssembly in their graph. */

import { loader } from './load.js';
import init, * as module from './wasm/store/daybook.js';

export const loadStore = loader(init, module, () => new URL('./wasm/store/daybook_bg.wasm', import.meta.url));
