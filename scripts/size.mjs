/** What a download weighs: raw, gzip and brotli, against the budgets of size-budget.json. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { main } from './lib/main.mjs';
import { at, distDir, pageDir } from './lib/paths.mjs';
import { note, step } from './lib/say.mjs';
import { filesUnder } from './lib/stamp.mjs';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Size In bytes. */
/** @typedef {'store' | 'orders' | 'page'} Part */

/** @type {Partial<Record<Part, number>>} Bytes of brotli. */
export const budgets = JSON.parse(readFileSync(at('scripts/size-budget.json'), 'utf8'));

/** Files are sent, and so compressed, one by one. @param {(string | Uint8Array)[]} files @returns {Size} */
function weigh(files) {
  const size = { raw: 0, gzip: 0, brotli: 0 };
  for (const bytes of files.map((file) => Buffer.from(file))) {
    size.raw += bytes.length;
    size.gzip += gzipSync(bytes, { level: 9 }).length;
    size.brotli += brotliCompressSync(bytes).length;
  }
  return size;
}

/** An entry point as an application ships it: bundled and minified, with its WebAssembly. @param {string} entry */
async function bundle(entry) {
  const { build } = await import('vite');
  const built = await build({
    root: distDir,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      assetsInlineLimit: 0,
      modulePreload: false,
      rollupOptions: { input: join(distDir, entry), preserveEntrySignatures: 'strict' },
    },
  });
  if (!Array.isArray(built) && !('output' in built))
    throw new Error('Vite went to watch instead of building.');
  const { output } = Array.isArray(built) ? { output: built.flatMap((each) => each.output) } : built;
  return output.map((file) => (file.type === 'chunk' ? file.code : file.source));
}

/** What a first visit loads of the page: icons and the like are not waited for. */
const pageFiles = () =>
  filesUnder(pageDir, (path) => /\.(map|png|svg|ico|txt)$/.test(path)).map((path) => readFileSync(path));

/** @returns {Promise<Record<Part, Size>>} */
export async function measure() {
  return {
    store: weigh(await bundle('index.js')),
    orders: weigh(await bundle('orders.js')),
    page: weigh(pageFiles()),
  };
}

/** Prints the sizes. */
export async function report() {
  step('Sizes in kB (raw, gzip, brotli; budget)');
  const kb = (/** @type {number} */ bytes) => (bytes / 1000).toFixed(1).padStart(8);
  for (const [part, size] of Object.entries(await measure())) {
    const budget = budgets[/** @type {Part} */ (part)];
    note(
      `${part.padEnd(8)}${kb(size.raw)}${kb(size.gzip)}${kb(size.brotli)}${budget ? `  of ${budget / 1000}` : ''}`,
    );
  }
}

await main(import.meta, report);
