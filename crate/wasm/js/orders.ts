/**
 * The order book: the order domain that ships with Daybook, with its commands and read models
 * written in Rust. It is an example of a domain, and the one the reference application runs on.
 */

import { loadBook } from '#load-orders';
import type { Part } from './bindings.js';
import { OrderBook } from './book.js';
import { checkFlag, checkNames, checkNoMore, checkObject } from './check.js';
import { settled } from './failing.js';
import type { OpenOrderBookOptions, OrderBookApi, OrdersPage } from './orders-types.js';
import { peek } from './peek.js';
import { CHECKPOINTS, wakeStorage } from './waking.js';
import { begin } from './wasm/orders/storage.js';

export * from './errors.js';
export type * from './orders-types.js';
export type * from './types.js';

/**
 * Opens the order book, and resolves once its read models have followed the log to its end, or with
 * `early` once the first rows can be shown.
 *
 * @throws UnsupportedFormatError when a newer build wrote it, BlockedError, DataLostError,
 *   StorageCorruptError, InvalidInputError.
 */
export async function openOrderBook(options: OpenOrderBookOptions = {}): Promise<OrderBookApi> {
  checkObject(options, 'options');
  const {
    name = 'order-book',
    storage = 'indexeddb',
    durability = 'strict',
    early = false,
    wasm,
    ...rest
  } = options;
  checkNoMore(rest);
  checkNames(name, storage, durability);
  checkFlag(early, 'early');
  if (storage === 'indexeddb') void wakeStorage(begin, name, CHECKPOINTS);
  const module = await loadBook(wasm);
  const connect = () => settled<Part>((answer) => module.openBook(storage, name, durability, answer));
  return await OrderBook.open(connect, { name, storage, early });
}

/**
 * The 50 newest orders and the sums over all, as `orders({ sort: 'placedAt', descending: true,
 * limit: 50 })` gives them; `null` when the log has grown since the read models were last saved, or
 * they never were. It needs no WebAssembly, only one read: something to show while `openOrderBook`
 * goes on, which uses the database that this has opened.
 */
export async function peekOrders(options: { name?: string } = {}): Promise<OrdersPage | null> {
  checkObject(options, 'options');
  const { name = 'order-book', ...rest } = options;
  checkNoMore(rest);
  checkNames(name, 'indexeddb', 'strict');
  return await peek(begin, name);
}
