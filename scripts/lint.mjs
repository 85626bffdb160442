/** `npm run lint`: formatting, lints, types and the architecture. Every check runs, whatever failed before. */

import { existsSync } from 'node:fs';
import { checkCrates, checkPage } from './architecture.mjs';
import { buildPackage } from './build-package.mjs';
import { buildBoth, buildWasm } from './build-wasm.mjs';
import { choose, crates } from './lib/crates.mjs';
import { main } from './lib/main.mjs';
import { at } from './lib/paths.mjs';
import { sentence } from './lib/results.mjs';
import { ask, must } from './lib/run.mjs';
import { note, Problem, sayError, step } from './lib/say.mjs';
import { setUpLint } from './setup/index.mjs';
import { wasmTarget } from './setup/rust.mjs';

/** Projects of TypeScript, or of JavaScript with types in comments. */
const projects = ['crate/wasm/js', 'www', 'www/worker', '.'];

/** @param {string[]} args */
const clippy = (args) => must('cargo', ['clippy', ...args, '--', '-D', 'warnings']);

const browserCrates = () => choose(crates().filter(({ browser }) => browser));

/** @returns {{ title: string, work: () => Promise<void> }[]} */
const checks = () => [
  {
    title: 'Cargo.lock is current',
    work: async () => {
      if (ask('cargo', ['metadata', '--locked', '--format-version', '1']) === null) {
        throw new Problem(
          'Cargo.lock does not match the manifests.',
          'cargo metadata --format-version 1 >/dev/null',
        );
      }
    },
  },
  { title: 'rustfmt', work: () => must('cargo', ['fmt', '--all', '--check'], { remedy: 'npm run format' }) },
  {
    title: 'clippy, natively',
    work: () =>
      clippy(['--all-targets', '--all-features', ...choose(crates().filter(({ browser }) => !browser))]),
  },
  {
    title: 'clippy, for the browser',
    work: async () => {
      const chosen = browserCrates();
      if (chosen.length > 0)
        await clippy(['--all-targets', '--all-features', '--target', wasmTarget, ...chosen]);
      // As they are shipped: code that only one of them needs is in that one only.
      for (const feature of ['general', 'orders'])
        await clippy(['--features', feature, '--target', wasmTarget, '-p', 'daybook-wasm']);
    },
  },
  {
    title: 'Documentation',
    work: () =>
      must('cargo', ['doc', '--no-deps', '--workspace', '--all-features'], {
        env: { RUSTDOCFLAGS: '-D warnings' },
      }),
  },
  {
    title: 'Biome',
    work: () =>
      must('node_modules/.bin/biome', ['check', '--error-on-warnings'], { remedy: 'npm run format' }),
  },
  ...projects
    .filter((project) => existsSync(at(project, 'tsconfig.json')))
    .map((project) => ({
      title: `Types of ${project === '.' ? 'scripts, tests and storage' : project}`,
      work: () => must('node_modules/.bin/tsc', ['-p', project, '--noEmit']),
    })),
  { title: 'Architecture of the crates', work: checkCrates },
  { title: 'Architecture of the page', work: checkPage },
];

/** Needs what {@link setUpLint} and the package's build provide. @returns {Promise<import('./lib/results.mjs').Counts>} */
export async function lint() {
  const counts = { passed: 0, failed: 0 };
  for (const { title, work } of checks()) {
    step(title);
    try {
      await work();
      counts.passed += 1;
    } catch (error) {
      sayError(error);
      counts.failed += 1;
    }
  }
  return counts;
}

await main(import.meta, async () => {
  await setUpLint();
  await buildWasm();
  await buildBoth();
  await buildPackage();
  const counts = await lint();
  if (counts.failed > 0) throw new Problem(`Lint: ${sentence(counts)}`);
  note(`Lint: ${sentence(counts)}`);
});
