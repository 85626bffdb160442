/** `npm start`: sets up, builds and serves the order book. */

import { buildAll } from './build.mjs';
import { main } from './lib/main.mjs';
import { portFrom } from './lib/port.mjs';
import { note, step } from './lib/say.mjs';
import { serve } from './serve.mjs';
import { setUpBuild } from './setup/index.mjs';

await main(import.meta, async () => {
  const asked = portFrom(process.env.PORT, 4173);
  await setUpBuild();
  await buildAll();
  const { port } = await serve(asked);
  step(`The order book is at http://localhost:${port}`);
  note('Press Ctrl+C to stop.');
});
