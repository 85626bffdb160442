/** Running other programs. */

import { spawn, spawnSync } from 'node:child_process';
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
    child.on('close', (code) => resolve(code ?? 1));
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
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
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
