import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { expect, test } from '@playwright/test';

import { placeOrder, rowsOf, statusOf, visit } from './app.js';
import { built, serve } from './server.js';

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

test('a new version waits until it is asked for, and then is the one without a network too', async ({
  browser,
}) => {
  const directory = mkdtempSync(join(tmpdir(), 'daybook-page-'));
  cpSync(built, directory, { recursive: true });
  /** @param {string} file @param {string} from @param {string} to */
  const change = (file, from, to) => {
    const text = readFileSync(join(directory, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(directory, file), text.replace(from, to));
  };
  const server = await serve(directory + sep);
  const context = await browser.newContext({ baseURL: server.url, locale: 'en-GB' });
  const description = 'meta[name=description]';
  try {
    const page = await context.newPage();
    await visit(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

    change('index.html', 'forgets nothing.', 'forgets nothing at all.');
    change('sw.js', '"version":"', '"version":"new');
    await page.reload();
    await expect(page.getByText('A new version of the order book is ready.')).toBeVisible();
    await expect(page.locator(description)).toHaveAttribute('content', /forgets nothing\.$/);

    await page.getByRole('button', { name: 'Reload and update' }).click();
    await expect(page.locator(description)).toHaveAttribute('content', /nothing at all/);
    await expect(page.getByText('A new version of the order book is ready.')).toBeHidden();
    const caches = await page.evaluate(() => window.caches.keys());
    expect(caches).toHaveLength(1);

    await server.stop();
    await page.reload();
    await expect(page.locator(description)).toHaveAttribute('content', /nothing at all/);
    await visit(page, '#/data');
  } finally {
    await context.close();
    await server.stop().catch(() => {});
    rmSync(directory, { recursive: true, force: true });
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
