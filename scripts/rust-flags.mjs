/**
 * How rustc and cargo are told to build the WebAssembly that is shipped.
 *
 * Rust's own standard library comes compiled for speed, with a message for every panic. Compiled
 * here, along with the crates, it is made for size and a panic only traps: nobody would see its
 * message, as WebAssembly has no standard error. That needs the library's sources and flags that
 * are not stable, so it is done where both are to be had, and not missed for more than size elsewhere.
 */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { ask, run } from './lib/run.mjs';
import { ensureRustSource, sysroot, wasmTarget } from './setup/rust.mjs';

/**
 * @typedef {object} RustFlags
 * @property {string[]} cargo Arguments of `cargo build`.
 * @property {Record<string, string>} env
 * @property {string | null} shortcoming Why the standard library is not built for size.
 */

/** Lets a stable compiler take flags that are not stable. */
const unstable = { RUSTC_BOOTSTRAP: '1' };

/** The standard library, compiled with the crates. */
const libraryForSize = ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size'];

/** A panic is a trap at once: neither its message nor its place in the source is kept. */
const panicsTrap = ['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none'];

/** Every browser since 2023 has it; SHA-256 with it takes a quarter less time, and less code. */
const simd = ['-Ctarget-feature=+simd128'];

/**
 * Passes of LLVM that are meant for speed and that browsers' compilers do over again: addresses counted
 * along with loops, and what is computed on some ways to a place moved to where the others come from.
 */
const leaner = ['-Cllvm-args=-disable-lsr -disable-machine-licm -enable-pre=false -enable-load-pre=false'];

/** No path of this machine gets into what is shipped. */
function withoutPaths() {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  // The last that fits counts: what lies inside another comes after it.
  const names = [
    [cargoHome, '/cargo'],
    [sysroot(), '/rust'],
    [root.replace(/\/$/, ''), '/daybook'],
  ];
  return names.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
}

/** @param {string[]} flags */
const encoded = (flags) => ({ CARGO_ENCODED_RUSTFLAGS: flags.join('\u001f') });

/** What keeps the standard library from being built here, or `null`. @returns {Promise<string | null>} */
async function obstacle() {
  const accepts = ask('rustc', [...panicsTrap, '--target', wasmTarget, '--print', 'cfg'], { env: unstable });
  if (accepts === null) return `${ask('rustc', ['--version'])} does not know the flags`;
  const library = await ensureRustSource();
  if (library === null) return "the component rust-src, Rust's own sources, is not there";
  const args = ['fetch', '--quiet', '--locked', '--target', wasmTarget];
  const fetched = await run('cargo', [...args, '--manifest-path', join(library, 'Cargo.toml')], {
    env: unstable,
  });
  return fetched === 0 ? null : 'what it depends on cannot be fetched';
}

/**
 * For a build that is shipped, or for one that is quick to make.
 * @param {boolean} release
 * @returns {Promise<RustFlags>}
 */
export async function rustFlags(release) {
  const shortcoming = release ? await obstacle() : null;
  if (!release || shortcoming !== null)
    return { cargo: [], env: encoded([...simd, ...withoutPaths()]), shortcoming };
  const flags = [...panicsTrap, ...simd, ...leaner, ...withoutPaths()];
  const env = { ...unstable, ...encoded(flags) };
  return { cargo: libraryForSize, env, shortcoming };
}
