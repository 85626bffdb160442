import { expect, test } from '@playwright/test';

import { addDemoData, carryOut, placeOrder, rowsOf, statusOf, visit } from './app.js';

test.use({ locale: 'en-GB' });

test('the history tells every event, and the slider shows the order as it was', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await carryOut(page, 'Pay', 'PAY-7781');
  await carryOut(page, 'Refund', 'Arrived damaged');
  const events = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  await expect(events).toHaveCount(3);
  await expect(events.nth(1)).toContainText('PAY-7781');
  await expect(events.nth(2)).toContainText('Arrived damaged');
  await expect(events.nth(2)).toContainText('version 2');
  await expect(events.nth(2)).toContainText('position 3');

  const slider = page.getByRole('slider', { name: /^Time travel/ });
  await slider.focus();
  await slider.press('ArrowLeft');
  await expect(page.getByRole('region', { name: 'As it was' })).toBeVisible();
  await expect(statusOf(page)).toHaveText('Paid');
  await slider.press('Home');
  await expect(statusOf(page)).toHaveText('Pending');
  await expect(slider).toHaveAttribute('aria-valuetext', /^Version 0/);
  await expect(page.getByRole('main').getByRole('button', { name: 'Pay', exact: true })).toBeHidden();

  await page.reload();
  await expect(statusOf(page)).toHaveText('Pending');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(statusOf(page)).toHaveText('Refunded');
});

test('an event’s data can be looked at', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await page
    .getByText(/^Data of OrderPlaced/)
    .or(page.locator('summary').first())
    .first()
    .click();
  await expect(page.getByRole('group', { name: 'Data as JSON' }).first()).toContainText(
    '"total_amount": "116.21"',
  );
});

test('an event of an old schema is shown in today’s shape, and as it was stored', async ({ page }) => {
  await addDemoData(page);
  await page.goto('./#/orders?sort=placedAt');
  await rowsOf(page).first().getByRole('link').first().click();
  const event = page.getByRole('region', { name: 'History' }).getByRole('listitem').first();
  await expect(event).toContainText(/upcasted from schema [12] to 3/);
  await event.locator('summary').click();
  const [today, stored] = [
    event.getByRole('group', { name: 'Data as JSON' }).first(),
    event.getByRole('group', { name: 'Data as JSON' }).last(),
  ];
  await expect(today).toContainText('"currency": "USD"');
  await expect(stored).not.toContainText('currency');
});

test('the log shows every event, newest first, filtered by type, paging on to the oldest', async ({
  page,
}) => {
  await addDemoData(page);
  await visit(page, '#/log');
  const events = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
  await expect(events.first()).toBeVisible();
  const before = await events.count();
  await events.last().scrollIntoViewIfNeeded();
  await expect.poll(() => events.count()).toBeGreaterThan(before);
  const type = page.getByRole('combobox', { name: 'Type' });
  await type.selectOption('PaymentRefunded');
  await expect(page).toHaveURL(/type=PaymentRefunded/);
  await expect(events.filter({ hasText: 'PaymentRefunded' }).first()).toBeVisible();
  await expect(events.filter({ hasText: 'OrderPlaced, schema' })).toHaveCount(0);
});

test('the log can be narrowed down to the streams that begin with a text', async ({ page }) => {
  await placeOrder(page, { customer: 'Grace' });
  await placeOrder(page, { customer: 'Ada' });
  await carryOut(page, 'Pay', 'PAY-1');
  const orderId = new URL(page.url()).hash.split('/')[2] ?? '';
  await visit(page, '#/log');
  const events = page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem');
  await expect(events).toHaveCount(3);
  const stream = page.getByRole('searchbox', { name: 'Stream begins with' });
  await stream.fill(`order-${orderId.slice(0, 13)}`);
  await expect(events).toHaveCount(2);
  await expect(events.first()).toContainText('PAY-1');
  await expect(events.last()).toContainText('Ada');
  await expect(page).toHaveURL(/stream=order-/);
  await stream.fill('parcel-');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  await stream.fill('');
  await expect(events).toHaveCount(3);
});

test('the list can be shown as of an earlier moment', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await visit(page, '#/orders?asof=2020-01-01T00:00');
  await expect(page.getByText('The orders as they stood on')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No order matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(rowsOf(page)).toHaveCount(1);
});

test('an address that leads nowhere says so', async ({ page }) => {
  for (const id of ['x'.repeat(1_000), '%E0%A4%A', 'no-such-order']) {
    await visit(page, `#/orders/${id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Order not found');
    await expect(page.getByRole('main').getByRole('paragraph')).toHaveText(/^\p{Lu}\p{Ll}+ .+\.$/u);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), id).toBe(true);
  }
  await page.getByRole('link', { name: 'To all orders' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
});
