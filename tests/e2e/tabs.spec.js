import { expect, test } from '@playwright/test';

import { carryOut, goTo, placeOrder, rowsOf, statusOf, visit } from './app.js';

test.use({ locale: 'en-GB' });

test('two tabs show the same truth', async ({ page, context }) => {
  const other = await context.newPage();
  await visit(other);
  await expect(other.getByRole('heading', { name: 'The first page is blank' })).toBeVisible();

  await placeOrder(page, { customer: 'Ada' });
  await expect(rowsOf(other).filter({ hasText: 'Ada' })).toContainText('Pending');
  await rowsOf(other).filter({ hasText: 'Ada' }).getByRole('button', { name: /^Pay/ }).click();
  await other.getByRole('dialog').getByRole('textbox').fill('PAY-9');
  await other.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  await expect(statusOf(page)).toHaveText('Paid');
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
