/** A Vite plugin: what Vite has minified becomes a little smaller by a second minifier. */

import { minify } from 'terser';

/** @returns {import('vite').Plugin} */
export function minifyAgain() {
  return {
    name: 'daybook:minify-again',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const { code } = await minify(chunk.code, { module: true, ecma: 2020, compress: { passes: 2 } });
        chunk.code = code ?? chunk.code;
      }
    },
  };
}
