/** A Vite plugin: what Vite has minified becomes a little smaller by a second minifier. */

import { createRequire } from 'node:module';
import { minify } from 'terser';

const { version } = createRequire(import.meta.url)('terser/package.json');

/** @type {import('terser').MinifyOptions} */
const options = { module: true, ecma: 2020, compress: { passes: 2 } };

/** @returns {import('vite').Plugin} */
export function minifyAgain() {
  return {
    name: 'daybook:minify-again',
    apply: 'build',
    enforce: 'post',
    // Files are named by what they hold before this: what comes of it has to count too.
    augmentChunkHash: () => JSON.stringify({ version, options }),
    async generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const { code } = await minify(chunk.code, structuredClone(options));
        chunk.code = code ?? chunk.code;
      }
    },
  };
}
