/** Loading the general store's WebAssembly where files are fetched: browsers and workers. */

import type { StoreModule } from './bindings.js';
import { once } from './once.js';

export const loadStore = once(async (source): Promise<StoreModule> => {
  const module = await import('./wasm/store/daybook.js');
  // The one place that names the file: bundlers look for just this form.
  const given = source ?? new URL('./wasm/store/daybook_bg.wasm', import.meta.url);
  await module.default({ module_or_path: given });
  return module;
});
