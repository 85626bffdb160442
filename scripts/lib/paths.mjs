/** Where things are. */

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path inside the repository. @param {string[]} parts */
export const at = (...parts) => join(root, ...parts);

/** Stamps and intermediate results; may be deleted at any time. */
export const buildDir = at('.build');

/** The npm package's files. */
export const distDir = at('dist');

/** The built order book. */
export const pageDir = at('www', 'dist');

/** Tools too large to build per clone, one directory per version. */
export const toolsDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'daybook', 'tools');

/** PATH, and where rustup puts its programs (a shell opened before it ran does not know them). */
export function searchPath() {
  const cargoBin = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'bin');
  const path = (process.env.PATH ?? '').split(delimiter);
  return path.includes(cargoBin) ? path : [...path, cargoBin];
}

/** The full path of a program, or `null`. @param {string} program */
export function which(program) {
  if (program.includes('/')) return existsSync(program) ? program : null;
  for (const directory of searchPath()) {
    const file = join(directory, program);
    if (existsSync(file)) return file;
  }
  return null;
}
