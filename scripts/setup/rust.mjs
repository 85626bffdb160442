/** The Rust toolchain and the WebAssembly target. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, which } from '../lib/paths.mjs';
import { ask, must, run } from '../lib/run.mjs';
import { Problem, step } from '../lib/say.mjs';

export const wasmTarget = 'wasm32-unknown-unknown';

/** The oldest Rust that Cargo.toml allows. */
function oldestRust() {
  return (
    readFileSync(at('Cargo.toml'), 'utf8')
      .match(/^rust-version = "(\d+)\.(\d+)/m)
      ?.slice(1)
      .map(Number) ?? [0, 0]
  );
}

/** cargo, and not too old a Rust. */
export function checkRust() {
  const text = which('cargo') && ask('rustc', ['--version']);
  if (!text) {
    throw new Problem(
      'Rust is needed, and cargo was not found.',
      "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y",
    );
  }
  const [major = 0, minor = 0] =
    text
      .match(/(\d+)\.(\d+)/)
      ?.slice(1)
      .map(Number) ?? [];
  const [wantedMajor = 0, wantedMinor = 0] = oldestRust();
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new Problem(
      `Rust ${wantedMajor}.${wantedMinor} or later is needed; this is ${text}.`,
      'rustup update stable && rustup default stable',
    );
  }
}

/** The standard library for {@link wasmTarget}, whoever installed it. */
export async function ensureWasmTarget() {
  const library = ask('rustc', ['--print', 'target-libdir', '--target', wasmTarget]);
  if (library && existsSync(library)) return;
  const args = ['target', 'add', wasmTarget];
  const remedy = `rustup ${args.join(' ')}`;
  if (!which('rustup'))
    throw new Problem(`Rust's ${wasmTarget} target is missing, and so is rustup.`, remedy);
  step(`Adding Rust's ${wasmTarget} target`);
  await must('rustup', args, { remedy });
}

/** Where the compiler in use keeps its libraries. */
export const sysroot = () => ask('rustc', ['--print', 'sysroot']) ?? '';

/**
 * The standard library's sources. The build gets by without them, so missing them is no failure.
 * @returns {Promise<string | null>} Their directory.
 */
export async function ensureRustSource() {
  const library = join(sysroot(), 'lib', 'rustlib', 'src', 'rust', 'library');
  const there = () => existsSync(join(library, 'Cargo.lock'));
  if (!there() && which('rustup')) {
    step("Adding Rust's own sources, to build its standard library for size");
    await run('rustup', ['component', 'add', 'rust-src']);
  }
  return there() ? library : null;
}

/** rustfmt and clippy, which rustup's minimal profile leaves out. */
export async function ensureLinters() {
  const missing = ['rustfmt', 'clippy'].filter(
    (name) => ask('cargo', [name === 'rustfmt' ? 'fmt' : name, '--version']) === null,
  );
  if (missing.length === 0) return;
  const args = ['component', 'add', ...missing];
  const remedy = `rustup ${args.join(' ')}`;
  if (!which('rustup')) throw new Problem(`${missing.join(' and ')} missing, and so is rustup.`, remedy);
  step(`Adding ${missing.join(' and ')}`);
  await must('rustup', args, { remedy });
}

/** The exact version of a crate that Cargo.lock names. @param {string} name */
export function lockedVersion(name) {
  const lock = readFileSync(at('Cargo.lock'), 'utf8');
  const version = lock.match(new RegExp(`^name = "${name}"\\nversion = "([^"]+)"`, 'm'))?.[1];
  if (!version) throw new Problem(`Cargo.lock names no version of ${name}.`, 'cargo generate-lockfile');
  return version;
}
