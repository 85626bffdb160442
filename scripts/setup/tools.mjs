/** Command-line tools written in Rust, kept outside the clone, one directory per version. */

import { join } from 'node:path';
import { toolsDir } from '../lib/paths.mjs';
import { ask, must } from '../lib/run.mjs';
import { note, step } from '../lib/say.mjs';
import { lockedVersion } from './rust.mjs';

/**
 * Installs a tool from crates.io unless that version is there.
 * @param {{ program: string, crate: string, version: string }} tool
 * @returns {Promise<string>} The directory it is in.
 */
async function ensureTool({ program, crate, version }) {
  const home = join(toolsDir, `${program}-${version}`);
  const bin = join(home, 'bin');
  if (ask(join(bin, program), ['--version'])?.includes(version)) return bin;
  step(`Building ${program} ${version}; this takes some minutes, once`);
  const args = ['install', crate, '--version', version, '--root', home, '--force'];
  await must('cargo', args, { remedy: `cargo ${args.join(' ')}` });
  note(`in ${home}`);
  return bin;
}

/** The wasm-bindgen tool must be of exactly the library's version. */
export const ensureWasmBindgen = () =>
  ensureTool({ program: 'wasm-bindgen', crate: 'wasm-bindgen-cli', version: lockedVersion('wasm-bindgen') });

/** Runs the browser tests of a crate. */
export const ensureWasmPack = () =>
  ensureTool({ program: 'wasm-pack', crate: 'wasm-pack', version: '0.15.1' });
