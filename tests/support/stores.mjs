/** Stores in memory for tests, and what tests ask of them. */

import assert from 'node:assert/strict';
import { DaybookError, openStore } from 'daybook';

/** @typedef {import('daybook').Store} Store */
/** @typedef {import('daybook').RecordedEvent} RecordedEvent */

/** @returns {Promise<Store>} */
export const openMemory = () => openStore({ name: 'test', storage: 'memory' });

/** An event that needs nothing but a type. @param {string} type @param {import('daybook').Json} [data] */
export const event = (type, data = null) => ({ type, data });

/** @param {number} count @param {string} [type] */
export const events = (count, type = 'Counted') =>
  Array.from({ length: count }, (_, index) => event(type, { index }));

/** Everything the log holds. @param {Store} store @param {import('daybook').ReadAllOptions} [options] */
export async function readLog(store, options) {
  /** @type {RecordedEvent[]} */
  const log = [];
  for await (const one of store.readAll(options)) log.push(one);
  return log;
}

/**
 * Checks that `work` fails with an error of this package, of the given code and fields.
 * @param {() => unknown} work @param {object} expected
 */
export async function assertFails(work, expected) {
  await assert.rejects(
    async () => await work(),
    (error) => {
      assert.ok(error instanceof DaybookError, `not an error of this package: ${error}`);
      const given = Object.fromEntries(
        Object.keys(expected).map((key) => [key, /** @type {any} */ (error)[key]]),
      );
      assert.deepEqual(given, expected, error.message);
      return true;
    },
  );
}

/**
 * Lets pending promises make `steps` steps, so that what follows comes at any moment of what is
 * under way.
 * @param {number} steps
 */
export async function takeSteps(steps) {
  for (let step = 0; step < steps; step += 1) await null;
}
