/** Loading the order book's WebAssembly where files are fetched: browsers and workers. */

import type { BookModule } from './bindings.js';
import { instantiate } from './instantiate.js';
import { once } from './once.js';
import { finish, imports, openBook } from './wasm/orders/daybook.js';

export const loadBook = once(async (source): Promise<BookModule> => {
  // The one place that names the file: bundlers look for just this form.
  const given = source ?? new URL('./wasm/orders/daybook_bg.wasm', import.meta.url);
  await instantiate({ imports, finish }, given);
  return { openBook };
});
