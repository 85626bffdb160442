/**
 * Telling other tabs that there is something to look at. A message is only a nudge: one that is
 * missed delays what another tab shows, and loses nothing.
 */

import { breathe } from './idle.js';

export type Nudge = 'appended' | 'destroyed';

export interface Channel {
  send(nudge: Nudge): void;
  close(): void;
}

/** How often other tabs are told of appends, in milliseconds: a message costs as much as an append. */
const NUDGE_EVERY_MS = 50;

/** How often a store looks at the log by itself, in case a nudge was missed. */
const LOOK_EVERY_MS = 5_000;

/**
 * Opens the channel of the store `name`, and calls `onNudge` for what other tabs say, and from time
 * to time by itself. Where there is no `BroadcastChannel`, that is all there is.
 */
export function openChannel(name: string, onNudge: (nudge: Nudge) => void): Channel {
  // Not everywhere is there a document, nor a way to tell other tabs.
  const { BroadcastChannel, document } = globalThis as Partial<typeof globalThis>;
  const channel = BroadcastChannel && new BroadcastChannel(`daybook:${name}`);
  if (channel) channel.onmessage = (message: MessageEvent<Nudge>) => onNudge(message.data);
  const look = () => onNudge('appended');
  const timer = setInterval(look, LOOK_EVERY_MS);
  // A tab that slept may have missed anything.
  const wake = () => document?.visibilityState === 'visible' && look();
  document?.addEventListener('visibilitychange', wake);
  globalThis.addEventListener?.('pageshow', look);
  // Told in a task of its own: by then whoever appends in a row has the next append under way.
  let telling: Promise<void> | undefined;
  let again = false;
  const tell = async () => {
    do {
      again = false;
      // A task that is given up gives up its pauses too; the others are told all the same.
      await breathe().catch(() => {});
      if (!closed) channel?.postMessage('appended' satisfies Nudge);
      await new Promise((resolve) => setTimeout(resolve, NUDGE_EVERY_MS));
    } while (again && !closed);
    telling = undefined;
  };
  let closed = false;
  return {
    send(nudge) {
      if (nudge === 'destroyed') channel?.postMessage(nudge);
      else if (telling) again = true;
      else if (channel) telling = tell();
    },
    close() {
      // What was not told yet is told now.
      if (telling) channel?.postMessage('appended' satisfies Nudge);
      closed = true;
      channel?.close();
      clearInterval(timer);
      document?.removeEventListener('visibilitychange', wake);
      globalThis.removeEventListener?.('pageshow', look);
    },
  };
}
