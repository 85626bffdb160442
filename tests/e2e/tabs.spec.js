import { expect, test } from '@playwright/test';

import { addDemoData, carryOut, goTo, placeOrder, rowsOf, statusOf, visit } from './app.js';

test.use({ locale: 'en-GB' });

/** What one tab is told by another it shows well before it would look by itself, which is each five seconds. */
const told = { timeout: 2_000 };

test('two tabs show the same truth, because they tell each other', async ({ page, context }) => {
  // Without looking by themselves they must be told.
  await context.addInitScript(() => {
    window.setInterval = /** @type {any} */ (() => 0);
  });
  const other = await context.newPage();
  await visit(other);
  await expect(other.getByRole('heading', { name: 'The first page is blank' })).toBeVisible();
  await placeOrder(page, { customer: 'Grace' });
  await expect(rowsOf(other)).toHaveCount(1);

  await placeOrder(page, { customer: 'Ada' });
  await expect(rowsOf(other).filter({ hasText: 'Ada' })).toContainText('Pending', told);
  await rowsOf(other).filter({ hasText: 'Ada' }).getByRole('button', { name: /^Pay/ }).click();
  await other.getByRole('dialog').getByRole('textbox').fill('PAY-9');
  await other.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  await expect(statusOf(page)).toHaveText('Paid', told);
});

test('the log shows what another tab writes as its newest entry, and keeps the older ones looked for', async ({
  page,
  context,
}) => {
  await addDemoData(page);
  await goTo(page, 'Log');
  const entries = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
  await entries.last().scrollIntoViewIfNeeded();
  await expect.poll(() => entries.count()).toBeGreaterThan(50);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(page.getByRole('list', { name: 'Events, newest first' })).toHaveAttribute(
    'aria-busy',
    'false',
  );
  const before = await entries.count();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  const other = await context.newPage();
  await placeOrder(other, { customer: 'Ada' });
  await expect(entries.first()).toContainText('Ada');
  await expect(entries.first()).toContainText('OrderPlaced');
  expect(await entries.count()).toBeGreaterThan(before);
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
});

test('what another tab did meanwhile is said in words, and nothing is stored', async ({ page, context }) => {
  await placeOrder(page, { customer: 'Ada' });
  const other = await context.newPage();
  await visit(other, new URL(page.url()).hash);
  await other.getByRole('main').getByRole('button', { name: 'Pay', exact: true }).click();
  const dialog = other.getByRole('dialog');
  await dialog.getByRole('textbox').fill('PAY-1');

  await carryOut(page, 'Cancel', 'Ordered by mistake');
  await dialog.getByRole('button', { name: 'Confirm payment' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Another tab has cancelled this order meanwhile.');
  await expect(dialog.getByRole('alert')).toContainText('Nothing was stored.');
  await other.keyboard.press('Escape');
  await expect(statusOf(other)).toHaveText('Cancelled');
  await expect(other.getByRole('region', { name: 'History' }).getByRole('listitem')).toHaveCount(2);
});

test('two tabs that write at the same moment lose nothing', async ({ page, context }) => {
  const other = await context.newPage();
  await Promise.all([placeOrder(page, { customer: 'Ada' }), placeOrder(other, { customer: 'Grace' })]);
  for (const tab of [page, other]) {
    await goTo(tab, 'Orders');
    await expect(rowsOf(tab)).toHaveCount(2);
  }
});

test('everything deleted in one tab is gone from the other', async ({ page, context }) => {
  await placeOrder(page, { customer: 'Ada' });
  const other = await context.newPage();
  await visit(other);
  await expect(rowsOf(other)).toHaveCount(1);
  await visit(page, '#/data');
  await page.getByRole('button', { name: 'Delete everything…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete everything', exact: true }).click();
  await expect(other.getByRole('heading', { name: 'The first page is blank' })).toBeVisible();
  await placeOrder(other, { customer: 'Grace' });
  await goTo(page, 'Orders');
  await expect(rowsOf(page)).toHaveText([/Grace/]);
});
