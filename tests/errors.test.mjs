/** Errors are told apart by class and by code; both are the same from every entry point. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import * as daybook from 'daybook';
import * as orders from 'daybook/orders';
import { root } from '../scripts/lib/paths.mjs';
import { draft, openBook, place } from './support/books.mjs';
import { event, events, openMemory } from './support/stores.mjs';

/** What `work` is rejected with. @param {() => Promise<unknown>} work @returns {Promise<unknown>} */
const failure = (work) =>
  work().then(
    () => assert.fail('it succeeded'),
    (error) => error,
  );

describe('an error', () => {
  /** @type {[string, typeof daybook.DaybookError, () => Promise<unknown>][]} */
  const cases = [
    [
      'conflict',
      daybook.ConflictError,
      async () => (await openMemory()).append('s', events(1), { expectedVersion: 0 }),
    ],
    [
      'condition_failed',
      daybook.ConditionFailedError,
      async () => {
        const store = await openMemory();
        await store.append('s', [event('T')]);
        await store.append('s', [event('T')], { condition: { failIf: [{ types: ['T'] }] } });
      },
    ],
    ['rule_broken', daybook.RuleBrokenError, async () => place(await openBook(), { items: [] })],
    ['invalid_input', daybook.InvalidInputError, async () => (await openMemory()).append('', events(1))],
    ['not_found', daybook.NotFoundError, async () => (await openBook()).history(randomUUID())],
    [
      'aborted',
      daybook.AbortedError,
      async () => (await openMemory()).verify({ signal: AbortSignal.abort() }),
    ],
    [
      'closed',
      daybook.ClosedError,
      async () => {
        const store = await openMemory();
        await store.close();
        await store.verify();
      },
    ],
  ];
  for (const [code, type, work] of cases) {
    test(`of code ${code} is a ${type.name}`, async () => {
      const error = await failure(work);
      assert.ok(error instanceof type);
      assert.ok(error instanceof daybook.DaybookError);
      assert.ok(error instanceof Error);
      assert.deepEqual([error.code, error.name], [code, type.name]);
      assert.ok(error.message.length > 0);
      assert.ok(error.stack);
    });
  }

  test('has a class that both entry points export, beside what they open and nothing else', () => {
    const { openStore, Store, ...classes } = daybook;
    const { openOrderBook, peekOrders, ...same } = orders;
    assert.deepEqual(
      [openStore, Store, openOrderBook, peekOrders].map((one) => typeof one),
      Array(4).fill('function'),
    );
    assert.equal(Object.keys(classes).length, 14);
    assert.ok(Object.keys(classes).every((name) => name.endsWith('Error')));
    assert.deepEqual(same, classes);
  });

  test('that a listener of the order book throws is not lost, and the book goes on', () => {
    const script = `
      import { openOrderBook } from 'daybook/orders';
      const mistakes = [];
      process.on('uncaughtException', (error) => mistakes.push(error.message));
      const book = await openOrderBook({ storage: 'memory' });
      book.onChange(() => { throw new Error('mine'); });
      const seen = new Promise((resolve) => book.onChange(({ position }) => position === 2 && resolve()));
      await book.placeOrder(${JSON.stringify(draft())});
      await book.placeOrder(${JSON.stringify(draft())});
      await seen;
      await book.close();
      console.log(new Set(mistakes).size, book.orders().count);`;
    const args = ['--input-type=module', '-e', script];
    assert.equal(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim(), '1 2');
  });
});
