/** What a run needs before it can begin: Daybook, the peers, and the page with all of them. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../../scripts/build-package.mjs';
import { buildWasm } from '../../scripts/build-wasm.mjs';
import { at, buildDir, distDir } from '../../scripts/lib/paths.mjs';
import { must } from '../../scripts/lib/run.mjs';
import { step } from '../../scripts/lib/say.mjs';
import { digest, filesUnder, unlessFresh } from '../../scripts/lib/stamp.mjs';
import { setUpBuild } from '../../scripts/setup/index.mjs';

const here = (/** @type {string[]} */ ...parts) => at('tests', 'bench', ...parts);

/** The built page. */
export const pageDirectory = join(buildDir, 'bench');

/** The peers, exactly those of the benchmark's own lock file. */
async function ensurePeers() {
  const wanted = digest([here('package-lock.json')]);
  const stamp = here('node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step("Installing the benchmark's packages");
  await must('npm', ['ci', '--no-progress'], { cwd: here() });
  writeFileSync(stamp, wanted);
}

/** Each part only when something it depends on changed. */
export async function buildBench() {
  await setUpBuild();
  await buildWasm();
  await buildPackage();
  await ensurePeers();
  const config = fileURLToPath(new URL('vite.config.mjs', import.meta.url));
  await unlessFresh({
    name: 'bench',
    title: "Building the benchmark's page",
    inputs: [
      ...filesUnder(here('page')),
      ...filesUnder(distDir, (path) => basename(path).endsWith('.d.ts')),
      ...[config, here('package-lock.json'), here('build.mjs')],
    ],
    outputs: [pageDirectory],
    work: () => must('node_modules/.bin/vite', ['build', '--logLevel', 'error', '--config', config]),
  });
}
