/** The order book of this page, and the signals that say when to look at it again. */

import { openOrderBook, peekOrders } from 'daybook/orders';
import { isTrap } from './lib/errors.js';
import { signal } from './lib/signal.js';

/** @typedef {import('daybook/orders').OrderBookApi} OrderBook */

/** The open book; `null` until it is open. @type {import('./lib/signal.js').Signal<OrderBook | null>} */
export const book = signal(/** @type {OrderBook | null} */ (null));

/**
 * What the plain list of orders is drawn from until the book is open: the newest.
 * @type {import('./lib/signal.js').Signal<Pick<OrderBook, 'orders' | 'position'> | null>}
 */
export const peeked = signal(/** @type {Pick<OrderBook, 'orders' | 'position'> | null} */ (null));

/** Why the book could not be opened. @type {import('./lib/signal.js').Signal<unknown>} */
export const openError = signal(/** @type {unknown} */ (null));

/** An error after which this page cannot go on. @type {import('./lib/signal.js').Signal<unknown>} */
export const fatal = signal(/** @type {unknown} */ (null));

/** Grows with every change that can be seen; whoever reads it queries again. */
export const revision = signal(0);

/** Grows when everything was deleted: what was read before is of another log. */
export const generation = signal(0);

/** The position of the last event this tab knows. */
export const position = signal(0);

/** Whether every row is there; before, there are the newest orders at most. */
export const restored = signal(false);

let waiting = false;

/** Many changes within one frame are one new look. */
function changed() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    position.value = book.value?.position ?? 0;
    revision.value += 1;
  });
}

/** Opens the book, or says why not. */
export async function open() {
  openError.value = null;
  try {
    const page = await peekOrders();
    if (page) {
      peeked.value = listing(page);
      // Drawn first: loading the module keeps the page's thread for a while.
      await new Promise((resolve) => setTimeout(resolve));
    }
    const opened = await openOrderBook({ early: true });
    opened.onChange((change) => {
      if (change.kind === 'lost') {
        fail(change.error);
        return;
      }
      if (change.kind === 'reset') {
        generation.value += 1;
        // Another tab may have deleted everything just after this one had missed it.
        openError.value = null;
      }
      changed();
    });
    position.value = opened.position;
    book.value = opened;
    await opened.restored;
    restored.value = true;
    changed();
  } catch (error) {
    fail(error);
  }
}

/** The list of a page that was read. @param {import('daybook/orders').OrdersPage} page */
const listing = (page) => ({
  position: page.position,
  orders: ({ offset = 0, limit = page.rows.length } = {}) => ({
    ...page,
    rows: page.rows.slice(offset, offset + limit),
  }),
});

/** There is no book to show. @param {unknown} error */
function fail(error) {
  if (isTrap(error)) fatal.value = error;
  else openError.value = error ?? new Error('The book is gone');
}

/** The open book, read for a view: the view is drawn again when the book changes. */
export function useBook() {
  void revision.value;
  return /** @type {OrderBook} */ (book.value);
}

/** The same for the list of orders, which may be drawn before the book is open. */
export function useOrders() {
  void revision.value;
  return /** @type {Pick<OrderBook, 'orders' | 'position'>} */ (book.value ?? peeked.value);
}

/** A trap ends the page wherever it surfaces: nothing may be stored from broken memory. */
export function watchForTraps() {
  addEventListener('error', (event) => {
    if (isTrap(event.error)) fatal.value = event.error;
  });
  addEventListener('unhandledrejection', (event) => {
    if (isTrap(event.reason)) fatal.value = event.reason;
  });
}
