import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** @param {string} path relative to this file */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

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
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', outDir: at('./dist'), emptyOutDir: true, assetsInlineLimit: 0 },
  server: { fs: { allow: [at('..')] } },
  plugins: [
    VitePWA({
      // The page asks before it changes to a new version: someone may be in the middle of an order.
      registerType: 'prompt',
      injectRegister: false,
      includeAssets: ['icon.svg', 'apple-touch-icon.png'],
      manifest: {
        id: './',
        name: 'Daybook – order book',
        short_name: 'Daybook',
        description: 'An order book that works without a network and forgets nothing.',
        lang: 'en',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#f1f4ee',
        theme_color: '#f1f4ee',
        categories: ['business', 'productivity'],
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
        shortcuts: [
          { name: 'New order', url: './#/new-order' },
          { name: 'Revenue', url: './#/revenue' },
        ],
      },
      workbox: {
        // The manifest and its icons are added by the plugin.
        globPatterns: ['**/*.{html,js,css,wasm}'],
        maximumFileSizeToCacheInBytes: 16 * 1024 * 1024,
        cleanupOutdatedCaches: true,
        clientsClaim: true,
      },
    }),
  ],
});
