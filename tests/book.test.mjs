/** The order book over time: events it does not know, changes it tells of, deleting, closing. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  demo,
  everything,
  names,
  nextChange,
  openBook,
  openBookAndStore,
  pay,
  place,
  placeOneOfEach,
} from './support/books.mjs';
import { assertFails, event } from './support/stores.mjs';

describe('an event this build does not know', () => {
  test('is kept, shown as unknown, skipped and counted; commands go on', async () => {
    const { book, store } = await openBookAndStore();
    const orderId = await place(book);
    const stream = `order-${orderId}`;
    const seen = nextChange(book, 'events');
    await store.append(stream, [
      event('OrderGiftWrapped', { paper: 'red' }),
      { ...event('PaymentConfirmed', { from: 'the future' }), schemaVersion: 9 },
    ]);
    await seen;
    const history = await book.history(orderId);
    assert.deepEqual(history.map(({ type, known, data }) => [type, known, data]).slice(1), [
      ['OrderGiftWrapped', false, { paper: 'red' }],
      ['PaymentConfirmed', false, { from: 'the future' }],
    ]);
    assert.ok(history.every(({ summary }) => summary.length > 0));
    for (const { skipped, skippedTypes, position, state } of book.projections()) {
      assert.deepEqual([skipped, position, state], [2, 3, 'live']);
      assert.deepEqual(
        skippedTypes.toSorted((a, b) => a.type.localeCompare(b.type)),
        [
          { type: 'OrderGiftWrapped', schemaVersion: 1, count: 1 },
          { type: 'PaymentConfirmed', schemaVersion: 9, count: 1 },
        ],
      );
    }
    assert.equal(book.order(orderId)?.status, 'PENDING');
    const paid = await pay(book, orderId);
    assert.deepEqual([paid.status, paid.version], ['PAID', 3]);
    assert.equal((await book.orderState(orderId)).status, 'PAID');
  });

  test('in a stream that is no order harms nothing', async () => {
    const { book, store } = await openBookAndStore();
    const seen = nextChange(book, 'events');
    await store.append('stock-tea', [event('StockCounted', 5)]);
    await seen;
    assert.equal(book.orders().count, 0);
    const { events } = await book.log();
    assert.deepEqual([events[0]?.type, events[0]?.known], ['StockCounted', false]);
  });

  test('that claims to be known and is not stops what reads it, which says where and why', async () => {
    const { book, store } = await openBookAndStore();
    const orderId = await place(book);
    await store.append(`order-${randomUUID()}`, [
      { ...event('OrderPlaced', { total: 1 }), schemaVersion: 3 },
    ]);
    await place(book);
    for (const { state, error, name } of book.projections()) {
      assert.equal(state, 'stopped', name);
      assert.equal(error?.position, 2);
      assert.ok(error?.message);
    }
    assert.equal(book.order(orderId)?.status, 'PENDING');
    assert.equal((await pay(book, orderId)).status, 'PAID');
  });
});

describe('the book', () => {
  test('tells whoever listens of every change, until they stop', async () => {
    const { book, store } = await openBookAndStore();
    /** @type {object[]} */
    const told = [];
    const stop = book.onChange((change) => told.push(change));
    let next = nextChange(book, 'events');
    await place(book);
    await next;
    assert.deepEqual(told.at(-1), { position: 1, kind: 'events' });
    next = nextChange(book, 'events');
    await store.append('stock', [event('StockCounted')]);
    await next;
    assert.deepEqual(told.at(-1), { position: 2, kind: 'events' });
    stop();
    const count = told.length;
    next = nextChange(book, 'events');
    await place(book);
    await next;
    assert.equal(told.length, count);
  });

  test('is empty and usable after everything was deleted, and loses nothing by it', async () => {
    const book = await openBook();
    await placeOneOfEach(book);
    /** @type {string[]} */
    const kinds = [];
    book.onChange(({ kind }) => kinds.push(kind));
    await book.deleteEverything();
    assert.deepEqual(
      [book.position, book.orders().count, book.customers().count, book.revenue(), await book.eventTypes()],
      [0, 0, 0, [], []],
    );
    assert.deepEqual((await book.log()).events, []);
    assert.deepEqual(kinds, ['reset']);
    const next = nextChange(book, 'events');
    const orderId = await place(book);
    await next;
    assert.equal(book.order(orderId)?.status, 'PENDING');
    assert.equal(book.position, 1);
    await book.deleteEverything();
    assert.equal(book.position, 0);
  });

  test('holds whole what was added when adding demo data was aborted', async () => {
    const book = await openBook();
    const controller = new AbortController();
    const adding = book.addDemoData({
      ...demo,
      orders: 5_000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assertFails(() => adding, { code: 'aborted' });
    assert.ok(book.position > 0 && book.position < 10_000);
    const orderId = await place(book);
    const shown = everything(book);
    for (const name of names) await book.rebuild(name);
    assert.deepEqual(everything(book), shown);
    assert.equal((await book.verify()).ok, true);
    assert.equal((await pay(book, orderId)).status, 'PAID');
    await assertFails(() => book.addDemoData({ ...demo, signal: AbortSignal.abort() }), { code: 'aborted' });
  });

  test('takes demo data beside orders of its own, and twice from different seeds', async () => {
    const book = await openBook();
    await place(book);
    await book.addDemoData({ ...demo, orders: 20 });
    await book.addDemoData({ ...demo, orders: 20, seed: 8 });
    assert.equal(book.orders().count, 41);
    assert.deepEqual(await book.addDemoData({ ...demo, orders: 0 }), { events: 0, orders: 0 });
  });

  test('that is closed refuses commands, and closing it again does nothing', async () => {
    const book = await openBook();
    const orderId = await place(book);
    await book.close();
    await book.close();
    for (const work of [
      () => place(book),
      () => pay(book, orderId),
      () => book.history(orderId),
      () => book.orderState(orderId),
      () => book.log(),
      () => book.verify(),
      () => book.rebuild('orders_summary'),
      () => book.addDemoData(demo),
      () => book.deleteEverything(),
    ]) {
      await assertFails(work, { code: 'closed' });
    }
    assert.equal(book.position, 1, 'what was known last stays known');
  });
});
