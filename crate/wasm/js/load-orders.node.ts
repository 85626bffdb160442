/** Loading the order book's WebAssembly in Node, where a file is read, not fetched. */

import { readFile } from 'node:fs/promises';
import type { BookModule } from './bindings.js';
import { instantiate } from './instantiate.js';
import { once } from './once.js';
import { finish, imports, openBook } from './wasm/orders/daybook.js';

export const loadBook = once(async (source): Promise<BookModule> => {
  const given = source ?? (await readFile(new URL('./wasm/orders/daybook_bg.wasm', import.meta.url)));
  await instantiate({ imports, finish }, given);
  return { openBook };
});
