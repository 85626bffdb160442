/** For Node, which cannot fetch a file: the WebAssembly itself. */

import { readFile } from 'node:fs/promises';
import { loader } from './load.js';
import init, * as module from './wasm/store/daybook.js';

export const loadStore = loader(init, module, () =>
  readFile(new URL('./wasm/store/daybook_bg.wasm', import.meta.url)),
);
