/** Running other programs. */

import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { root, searchPath } from './paths.mjs';
import { Problem } from './say.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] The repository, when left out.
 * @property {Record<string, string | undefined>} [env] Added to this process's.
 * @property {string[]} [path] Directories put before PATH.
 */

/** @param {RunOptions} options @returns {NodeJS.ProcessEnv} */
function environment({ env, path = [] }) {
  return { ...process.env, ...env, PATH: [...path, ...searchPath()].join(delimiter) };
}

/**
 * A program that was killed has no exit code; it gets the shell's, and the signal is named, so that
 * it is not taken for a failure of its own.
 * @param {string} program @param {number | null} code @param {NodeJS.Signals | null} signal
 */
function exitCode(program, code, signal) {
  if (code !== null) return code;
  console.error(`${program} was ended by ${signal ?? 'a signal'}.`);
  return 128 + (signal ? constants.signals[signal] : 0);
}

/**
 * Runs a program in the foreground and resolves with its exit code.
 * @param {string} program @param {string[]} args @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: environment(options),
      stdio: 'inherit',
    });
    child.on('error', () => reject(new Problem(`${program} cannot be started; is it installed?`)));
    child.on('close', (code, signal) => resolve(exitCode(program, code, signal)));
  });
}

/**
 * Like {@link run}, and also hands back what was written to both outputs.
 * @param {string} program @param {string[]} args @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runAndKeep(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: environment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @type {Buffer[]} */
    const chunks = [];
    for (const [from, to] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      from.on('data', (chunk) => {
        chunks.push(chunk);
        to.write(chunk);
      });
    }
    child.on('error', () => reject(new Problem(`${program} cannot be started; is it installed?`)));
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString();
      resolve({ code: exitCode(program, code, signal), output });
    });
  });
}

/**
 * Like {@link run}; an exit code other than 0 is a {@link Problem}.
 * @param {string} program @param {string[]} args @param {RunOptions & { remedy?: string }} [options]
 */
export async function must(program, args, options = {}) {
  const code = await run(program, args, options);
  if (code !== 0) {
    throw new Problem(`${[program, ...args].join(' ')} failed with exit code ${code}.`, options.remedy);
  }
}

/**
 * What a short-lived program prints, trimmed; `null` when it is missing or fails.
 * @param {string} program @param {string[]} args @param {RunOptions} [options]
 */
export function ask(program, args, options = {}) {
  const done = spawnSync(program, args, {
    cwd: options.cwd ?? root,
    env: environment(options),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return done.status === 0 ? done.stdout.trim() : null;
}
