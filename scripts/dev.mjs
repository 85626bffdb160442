/** `npm run dev`: Vite's development server; the WebAssembly is rebuilt as its sources change. */

import { watch } from 'node:fs';
import { sep } from 'node:path';
import { buildPackage } from './build-package.mjs';
import { buildWasm } from './build-wasm.mjs';
import { main } from './lib/main.mjs';
import { at, root } from './lib/paths.mjs';
import { portFrom } from './lib/port.mjs';
import { sayError, step } from './lib/say.mjs';
import { setUpBuild } from './setup/index.mjs';

/** How long sources must be quiet before they are built: an editor writes several times. */
const quietMs = 150;

async function rebuild() {
  await buildWasm({ release: false });
  await buildPackage();
}

/** Calls `work` after changes under crate/, one at a time; a change meanwhile calls it once more. @param {() => Promise<void>} work */
function onChange(work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let queue = Promise.resolve();
  watch(at('crate'), { recursive: true }, (_, file) => {
    if (!file || !/\.(rs|ts|toml)$/.test(file) || file.split(sep).includes('target')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      queue = queue.then(work).catch(sayError);
    }, quietMs);
  });
}

await main(import.meta, async () => {
  const port = portFrom(process.env.PORT, 5173);
  await setUpBuild();
  await rebuild();
  const { createServer } = await import('vite');
  const server = await createServer({
    root: at('www'),
    // The package lies beside the page, not in node_modules.
    server: { port, fs: { allow: [root] } },
  });
  await server.listen();
  step('The development server is ready; changes under crate/ and www/ show by themselves');
  server.printUrls();
  onChange(async () => {
    await rebuild();
    server.ws.send({ type: 'full-reload' });
  });
});
