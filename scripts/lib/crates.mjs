/** The workspace's crates, as cargo knows them. */

import { dirname } from 'node:path';
import { ask } from './run.mjs';
import { Problem } from './say.mjs';

/** Whoever depends on one of these, directly or through another crate of ours, needs a browser. */
const browserLibraries = ['wasm-bindgen', 'js-sys', 'web-sys', 'indexed_db_futures'];

/**
 * @typedef {object} Crate
 * @property {string} name
 * @property {string} directory
 * @property {string[]} dependencies Names of its normal dependencies.
 * @property {boolean} browser Whether it runs in a browser only.
 * @property {boolean} browserTests Whether it has tests that run in a browser.
 */

/** @typedef {{ name: string, kind: string | null }} Dependency */
/** @typedef {{ packages: { name: string, manifest_path: string, dependencies: Dependency[] }[] }} Metadata */

/** @returns {Crate[]} */
export function crates() {
  const text = ask('cargo', ['metadata', '--no-deps', '--format-version', '1']);
  if (text === null) throw new Problem('cargo cannot read the workspace.', 'cargo metadata --no-deps');
  const { packages } = /** @type {Metadata} */ (JSON.parse(text));
  const normal = new Map(
    packages.map((pack) => [
      pack.name,
      pack.dependencies.filter(({ kind }) => kind === null).map(({ name }) => name),
    ]),
  );
  /** @param {string} name @returns {boolean} */
  const needsBrowser = (name) =>
    browserLibraries.includes(name) ||
    (normal.get(name) ?? []).some((dependency) => needsBrowser(dependency));
  return packages.map((pack) => ({
    name: pack.name,
    directory: dirname(pack.manifest_path),
    dependencies: normal.get(pack.name) ?? [],
    browser: needsBrowser(pack.name),
    browserTests: pack.dependencies.some(({ name }) => name === 'wasm-bindgen-test'),
  }));
}

/** `-p a -p b`: cargo's arguments that choose crates. @param {Crate[]} chosen */
export const choose = (chosen) => chosen.flatMap(({ name }) => ['-p', name]);
