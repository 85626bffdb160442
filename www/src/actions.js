/** Doing things to the book, and saying how they went. */

import { fatal } from './book.js';
import { explain, isTrap } from './lib/errors.js';
import { count, counted } from './lib/money.js';
import { signal } from './lib/signal.js';

/** @typedef {import('daybook/orders').CommandResult} CommandResult */
/** @typedef {import('./lib/errors.js').Circumstances} Circumstances */
/** @typedef {{ id: number, kind: 'status' | 'alert', title: string, text: string }} Toast */

/** What the page has to say at the moment. @type {import('./lib/signal.js').Signal<Toast[]>} */
export const toasts = signal(/** @type {Toast[]} */ ([]));
let lastId = 0;

/**
 * @param {string} title
 * @param {string} [text]
 * @param {'status' | 'alert'} [kind]
 */
export function say(title, text = '', kind = 'status') {
  lastId += 1;
  toasts.value = [...toasts.value.slice(-2), { id: lastId, kind, title, text }];
}

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/**
 * An error in words. After a trap there are no words but one: reload.
 * @param {unknown} error
 * @param {Circumstances} [circumstances]
 */
export function failure(error, circumstances) {
  if (isTrap(error)) fatal.value = error;
  return explain(error, circumstances);
}

/**
 * Says why something did not work.
 * @param {unknown} error
 * @param {Circumstances} [circumstances]
 */
export function complain(error, circumstances) {
  const { title, text, code } = failure(error, circumstances);
  say(title, text, code === 'aborted' ? 'status' : 'alert');
}

/**
 * Says that a command was stored, and where.
 * @param {string} title
 * @param {CommandResult} result
 */
export function sayStored(title, { position, repeated, retries }) {
  const place = `position ${count(position)}`;
  if (repeated) say(title, `This had been stored already, at ${place}.`);
  else if (retries > 0) {
    const times = counted(retries, 'time');
    say(
      title,
      `Another tab had changed this order meanwhile, so it was decided anew (${times}). Stored at ${place}.`,
    );
  } else say(title, `Stored at ${place}.`);
}
