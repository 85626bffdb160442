/** Order books in memory for tests. */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openOrderBook } from 'daybook/orders';
import * as glue from '../../.build/test-bindings/daybook.js';
import { OrderBook } from '../../dist/book.js';
import { settled } from '../../dist/failing.js';
import { instantiate } from '../../dist/instantiate.js';
import { once } from '../../dist/once.js';
import { Store } from '../../dist/store.js';

/** @typedef {import('daybook/orders').OrderBookApi} Book */

export const openBook = () => openOrderBook({ name: 'test', storage: 'memory' });

/** The order book and the general store in one module, so that both can look at one log in memory. */
const loadBoth = once(async () => {
  const module = await readFile(new URL('../../.build/test-bindings/daybook_bg.wasm', import.meta.url));
  await instantiate(glue, module);
});

/**
 * What an order book in memory is opened over.
 * @param {string} [name]
 * @returns {Promise<import('../../dist/bindings.js').Part>}
 */
export async function openBookPart(name = 'test') {
  await loadBoth();
  return await settled((answer) => glue.openBook('memory', name, 'strict', answer));
}

/**
 * An order book, and the general store beneath it, as another tab would have it: for events that
 * no command makes.
 * @returns {Promise<{ book: Book, store: Store }>}
 */
export async function openBookAndStore() {
  const inner = await openBookPart();
  const store = new Store(inner.part('store', ''), 'test', false);
  return {
    book: await OrderBook.open(async () => inner, { name: 'test', storage: 'memory', early: false }),
    store,
  };
}

/** An order that every rule allows, at 44.98 EUR. */
export const draft = () => ({
  customerId: 'Ada',
  items: [{ productId: 'tea', quantity: /** @type {number | string} */ (2), unitPrice: '22.49' }],
  currency: 'EUR',
});

/** A draft with changes to itself, or to its one item. @param {Record<string, unknown>} changes @returns {any} */
export function changed({ productId = 'tea', quantity = 1, unitPrice = '1', ...rest }) {
  return { ...draft(), items: [{ productId, quantity, unitPrice }], ...rest };
}

/** Places an order and gives its id. @param {Book} book @param {object} [changes] */
export const place = async (book, changes = {}) =>
  (await book.placeOrder({ ...draft(), ...changes })).orderId;

/** @param {Book} book @param {string} orderId @param {string} [amount] */
export const pay = (book, orderId, amount = '44.98') =>
  book.confirmPayment({ orderId, paymentReference: 'ref-1', amount });

/** An order in each status. @param {Book} book */
export async function placeOneOfEach(book) {
  const pending = await place(book);
  const paid = await place(book);
  await pay(book, paid);
  const refunded = await place(book);
  await pay(book, refunded);
  await book.refundPayment({ orderId: refunded, reason: '' });
  const cancelled = await place(book);
  await book.cancelOrder({ orderId: cancelled, reason: 'changed her mind' });
  return { pending, paid, refunded, cancelled, unknown: randomUUID() };
}

/** Every event in the log, oldest first, read page by page. @param {Book} book @param {number} [limit] */
export async function wholeLog(book, limit = 1_000) {
  /** @type {import('daybook/orders').HistoryEntry[]} */
  const all = [];
  /** @type {number | null | undefined} */
  let before;
  do {
    const page = await book.log({ limit, ...(typeof before === 'number' && { before }) });
    all.push(...page.events);
    before = page.next;
  } while (before !== null);
  return all.reverse();
}

/** A year of trade, the same each time. */
export const demo = { orders: 300, seed: 7, until: '2026-06-30T12:00:00Z' };

export const names = /** @type {const} */ (['orders_summary', 'customer_order_history', 'revenue_by_day']);

/** All that the read models show. @param {Book} book */
export function everything(book) {
  return {
    orders: book.orders({ limit: 10_000 }),
    customers: book.customers({ limit: 10_000 }).rows.map(({ customerId }) => book.customer(customerId)),
    revenue: book.revenue(),
  };
}

/** Resolves at the next change of a kind. @param {Book} book @param {string} kind @returns {Promise<void>} */
export const nextChange = (book, kind) =>
  new Promise((resolve) => {
    const end = book.onChange((change) => {
      if (change.kind !== kind) return;
      end();
      resolve();
    });
  });
