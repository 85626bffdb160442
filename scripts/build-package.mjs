/** The npm package's files: the TypeScript face, compiled, with the WebAssembly beside it. */

import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsDir } from './build-wasm.mjs';
import { at, buildDir, distDir } from './lib/paths.mjs';
import { must } from './lib/run.mjs';
import { filesUnder, unlessFresh } from './lib/stamp.mjs';

const face = at('crate/wasm/js');

/** Assembles `dist/`, beside the old one until it is complete. */
export async function buildPackage() {
  const fresh = join(buildDir, 'package');
  return await unlessFresh({
    name: 'package',
    title: 'Building the package',
    inputs: [
      ...filesUnder(face),
      ...filesUnder(bindingsDir),
      ...['tsconfig.base.json', 'package-lock.json', 'scripts/build-package.mjs'].map((path) => at(path)),
    ],
    outputs: [distDir],
    work: async () => {
      rmSync(fresh, { recursive: true, force: true });
      await must('node_modules/.bin/tsc', ['-p', face, '--outDir', fresh]);
      cpSync(join(bindingsDir, 'wasm'), join(fresh, 'wasm'), { recursive: true });
      rmSync(distDir, { recursive: true, force: true });
      renameSync(fresh, distDir);
    },
  });
}
