/** The events every contender is given. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldOrder, Summary } from './page/fold.js';
import { checksum, rowText, stored } from './page/jobs/measure.js';
import { inCalls, makeLongStream, makeOrders, oneByOne } from './page/trade.js';

test('the same seed gives the same trade, another seed another', () => {
  assert.deepEqual(makeOrders({ orders: 50, seed: 3 }), makeOrders({ orders: 50, seed: 3 }));
  const ids = (/** @type {number} */ seed) => makeOrders({ orders: 50, seed }).map(({ orderId }) => orderId);
  assert.equal(new Set([...ids(3), ...ids(4)]).size, 100);
});

test('every event has an id of its own, and every order begins with its placement', () => {
  const orders = makeOrders({ orders: 2_000 });
  const events = orders.flatMap((order) => order.events);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  for (const { events: own } of orders) {
    assert.deepEqual(
      own.map(({ type }) => type === 'OrderPlaced'),
      own.map((_, index) => index === 0),
    );
  }
  for (const type of ['PaymentConfirmed', 'PaymentRefunded', 'OrderCancelled']) {
    assert.ok(events.some((event) => event.type === type));
  }
});

test('calls hold the same events as single appends do, each stream at its expected version', () => {
  const orders = makeOrders({ orders: 700 });
  const calls = inCalls(orders, 100);
  assert.ok(calls.slice(0, -1).every((call) => call.flatMap(({ events }) => events).length === 100));
  assert.equal(calls.flat().flatMap(({ events }) => events).length, oneByOne(orders).length);
  /** @type {Map<string, number>} */
  const versions = new Map();
  for (const { streamId, expectedVersion, events } of calls.flat()) {
    assert.equal(versions.get(streamId) ?? -1, expectedVersion);
    versions.set(streamId, expectedVersion + events.length);
  }
});

test('the long stream folds to a paid or refunded order at its last version', () => {
  const { streamId, calls } = makeLongStream({ events: 1_001, size: 100 });
  const events = calls.flatMap((call) => call.events);
  const state = foldOrder(stored({ streamId, events }));
  assert.equal(state?.version, 1_000);
  assert.equal(state?.status, 'REFUNDED');
});

test('the checksum of rows does not depend on their order, and changes with any row', () => {
  const summary = new Summary();
  for (const order of makeOrders({ orders: 30 })) for (const event of stored(order)) summary.apply(event);
  const rows = [...summary.rows.values()];
  const sum = checksum(rows.map(rowText));
  assert.equal(checksum(rows.toReversed().map(rowText)), sum);
  const [first, ...others] = rows;
  assert.ok(first);
  assert.notEqual(checksum([{ ...first, itemCount: first.itemCount + 1 }, ...others].map(rowText)), sum);
});
