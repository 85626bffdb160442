/** An event comes back the same whichever way it crosses: as a row, or after a closer look. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemory } from './support/stores.mjs';

/** @typedef {import('daybook').NewEvent} NewEvent */

/** What takes a closer look, since JSON might not hold it. */
class Given {
  /** @param {NewEvent} event */
  constructor(event) {
    Object.assign(this, event);
  }
}

/** @type {[keyof NewEvent, unknown[]][]} The fields that may be left out, and what they may hold. */
const fields = [
  ['schemaVersion', [2, 1]],
  ['occurredAt', ['2026-01-02T03:04:05.678Z', '2025-12-31T23:59:59+01:00']],
  ['tags', [['customer:1'], [], ['customer:1', 'shop:2']]],
  ['correlationId', ['till-1', 'till-2']],
  ['causationId', ['click']],
  ['metadata', [{ by: 'Ada' }, null, 0]],
];

/** Events with each selection of the fields; some say of a field that it is `undefined`. */
function everySelection() {
  /** @type {NewEvent[]} */
  const events = [];
  for (let number = 0; number < 3 * 2 ** fields.length; number += 1) {
    // From one to the next, some fields stay as they are.
    const selected = Math.floor(number / 3) ^ Math.floor(number / 6);
    /** @type {Record<string, unknown>} */
    const event = { type: `T${number % 2}`, data: { number }, id: crypto.randomUUID() };
    for (const [index, [name, values]] of fields.entries()) {
      if (selected & (1 << index)) event[name] = values[(number >> 1) % values.length];
      else if (number % 5 === 0) event[name] = undefined;
    }
    events.push(/** @type {any} */ (event));
  }
  return events;
}

/** @param {NewEvent[]} events @param {(events: any[]) => any[]} as */
async function stored(events, as) {
  const store = await openMemory();
  await store.appendAll([
    { streamId: 's', events: as(events) },
    { streamId: 'other', events: as(events).slice(0, 1) },
  ]);
  const { events: found } = await store.readStream('s');
  await store.close();
  return found.map(({ recordedAt, occurredAt, ...event }) => ({
    ...event,
    occurredAt: occurredAt === recordedAt ? 'now' : occurredAt,
  }));
}

test('every selection of fields', async () => {
  const events = everySelection();
  const rows = await stored(events, (list) => list);
  assert.deepEqual(rows, await stored(events, (list) => list.map((event) => new Given(event))));
  for (const [index, event] of events.entries()) {
    const { id, type, data, schemaVersion = 1, tags = [], metadata = null } = event;
    const { correlationId = null, causationId = null } = event;
    const moment = event.occurredAt ? new Date(event.occurredAt).toISOString() : 'now';
    const found = rows[index];
    assert.deepEqual(
      { ...found },
      {
        ...{ id, type, data, schemaVersion, tags, metadata, correlationId, causationId, occurredAt: moment },
        ...{ streamId: 's', version: index, position: index + 1, commandId: null },
      },
    );
  }
});

test('a field that an event does not have, whatever it is called', async () => {
  const store = await openMemory();
  for (const field of ['kind', '5', 'length']) {
    const event = /** @type {any} */ ({ type: 'T', data: 1, [field]: 1 });
    await assert.rejects(store.append('s', [{ type: 'T', data: 1 }, event]), {
      code: 'invalid_input',
      field: `events.1.${field}`,
    });
  }
  await store.close();
});

test('events and parts are not asked what they are as JSON', async () => {
  const store = await openMemory();
  /** @type {any} */
  const row = { toJSON: () => [null, 'T', 1, null, null] };
  await assert.rejects(store.append('s', [row]), { code: 'invalid_input', field: 'events.0.type' });
  await store.append('s', [{ ...row, type: 'U', data: 2 }]);
  /** @type {any} */
  const part = { streamId: 's', events: [{ type: 'V', data: 3 }], toJSON: () => 'T' };
  await store.appendAll([part]);
  const { events } = await store.readStream('s');
  assert.deepEqual(
    events.map(({ type, data }) => [type, data]),
    [
      ['U', 2],
      ['V', 3],
    ],
  );
  await store.close();
});
