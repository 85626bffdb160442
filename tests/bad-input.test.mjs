/** Bad input is refused with an error that names the argument, and the log stays as it was. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { DaybookError, InvalidInputError, openStore } from 'daybook';
import { openOrderBook } from 'daybook/orders';
import { assertFails, event, events, openMemory, readLog } from './support/stores.mjs';

/** @typedef {import('./support/stores.mjs').Store} Store */

const good = event('T');
const long = 'x'.repeat(1024 * 1024);
const notPlaces = ['1', -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 1e300, 1n, null, {}, true];

/** How a value is shown in a test's name. @param {unknown} value */
function shown(value) {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 8)}…'` : JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value !== 'object') return String(value);
  if (value instanceof Date) return 'an invalid Date';
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

describe('bad input to a store', () => {
  /** @type {any} JavaScript's users are not held to the types. */
  let store;
  /** @type {object[]} */
  let log;
  before(async () => {
    store = await openMemory();
    await store.append('s', events(3));
    log = await readLog(store);
  });

  /** @param {string} name @param {() => unknown} work @param {string} field */
  const refuses = (name, work, field) =>
    test(name, async () => {
      await assertFails(work, { code: 'invalid_input', name: 'InvalidInputError', field });
      assert.deepEqual(await readLog(store), log);
    });

  describe('append: the stream', () => {
    for (const id of [
      undefined,
      null,
      5,
      {},
      '',
      'x'.repeat(257),
      long,
      'a\nb',
      'a\u0000',
      'a\u0085',
      'a\ud800',
    ]) {
      refuses(shown(id), () => store.append(id, [good]), 'streamId');
    }
  });

  describe('append: the events', () => {
    for (const list of [undefined, null, good, 'T', 5, new Set([good]), []]) {
      refuses(shown(list), () => store.append('s', list), 'events');
    }
    for (const one of [undefined, null, 5, 'T', [], () => good]) {
      refuses(`of which one is ${shown(one)}`, () => store.append('s', [good, one]), 'events.1');
    }
    refuses('more than 10,000', () => store.append('s', events(10_001)), 'events');
    refuses(
      'more than 8 MiB in all',
      () => store.append('s', Array(20).fill(event('T', 'x'.repeat(500_000)))),
      'events',
    );
  });

  describe("append: an event's", () => {
    const bad = {
      type: [undefined, null, 5, '', 'x'.repeat(129), long, 'a\tb', '\udc00'],
      data: [undefined, long],
      id: [5, '', 'x', '00000000-0000-0000-0000-00000000000g', {}],
      schemaVersion: [0, -1, 1.5, Number.NaN, '1', 2 ** 32, 1n],
      occurredAt: [5, '', 'yesterday', '2026-01-31', '2026-02-30T00:00:00Z', '2026-01-31T25:00:00Z'],
      tags: ['x', 5, {}, null, Array.from({ length: 33 }, (_, index) => `${index}`)],
      metadata: [long, { a: Number.NaN }],
      correlationId: [5, '', 'x'.repeat(129), 'a\nb'],
      causationId: [5, '', 'x'.repeat(129), {}],
      foo: [1, null],
    };
    for (const [field, values] of Object.entries(bad)) {
      for (const value of values) {
        const path = `events.1.${field === 'metadata' && value !== long ? 'metadata.a' : field}`;
        const given = { ...good, [field]: value };
        refuses(`${field} ${shown(value)}`, () => store.append('s', [good, given]), path);
      }
    }
    refuses(
      'occurredAt, an invalid Date',
      () => store.append('s', [{ ...good, occurredAt: new Date(Number.NaN) }]),
      'events.0.occurredAt',
    );
    refuses(
      'occurredAt after the year 9999',
      () => store.append('s', [{ ...good, occurredAt: new Date(Date.UTC(12_000, 0)) }]),
      'events.0.occurredAt',
    );
    for (const tag of [5, null, '', 'x'.repeat(257), 'a\nb', 'a\ud800']) {
      refuses(
        `tag ${shown(tag)}`,
        () => store.append('s', [{ ...good, tags: ['a', tag] }]),
        'events.0.tags.1',
      );
    }
  });

  describe('append: the options', () => {
    for (const options of [null, 5, 'any', []]) {
      refuses(shown(options), () => store.append('s', [good], options), 'options');
    }
    const versions = ['x', '0', '', -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1n, true, null, {}];
    for (const expectedVersion of versions) {
      refuses(
        `expectedVersion ${shown(expectedVersion)}`,
        () => store.append('s', [good], { expectedVersion }),
        'expectedVersion',
      );
    }
    for (const commandId of [5, '', 'x'.repeat(129), long, 'a\nb', 'a\ud800', {}]) {
      refuses(`commandId ${shown(commandId)}`, () => store.append('s', [good], { commandId }), 'commandId');
    }
    for (const signal of [5, 'abort', {}, null]) {
      refuses(`signal ${shown(signal)}`, () => store.append('s', [good], { signal }), 'signal');
    }
    refuses(
      'one that is not known',
      () => store.append('s', [good], { expectedversion: 0 }),
      'expectedversion',
    );
  });

  describe('append: the condition', () => {
    const types = Array.from({ length: 101 }, (_, index) => `T${index}`);
    /** @type {[unknown, string][]} */
    const bad = [
      [5, 'condition'],
      [{}, 'condition.failIf'],
      [{ failIf: null }, 'condition.failIf'],
      [{ failIf: {} }, 'condition.failIf'],
      [{ failIf: [5] }, 'condition.failIf.0'],
      [{ failIf: [{ type: ['T'] }] }, 'condition.failIf.0.type'],
      [{ failIf: [{ types: 'T' }] }, 'condition.failIf.0.types'],
      [{ failIf: [{ types: [5] }] }, 'condition.failIf.0.types.0'],
      [{ failIf: [{ types }] }, 'condition.failIf.0.types'],
      [{ failIf: [{ tags: [''] }] }, 'condition.failIf.0.tags'],
      [{ failIf: [{ types: ['T'] }], after: -1 }, 'condition.after'],
      [{ failIf: [{ types: ['T'] }], after: 1.5 }, 'condition.after'],
      [{ failIf: [{ types: ['T'] }], after: Number.NaN }, 'condition.after'],
      [{ failIf: [{ types: ['T'] }], after: 1n }, 'condition.after'],
      [{ failIf: [{ types: ['T'] }], before: 1 }, 'condition.before'],
    ];
    for (const [condition, field] of bad) {
      refuses(`${shown(condition)} at ${field}`, () => store.append('s', [good], { condition }), field);
    }
  });

  describe('appendAll', () => {
    const part = { streamId: 'a', events: [good] };
    /** @param {object} changes */
    const second = (changes) => [part, { streamId: 'b', events: [good], ...changes }];
    /** @type {[string, unknown, string][]} */
    const bad = [
      ['undefined', undefined, 'streams'],
      ['null', null, 'streams'],
      ['5', 5, 'streams'],
      ['one stream instead of a list', part, 'streams'],
      ['an empty list', [], 'streams'],
      ['a part that is null', [part, null], 'streams.1'],
      ['a stream named twice', [part, part], 'streams.1.streamId'],
      ['a stream without a name', second({ streamId: '' }), 'streams.1.streamId'],
      ['a stream without events', second({ events: [] }), 'streams.1.events'],
      ['events that are no list', second({ events: null }), 'streams.1.events'],
      ['an event of no type', second({ events: [good, { data: 1 }] }), 'streams.1.events.1.type'],
      ['an event with an unknown field', second({ events: [{ ...good, at: 1 }] }), 'streams.1.events.0.at'],
      ['a bad version', second({ expectedVersion: 1.5 }), 'streams.1.expectedVersion'],
      ['an unknown field', second({ version: 1 }), 'streams.1.version'],
    ];
    for (const [name, streams, field] of bad) refuses(name, () => store.appendAll(streams), field);
    refuses('options that are null', () => store.appendAll([part], null), 'options');
    refuses(
      'an expected version for all',
      () => store.appendAll([part], { expectedVersion: 0 }),
      'expectedVersion',
    );
  });

  describe('readStream', () => {
    for (const id of [undefined, null, 5, '', long, 'a\ud800']) {
      refuses(`stream ${shown(id)}`, () => store.readStream(id), 'streamId');
    }
    for (const options of [null, 5, []]) {
      refuses(`options ${shown(options)}`, () => store.readStream('s', options), 'options');
    }
    for (const from of notPlaces)
      refuses(`from ${shown(from)}`, () => store.readStream('s', { from }), 'from');
    for (const limit of [0, -1, 1.5, Number.NaN, '1', null, 1n]) {
      refuses(`limit ${shown(limit)}`, () => store.readStream('s', { limit }), 'limit');
    }
    for (const direction of ['up', '', 5, null]) {
      refuses(`direction ${shown(direction)}`, () => store.readStream('s', { direction }), 'direction');
    }
    refuses('an unknown option', () => store.readStream('s', { after: 1 }), 'after');
  });

  describe('readAll', () => {
    /** @param {unknown} options */
    const read = (options) => readLog(store, /** @type {any} */ (options));
    for (const options of [null, 5, []]) refuses(`options ${shown(options)}`, () => read(options), 'options');
    for (const after of notPlaces) refuses(`after ${shown(after)}`, () => read({ after }), 'after');
    for (const before of notPlaces) {
      refuses(`before ${shown(before)}`, () => read({ direction: 'backward', before }), 'before');
    }
    refuses('before, forward', () => read({ before: 3 }), 'before');
    refuses('after, backward', () => read({ direction: 'backward', after: 1 }), 'after');
    for (const limit of [0, -1, 1.5, Number.NaN, '1', null]) {
      refuses(`limit ${shown(limit)}`, () => read({ limit }), 'limit');
    }
    for (const direction of ['up', 5, null]) {
      refuses(`direction ${shown(direction)}`, () => read({ direction }), 'direction');
    }
    for (const signal of [5, {}]) refuses(`signal ${shown(signal)}`, () => read({ signal }), 'signal');
    for (const prefix of [5, null, {}]) {
      refuses(`streamPrefix ${shown(prefix)}`, () => read({ streamPrefix: prefix }), 'streamPrefix');
    }
    refuses('query 5', () => read({ query: 5 }), 'query');
    refuses('a query that is one item', () => read({ query: { types: ['T'] } }), 'query');
    refuses('types that are no list', () => read({ query: [{ types: 'T' }] }), 'query.0.types');
    refuses('a tag that is no text', () => read({ query: [{ tags: ['a', 5] }] }), 'query.0.tags.1');
    refuses('an unknown option', () => read({ types: ['T'] }), 'types');
  });

  describe('subscribe', () => {
    const handler = () => {};
    for (const options of [undefined, null, 5, handler]) {
      refuses(`options ${shown(options)}`, () => store.subscribe(options, handler), 'options');
    }
    for (const other of [undefined, null, {}, 'f']) {
      refuses(`handler ${shown(other)}`, () => store.subscribe({}, other), 'handler');
    }
    for (const after of notPlaces) {
      refuses(`after ${shown(after)}`, () => store.subscribe({ after }, handler), 'after');
    }
    refuses('a signal that is none', () => store.subscribe({ signal: 5 }, handler), 'signal');
    refuses('an unknown option', () => store.subscribe({ from: 1 }, handler), 'from');
    refuses('a direction', () => store.subscribe({ direction: 'backward' }, handler), 'direction');
    refuses('a bad query', () => store.subscribe({ query: [{ typ: [] }] }, handler), 'query.0.typ');
  });

  describe('verify', () => {
    for (const options of [null, 5]) {
      refuses(`options ${shown(options)}`, () => store.verify(options), 'options');
    }
    refuses('a signal that is none', () => store.verify({ signal: 5 }), 'signal');
    refuses('progress that is no function', () => store.verify({ onProgress: 5 }), 'onProgress');
    refuses('an unknown option', () => store.verify({ from: 1 }), 'from');
  });
});

describe('bad input on opening', () => {
  /** @type {[string, (options: any) => Promise<unknown>][]} */
  const openers = [
    ['openStore', openStore],
    ['openOrderBook', openOrderBook],
  ];
  for (const [opener, open] of openers) {
    /** @type {[unknown, string][]} */
    const bad = [
      [null, 'options'],
      [5, 'options'],
      [{ name: 5, storage: 'memory' }, 'name'],
      [{ name: null, storage: 'memory' }, 'name'],
      [{ name: '', storage: 'memory' }, 'name'],
      [{ name: 'a\ud800', storage: 'memory' }, 'name'],
      [{ name: 'a', storage: 'disk' }, 'storage'],
      [{ name: 'a', storage: 5 }, 'storage'],
      [{ name: 'a', storage: 'memory', durability: 'none' }, 'durability'],
      [{ name: 'a', storage: 'memory', durability: {} }, 'durability'],
      [{ name: 'a', storage: 'memory', durablity: 'strict' }, 'durablity'],
    ];
    for (const [options, field] of bad) {
      test(`${opener}: ${shown(options)}`, () =>
        assertFails(() => open(options), { code: 'invalid_input', field }));
    }
  }

  test('openStore needs options, and a name', async () => {
    const open = /** @type {(options?: unknown) => Promise<unknown>} */ (openStore);
    await assertFails(() => open(), { code: 'invalid_input', field: 'options' });
    await assertFails(() => open({ storage: 'memory' }), { code: 'invalid_input', field: 'name' });
  });
});

describe('an error', () => {
  test('is told apart by its class, and by its code', async () => {
    const store = await openMemory();
    const error = await store.append('', [good]).catch((/** @type {unknown} */ thrown) => thrown);
    assert.ok(error instanceof InvalidInputError);
    assert.ok(error instanceof DaybookError);
    assert.ok(error instanceof Error);
    const { code, name, field, reason, message } = error;
    assert.deepEqual(
      { code, name, field, reason, message },
      {
        code: 'invalid_input',
        name: 'InvalidInputError',
        field: 'streamId',
        reason: 'must not be empty',
        message: 'streamId: must not be empty',
      },
    );
    assert.match(error.stack ?? '', /bad-input\.test/);
  });
});
