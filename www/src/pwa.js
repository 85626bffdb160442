/** The app as an app: installed, offline, up to date. */

import { signal } from './lib/signal.js';

/** Whether the browser believes it has a network. */
export const online = signal(navigator.onLine);

/** Whether everything needed is on this device. */
export const offlineReady = signal(false);

/** Whether a newer version waits to be changed to. */
export const updateWaiting = signal(false);

/**
 * The browser's offer to install the app, while it stands.
 * @type {import('./lib/signal.js').Signal<(Event & { prompt(): Promise<unknown> }) | null>}
 */
export const installOffer = signal(/** @type {any} */ (null));

/** @type {ServiceWorkerRegistration | undefined} */
let registration;

/** Registers the service worker and begins to listen. */
export function startPwa() {
  addEventListener('online', () => (online.value = true));
  addEventListener('offline', () => (online.value = false));
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installOffer.value = /** @type {any} */ (event);
  });
  addEventListener('appinstalled', () => (installOffer.value = null));
  navigator.serviceWorker?.ready.then(() => (offlineReady.value = true));
  // Once everything is loaded: what the worker stores is then in the browser's cache.
  if (import.meta.env.PROD) addEventListener('load', () => void register());
}

/** Without a service worker the app works too, but not without a network. */
async function register() {
  registration = await navigator.serviceWorker?.register('./sw.js').catch(() => undefined);
  if (registration?.waiting) updateWaiting.value = true;
  registration?.addEventListener('updatefound', () => {
    const found = registration?.installing;
    found?.addEventListener('statechange', () => {
      // Without a controller it is the first version, not a newer one.
      if (found.state === 'installed' && navigator.serviceWorker.controller) updateWaiting.value = true;
    });
  });
}

/** Changes to the newer version, whichever tab lets it take over; the page reloads. */
export function update() {
  const waiting = registration?.waiting;
  if (!waiting) return location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('activate');
}

/** Asks the browser to install the app. */
export async function install() {
  const offer = installOffer.value;
  installOffer.value = null;
  await offer?.prompt();
}
