import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

import { minifyAgain } from '../scripts/minify-again.mjs';
import { serviceWorker } from '../scripts/service-worker.mjs';

/** @param {string} path relative to this file */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('vite').Plugin} */
const withoutIndentation = {
  name: 'daybook:without-indentation',
  apply: 'build',
  transformIndexHtml: (html) => html.replace(/\n\s+/g, '\n'),
};

export default defineConfig({
  root: at('.'),
  // Relative, so that the built app runs from any folder of any server.
  base: './',
  resolve: {
    alias: [
      // The app uses the package as anyone else would: by its public exports.
      { find: /^daybook$/, replacement: at('../dist/index.js') },
      { find: /^daybook\/orders$/, replacement: at('../dist/orders.js') },
    ],
  },
  // Calls of `h` are smaller than those of the automatic runtime, which adds a module of its own.
  oxc: {
    jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' },
    jsxInject: "import { Fragment, h } from 'preact'",
  },
  build: {
    target: 'es2022',
    // What every current browser has had for two and a half years (Baseline), `light-dark()` among it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: at('./dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Whatever runs the WebAssembly knows how to preload modules.
    modulePreload: { polyfill: false },
  },
  server: { fs: { allow: [at('..')] } },
  plugins: [minifyAgain(), withoutIndentation, serviceWorker(at('./worker/sw.js'))],
});
