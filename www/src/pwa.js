/** The app as an app: installed, offline, up to date. */

import { registerSW } from 'virtual:pwa-register';
import { signal } from '@preact/signals';

/** Whether the browser believes it has a network. */
export const online = signal(navigator.onLine);

/** Whether everything needed is on this device. */
export const offlineReady = signal(false);

/** Whether a newer version waits to be changed to. */
export const updateWaiting = signal(false);

/**
 * The browser's offer to install the app, while it stands.
 * @type {import('@preact/signals').Signal<(Event & { prompt(): Promise<unknown> }) | null>}
 */
export const installOffer = signal(/** @type {any} */ (null));

/** @type {(reload?: boolean) => Promise<void>} */
let activate = async () => {};

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
  activate = registerSW({
    onNeedRefresh: () => (updateWaiting.value = true),
    onOfflineReady: () => (offlineReady.value = true),
  });
}

/** Changes to the waiting version; the page reloads. */
export const update = () => activate(true);

/** Asks the browser to install the app. */
export async function install() {
  const offer = installOffer.value;
  installOffer.value = null;
  await offer?.prompt();
}
