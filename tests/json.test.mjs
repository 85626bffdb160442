/** What an event carries comes back as it was given, or is refused: never something else. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, event, openMemory, readLog } from './support/stores.mjs';

/** @param {unknown} data */
async function roundTrip(data) {
  const store = await openMemory();
  await store.append('s', [/** @type {any} */ ({ type: 'T', data, metadata: data })]);
  const [recorded] = await readLog(store);
  assert.deepEqual(recorded?.metadata, recorded?.data);
  return recorded?.data;
}

/** @param {number} levels */
const nested = (levels) => {
  /** @type {any} */
  let data = 'core';
  for (let level = 0; level < levels; level += 1) data = level % 2 ? [data] : { data };
  return data;
};

describe('data that JSON holds comes back equal', () => {
  /** @type {Record<string, unknown>} */
  const cases = {
    null: null,
    'true and false': [true, false],
    'an empty text': '',
    'empty containers': { list: [], object: {} },
    'an empty key': { '': { '': 1 } },
    numbers: [0, -1, 0.1, 1e-300, 1.7976931348623157e308, 5e-324, 2 ** 53, -(2 ** 53), 123456789012345680000],
    'control characters': 'tab\t newline\n nul\0 escape\u001b delete\u007f',
    'quotes and backslashes': '"\\"\\u0041',
    'separators of lines': '\u2028\u2029',
    'many scripts': { ελληνικά: 'שלום', 日本: 'مرحبا', '👩‍👩‍👧': '🏳️‍🌈', composed: ['é', 'e\u0301'] },
    'right-to-left marks': '\u202eabc\u202c\u200f',
    'a hundred levels': nested(99),
    'names that objects have': { constructor: 1, toString: 'a', hasOwnProperty: null, length: 3 },
    'a text near the limit': 'x'.repeat(64 * 1024 - 2),
  };
  for (const [name, data] of Object.entries(cases)) {
    test(name, async () => assert.deepEqual(await roundTrip(data), data));
  }

  test('a key named __proto__, which stays a key', async () => {
    const data = JSON.parse('{"__proto__": {"admin": true}, "a": 1}');
    const found = /** @type {any} */ (await roundTrip(data));
    assert.deepEqual(Object.keys(found), ['__proto__', 'a']);
    assert.equal(found.admin, undefined);
    assert.equal(/** @type {any} */ ({}).admin, undefined);
  });

  test('an object without a prototype', async () => {
    assert.deepEqual(await roundTrip(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
  });

  test('data of half a megabyte', async () => {
    const store = await openMemory();
    const data = 'é'.repeat(256 * 1024 - 1);
    await store.append('s', [event('T', data)]);
    assert.equal((await readLog(store))[0]?.data, data);
  });
});

describe('what JSON.stringify is expected to do is done', () => {
  test('a property that is undefined is left out', async () => {
    assert.deepEqual(await roundTrip({ a: undefined, b: 1 }), { b: 1 });
  });

  test('an object that knows its JSON is asked for it', async () => {
    assert.deepEqual(await roundTrip({ at: new Date(0), own: { toJSON: () => [1] } }), {
      at: '1970-01-01T00:00:00.000Z',
      own: [1],
    });
  });

  test('what is changed after the call changes nothing', async () => {
    const store = await openMemory();
    const data = { total: '1.00' };
    const tags = ['a'];
    const appending = store.append('s', [{ type: 'T', data, tags }]);
    data.total = '2.00';
    tags.push('b');
    await appending;
    const [recorded] = await readLog(store);
    assert.deepEqual([recorded?.data, recorded?.tags], [{ total: '1.00' }, ['a']]);
  });
});

describe('data that JSON cannot hold is refused, with its place', () => {
  const cycle = /** @type {{ self?: object }} */ ({});
  cycle.self = { list: [cycle] };
  class Money {
    amount = '1.00';
  }
  /** @type {[string, unknown, string][]} */
  const cases = [
    ['undefined', undefined, 'data'],
    ['undefined in a list', [1, undefined], 'data.1'],
    ['a hole in a list', Object.assign(Array(2), { 0: 1 }), 'data.1'],
    ['NaN', { total: [Number.NaN] }, 'data.total.0'],
    ['Infinity', Number.POSITIVE_INFINITY, 'data'],
    ['a BigInt', { total: 5n }, 'data.total'],
    ['a function', { total: () => 1 }, 'data.total'],
    ['a symbol', [Symbol('s')], 'data.0'],
    ['a cycle', cycle, 'data.self.list.0'],
    ['a Map', { prices: new Map() }, 'data.prices'],
    ['a Set', new Set(), 'data'],
    ['a typed array', { bytes: new Uint8Array(2) }, 'data.bytes'],
    ['an instance of a class', { price: new Money() }, 'data.price'],
    ['a boxed text', new String('a'), 'data'],
    ['a date that is none', { at: new Date(Number.NaN) }, 'data.at'],
    ['an object whose JSON is none', { own: { toJSON() {} } }, 'data.own'],
    ['half a surrogate pair', { name: 'a\ud83d' }, 'data.name'],
    ['half a surrogate pair in a key', { a: { '\udc00': 1 } }, 'data.a'],
  ];
  for (const [name, data, field] of cases) {
    test(name, async () => {
      const store = await openMemory();
      const bad = /** @type {any} */ ({ type: 'T', data });
      await assertFails(() => store.append('s', [event('Good'), bad]), {
        code: 'invalid_input',
        field: `events.1.${field}`,
      });
      assert.deepEqual(await readLog(store), []);
    });
  }

  test('more than a hundred levels', async () => {
    const store = await openMemory();
    await assertFails(() => store.append('s', [event('T', nested(101))]), { code: 'invalid_input' });
    await assertFails(() => store.append('s', [event('T', nested(20_000))]), { code: 'invalid_input' });
    assert.deepEqual(await readLog(store), []);
  });

  test('the same object at two places is no cycle', async () => {
    const shared = { a: 1 };
    assert.deepEqual(await roundTrip([shared, { shared }]), [{ a: 1 }, { shared: { a: 1 } }]);
  });
});
