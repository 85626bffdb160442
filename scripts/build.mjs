/** `npm run build`: the WebAssembly, the package, the order book, and what they weigh. */

import { buildPackage } from './build-package.mjs';
import { buildPage } from './build-page.mjs';
import { buildWasm } from './build-wasm.mjs';
import { main } from './lib/main.mjs';
import { setUpBuild } from './setup/index.mjs';
import { report } from './size.mjs';

/** Everything that is built; each part only when something it depends on changed. */
export async function buildAll() {
  await buildWasm();
  await buildPackage();
  await buildPage();
}

await main(import.meta, async () => {
  await setUpBuild();
  await buildAll();
  await report();
});
