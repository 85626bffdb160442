/** What is told of a transaction that the browser ended on its own account. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hear } from '../crate/indexeddb/js/database.js';

const refused = (/** @type {string} */ name) => new DOMException('', name);

/**
 * What somebody who hears a transaction end is told, when the browser aborts it with `error`: first its
 * requests hear, of their own errors, then it does.
 *
 * @param {DOMException | null} error @param {DOMException[]} ofRequests
 */
function toldOf(error, ofRequests) {
  /** @type {any} */
  const transaction = { error: null };
  /** @type {unknown} */
  let told;
  hear(
    transaction,
    () => assert.fail('it was not stored'),
    ({ code }) => {
      told = code;
    },
  );
  for (const error of ofRequests) transaction.onerror({ target: { error } });
  transaction.error = error;
  transaction.onabort();
  return told;
}

describe('whoever is not stored is told', () => {
  test('of no space, also when a request is under way that is only aborted', () => {
    const full = refused('QuotaExceededError');
    assert.equal(toldOf(full, []), 'quota_exceeded');
    assert.equal(toldOf(full, [refused('AbortError')]), 'quota_exceeded');
  });

  test('of a key that is taken, also where only the request knows', () => {
    const taken = refused('ConstraintError');
    assert.equal(toldOf(taken, [taken, refused('AbortError')]), 'taken');
    assert.equal(toldOf(null, [taken, refused('AbortError')]), 'taken');
  });
});
