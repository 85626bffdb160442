/** The built package in a page of the app's own origin, as another program over the same store would use it. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** @type {Record<string, string>} */
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

/**
 * Opens a page without the app, beside the ones that are open, from which the package can be
 * imported as `./orders.js` and `./index.js`.
 * @param {import('@playwright/test').BrowserContext} context
 */
export async function openPackage(context) {
  await context.route('**/package/**', async (route) => {
    const path = new URL(route.request().url()).pathname.split('/package/')[1] ?? '';
    const contentType = types[extname(path)] ?? 'application/octet-stream';
    if (path === 'index.html')
      return await route.fulfill({ contentType, body: '<!doctype html><title>Package</title>' });
    const file = await readFile(dist + path);
    // What the `imports` of package.json say to a bundler.
    const body = path.endsWith('.js') ? file.toString().replaceAll(/'#(load-\w+)'/g, "'./$1.js'") : file;
    await route.fulfill({ contentType, body });
  });
  const page = await context.newPage();
  await page.goto('./package/index.html');
  return page;
}
