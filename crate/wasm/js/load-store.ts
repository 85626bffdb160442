/** Loading the general store's WebAssembly where files are fetched: browsers and workers. */

import type { StoreModule } from './bindings.js';
import { instantiate } from './instantiate.js';
import { once } from './once.js';
import { finish, imports, openStore } from './wasm/store/daybook.js';

export const loadStore = once(async (source): Promise<StoreModule> => {
  // The one place that names the file: bundlers look for just this form.
  const given = source ?? new URL('./wasm/store/daybook_bg.wasm', import.meta.url);
  await instantiate({ imports, finish }, given);
  return { openStore };
});
