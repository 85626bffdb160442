import { expect, test } from '@playwright/test';

import { placeOrder, rowsOf, statusOf } from './app.js';
import { serve } from './server.js';

test.use({ locale: 'en-GB' });

test('the app goes on with the server stopped and the page reloaded', async ({ browser }) => {
  const server = await serve();
  const context = await browser.newContext({ baseURL: server.url, locale: 'en-GB' });
  try {
    const page = await context.newPage();
    await placeOrder(page, { customer: 'Ada' });
    const address = page.url();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await server.stop();

    await page.reload();
    await expect(page).toHaveURL(address);
    await expect(statusOf(page)).toHaveText('Pending');
    await placeOrder(page, { customer: 'Grace' });
    await page.goto('./#/orders');
    await page.reload();
    await expect(rowsOf(page)).toHaveCount(2);
    for (const route of ['customers', 'revenue', 'log', 'projections', 'data']) {
      await page.goto(`./#/${route}`);
      await page.reload();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(new RegExp(route, 'i'));
    }
  } finally {
    await context.close();
    await server.stop().catch(() => {});
  }
});

test('being offline is shown, and is no hindrance', async ({ page, context }) => {
  await placeOrder(page, { customer: 'Ada' });
  await context.setOffline(true);
  await expect(page.getByText('Offline', { exact: true })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('PAY-1');
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  await expect(statusOf(page)).toHaveText('Paid');
  await context.setOffline(false);
  await expect(page.getByText('Offline', { exact: true })).toBeHidden();
});

test('the app can be installed: its manifest and icons are there', async ({ page, request }) => {
  await page.goto('./');
  const href = await page
    .locator('link[rel=manifest]')
    .evaluate((link) => /** @type {HTMLLinkElement} */ (link).href);
  const manifest = await (await request.get(href)).json();
  expect(manifest.display).toBe('standalone');
  for (const icon of manifest.icons) {
    expect((await request.get(new URL(icon.src, href).href)).status(), icon.src).toBe(200);
  }
});
