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
import { wasmTarget } from '../../scripts/setup/rust.mjs';
import { ensureWasmBindgen } from '../../scripts/setup/tools.mjs';

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

/** The module that the floor for appends hashes with. */
const chainDirectory = join(buildDir, 'bench-chain');

/** Compiled for speed, and with the same instructions as Daybook's. */
async function buildChain() {
  const crate = 'daybook-bench-chain';
  await must('cargo', ['build', '--release', '--target', wasmTarget, '-p', crate, ...forSpeed(crate)], {
    env: { RUSTFLAGS: '-Ctarget-feature=+simd128' },
  });
  const targetDirectory = process.env.CARGO_TARGET_DIR ?? at('target');
  await must(join(await ensureWasmBindgen(), 'wasm-bindgen'), [
    join(targetDirectory, wasmTarget, 'release', 'daybook_bench_chain.wasm'),
    ...['--target', 'web', '--out-name', 'chain', '--out-dir', chainDirectory],
  ]);
}

/** @param {string} crate */
const forSpeed = (crate) => ['--config', `profile.release.package.${crate}.opt-level=3`];

/** Each part only when something it depends on changed. */
export async function buildBench() {
  await setUpBuild();
  await buildWasm();
  await buildPackage();
  await ensurePeers();
  await unlessFresh({
    name: 'bench-chain',
    title: 'Building what the floor hashes with',
    inputs: [...filesUnder(here('chain')), at('Cargo.toml'), at('Cargo.lock'), here('build.mjs')],
    outputs: [chainDirectory],
    work: buildChain,
  });
  const config = fileURLToPath(new URL('vite.config.mjs', import.meta.url));
  await unlessFresh({
    name: 'bench',
    title: "Building the benchmark's page",
    inputs: [
      ...filesUnder(here('page')),
      ...filesUnder(chainDirectory),
      ...filesUnder(distDir, (path) => basename(path).endsWith('.d.ts')),
      ...[config, here('package-lock.json'), here('build.mjs')],
    ],
    outputs: [pageDirectory],
    work: () => must('node_modules/.bin/vite', ['build', '--logLevel', 'error', '--config', config]),
  });
}
