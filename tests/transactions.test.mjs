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
    const [taken, aborted] = [refused('ConstraintError'), refused('AbortError')];
    // Chromium, WebKit, Firefox.
    for (const error of [taken, null, aborted]) {
      assert.equal(toldOf(error, [taken, aborted]), 'taken');
      assert.equal(toldOf(error, [aborted, taken]), 'taken');
    }
  });

  test('of a lost connection, when there is nothing else to tell', () => {
    const aborted = refused('AbortError');
    assert.equal(toldOf(aborted, [aborted]), 'connection_lost');
    assert.equal(toldOf(null, [aborted]), 'connection_lost');
  });
});
