/** Keeping up with the log: during a rebuild, after a lost connection, without other tabs' word. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { OrderBook } from '../dist/book.js';
import { openChannel } from '../dist/channel.js';
import { Store } from '../dist/store.js';
import {
  demo,
  everything,
  nextChange,
  openBook,
  openBookAndStore,
  openBookPart,
  place,
} from './support/books.mjs';
import { assertFails, event, takeSteps } from './support/stores.mjs';

/** @typedef {import('./support/books.mjs').Book} Book */

const lost = { code: 'connection_lost', message: 'the connection was lost' };

/**
 * What a book is opened over, whose steps along the log fail with `fault.error` while there is one.
 */
async function makeFaulty() {
  const inner = await openBookPart();
  /** @type {{ error: unknown, met: () => void }} */
  const fault = { error: undefined, met() {} };
  const call = inner.call.bind(inner);
  inner.call = (name, input, more, answer) => {
    if (name !== 'advance' || fault.error === undefined) return call(name, input, more, answer);
    fault.met();
    answer.reject(fault.error);
  };
  const open = (early = false) =>
    OrderBook.open(async () => inner, { name: 'test', storage: 'memory', early });
  return { inner, fault, open };
}

/** @returns {Promise<{ book: Book, fault: { error: unknown, met: () => void } }>} */
async function openFaulty() {
  const { fault, open } = await makeFaulty();
  return { book: await open(), fault };
}

test('a command that was stored succeeds, even when the read models cannot follow', async () => {
  for (const error of [lost, { code: 'storage_corrupt', message: 'damaged', position: 1 }]) {
    const { book, fault } = await openFaulty();
    fault.error = error;
    const orderId = await place(book);
    assert.equal(book.order(orderId), null);
    assert.equal((await book.history(orderId)).length, 1);
    assert.deepEqual(await book.addDemoData({ ...demo, orders: 1 }), {
      events: book.position - 1,
      orders: 1,
    });
    await book.close();
  }
});

test('the read models follow on after a lost connection, as soon as the log is looked at', async () => {
  const { book, fault } = await openFaulty();
  /** @type {string[]} */
  const kinds = [];
  book.onChange(({ kind }) => kinds.push(kind));
  fault.error = lost;
  const missed = await place(book);
  await takeSteps(100);
  fault.error = undefined;
  const told = nextChange(book, 'events');
  const orderId = await place(book);
  await told;
  assert.ok(book.order(missed));
  assert.ok(book.order(orderId));
  assert.deepEqual(new Set(kinds), new Set(['events']));
  await book.close();
});

test('a book opened early follows the log, even when the connection is lost at first', async () => {
  const { inner, fault, open } = await makeFaulty();
  const log = new Store(inner.part('store', ''), 'test', false);
  await log.append('note-1', [event('NoteTaken')]);
  fault.error = lost;
  const failed = new Promise((resolve) => {
    fault.met = () => resolve(undefined);
  });
  const book = await open(true);
  await failed;
  await takeSteps(100);
  fault.error = undefined;
  const told = nextChange(book, 'events');
  const orderId = await place(book);
  await Promise.all([book.restored, told]);
  assert.ok(book.order(orderId));
  await book.close();
});

test('a book that cannot be opened whole is refused, and lets go of the log', async () => {
  const { inner, fault, open } = await makeFaulty();
  const log = new Store(inner.part('store', ''), 'test', false);
  await log.append('note-1', [event('NoteTaken')]);
  fault.error = lost;
  await assertFails(() => open(), { code: 'connection_lost' });
  await assertFails(() => log.refresh(), { code: 'closed' });
});

test('a log that cannot be read any further is told as lost, once', async () => {
  const { book, fault } = await openFaulty();
  const told = nextChange(book, 'lost');
  let times = 0;
  book.onChange(({ kind, error }) => {
    if (kind !== 'lost') return;
    times += 1;
    assert.equal(/** @type {any} */ (error).code, 'storage_corrupt');
  });
  fault.error = { code: 'storage_corrupt', message: 'damaged', position: 1 };
  await place(book);
  await told;
  await place(book);
  await takeSteps(100);
  assert.equal(times, 1);
});

test('an order placed during a rebuild is seen before the rebuild ends', async () => {
  const book = await openBook();
  await book.addDemoData({ ...demo, orders: 10_000 });
  /** @type {string[]} */
  const order = [];
  /** @type {Promise<void> | undefined} */
  let placing;
  const placed = async () => {
    const told = nextChange(book, 'events');
    const orderId = await place(book);
    order.push('answered');
    assert.equal(book.order(orderId)?.status, 'PENDING');
    await told;
    order.push('told');
  };
  await book.rebuild('revenue_by_day', {
    onProgress: ({ done, total }) => {
      if (done < total) placing ??= placed();
    },
  });
  order.push('rebuilt');
  await placing;
  assert.deepEqual(order, ['answered', 'told', 'rebuilt']);
  const shown = everything(book);
  await book.rebuild('revenue_by_day');
  assert.deepEqual(everything(book), shown);
});

test('two rebuilds at once both end, with the rows there were', async () => {
  const book = await openBook();
  await book.addDemoData(demo);
  const shown = everything(book);
  await Promise.all([book.rebuild('revenue_by_day'), book.rebuild('orders_summary')]);
  assert.deepEqual(everything(book), shown);
});

test('a rebuild that stops on an event is refused with its position', async () => {
  const { book, store } = await openBookAndStore();
  const orderId = await place(book);
  await store.append(`order-${randomUUID()}`, [{ ...event('OrderPlaced', { total: 1 }), schemaVersion: 3 }]);
  await place(book);
  await assertFails(() => book.rebuild('orders_summary'), { code: 'storage_corrupt', position: 2 });
  assert.equal(book.order(orderId)?.status, 'PENDING');
});

test('a rebuild whose watcher fails is given up with its error', async () => {
  const book = await openBook();
  await book.addDemoData({ ...demo, orders: 2_000 });
  const mistake = new Error('mine');
  const rebuilding = book.rebuild('orders_summary', {
    onProgress: () => {
      throw mistake;
    },
  });
  await assert.rejects(rebuilding, mistake);
  assert.ok(book.projections().every(({ state }) => state === 'live'));
});

test('other tabs hear of each part of the demo data, not only of its end', async () => {
  const inner = await openBookPart('demo-nudges');
  // Over memory, as if it were shared: what is looked at are the messages.
  const book = await OrderBook.open(async () => inner, {
    name: 'demo-nudges',
    storage: 'indexeddb',
    early: false,
  });
  const tab = new BroadcastChannel('daybook:demo-nudges');
  let heard = 0;
  const twice = new Promise((resolve) => {
    tab.onmessage = () => {
      heard += 1;
      if (heard === 2) resolve(undefined);
    };
  });
  const stop = new AbortController();
  const adding = book.addDemoData({ ...demo, orders: 100_000, signal: stop.signal });
  await twice;
  stop.abort();
  await assertFails(() => adding, { code: 'aborted' });
  tab.close();
  await book.close();
});

test('a store is looked at from time to time where there is no BroadcastChannel', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { BroadcastChannel } = globalThis;
  // @ts-expect-error: an environment without it.
  delete globalThis.BroadcastChannel;
  try {
    /** @type {string[]} */
    const nudges = [];
    const channel = openChannel('test', (nudge) => nudges.push(nudge));
    channel.send('appended');
    context.mock.timers.tick(10_000);
    assert.deepEqual(nudges, ['appended', 'appended']);
    channel.close();
    context.mock.timers.tick(10_000);
    assert.equal(nudges.length, 2);
  } finally {
    globalThis.BroadcastChannel = BroadcastChannel;
  }
});

test('a read model of an order book opened over a store sees what other tabs append', async () => {
  const inner = await openBookPart('nudged');
  const other = new Store(inner.part('store', ''), 'nudged', true);
  const book = await OrderBook.open(async () => inner, {
    name: 'nudged',
    storage: 'indexeddb',
    early: false,
  });
  const told = nextChange(book, 'events');
  await other.append('stock', [event('StockCounted')]);
  await told;
  assert.equal(book.position, 1);
  await other.close();
  await book.close();
});
