/** From Rust to WebAssembly: cargo, then wasm-bindgen, then Binaryen's wasm-opt. */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at, buildDir } from './lib/paths.mjs';
import { ask, must } from './lib/run.mjs';
import { filesUnder, unlessFresh } from './lib/stamp.mjs';
import { lockedVersion, wasmTarget } from './setup/rust.mjs';
import { ensureWasmBindgen } from './setup/tools.mjs';

/** wasm-bindgen's JavaScript and the modules, laid out as in the package. */
export const bindingsDir = join(buildDir, 'bindings');

/** One crate, built once per entry point, so that the store's users do not pay for the order book. */
const variants = [
  { name: 'store', features: [] },
  { name: 'orders', features: ['orders'] },
];

/** What rustc emits today; wasm-opt takes nothing for granted. */
const wasmFeatures = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
].map((feature) => `--enable-${feature}`);

/** Paths whose contents never reach the module. @param {string} path */
const irrelevant = (path) =>
  ['target', 'tests', 'benches', 'js', 'pkg', 'webdriver.json'].includes(basename(path)) ||
  path.endsWith('.md');

const inputs = () => [
  ...['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '.cargo/config.toml'].flatMap((path) =>
    filesUnder(at(path)),
  ),
  ...filesUnder(at('crate'), irrelevant),
  ...filesUnder(at('scripts/build-wasm.mjs')),
];

/**
 * Builds both modules into {@link bindingsDir}.
 * @param {{ release?: boolean }} [options] Without `release`: quick to build, large and slow to run.
 */
export async function buildWasm({ release = true } = {}) {
  const binaryen = JSON.parse(readFileSync(at('node_modules/binaryen/package.json'), 'utf8')).version;
  return await unlessFresh({
    name: 'wasm',
    title: `Building the WebAssembly${release ? '' : ', unoptimised'}`,
    inputs: inputs(),
    versions: [String(release), ask('rustc', ['--version']) ?? '', lockedVersion('wasm-bindgen'), binaryen],
    outputs: [bindingsDir],
    work: async () => {
      rmSync(bindingsDir, { recursive: true, force: true });
      for (const variant of variants) await compile(variant, release);
      if (release) await Promise.all(variants.map(({ name }) => optimise(join(bindingsDir, 'wasm', name))));
    },
  });
}

/** @param {{ name: string, features: string[] }} variant @param {boolean} release */
async function compile({ name, features }, release) {
  const profile = release ? 'release' : 'debug';
  const out = join(bindingsDir, 'wasm', name);
  mkdirSync(out, { recursive: true });
  await must('cargo', [
    'build',
    ...(release ? ['--release'] : []),
    ...['--target', wasmTarget, '-p', 'daybook-wasm'],
    ...(features.length > 0 ? ['--features', features.join()] : []),
  ]);
  const targetDir = process.env.CARGO_TARGET_DIR ?? at('target');
  await must(join(await ensureWasmBindgen(), 'wasm-bindgen'), [
    join(targetDir, wasmTarget, profile, 'daybook_wasm.wasm'),
    ...['--target', 'web', '--out-name', 'daybook', '--out-dir', out],
    // The package finds the module itself: in a bundler's graph there must be one URL of it, not two.
    '--omit-default-module-path',
    '--remove-producers-section',
    '--remove-name-section',
  ]);
  // The raw exports' types; the package never touches raw exports.
  rmSync(join(out, 'daybook_bg.wasm.d.ts'), { force: true });
  nameStorage(out);
}

/**
 * Gives the storage's JavaScript a name that the package can import it by: storage is opened while
 * the module is being loaded. wasm-bindgen's own has a hash in it.
 * @param {string} directory
 */
function nameStorage(directory) {
  const snippets = join(directory, 'snippets');
  const snippet = readdirSync(snippets).find((name) => name.startsWith('daybook-indexeddb-'));
  const from = `./snippets/${snippet}/js/requests.js`;
  writeFileSync(join(directory, 'storage.js'), `export { begin } from '${from}';\n`);
  const types = "export declare const begin: import('../../bindings.js').BeginOpening;\n";
  writeFileSync(join(directory, 'storage.d.ts'), types);
}

/** @param {string} directory */
async function optimise(directory) {
  const module = join(directory, 'daybook_bg.wasm');
  const smaller = `${module}.opt`;
  const wasmOpt = at('node_modules/binaryen/bin/wasm-opt');
  await must(process.execPath, [wasmOpt, '-O3', ...wasmFeatures, module, '-o', smaller]);
  // It has been seen to end well with nothing written.
  if (statSync(smaller).size === 0) throw new Error(`wasm-opt wrote an empty ${basename(smaller)}`);
  renameSync(smaller, module);
}
