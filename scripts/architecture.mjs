/** Dependencies point inward: what the design rules out is checked here. */

import { readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { crates } from './lib/crates.mjs';
import { at, pageDir } from './lib/paths.mjs';
import { ask, must } from './lib/run.mjs';
import { Problem } from './lib/say.mjs';
import { filesUnder } from './lib/stamp.mjs';
import { wasmTarget } from './setup/rust.mjs';

/** Crates that run anywhere: no browser, no clock, no randomness, no tasks. */
const pure = ['daybook-codec', 'daybook-core', 'daybook-orders'];

/** What would bring one of those in, however indirectly. */
const foreign = [
  ...['wasm-bindgen', 'js-sys', 'web-sys', 'wasm-bindgen-futures', 'indexed_db_futures', 'gloo-timers'],
  ...['getrandom', 'rand', 'rand_core', 'fastrand'],
  ...['chrono', 'time', 'web-time', 'instant'],
  ...['tokio', 'async-std', 'smol', 'futures-executor', 'rayon'],
];

/** Which of our crates each of them may know. @type {Record<string, string[]>} */
const allowed = {
  'daybook-bench-chain': [],
  'daybook-codec': [],
  'daybook-core': ['daybook-codec'],
  'daybook-indexeddb': ['daybook-core'],
  'daybook-orders': ['daybook-core'],
  'daybook-wasm': ['daybook-core', 'daybook-indexeddb', 'daybook-orders'],
};

/** The names of all crates that end up in a crate, itself included. @param {string} crate */
function dependencyTree(crate) {
  const args = [
    'tree',
    '-p',
    crate,
    '-e',
    'normal',
    '--target',
    'all',
    '--prefix',
    'none',
    '--format',
    '{lib}',
  ];
  const text = ask('cargo', args);
  if (text === null)
    throw new Problem(`cargo cannot list what ${crate} depends on.`, `cargo ${args.join(' ')}`);
  return [...new Set(text.split('\n').map((line) => line.trim()))];
}

/** @param {string[]} wrongs */
function complain(wrongs) {
  if (wrongs.length > 0) throw new Problem(wrongs.join('\n  '));
}

/** The crates' dependencies, and that the pure ones build for a runtime that is not a browser. */
export async function checkCrates() {
  const all = crates();
  const ours = all.map(({ name }) => name);
  const present = pure.filter((name) => ours.includes(name));
  const banned = new Set(foreign.map((name) => name.replaceAll('-', '_')));
  complain([
    ...all
      .filter(({ name }) => !(name in allowed))
      .map(
        ({ name }) =>
          `${name} has no place in the architecture: scripts/architecture.mjs must say what it may know.`,
      ),
    ...all.flatMap(({ name, dependencies }) =>
      dependencies
        .filter((dependency) => ours.includes(dependency) && !allowed[name]?.includes(dependency))
        .map((dependency) => `${name} must not know ${dependency}.`),
    ),
    ...present.flatMap((name) =>
      dependencyTree(name)
        .filter((dependency) => banned.has(dependency))
        .map((dependency) => `${name} must not depend on ${dependency}.`),
    ),
  ]);
  for (const name of present) await must('cargo', ['build', '-p', name, '--target', wasmTarget]);
}

const specifiers = [
  // A statement's own `from`, not the word in some text.
  /(?:^|;)\s*(?:import|export)\b[^;'"]*\bfrom\s*(['"])([^'"\n]+)\1/gm,
  /(?:^|;)\s*import\s*(['"])([^'"\n]+)\1/gm,
  /\bimport\(\s*(['"])([^'"\n]+)\1/g,
  /\bnew URL\(\s*(['"])([^'"\n]+)\1\s*,\s*import\.meta\.url/g,
];

/** What a source file imports. @param {string} source */
export const importsOf = (source) =>
  specifiers.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[2] ?? ''));

/** `@scope/name/deep` → `@scope/name`. @param {string} specifier */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * Why a file of the page must not import something; `null` when it may.
 * @param {string} specifier @param {string} file @param {string[]} libraries
 */
export function judgeImport(specifier, file, libraries) {
  if (specifier.startsWith('.')) {
    const inside = !relative(at('www'), resolve(dirname(file), specifier)).startsWith('..');
    return inside ? null : 'lies outside www/';
  }
  if (/^(\/|data:|https?:)/.test(specifier)) return null;
  const name = packageOf(specifier);
  if (name === 'daybook') {
    return ['daybook', 'daybook/orders'].includes(specifier)
      ? null
      : "is not one of the package's entry points";
  }
  return libraries.includes(name) ? null : 'is not in package.json';
}

/** The page uses the package's entry points, its own files and the libraries of package.json; nothing else. */
export async function checkPage() {
  const libraries = Object.keys(JSON.parse(readFileSync(at('package.json'), 'utf8')).devDependencies);
  const tooling = /(^|[\\/])vite\.config\.[a-z]+$/;
  const skip = (/** @type {string} */ path) =>
    path === pageDir || basename(path) === 'node_modules' || tooling.test(path);
  const sources = filesUnder(at('www'), skip).filter((path) => /\.([cm]?[jt]sx?|html)$/.test(path));
  complain(
    sources.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8')).flatMap((specifier) => {
        const wrong = judgeImport(specifier, file, libraries);
        return wrong ? [`${relative(at(), file).replaceAll(sep, '/')}: '${specifier}' ${wrong}.`] : [];
      }),
    ),
  );
}
