import { expect, test } from '@playwright/test';

import { addDemoData, rowsOf, visit } from './app.js';
import { openPackage } from './package.js';

// The app's service worker would answer for the package's page.
test.use({ locale: 'en-GB', serviceWorkers: 'block' });

/** The order book's module, in a page that has the package. @returns {Promise<typeof import('daybook/orders')>} */
const orders = () =>
  // @ts-expect-error The page's own address.
  import('./orders.js');

test('what is peeked at is what the book showed when it was last saved', async ({ context }) => {
  const tool = await openPackage(context);
  await tool.evaluate(`globalThis.orders = ${orders}`);
  const seen = await tool.evaluate(async () => {
    const { openOrderBook, peekOrders } = await orders();
    const nothing = await peekOrders({ name: 'peeked' });
    const book = await openOrderBook({ name: 'peeked' });
    await book.addDemoData({ orders: 80 });
    const shown = book.orders({ sort: 'placedAt', descending: true, limit: 50 });
    await book.close();
    return { nothing, shown };
  });
  expect(seen.nothing).toBeNull();
  expect(seen.shown.rows).toHaveLength(50);
  await tool.reload();
  await tool.evaluate(`globalThis.orders = ${orders}`);
  const peeked = await tool.evaluate(async () => {
    const { peekOrders } = await orders();
    return await peekOrders({ name: 'peeked' });
  });
  expect(peeked).toEqual(seen.shown);
});

test('opening reads all it needs at once before the first rows can be shown', async ({ context }) => {
  const tool = await openPackage(context);
  await tool.evaluate(`globalThis.orders = ${orders}`);
  const asked = await tool.evaluate(async () => {
    const { openOrderBook } = await orders();
    const book = await openOrderBook({ name: 'asked' });
    await book.addDemoData({ orders: 200 });
    await book.close();
    /** @type {string[]} */
    const log = [];
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...given) {
      log.push([given[0]].flat().join());
      return transaction.apply(this, given);
    };
    const early = await openOrderBook({ name: 'asked', early: true });
    const shown = early.orders({ limit: 50 }).rows.length;
    const before = [...log];
    await early.restored;
    const whole = early.orders({ limit: 1_000 }).rows.length;
    await early.close();
    return { shown, before, whole };
  });
  expect(asked.shown).toBe(50);
  expect(asked.whole).toBe(200);
  // All that opening needs comes first. Nobody waits for what comes after: the other rows, and a look at
  // what other tabs have appended meanwhile.
  expect(asked.before[0]).toBe('log,recent,derived');
  expect(asked.before.filter((names) => names.includes('derived'))).toEqual([
    'log,recent,derived',
    'derived',
  ]);
});

test('what another tab appends while the module is being loaded is not missed', async ({ context }) => {
  const other = await openPackage(context);
  await other.evaluate(`globalThis.orders = ${orders}`);
  /** @param {number} seed */
  const add = (seed) =>
    other.evaluate(async (seed) => {
      const { openOrderBook } = await orders();
      const book = await openOrderBook({ name: 'shared' });
      await book.addDemoData({ orders: 20, seed });
      const { position } = book;
      await book.close();
      return position;
    }, seed);
  const first = await add(1);
  const tool = await openPackage(context);
  /** @type {() => void} */
  let goOn = () => {};
  const held = new Promise((resolve) => {
    goOn = () => resolve(undefined);
  });
  await tool.route('**/*.wasm', async (route) => {
    await held;
    await route.fallback();
  });
  await tool.evaluate(`globalThis.orders = ${orders}`);
  const opening = tool.evaluate(async () => {
    const { openOrderBook } = await orders();
    const book = await openOrderBook({ name: 'shared' });
    const order = book.placeOrder({
      customerId: 'Ada',
      items: [{ productId: 'tea', quantity: 1, unitPrice: '1' }],
      currency: 'EUR',
    });
    return (await order).position;
  });
  const second = await add(2);
  expect(second).toBeGreaterThan(first);
  goOn();
  expect(await opening).toBe(second + 1);
});

test('stores of one name that are opened at once miss nothing of each other', async ({ context }) => {
  const tool = await openPackage(context);
  const positions = await tool.evaluate(async () => {
    // @ts-expect-error The page's own address.
    const { openStore } = /** @type {typeof import('daybook')} */ (await import('./index.js'));
    const open = () => openStore({ name: 'at once', durability: 'relaxed' });
    const stores = await Promise.all([open(), open(), open()]);
    for (const [index, store] of stores.entries())
      await store.append(`s${index}`, [{ type: 'Happened', data: {} }]);
    const found = await Promise.all(stores.map((store) => store.refresh()));
    for (const store of stores) await store.close();
    return found;
  });
  expect(positions).toEqual([3, 3, 3]);
});

test('the page lists the newest orders before its WebAssembly is there', async ({ page }) => {
  await visit(page);
  await addDemoData(page);
  await expect(rowsOf(page).first()).toBeVisible();
  // Until what was saved to be peeked at is of the log's end.
  const isSaved = () =>
    page.evaluate(async () => {
      /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
      const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const database = await done(indexedDB.open('daybook:order-book'));
      const transaction = database.transaction(['log', 'recent', 'derived']);
      const log = transaction.objectStore('log');
      const recent = transaction.objectStore('recent');
      const derived = transaction.objectStore('derived');
      const sealed = await done(log.openKeyCursor(null, 'prev'));
      const newest = await done(recent.openCursor(null, 'prev'));
      const saved = await done(derived.get('peek/1/orders'));
      database.close();
      const end = newest?.value ? new DataView(newest.value.buffer).getFloat64(0) : sealed?.key;
      return saved !== undefined && JSON.parse(new TextDecoder().decode(saved)).position === end;
    });
  await expect.poll(isSaved).toBe(true);
  /** @type {() => void} */
  let goOn = () => {};
  const held = new Promise((resolve) => {
    goOn = () => resolve(undefined);
  });
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await expect(rowsOf(page).first()).toBeVisible();
  goOn();
  await expect(page.getByRole('button', { name: /^Pay/ }).first()).toBeVisible();
});
