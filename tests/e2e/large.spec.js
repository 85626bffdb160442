import { expect, test } from '@playwright/test';

import { rowsOf, visit } from './app.js';
import { openPackage } from './package.js';

// The app's service worker would answer for the package's page.
test.use({ locale: 'en-GB', serviceWorkers: 'block' });

test('a hundred thousand orders: few rows in the document, the last at one key, any found by typing', async ({
  page,
  context,
}) => {
  // About ten seconds on a machine with nothing else to do.
  test.setTimeout(240_000);
  const tool = await openPackage(context);
  const orderId = await tool.evaluate(async () => {
    // @ts-expect-error The page's own address.
    const { openOrderBook } = await import('./orders.js');
    const book = await openOrderBook();
    await book.addDemoData({ orders: 89_999, seed: 1 });
    const { orderId } = await book.placeOrder({
      customerId: 'Zacharias Quux',
      currency: 'EUR',
      items: [{ productId: 'lamp', quantity: '1', unitPrice: '89' }],
    });
    await book.addDemoData({ orders: 10_000, seed: 2 });
    await book.close();
    return orderId;
  });
  await tool.close();

  await visit(page);
  const grid = page.getByRole('grid', { name: /^Orders, 100,000 in all$/ });
  await expect(grid).toHaveAttribute('aria-rowcount', '100001', { timeout: 60_000 });
  expect(await rowsOf(page).count()).toBeLessThan(80);

  await rowsOf(page).first().focus();
  await page.keyboard.press('End');
  const last = grid.locator('[role=row][aria-rowindex="100001"]');
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  expect(await rowsOf(page).count()).toBeLessThan(80);

  await page.getByRole('searchbox').fill('quux');
  await expect(rowsOf(page)).toHaveCount(1);
  await expect(rowsOf(page)).toContainText('Zacharias Quux');

  // One look into the log ends before it is through it all; then there is more to look through.
  await visit(page, `#/log?stream=order-${orderId}`);
  await expect(page.getByRole('heading', { name: 'No match so far' })).toBeVisible();
  const further = page.getByRole('button', { name: 'Look further back' });
  const entry = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
  await expect(async () => {
    if ((await entry.count()) === 0) await further.click();
    await expect(entry).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
  await expect(entry).toContainText('Zacharias Quux');
});
