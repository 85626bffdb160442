/** Bundles the benchmark's page. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** @param {string} path relative to this file */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** These find their WebAssembly beside their own modules. */
const exclude = ['@sqlite.org/sqlite-wasm', '@electric-sql/pglite'];

export default defineConfig({
  root: at('./page'),
  resolve: {
    alias: [
      { find: /^daybook$/, replacement: at('../../dist/index.js') },
      { find: /^daybook\/orders$/, replacement: at('../../dist/orders.js') },
      { find: /^daybook-bench-chain$/, replacement: at('../../.build/bench-chain/chain.js') },
    ],
  },
  build: {
    target: 'es2023',
    outDir: at('../../.build/bench'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4_096,
    modulePreload: false,
  },
  worker: { format: 'es' },
  optimizeDeps: { exclude },
});
