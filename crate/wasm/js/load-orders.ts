/** Loading the order book's WebAssembly where files are fetched: browsers and workers. */

import type { BookModule } from './bindings.js';
import { once } from './once.js';

export const loadBook = once(async (source): Promise<BookModule> => {
  const module = await import('./wasm/orders/daybook.js');
  // The one place that names the file: bundlers look for just this form.
  const given = source ?? new URL('./wasm/orders/daybook_bg.wasm', import.meta.url);
  await module.default({ module_or_path: given });
  return module;
});
