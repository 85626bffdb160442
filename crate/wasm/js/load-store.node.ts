/** Loading the general store's WebAssembly in Node, where a file is read, not fetched. */

import { readFile } from 'node:fs/promises';
import type { StoreModule } from './bindings.js';
import { instantiate } from './instantiate.js';
import { once } from './once.js';
import { finish, imports, openStore } from './wasm/store/daybook.js';

export const loadStore = once(async (source): Promise<StoreModule> => {
  const given = source ?? (await readFile(new URL('./wasm/store/daybook_bg.wasm', import.meta.url)));
  await instantiate({ imports, finish }, given);
  return { openStore };
});
