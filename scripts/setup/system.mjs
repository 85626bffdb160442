/** What comes from the operating system: Node's version, a C compiler, Debian's packages. */

import { which } from '../lib/paths.mjs';
import { ask, must } from '../lib/run.mjs';
import { Problem, step } from '../lib/say.mjs';

/** @type {readonly [major: number, minor: number]} */
const oldestNode = [20, 19];

/** Debian's own Node may be older than {@link oldestNode}. */
const nodeCommand =
  'curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs';

/** Node is running this, so only its version can be wrong; npm may be missing. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Problem(
      `Node ${oldestNode.join('.')} or later is needed; this is ${process.versions.node}.`,
      nodeCommand,
    );
  }
  if (!which('npm'))
    throw new Problem('npm is needed; Debian packages it apart from Node.', aptCommand(['npm']));
}

/** The command that installs Debian packages, as far as a person has to type it. @param {string[]} packages */
export const aptCommand = (packages) => `sudo apt-get install -y ${packages.join(' ')}`;

/** How to become root without asking anybody: the words before the command, or `null`. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return which('sudo') && ask('sudo', ['-n', 'true']) !== null ? ['sudo', '-n'] : null;
}

/**
 * Installs Debian packages, if this is a Debian and it can be done without asking for a password.
 * @param {string[]} packages @returns {Promise<boolean>} Whether they are installed now.
 */
export async function aptInstall(packages) {
  const prefix = rootPrefix();
  if (prefix === null || which('apt-get') === null) return false;
  step(`Installing ${packages.join(' ')} with apt-get`);
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const [program = 'env', ...args] = apt;
  try {
    await must(program, [...args, 'update', '-q']);
    await must(program, [...args, 'install', '-y', '-q', '--no-install-recommends', ...packages]);
    return true;
  } catch {
    return false;
  }
}

/** Rust links build scripts and procedural macros with the system's C compiler. */
export async function ensureCompiler() {
  if (which('cc')) return;
  const packages = ['gcc', 'libc6-dev'];
  if (!(await aptInstall(packages)) || !which('cc')) {
    throw new Problem('A C compiler (cc) is needed: Rust links with it.', aptCommand(packages));
  }
}
