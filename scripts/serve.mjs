/** A small static server for the built order book; on this machine only. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { main } from './lib/main.mjs';
import { pageDir } from './lib/paths.mjs';
import { portFrom } from './lib/port.mjs';
import { note, Problem } from './lib/say.mjs';

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** The file that answers a path; the page itself answers every path that is not a file's. */
async function fileFor(/** @type {string} */ directory, /** @type {string} */ pathname) {
  const page = join(directory, 'index.html');
  // `new URL` has resolved every `..` already; an encoded one must not bring it back.
  const path = decodeURIComponent(pathname);
  if (path.split(/[/\\]/).includes('..') || path.includes('\0')) return null;
  const file = path.endsWith('/') ? join(directory, path, 'index.html') : join(directory, path);
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) return file;
  return extname(path) === '' ? page : null;
}

/** Vite names the files under assets/ by their content: they never change. */
const caching = (/** @type {string} */ pathname) =>
  pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

/**
 * Answers requests with a directory's files.
 * @param {string} directory @param {Record<string, string>} [headers] Sent with every file.
 * @returns {import('node:http').RequestListener}
 */
export const answer =
  (directory, headers = {}) =>
  async (request, response) => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const file = ['GET', 'HEAD'].includes(request.method ?? '') ? await fileFor(directory, pathname) : null;
      if (file === null) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
        return;
      }
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'cache-control': caching(pathname),
        'x-content-type-options': 'nosniff',
        ...headers,
      });
      if (request.method === 'HEAD') response.end();
      else
        createReadStream(file)
          .on('error', () => response.destroy())
          .pipe(response);
    } catch {
      response.writeHead(400).end();
    }
  };

/**
 * Serves a directory at http://localhost:port. `localhost` may mean either address, so both are
 * listened on; a machine without IPv6 has only the first.
 * @param {number} port 0: any free one.
 * @param {string} [directory] The built order book, when left out.
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function serve(port, directory = pageDir) {
  const first = await listen(port, '127.0.0.1', directory);
  const second = await listen(first.port, '::1', directory).catch((error) => {
    if (error instanceof Problem) {
      first.close();
      throw error;
    }
    return null;
  });
  return {
    port: first.port,
    close: () => {
      first.close();
      second?.close();
    },
  };
}

/** @param {number} port @param {string} host @param {string} directory @returns {Promise<{ port: number, close: () => void }>} */
function listen(port, host, directory) {
  return new Promise((resolve, reject) => {
    const server = createServer(answer(directory));
    server.on('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE';
      reject(taken ? new Problem(`Port ${port} is in use.`, `PORT=${port + 1} npm start`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ port: typeof address === 'object' && address ? address.port : port, close });
    });
  });
}

await main(import.meta, async () => {
  const { port } = await serve(portFrom(process.env.PORT, 4173));
  note(`http://localhost:${port}`);
});
