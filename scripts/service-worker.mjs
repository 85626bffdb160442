/** A Vite plugin: builds the page's service worker, and tells it which files make the page. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { filesUnder } from './lib/stamp.mjs';

/** What the worker's source calls {@link Contents}. */
const placeholder = 'CONTENTS';

const fileName = 'sw.js';

/** The page is gone to by its directory: some servers redirect `index.html` to it. */
const address = (/** @type {string} */ file) => (file === 'index.html' ? './' : file);

/**
 * Names the files, and all of their contents in one digest.
 * @param {[file: string, bytes: string | Uint8Array][]} files
 */
export function contents(files) {
  const hash = createHash('sha256');
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [file, bytes] of sorted) hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  return { version: hash.digest('hex').slice(0, 16), files: sorted.map(([file]) => address(file)) };
}

/**
 * @param {string} source The service worker's module; it becomes `sw.js` beside the page.
 * @returns {import('vite').Plugin}
 */
export function serviceWorker(source) {
  let publicDir = '';
  return {
    name: 'daybook:service-worker',
    apply: 'build',
    // After the page itself has been made.
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName });
    },
    generateBundle(_, bundle) {
      const { [fileName]: worker, ...others } = bundle;
      if (worker?.type !== 'chunk') throw new Error(`there is no ${fileName}`);
      const built = Object.values(others).map(
        (each) =>
          /** @type {[string, string | Uint8Array]} */ ([
            each.fileName,
            each.type === 'chunk' ? each.code : each.source,
          ]),
      );
      const copied = filesUnder(publicDir).map(
        (path) =>
          /** @type {[string, Uint8Array]} */ ([
            relative(publicDir, path).split(sep).join('/'),
            readFileSync(path),
          ]),
      );
      const given = JSON.stringify(contents([...built, ...copied]));
      const code = worker.code.replace(new RegExp(`\\b${placeholder}\\b`), () => given);
      if (code === worker.code) throw new Error(`${fileName} does not say ${placeholder}`);
      worker.code = code;
    },
  };
}
