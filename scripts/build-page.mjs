/** The order book as static files, built by Vite from www/. */

import { basename } from 'node:path';
import { at, distDir, pageDir } from './lib/paths.mjs';
import { must } from './lib/run.mjs';
import { filesUnder, unlessFresh } from './lib/stamp.mjs';

export async function buildPage() {
  return await unlessFresh({
    name: 'page',
    title: 'Building the order book',
    inputs: [
      ...filesUnder(at('www'), (path) => path === pageDir || basename(path) === 'node_modules'),
      ...filesUnder(distDir),
      ...['build-page', 'minify-again', 'service-worker'].map((name) => at(`scripts/${name}.mjs`)),
      ...['package.json', 'package-lock.json'].map((path) => at(path)),
    ],
    outputs: [pageDir],
    work: () => must('node_modules/.bin/vite', ['build', 'www', '--logLevel', 'warn']),
  });
}
