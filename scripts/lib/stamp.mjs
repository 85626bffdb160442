/** Doing a stage of the build only when its inputs changed. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildDir, root } from './paths.mjs';
import { note, step } from './say.mjs';

/**
 * All files under a path, or the path itself when it is a file; nothing when it does not exist.
 * @param {string} path @param {(path: string) => boolean} [skip]
 * @returns {string[]}
 */
export function filesUnder(path, skip = () => false) {
  if (!existsSync(path) || skip(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name), skip));
}

/**
 * A digest of files' names and contents.
 * @param {string[]} files @param {string[]} [extra] Whatever else the result depends on.
 */
export function digest(files, extra = []) {
  const hash = createHash('sha256');
  for (const text of extra) hash.update(`${text}\0`);
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * @typedef {object} Stage
 * @property {string} name Names the stamp.
 * @property {string} title Said while it works.
 * @property {string[]} inputs Files.
 * @property {string[]} [versions] Of the tools that do the work.
 * @property {string[]} outputs Directories or files.
 * @property {() => Promise<void>} work
 */

/**
 * Does a stage's work unless inputs and outputs are what they were when it was last done.
 * @param {Stage} stage @returns {Promise<boolean>} Whether the work was done.
 */
export async function unlessFresh({ name, title, inputs, versions = [], outputs, work }) {
  const stamp = join(buildDir, `${name}.stamp`);
  const before = digest(inputs, versions);
  const after = () => digest(outputs.flatMap((path) => filesUnder(path)));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === `${before}\n${after()}\n`) {
    note(`${title}: unchanged`);
    return false;
  }
  step(title);
  const start = Date.now();
  await work();
  mkdirSync(buildDir, { recursive: true });
  writeFileSync(stamp, `${before}\n${after()}\n`);
  note(`done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return true;
}
