import { expect, test } from '@playwright/test';

import { goTo, placeOrder, statusOf, visit } from './app.js';
import { openPackage } from './package.js';

// The app's service worker would answer for the package's page.
test.use({ locale: 'en-GB', serviceWorkers: 'block' });

test('a store that a newer version wrote is explained, left alone, and there is a way forward', async ({
  page,
  context,
}) => {
  const tool = await openPackage(context);
  await tool.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('daybook:order-book', 99);
        request.onupgradeneeded = () => request.result.createObjectStore('tomorrow');
        request.onsuccess = () => resolve(request.result.close());
        request.onerror = () => reject(request.error);
      }),
  );
  await visit(page);
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert.getByRole('heading')).toHaveText('Written by a newer version');
  await expect(alert).toContainText('nothing has been changed');
  await expect(alert.getByRole('button', { name: 'Reload' })).toBeVisible();
  const found = await tool.evaluate(() => indexedDB.databases());
  expect(found).toContainEqual({ name: 'daybook:order-book', version: 99 });
});

test('a batch that a newer version wrote is explained, and nothing is changed', async ({ page, context }) => {
  const tool = await openPackage(context);
  await tool.evaluate(async () => {
    // @ts-expect-error The page's own address.
    const { openOrderBook } = await import('./orders.js');
    const book = await openOrderBook();
    await book.addDemoData({ orders: 3 });
    await book.close();
  });
  /** Everything in the store; with `newer`, after a batch of tomorrow's format was written behind the last. */
  const stored = (/** @type {boolean} */ newer) =>
    tool.evaluate(async (write) => {
      /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
      const done = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open('daybook:order-book'));
      const names = [...database.objectStoreNames];
      const transaction = database.transaction(names, 'readwrite');
      if (write) {
        // The order book's last append lies in `recent`: its last position, then the batch.
        const recent = transaction.objectStore('recent');
        const newest = await done(recent.openCursor(null, 'prev'));
        const tomorrow = newest?.value.slice();
        const place = new DataView(tomorrow.buffer);
        const end = place.getFloat64(0);
        place.setFloat64(0, end + 1);
        tomorrow[8] += 1;
        await done(recent.put(tomorrow, end + 1));
      }
      const records = [];
      for (const name of names) {
        const store = transaction.objectStore(name);
        const [keys, values] = [await done(store.getAllKeys()), await done(store.getAll())];
        records.push([
          name,
          keys,
          values.map((value) => (value instanceof Uint8Array ? value.join() : `${value}`)),
        ]);
      }
      database.close();
      return records;
    }, newer);
  const before = await stored(true);

  await visit(page);
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert.getByRole('heading')).toHaveText('Written by a newer version');
  await expect(alert).toContainText('nothing has been changed');
  await expect(alert.getByRole('button', { name: 'Reload' })).toBeVisible();
  await page.close();
  expect(await stored(false)).toEqual(before);
});

test('events of types and schemas this version does not know are kept, shown, counted and skipped', async ({
  page,
  context,
}) => {
  await placeOrder(page, { customer: 'Ada' });
  const orderId = decodeURIComponent(new URL(page.url()).hash.split('/')[2] ?? '');
  const tool = await openPackage(context);
  await tool.evaluate(async (streamId) => {
    // @ts-expect-error The page's own address.
    const { openStore } = await import('./index.js');
    const store = await openStore({ name: 'order-book' });
    await store.append(streamId, [
      { type: 'OrderGiftWrapped', data: { ribbon: 'red' } },
      { type: 'PaymentConfirmed', schemaVersion: 9, data: { instalments: [1, 2] } },
    ]);
    await store.close();
  }, `order-${orderId}`);

  const events = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  await expect(events).toHaveCount(3);
  await expect(events.filter({ hasText: 'unknown to this version, skipped' })).toHaveCount(2);
  await expect(statusOf(page)).toHaveText('Pending');

  await goTo(page, 'Log');
  const first = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem').first();
  await expect(first).toContainText('unknown to this version, skipped');
  await first.locator('summary').click();
  await expect(first.getByRole('group', { name: 'Data as JSON' })).toContainText('"instalments"');

  await goTo(page, 'Projections');
  const skipped = page.getByRole('list', { name: 'Skipped events' }).first().getByRole('listitem');
  await expect(skipped).toHaveText([/OrderGiftWrapped, schema 1: 1/, /PaymentConfirmed, schema 9: 1/]);

  await visit(page, `#/orders/${orderId}`);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('PAY-1');
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  await expect(statusOf(page)).toHaveText('Paid');
});
