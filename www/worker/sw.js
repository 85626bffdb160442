/**
 * The service worker: keeps the files that make the page on this device, all of one version, so
 * that the page opens without a network, and never as a mix of two versions.
 */

/** @typedef {{ version: string, files: string[] }} Contents */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

// biome-ignore lint/correctness/noUndeclaredVariables: scripts/service-worker.mjs puts it in
const { version, files } = /** @type {Contents} */ (CONTENTS);

/** Applications of one origin share its caches; the scope tells them apart. */
const family = `daybook ${worker.registration.scope} `;
const current = family + version;

/** The page itself, by the address that no server redirects. */
const page = './';

worker.addEventListener('install', (event) => event.waitUntil(store()));

worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

// The page says when: someone may be in the middle of an order.
worker.addEventListener('message', ({ data }) => {
  if (data === 'activate') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && new URL(request.url).origin === worker.location.origin) {
    event.respondWith(answer(request));
  }
});

/** Stores every file of this version; when one cannot be had, nothing becomes of this version. */
async function store() {
  const cache = await caches.open(current);
  await Promise.all(
    files.map(async (file) => {
      // What Vite names by its content is the same in every version, and in the browser's own cache.
      if (!file.startsWith('assets/')) return cache.add(new Request(file, { cache: 'reload' }));
      const known = await caches.match(file);
      return known ? cache.put(file, known) : cache.add(file);
    }),
  );
}

/** Forgets other versions, and serves the tabs that are open already. */
async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(family) && name !== current);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request @returns {Promise<Response>} */
async function answer(request) {
  const cache = await caches.open(current);
  const found = await cache.match(request);
  if (found) return found;
  // The page finds its way by the address's hash, so it answers whatever address is gone to.
  const fallback = request.mode === 'navigate' ? await cache.match(page) : undefined;
  return fallback ?? fetch(request);
}
