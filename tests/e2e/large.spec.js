import { expect, test } from '@playwright/test';

import { rowsOf, visit } from './app.js';
import { openPackage } from './package.js';

// The app's service worker would answer for the package's page.
test.use({ locale: 'en-GB', serviceWorkers: 'block' });

test('a hundred thousand orders: few rows in the document, the last at one key, any found by typing', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  const tool = await openPackage(context);
  await tool.evaluate(async () => {
    // @ts-expect-error The page's own address.
    const { openOrderBook } = await import('./orders.js');
    const book = await openOrderBook();
    // Last, and the only one of its kind: whoever finds it has looked through all of them.
    for (let added = 0; added < 99_999; ) {
      const orders = Math.min(10_000, 99_999 - added);
      added += (await book.addDemoData({ orders, seed: added })).orders;
    }
    await book.placeOrder({
      customerId: 'Zacharias Quux',
      currency: 'EUR',
      items: [{ productId: 'lamp', quantity: '1', unitPrice: '89' }],
    });
    await book.close();
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
});
