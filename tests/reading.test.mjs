/** Reading the log and following it: directions, places, filters, pages; each event once. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { settled } from '../dist/failing.js';
import { loadStore } from '../dist/load-store.node.js';
import { Store as InnerStore } from '../dist/store.js';
import { assertFails, event, events, openMemory, readLog, takeSteps } from './support/stores.mjs';

/** @typedef {import('./support/stores.mjs').Store} Store */
/** @typedef {import('../dist/bindings.js').Part} Part */

/** @param {number} count @param {number} [first] */
const numbers = (count, first = 1) => Array.from({ length: count }, (_, index) => first + index);

/** @param {{ position: number }[]} found */
const positions = (found) => found.map(({ position }) => position);

describe('readStream', () => {
  /** @type {Store} */
  let store;
  before(async () => {
    store = await openMemory();
    await store.append('other', events(1));
    await store.append('long', events(2_500));
  });

  /** @param {import('daybook').ReadStreamOptions} [options] */
  const versions = async (options) =>
    (await store.readStream('long', options)).events.map(({ version }) => version);

  test('gives all of a stream, however many pages that takes', async () => {
    assert.deepEqual(await versions(), numbers(2_500, 0));
    assert.deepEqual(await versions({ direction: 'backward' }), numbers(2_500, 0).reverse());
  });

  test('begins at a version and ends at a limit', async () => {
    assert.deepEqual(await versions({ from: 2_498 }), [2_498, 2_499]);
    assert.deepEqual(await versions({ from: 2_500 }), []);
    assert.deepEqual(await versions({ limit: 2 }), [0, 1]);
    assert.deepEqual(await versions({ direction: 'backward', limit: 2 }), [2_499, 2_498]);
    assert.deepEqual(await versions({ direction: 'backward', from: 1 }), [1, 0]);
    assert.equal((await versions({ limit: 1_001 })).length, 1_001);
  });

  test('gives one view of the stream, whatever is appended between its pages', async () => {
    for (const direction of /** @type {const} */ (['forward', 'backward'])) {
      const own = await openMemory();
      await own.append('s', events(2_500));
      const reading = own.readStream('s', { direction });
      const appending = own.append('s', events(1));
      const read = await reading;
      await appending;
      assert.deepEqual([read.version, read.position], [2_499, 2_500], direction);
      const seen = read.events.map(({ version }) => version);
      const expected = numbers(2_500, 0);
      assert.deepEqual(seen, direction === 'forward' ? expected : expected.reverse());
      await assertFails(() => own.append('s', events(1), { expectedVersion: read.version }), {
        code: 'conflict',
        actual: 2_500,
      });
    }
  });

  test('gives each event its own envelope, whatever the one before it had', async () => {
    const own = await openMemory();
    const envelopes = [
      { type: 'A', schemaVersion: 1, correlationId: null, causationId: null, tags: [], metadata: null },
      { type: 'A', schemaVersion: 1, correlationId: 'c', causationId: null, tags: ['t'], metadata: 0 },
      { type: 'B', schemaVersion: 2, correlationId: 'c', causationId: '0', tags: ['t'], metadata: {} },
      { type: 'B', schemaVersion: 1, correlationId: null, causationId: '0', tags: [], metadata: {} },
      { type: 'A', schemaVersion: 1, correlationId: null, causationId: null, tags: [], metadata: null },
    ];
    const times = ['2026-01-31T09:30:00.000Z', '2026-01-31T09:30:00.000Z', '1969-12-31T23:59:59.999Z'];
    const given = Array.from({ length: 60 }, (_, index) => ({
      ...envelopes[(index * index) % 5],
      occurredAt: times[index % 3],
      data: index,
    }));
    for (const [index, one] of given.entries()) {
      await own.append('s', [/** @type {any} */ (one)], {
        ...(index % 4 > 1 && { commandId: `command-${index}` }),
      });
    }
    const { events: found } = await own.readStream('s');
    assert.deepEqual(
      found.map(({ id: _, streamId, version, position, recordedAt, commandId, ...rest }, index) => {
        assert.deepEqual([streamId, version, position], ['s', index, index + 1]);
        assert.equal(commandId, index % 4 > 1 ? `command-${index}` : null);
        assert.match(recordedAt, /^20.*Z$/);
        return rest;
      }),
      given,
    );
  });

  test('gives the events of one append what each has of its own, and none what another has', async () => {
    const own = await openMemory();
    const base = {
      ...{ type: 'A', schemaVersion: 1, occurredAt: '2026-01-31T09:30:00.000Z', correlationId: 'c' },
      ...{ causationId: 'd', tags: ['t'], metadata: null, data: 0 },
    };
    const others = [
      ...[{ type: 'B' }, { schemaVersion: 2 }, { occurredAt: '2026-01-31T09:30:01.000Z' }, { data: [1] }],
      ...[
        { correlationId: null },
        { causationId: 'e' },
        { tags: [] },
        { tags: ['t', 'u'] },
        { metadata: {} },
      ],
    ];
    // Each difference after the same twice, and twice, in one stream and from one stream to another.
    const given = others.flatMap((other) => [base, base, { ...base, ...other }, { ...base, ...other }]);
    const events = () => given.map((one) => /** @type {any} */ (structuredClone(one)));
    await own.appendAll([
      { streamId: 's', events: events() },
      { streamId: 't', events: events() },
    ]);
    await own.append('s', events());
    const plain = (/** @type {readonly import('daybook').RecordedEvent[]} */ found) =>
      found.map(({ id: _, recordedAt: __, commandId: ___, ...rest }) => rest);
    const count = given.length;
    const placed = (/** @type {string} */ streamId, version = 0, position = 1) =>
      given.map((one, index) => ({ ...one, streamId, version: version + index, position: position + index }));
    const [first, second] = [placed('s'), placed('t', 0, count + 1)];
    const third = placed('s', count, 2 * count + 1);
    const { events: found } = await own.readStream('s');
    assert.deepEqual(plain(found), [...first, ...third]);
    const backward = await own.readStream('s', { direction: 'backward' });
    assert.deepEqual(plain(backward.events), [...first, ...third].reverse());
    assert.deepEqual(plain(await readLog(own)), [...first, ...second, ...third]);
    found[0]?.tags.push('changed');
    assert.deepEqual(plain(found).slice(1), [...first, ...third].slice(1));
  });

  test('gives an event the same however much is read before it', async ({ mock }) => {
    const own = await openMemory();
    const now = mock.method(Date, 'now', () => 1_000);
    const one = () => [event('A')];
    // At one moment: with command ids, with another stream in between, and in one append; then later.
    await Promise.all([
      ...[1, 2].map((id) => own.append('s', one(), { commandId: `command-${id}` })),
      ...['s', 't', 's', 's'].map((streamId) => own.append(streamId, one())),
      own.append('s', [...one(), ...one(), { ...event('A'), metadata: 1 }, ...one(), ...one()]),
    ]);
    now.mock.mockImplementation(() => 2_000);
    await own.append('s', one());
    const { events: found } = await own.readStream('s');
    for (const [from, read] of found.entries()) {
      const alone = await own.readStream('s', { from, limit: 1 });
      assert.deepEqual([read], alone.events);
    }
    const [last, ...before] = found.toReversed();
    assert.deepEqual(
      [last?.recordedAt, ...new Set(before.map(({ recordedAt }) => recordedAt))],
      ['1970-01-01T00:00:02.000Z', '1970-01-01T00:00:01.000Z'],
    );
    assert.deepEqual(
      found.map(({ position, commandId, metadata }) => [position, commandId, metadata]),
      [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12].map((position) => [
        position,
        position < 3 ? `command-${position}` : null,
        position === 9 ? 1 : null,
      ]),
    );
  });

  test('finds a stream that does not exist empty, at version -1', async () => {
    assert.deepEqual(await store.readStream('nowhere'), { events: [], version: -1, position: 2_501 });
  });
});

describe('readAll', () => {
  /** @type {Store} */
  let store;
  before(async () => {
    store = await openMemory();
    for (let index = 0; index < 250; index += 1) {
      await store.append(`cart-${index % 7}`, [
        { ...event('Opened', { index }), tags: [`day:${index % 5}`] },
        { ...event('Filled'), tags: [`day:${index % 5}`, 'big'] },
      ]);
      await store.append(`order-${index}`, events(8, 'Handled'));
    }
  });

  /** @param {import('daybook').ReadAllOptions} [options] */
  const read = async (options) => positions(await readLog(store, options));

  test('iterates over the whole log, once and in order, both ways', async () => {
    assert.deepEqual(await read(), numbers(2_500));
    assert.deepEqual(await read({ direction: 'backward' }), numbers(2_500).reverse());
  });

  test('begins after or before a position, and ends at a limit', async () => {
    assert.deepEqual(await read({ after: 2_498 }), [2_499, 2_500]);
    assert.deepEqual(await read({ after: 2_500 }), []);
    assert.deepEqual(await read({ after: 99_999 }), []);
    assert.deepEqual(await read({ direction: 'backward', before: 3 }), [2, 1]);
    assert.deepEqual(await read({ direction: 'backward', before: 1 }), []);
    assert.deepEqual(await read({ direction: 'backward', before: 99_999, limit: 1 }), [2_500]);
    assert.deepEqual(await read({ limit: 1_200 }), numbers(1_200));
  });

  test('filters by stream prefix, types and tags as reading everything and choosing would', async () => {
    const all = await readLog(store);
    /** @type {[import('daybook').ReadAllOptions, (event: import('daybook').RecordedEvent) => boolean][]} */
    const cases = [
      [{ streamPrefix: 'cart-' }, ({ streamId }) => streamId.startsWith('cart-')],
      [{ streamPrefix: 'order-24' }, ({ streamId }) => streamId.startsWith('order-24')],
      [{ query: [{ types: ['Opened'] }] }, ({ type }) => type === 'Opened'],
      [{ query: [{ types: ['Opened', 'Filled'] }] }, ({ type }) => type !== 'Handled'],
      [{ query: [{ tags: ['day:3', 'big'] }] }, ({ tags }) => tags.includes('day:3') && tags.includes('big')],
      [
        { query: [{ types: ['Opened'], tags: ['day:1'] }, { tags: ['big', 'day:2'] }] },
        ({ type, tags }) =>
          (type === 'Opened' && tags.includes('day:1')) || (tags.includes('big') && tags.includes('day:2')),
      ],
      [
        { streamPrefix: 'cart-1', query: [{ types: ['Filled'] }] },
        ({ streamId, type }) => streamId === 'cart-1' && type === 'Filled',
      ],
      [{ query: [{ types: ['Never'] }] }, () => false],
      [{ query: [] }, () => true],
    ];
    for (const [options, matches] of cases) {
      const expected = positions(all.filter(matches));
      assert.deepEqual(await read(options), expected, JSON.stringify(options));
      const backward = await read({ ...options, direction: 'backward', limit: 40 });
      assert.deepEqual(backward, expected.toReversed().slice(0, 40), JSON.stringify(options));
    }
  });

  test('may be left early, and the store is as good as before', async () => {
    let seen = 0;
    for await (const { position } of store.readAll()) {
      seen = position;
      if (position === 1_500) break;
    }
    assert.equal(seen, 1_500);
    assert.equal((await read()).length, 2_500);
  });

  test('ends with its signal', async () => {
    const controller = new AbortController();
    let seen = 0;
    await assertFails(
      async () => {
        for await (const { position } of store.readAll({ signal: controller.signal })) {
          seen = position;
          controller.abort();
        }
      },
      { code: 'aborted' },
    );
    assert.ok(seen < 2_500);
  });

  test('gives the log as it was when the reading began, however many events come meanwhile', async () => {
    const own = await openMemory();
    await own.append('s', events(1_200));
    let seen = 0;
    for await (const { position } of own.readAll()) {
      seen = position;
      if (position % 100 === 0) await own.append('s', events(1));
    }
    assert.equal(seen, 1_200);
  });

  test('backward from beyond the end misses nothing when events come at that very moment', async () => {
    for (let steps = 0; steps < 40; steps += 1) {
      const own = await openMemory();
      await own.append('s', events(3));
      const reading = readLog(own, { direction: 'backward', before: 1_000 });
      await takeSteps(steps);
      const appending = own.append('s', events(1));
      assert.deepEqual(positions(await reading).slice(-3), [3, 2, 1], `after ${steps} steps`);
      await appending;
    }
  });
});

describe('a subscription', () => {
  test('catches up and goes live, each event once and in order', async () => {
    const store = await openMemory();
    await store.append('s', events(1_500));
    const ending = new AbortController();
    /** @type {number[]} */
    const seen = [];
    const following = store.subscribe({ signal: ending.signal }, ({ position }) => {
      seen.push(position);
      if (position === 1_700) ending.abort();
    });
    await Promise.all(Array.from({ length: 100 }, () => store.append('s', events(1))));
    for (let index = 0; index < 100; index += 1) await store.append('t', events(1));
    await following;
    assert.deepEqual(seen, numbers(1_700));
  });

  test('begins after a position and gives only what its filters let pass', async () => {
    const store = await openMemory();
    await store.append('a-1', [event('Wanted'), event('Other')]);
    const ending = new AbortController();
    /** @type {number[]} */
    const seen = [];
    const following = store.subscribe(
      { after: 1, streamPrefix: 'a-', query: [{ types: ['Wanted'] }], signal: ending.signal },
      ({ position }) => {
        seen.push(position);
        if (seen.length === 2) ending.abort();
      },
    );
    await store.append('b-1', [event('Wanted')]);
    await store.append('a-2', [event('Other'), event('Wanted')]);
    await store.append('a-1', [event('Wanted')]);
    await following;
    assert.deepEqual(seen, [5, 6]);
  });

  test('waits for a handler that takes its time', async () => {
    const store = await openMemory();
    const ending = new AbortController();
    let running = 0;
    let done = 0;
    const following = store.subscribe({ signal: ending.signal }, async () => {
      running += 1;
      assert.equal(running, 1);
      await takeSteps(5);
      running -= 1;
      done += 1;
      if (done === 20) ending.abort();
    });
    await Promise.all(Array.from({ length: 20 }, () => store.append('s', events(1))));
    await following;
    assert.equal(done, 20);
  });

  test('may append from its handler', async () => {
    const store = await openMemory();
    const ending = new AbortController();
    const following = store.subscribe({ signal: ending.signal }, async ({ position }) => {
      if (position < 10) await store.append('s', events(1));
      else ending.abort();
    });
    await store.append('s', events(1));
    await following;
    assert.equal(store.position, 10);
  });

  test('ends whenever its signal aborts, at whatever moment that is', async () => {
    const store = await openMemory();
    await store.append('s', events(2));
    for (let steps = 0; steps < 60; steps += 1) {
      const ending = new AbortController();
      const following = store.subscribe({ after: 2, signal: ending.signal }, () => {});
      await takeSteps(steps);
      ending.abort();
      await following;
    }
    await store.subscribe({ signal: AbortSignal.abort() }, () => assert.fail('called after its end'));
  });

  test('leaves nothing waiting when it ends, however many there were', async () => {
    const { openStore } = await loadStore();
    /** @type {Part} */
    const inner = await settled((answer) => openStore('memory', 'test', 'strict', answer));
    let waits = 0;
    const counting = new Proxy(inner, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (/** @type {unknown[]} */ ...texts) => {
          if (name === 'call' && texts[0] === 'changed') waits += 1;
          return value.apply(target, texts);
        };
      },
    });
    const store = new InnerStore(counting, 'test', false);
    for (let index = 0; index < 50; index += 1) {
      const ending = new AbortController();
      const following = store.subscribe({ signal: ending.signal }, () => {});
      await takeSteps(100);
      ending.abort();
      await following;
    }
    assert.equal(waits, 1);
    const ending = new AbortController();
    const following = store.subscribe({ signal: ending.signal }, () => ending.abort());
    await takeSteps(100);
    await store.append('s', events(1));
    await following;
  });

  test('ends when the store is closed, and when it is destroyed', async () => {
    for (const end of /** @type {const} */ (['close', 'destroy'])) {
      const store = await openMemory();
      await store.append('s', events(1));
      const following = store.subscribe({}, () => {});
      await takeSteps(100);
      await store[end]();
      await following;
    }
  });

  test('rejects with what its handler throws, and leaves others alone', async () => {
    const store = await openMemory();
    await store.append('s', events(2));
    const mistake = new Error('mine');
    const ending = new AbortController();
    let seen = 0;
    const other = store.subscribe({ signal: ending.signal }, () => {
      seen += 1;
      if (seen === 3) ending.abort();
    });
    await assert.rejects(
      store.subscribe({}, () => {
        throw mistake;
      }),
      mistake,
    );
    await assert.rejects(
      store.subscribe({}, () => Promise.reject(mistake)),
      mistake,
    );
    await store.append('s', events(1));
    await other;
  });
});
