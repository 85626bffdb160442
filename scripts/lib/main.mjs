/** The frame around each command. */

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sayError } from './say.mjs';

/**
 * Runs a command's work if its file is the one that Node was started with; a failure is said and
 * makes the exit code 1.
 * @param {ImportMeta} meta @param {() => Promise<void>} work
 */
export async function main(meta, work) {
  const [, started] = process.argv;
  if (!started || realpathSync(started) !== fileURLToPath(meta.url)) return;
  try {
    await work();
  } catch (error) {
    sayError(error);
    process.exitCode = 1;
  }
}
