/** From Rust to WebAssembly: cargo, then wasm-bindgen, then Binaryen's wasm-opt. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { typesWithoutLoading, withoutLoading } from './glue.mjs';
import { at, buildDir } from './lib/paths.mjs';
import { ask, must } from './lib/run.mjs';
import { warn } from './lib/say.mjs';
import { filesUnder, unlessFresh } from './lib/stamp.mjs';
import { rustFlags } from './rust-flags.mjs';
import { lockedVersion, wasmTarget } from './setup/rust.mjs';
import { ensureWasmBindgen } from './setup/tools.mjs';
import { renameInJavaScript, renameInTypes, renamingPass } from './short-names.mjs';

/** wasm-bindgen's JavaScript and the modules, laid out as in the package. */
export const bindingsDir = join(buildDir, 'bindings');

/** Says why the modules are larger than they might be; not there when nothing is amiss. */
const shortcomingFile = join(bindingsDir, 'shortcoming.txt');

/** Why the modules that were built are larger than they might be, or `null`. */
export const shortcoming = () => (existsSync(shortcomingFile) ? readFileSync(shortcomingFile, 'utf8') : null);

/** One crate, built once per entry point, so that the users of neither pay for the other. */
const variants = [
  // The log's code for speed, which takes a tenth off most of what is asked of it, for 4.5 kB.
  {
    name: 'store',
    features: ['general'],
    // What waits is generic over the storage, and so compiled with the boundary.
    settings: [
      'profile.release.package.daybook-core.opt-level=2',
      'profile.release.package.daybook-codec.opt-level=2',
      'profile.release.package.daybook-wasm.opt-level="s"',
    ],
  },
  { name: 'orders', features: ['orders'], settings: [] },
];

/** Both in one module, for tests that look beneath an order book. */
export const bothDir = join(buildDir, 'test-bindings');

/** What rustc emits today; wasm-opt takes nothing for granted. */
const wasmFeatures = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
  'simd',
].map((feature) => `--enable-${feature}`);

/** Paths whose contents never reach the module. @param {string} path */
const irrelevant = (path) =>
  ['target', 'tests', 'benches', 'pkg', 'webdriver.json'].includes(basename(path)) ||
  path === at('crate/wasm/js') ||
  path.endsWith('.md');

const inputs = () => [
  ...['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '.cargo/config.toml'].flatMap((path) =>
    filesUnder(at(path)),
  ),
  ...filesUnder(at('crate'), irrelevant),
  ...['build-wasm', 'glue', 'rust-flags', 'short-names'].map((name) => at(`scripts/${name}.mjs`)),
];

/**
 * Builds both modules into {@link bindingsDir}.
 * @param {{ release?: boolean }} [options] Without `release`: quick to build, large and slow to run.
 */
export async function buildWasm({ release = true } = {}) {
  const rust = await rustFlags(release);
  const larger = rust.shortcoming && `The standard library is not built for size: ${rust.shortcoming}.`;
  if (larger) warn(larger);
  return await unlessFresh({
    name: 'wasm',
    title: `Building the WebAssembly${release ? '' : ', unoptimised'}`,
    inputs: inputs(),
    versions: versions(release, rust),
    outputs: [bindingsDir],
    work: async () => {
      rmSync(bindingsDir, { recursive: true, force: true });
      for (const variant of variants) {
        await compile(variant, join(bindingsDir, 'wasm', variant.name), release, rust);
      }
      if (release) await Promise.all(variants.map(({ name }) => optimise(join(bindingsDir, 'wasm', name))));
      if (larger) writeFileSync(shortcomingFile, larger);
    },
  });
}

/** Builds the module of {@link bothDir}, as the others but for what only makes it smaller. */
export async function buildBoth() {
  const rust = await rustFlags(true);
  return await unlessFresh({
    name: 'wasm-both',
    title: 'Building the WebAssembly of tests',
    inputs: inputs(),
    versions: versions(true, rust),
    outputs: [bothDir],
    work: async () => {
      rmSync(bothDir, { recursive: true, force: true });
      const features = variants.flatMap((variant) => variant.features);
      await compile({ features, settings: [] }, bothDir, true, rust);
    },
  });
}

/** What a module depends on beside its sources. @param {boolean} release @param {import('./rust-flags.mjs').RustFlags} rust */
const versions = (release, rust) => [
  JSON.stringify([release, rust]),
  ask('rustc', ['--version']) ?? '',
  lockedVersion('wasm-bindgen'),
  JSON.parse(readFileSync(at('node_modules/binaryen/package.json'), 'utf8')).version,
];

/**
 * @param {{ features: string[], settings: string[] }} variant
 * @param {string} out
 * @param {boolean} release
 * @param {import('./rust-flags.mjs').RustFlags} rust
 */
async function compile({ features, settings }, out, release, rust) {
  const profile = release ? 'release' : 'debug';
  mkdirSync(out, { recursive: true });
  const args = [
    'build',
    ...(release ? ['--release'] : []),
    ...['--target', wasmTarget, '-p', 'daybook-wasm'],
    ...['--features', features.join()],
    ...settings.flatMap((setting) => ['--config', setting]),
    ...rust.cargo,
  ];
  await must('cargo', args, { env: rust.env });
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
  edit(join(out, 'daybook.js'), withoutLoading);
  edit(join(out, 'daybook.d.ts'), typesWithoutLoading);
}

/** @param {string} file @param {(source: string) => string} how */
const edit = (file, how) => writeFileSync(file, how(readFileSync(file, 'utf8')));

/**
 * Gives the storage's JavaScript a name that the package can import it by: storage is opened while
 * the module is being loaded. wasm-bindgen's own has a hash in it.
 * @param {string} directory
 */
function nameStorage(directory) {
  const snippets = join(directory, 'snippets');
  const snippet = readdirSync(snippets).find((name) => name.startsWith('daybook-indexeddb-'));
  const from = `./snippets/${snippet}/js/opening.js`;
  writeFileSync(join(directory, 'storage.js'), `export { begin } from '${from}';\n`);
  const types = "export declare const begin: import('../../bindings.js').BeginOpening;\n";
  writeFileSync(join(directory, 'storage.d.ts'), types);
}

/** They make the module smaller, and larger once it is compressed. */
const skipped = ['local-cse', 'memory-packing', 'simplify-locals'].map((pass) => `--skip-pass=${pass}`);

/**
 * What is asked of wasm-opt. How accesses are aligned is left out: compilers do not look at it, and
 * it takes room. The lowest KiB of memory is the far end of the stack, where nothing
 * ever lies: an address is base plus offset, without a look at whether the sum wraps.
 */
const passes = [
  '-O3',
  '-ocimfs',
  '200',
  '-fimfs',
  '5',
  '--low-memory-unused',
  '--dealign',
  '--strip-target-features',
  ...skipped,
  // Once more: what one turn leaves is a third of a kilobyte.
  '-O3',
];

/** @param {string} directory */
async function optimise(directory) {
  const module = join(directory, 'daybook_bg.wasm');
  const smaller = `${module}.opt`;
  await must(process.execPath, wasmOpt(passes, module, smaller));
  const renamed = ask(process.execPath, wasmOpt([renamingPass], smaller, module));
  if (renamed === null) throw new Error(`wasm-opt could not rename what ${basename(module)} exports`);
  rename(join(directory, 'daybook.js'), renameInJavaScript, renamed);
  rename(join(directory, 'daybook.d.ts'), renameInTypes, renamed);
  rmSync(smaller);
  // It has been seen to end well with nothing written.
  if (statSync(module).size === 0) throw new Error(`wasm-opt wrote an empty ${basename(module)}`);
}

/** @param {string[]} passes @param {string} from @param {string} to */
const wasmOpt = (passes, from, to) => [
  at('node_modules/binaryen/bin/wasm-opt'),
  ...passes,
  ...wasmFeatures,
  from,
  '-o',
  to,
];

/** @param {string} file @param {typeof renameInJavaScript} how @param {string} renamed */
const rename = (file, how, renamed) => edit(file, (source) => how(source, JSON.parse(renamed)));
