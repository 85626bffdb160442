/** The general store as its users know it: appending, reading, following. In memory. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { openStore } from 'daybook';
import { assertFails, event, events, openMemory, readLog } from './support/stores.mjs';

describe('an append', () => {
  test('places its events one after the other, in the stream and in the log', async () => {
    const store = await openMemory();
    const first = await store.append('cart-1', [event('Opened'), event('ItemAdded', { product: 'tea' })]);
    assert.deepEqual(first, {
      position: 2,
      streams: [{ streamId: 'cart-1', version: 1 }],
      repeated: false,
    });
    await store.append('cart-2', [event('Opened')]);
    await store.append('cart-1', [event('CheckedOut')]);
    const { events: found, version, position } = await store.readStream('cart-1');
    assert.deepEqual(
      found.map(({ type, version, position }) => [type, version, position]),
      [
        ['Opened', 0, 1],
        ['ItemAdded', 1, 2],
        ['CheckedOut', 2, 4],
      ],
    );
    assert.deepEqual([version, position, store.position], [2, 4, 4]);
  });

  test('keeps the whole envelope', async () => {
    const store = await openMemory();
    const id = randomUUID();
    const given = {
      id,
      type: 'OrderPlaced',
      schemaVersion: 3,
      occurredAt: '2026-01-31T10:30:00.5+01:00',
      tags: ['customer:42', 'shop:é'],
      metadata: { by: 'Ada' },
      correlationId: 'checkout-7',
      causationId: 'click-9',
      data: { total: '44.98' },
    };
    const before = new Date();
    await store.append('order-1', [given], { commandId: 'command-1' });
    const [recorded] = await readLog(store);
    assert.ok(recorded);
    const { recordedAt, ...rest } = recorded;
    assert.deepEqual(rest, {
      ...given,
      occurredAt: '2026-01-31T09:30:00.500Z',
      streamId: 'order-1',
      version: 0,
      position: 1,
      commandId: 'command-1',
    });
    assert.ok(new Date(recordedAt) >= before && new Date(recordedAt) <= new Date());
  });

  test('keeps texts as they are, whatever they are written in and wherever they are cut', async () => {
    const store = await openMemory();
    const written = (/** @type {number} */ count) =>
      ['a', 'é', '€', '𝄞', 'a𝄞'].flatMap((letter) =>
        [0, 1, 2, 3].map((before) => `${'-'.repeat(before)}${letter.repeat(count)}`),
      );
    const texts = written(100_000);
    const alone = [...written(3), ...written(300), ...written(1_000), ...texts];
    for (const [index, text] of alone.entries()) {
      await store.append(`text-${index}`, [event('Written', { text })]);
    }
    // Several at once cross together: long ones, short ones, and both.
    const parts = [texts, written(1_000), [...written(3), ...texts, ...written(1_000)]];
    for (const part of parts) {
      await Promise.all(part.map((text) => store.append('all', [event('Written', { text })])));
    }
    // More than fits into what texts are encoded in.
    await store.append(
      'large',
      texts.map((text) => event('Written', { text })),
    );
    const found = await readLog(store);
    assert.deepEqual(
      found.map(({ data }) => data),
      [alone, ...parts, texts].flat().map((text) => ({ text })),
    );
  });

  test('keeps what must be escaped, wherever in a text it stands', async () => {
    const store = await openMemory();
    // Control characters, which only data may hold, are backslashes and letters by the time they cross.
    const texts = ['"', '\\', '"\\'].flatMap((one) =>
      Array.from({ length: 40 }, (_, before) => `${'-'.repeat(before)}${one}${'-'.repeat(20)}`),
    );
    const given = texts.map((text) => ({
      ...event('Written', { text, [text]: [text, '\n\u0001'] }),
      ...{ tags: [text], correlationId: text },
    }));
    await store.append('s', given);
    assert.deepEqual(
      (await readLog(store)).map(({ type, data, tags, correlationId }) => ({
        type,
        data,
        tags,
        correlationId,
      })),
      given,
    );
  });

  test('fills in what was left out', async () => {
    const store = await openMemory();
    await store.append('s', [event('T'), { ...event('T'), occurredAt: new Date(86_400_000) }]);
    const [first, second] = await readLog(store);
    assert.ok(first && second);
    assert.match(first.id, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    assert.notEqual(first.id, second.id);
    assert.equal(first.occurredAt, first.recordedAt);
    assert.equal(second.occurredAt, '1970-01-02T00:00:00.000Z');
    const { schemaVersion, correlationId, causationId, commandId, tags, metadata } = first;
    assert.deepEqual(
      { schemaVersion, correlationId, causationId, commandId, tags, metadata },
      { schemaVersion: 1, correlationId: null, causationId: null, commandId: null, tags: [], metadata: null },
    );
  });

  test('gives each event without an id one of its own, however many there are', async () => {
    const store = await openMemory();
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.append(`s-${index}`, events(1))));
    await store.append('long', events(5_000));
    const ids = (await readLog(store)).map(({ id }) => id);
    assert.equal(new Set(ids).size, 5_300);
    for (const id of ids)
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('takes instances of classes as events, by their own fields', async () => {
    class Opened {
      type = 'Opened';
      data = { index: 1 };
    }
    const store = await openMemory();
    await store.append('s', [new Opened()]);
    const [opened] = await readLog(store);
    assert.deepEqual([opened?.type, opened?.data], ['Opened', { index: 1 }]);
  });

  test('to several streams is all or nothing', async () => {
    const store = await openMemory();
    const both = await store.appendAll([
      { streamId: 'from', events: [event('Debited')] },
      { streamId: 'to', events: [event('Credited'), event('Noted')], expectedVersion: 'no-stream' },
    ]);
    assert.deepEqual(both.streams, [
      { streamId: 'from', version: 0 },
      { streamId: 'to', version: 1 },
    ]);
    await assertFails(
      () =>
        store.appendAll([
          { streamId: 'from', events: [event('Debited')] },
          { streamId: 'to', events: [event('Credited')], expectedVersion: 0 },
        ]),
      { code: 'conflict', stream: 'to', expected: 0, actual: 1 },
    );
    assert.equal((await readLog(store)).length, 3);
  });

  test('two thousand at once all find their place, in the order they were made', async () => {
    const store = await openMemory();
    // More than crosses into Rust together.
    const note = 'n'.repeat(500);
    const all = Array.from({ length: 2_000 }, (_, index) =>
      store.append(`stream-${index % 50}`, [event('Counted', { index, note })], {
        expectedVersion: Math.floor(index / 50) - 1,
      }),
    );
    const positions = (await Promise.all(all)).map(({ position }) => position);
    assert.deepEqual(
      positions,
      Array.from({ length: 2_000 }, (_, index) => index + 1),
    );
    assert.deepEqual(
      (await readLog(store)).map(({ data }) => data),
      Array.from({ length: 2_000 }, (_, index) => ({ index, note })),
    );
  });

  test('is never overtaken by one that is made later, however much is on its way', async () => {
    const store = await openMemory();
    const large = (/** @type {number} */ stream) => [event('Opened', { note: 'x'.repeat(300_000), stream })];
    const first = store.append('cart-0', large(0));
    const others = Array.from({ length: 8 }, (_, index) =>
      store.append(`cart-${index + 1}`, large(index + 1)),
    );
    await first;
    const later = await store.append('cart-8', [event('CheckedOut')], { expectedVersion: 0 });
    const earlier = await Promise.all(others);
    assert.ok(earlier.every(({ position }) => position < later.position));
  });

  test('of two that expect the same version, exactly one succeeds, and neighbours are not harmed', async () => {
    const store = await openMemory();
    const options = { expectedVersion: /** @type {const} */ ('no-stream') };
    const outcomes = await Promise.allSettled([
      store.append('same', [event('First')], options),
      store.append('same', [event('Second')], options),
      store.append('other', [event('Third')], options),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      (await readLog(store)).map(({ type }) => type),
      ['First', 'Third'],
    );
  });

  test('whose signal was aborted before stores nothing; aborted after, it stands', async () => {
    const store = await openMemory();
    await assertFails(() => store.append('s', [event('T')], { signal: AbortSignal.abort() }), {
      code: 'aborted',
    });
    assert.deepEqual(await readLog(store), []);
    const controller = new AbortController();
    await store.append('s', [event('T')], { signal: controller.signal });
    controller.abort();
    assert.equal((await readLog(store)).length, 1);
  });
});

describe('an expected version', () => {
  test('is met by the version a stream has, and by the words for it', async () => {
    const store = await openMemory();
    /** @type {import('daybook').ExpectedVersion[]} */
    const met = [-1, 0, 'stream-exists', 'any', 3];
    for (const expectedVersion of met) await store.append('s', [event('T')], { expectedVersion });
    await store.append('new', [event('T')], { expectedVersion: 'no-stream' });
    await store.append('newer', [event('T')], { expectedVersion: 'any' });
    assert.equal(store.position, 7);
  });

  /** @type {[import('daybook').ExpectedVersion, string, object][]} */
  const missed = [
    [-1, 'there', { expected: -1, actual: 1 }],
    ['no-stream', 'there', { expected: -1, actual: 1 }],
    [0, 'there', { expected: 0, actual: 1 }],
    [2, 'there', { expected: 2, actual: 1 }],
    [0, 'not there', { expected: 0, actual: -1 }],
    ['stream-exists', 'not there', { expected: 'stream-exists', actual: -1 }],
  ];
  for (const [expectedVersion, stream, fields] of missed) {
    test(`${expectedVersion} is refused by a stream that is ${stream}, and nothing changes`, async () => {
      const store = await openMemory();
      await store.append('there', events(2));
      await assertFails(() => store.append(stream, [event('T')], { expectedVersion }), {
        code: 'conflict',
        stream,
        ...fields,
      });
      assert.equal((await readLog(store)).length, 2);
    });
  }
});

describe('a condition', () => {
  /** @param {string} seat */
  const booked = (seat) => ({ type: 'SeatBooked', data: null, tags: [`seat:${seat}`, 'show:1'] });
  /** @param {string} seat @param {number} [after] */
  const free = (seat, after) => ({
    failIf: [{ types: ['SeatBooked'], tags: [`seat:${seat}`, 'show:1'] }],
    ...(after !== undefined && { after }),
  });

  test('fails when an event matches it, and says where it stands', async () => {
    const store = await openMemory();
    await store.append('booking-1', [booked('A1')], { condition: free('A1') });
    await store.append('booking-2', [booked('A2')], { condition: free('A2') });
    await assertFails(() => store.append('booking-3', [booked('A2')], { condition: free('A2') }), {
      code: 'condition_failed',
      position: 2,
    });
    assert.equal((await readLog(store)).length, 2);
  });

  test('does not count events up to the position it names', async () => {
    const store = await openMemory();
    await store.append('a', [booked('A1')]);
    await store.append('b', [booked('A1')], { condition: free('A1', 1) });
    await assertFails(() => store.append('c', [booked('A1')], { condition: free('A1', 1) }), {
      code: 'condition_failed',
      position: 2,
    });
  });

  test('is met by one only of many made at once', async () => {
    const store = await openMemory();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.append(`booking-${index}`, [booked('A1')], { condition: free('A1') }),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await readLog(store)).length, 1);
  });
});

describe('retrying', () => {
  test('with the same command id stores once, and answers where that stands', async () => {
    const store = await openMemory();
    const first = await store.append('s', events(2), { commandId: 'c' });
    await store.append('s', events(1));
    const again = await store.append('s', events(2), { commandId: 'c', expectedVersion: 'no-stream' });
    assert.deepEqual(again, { ...first, repeated: true });
    const elsewhere = await store.append('t', events(1), { commandId: 'c' });
    assert.deepEqual(elsewhere, { ...first, repeated: true }, 'not where it would have gone');
    assert.equal((await readLog(store)).length, 3);
  });

  test('with the same command id at once stores once', async () => {
    const store = await openMemory();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => store.append('s', events(1), { commandId: 'c' })),
    );
    assert.deepEqual(
      all.map(({ position, repeated }) => [position, repeated]),
      all.map((_, index) => [1, index > 0]),
    );
  });

  test('with a condition that its own events match stores once, by command id or expected version', async () => {
    const taken = { ...event('SeatTaken'), id: randomUUID(), tags: ['seat:12'] };
    const condition = { failIf: [{ types: ['SeatTaken'], tags: ['seat:12'] }] };
    for (const how of [{ commandId: randomUUID() }, { expectedVersion: -1 }]) {
      const store = await openMemory();
      const first = await store.append('seat-12', [taken], { condition, ...how });
      const second = await store.append('seat-12', [taken], { condition, ...how });
      assert.deepEqual(second, { ...first, repeated: true });
      assert.equal(store.position, 1);
    }
  });

  test('with the same event ids at the same expected version stores once', async () => {
    const store = await openMemory();
    const own = events(2).map((one) => ({ ...one, id: randomUUID() }));
    const first = await store.append('s', own, { expectedVersion: 'no-stream' });
    const again = await store.append('s', own, { expectedVersion: 'no-stream' });
    assert.deepEqual(again, { ...first, repeated: true });
    await assertFails(() => store.append('s', events(2), { expectedVersion: 'no-stream' }), {
      code: 'conflict',
    });
    assert.equal((await readLog(store)).length, 2);
  });
});

describe('a store', () => {
  test('verifies its log, and says how far it came', async () => {
    const store = await openMemory();
    assert.equal((await store.verify()).ok, true);
    await store.append('s', events(10));
    /** @type {object[]} */
    const progress = [];
    const verified = await store.verify({ onProgress: (one) => progress.push(one) });
    assert.ok(verified.ok);
    assert.equal(verified.position, 10);
    assert.match(verified.head, /^[0-9a-f]{64}$/);
    assert.deepEqual(progress.at(-1), { done: 10, total: 10 });
    await assertFails(() => store.verify({ signal: AbortSignal.abort() }), { code: 'aborted' });
  });

  test('that is closed refuses everything, and closing it again does nothing', async () => {
    const store = await openMemory();
    await store.append('s', events(1));
    await store.close();
    await store.close();
    const closed = { code: 'closed', name: 'ClosedError' };
    for (const work of [
      () => store.append('s', events(1)),
      () => store.appendAll([{ streamId: 's', events: events(1) }]),
      () => store.readStream('s'),
      () => readLog(store),
      () => store.subscribe({}, () => {}),
      () => store.refresh(),
      () => store.verify(),
      () => store.destroy(),
      () => store.position,
    ]) {
      await assertFails(work, closed);
    }
  });

  test('that is destroyed is closed', async () => {
    const store = await openMemory();
    await store.append('s', events(1));
    await store.destroy();
    await assertFails(() => store.readStream('s'), { code: 'closed' });
    await store.close();
  });

  test('in memory keeps nothing from another', async () => {
    const [one, other] = [await openMemory(), await openMemory()];
    await one.append('s', events(3));
    assert.deepEqual(await readLog(other), []);
    assert.equal((await other.readStream('s')).version, -1);
  });

  test('on IndexedDB, where there is none, says so', async () => {
    await assertFails(() => openStore({ name: 'test' }), { code: 'invalid_input', field: 'storage' });
  });
});
