/** What a visitor downloads stays within the budgets of scripts/size-budget.json. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { shortcoming } from '../scripts/build-wasm.mjs';
import { budgets, measure } from '../scripts/size.mjs';

describe('the download, in bytes of brotli', () => {
  /** @type {Awaited<ReturnType<typeof measure>>} */
  let sizes;
  before(async () => {
    sizes = await measure();
  });

  for (const part of /** @type {(keyof typeof budgets)[]} */ (Object.keys(budgets))) {
    test(`of the ${part} stays within ${budgets[part]}`, () => {
      const { brotli } = sizes[part];
      assert.ok(brotli > 0, 'nothing was measured');
      assert.ok(brotli <= (budgets[part] ?? 0), `it is ${brotli}. ${shortcoming() ?? ''}`);
    });
  }
});
