import { expect, test } from '@playwright/test';

import {
  carryOut,
  fillLine,
  goTo,
  messages,
  openCommand,
  placeOrder,
  rowsOf,
  statusOf,
  visit,
} from './app.js';

test.use({ locale: 'en-GB' });

test('an order of several items is placed, paid, refunded and cancelled, and each step says where it was stored', async ({
  page,
}) => {
  await visit(page, '#/new-order');
  await page.getByRole('textbox', { name: 'Customer' }).fill('Ada Lovelace');
  await fillLine(page, 1, { product: 'fountain-pen', quantity: '2', price: '44.98' });
  await page.getByRole('button', { name: 'Add item' }).click();
  await expect(
    page.getByRole('group', { name: 'Item 2' }).getByRole('textbox', { name: 'Product' }),
  ).toBeFocused();
  await fillLine(page, 2, { product: 'ink-royal-blue', quantity: '3', price: '8.75' });
  await expect(page.getByRole('group', { name: 'Item 1' })).toContainText('€89.96');
  await expect(page.getByLabel('Total', { exact: true })).toHaveText('€116.21');
  await page.getByRole('button', { name: 'Place order' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Order');
  await expect(messages(page)).toContainText('Order placed');
  await expect(messages(page)).toContainText('Stored at position 1.');
  await expect(statusOf(page)).toHaveText('Pending');

  await carryOut(page, 'Pay', 'PAY-7781');
  await expect(messages(page)).toContainText('Stored at position 2.');
  await expect(statusOf(page)).toHaveText('Paid');
  await expect(page.getByRole('main').getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();

  await carryOut(page, 'Refund', 'Arrived damaged');
  await expect(statusOf(page)).toHaveText('Refunded');
  await carryOut(page, 'Cancel', 'No longer wanted');
  await expect(messages(page)).toContainText('Stored at position 4.');
  await expect(statusOf(page)).toHaveText('Cancelled');
  for (const command of ['Pay', 'Refund', 'Cancel']) {
    await expect(page.getByRole('main').getByRole('button', { name: command, exact: true })).toBeHidden();
  }
});

test('the list offers what the rules allow, and acts on a row', async ({ page }) => {
  await placeOrder(page, { customer: 'Grace Hopper' });
  await goTo(page, 'Orders');
  const row = rowsOf(page).filter({ hasText: 'Grace Hopper' });
  await expect(row.getByRole('button', { name: /^Refund/ })).toBeHidden();
  await row.getByRole('button', { name: /^Pay/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Take payment' });
  await expect(dialog).toContainText('€116.21');
  await dialog.getByRole('textbox', { name: 'Payment reference' }).fill('PAY-1');
  await dialog.getByRole('button', { name: 'Confirm payment' }).click();
  await expect(row).toContainText('Paid');
  await expect(row.getByRole('button', { name: /^Refund/ })).toBeVisible();
  await expect(row.getByRole('button', { name: /^Cancel/ })).toBeHidden();
});

test('the list is searched, filtered and sorted, and its totals follow', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await placeOrder(page, {
    customer: 'Barbara',
    currency: 'JPY',
    lines: [{ product: 'lamp', quantity: '1', price: '8900' }],
  });
  await carryOut(page, 'Pay', 'PAY-2');
  await goTo(page, 'Orders');
  await expect(rowsOf(page)).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Search orders and customers' }).fill('barb');
  await expect(rowsOf(page)).toHaveCount(1);
  await expect(page.getByLabel('Totals')).toContainText('8,900');
  await expect(page.getByLabel('Totals')).not.toContainText('116.21');
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: 'Pending', exact: true }).click();
  await expect(rowsOf(page)).toHaveText([/Ada/]);
  await page.reload();
  await expect(rowsOf(page)).toHaveText([/Ada/]);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByRole('button', { name: 'Customer', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Customer' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  await expect(rowsOf(page)).toHaveText([/Ada/, /Barbara/]);
  await page.getByRole('button', { name: 'Customer', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Customer' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
});

test('a draft that is not right is refused at the field, and the first problem gets the focus', async ({
  page,
}) => {
  await visit(page, '#/new-order');
  const customer = page.getByRole('textbox', { name: 'Customer' });
  const line = page.getByRole('group', { name: 'Item 1' });
  const price = line.getByRole('textbox', { name: 'Unit price' });
  await expect(customer).not.toHaveAttribute('aria-invalid', 'true');

  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(customer).toBeFocused();
  await expect(customer).toHaveAttribute('aria-invalid', 'true');
  await expect(customer).toHaveAccessibleDescription(/\S/);

  await customer.fill('Ada');
  await expect(customer).not.toHaveAttribute('aria-invalid', 'true');
  for (const wrong of ['44.987', '-1', 'ten', '']) {
    await price.fill(wrong);
    await expect(price).toHaveAttribute('aria-invalid', 'true');
    await expect(price).toHaveAccessibleDescription(/\S/);
  }
  await price.fill('0');
  await expect(price).not.toHaveAttribute('aria-invalid', 'true');
  const quantity = line.getByRole('textbox', { name: 'Quantity' });
  for (const wrong of ['0', '1.5', '-2']) {
    await quantity.fill(wrong);
    await expect(quantity).toHaveAttribute('aria-invalid', 'true');
  }
  await quantity.fill('1');
  await line.getByRole('button', { name: 'Remove item 1' }).click();
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.getByRole('group', { name: 'Items' }).locator('.error')).toBeVisible();
  await goTo(page, 'Log');
  await expect(page.getByRole('heading', { name: 'Nothing has been written yet' })).toBeVisible();
});

test('a field says nothing until it has been left', async ({ page }) => {
  await visit(page, '#/new-order');
  const price = page.getByRole('textbox', { name: 'Unit price' });
  await price.pressSequentially('1.234');
  await expect(price).not.toHaveAttribute('aria-invalid', 'true');
  await price.press('Tab');
  await expect(price).toHaveAttribute('aria-invalid', 'true');
});

for (const [command, button] of /** @type {const} */ ([
  ['Pay', 'Confirm payment'],
  ['Cancel', 'Cancel this order'],
])) {
  test(`${command} without a word is refused in the dialog and stores nothing`, async ({ page }) => {
    await placeOrder(page, { customer: 'Ada' });
    await page.getByRole('main').getByRole('button', { name: command, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('textbox')).toBeFocused();
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await expect(dialog.locator('.error, [role=alert]').first()).toContainText(/\w+/);
    await expect(dialog.getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('main').getByRole('button', { name: command, exact: true })).toBeFocused();
    await expect(statusOf(page)).toHaveText('Pending');
  });
}

test('a very large amount is exact to the last digit', async ({ page }) => {
  await visit(page, '#/new-order');
  // A float would make it end in 280.00.
  await fillLine(page, 1, { product: 'island', quantity: '987654', price: '123456789012.37' });
  await expect(page.getByLabel('Total', { exact: true })).toHaveText('€121,932,591,495,223,279.98');
});

test('a total no order can have is said where the amount was typed, and nothing is stored', async ({
  page,
}) => {
  await visit(page, '#/new-order');
  await page.getByRole('textbox', { name: 'Customer' }).fill('Ada');
  await fillLine(page, 1, { product: 'island', quantity: '1000000', price: '9'.repeat(36) });
  await page.getByRole('button', { name: 'Place order' }).click();
  await expectSentence(page.locator('.order-form .error').first());
  await expectNothingStored(page);
});

test('a text of a million characters is refused in a sentence, and nothing is stored', async ({ page }) => {
  await visit(page, '#/new-order');
  const customer = page.getByRole('textbox', { name: 'Customer' });
  await customer.fill('A'.repeat(1_000_000));
  await fillLine(page, 1, { product: 'lamp', quantity: '1', price: '89' });
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(customer).toBeFocused();
  await expectSentence(page.locator('.order-form .error').first());
  await expectNothingStored(page);

  await placeOrder(page, { customer: 'Ada' });
  const dialog = await openCommand(page, 'Pay');
  await dialog.getByRole('textbox').fill('P'.repeat(1_000_000));
  await dialog.getByRole('button', { name: 'Confirm payment' }).click();
  await expectSentence(dialog.locator('.error'));
  await page.keyboard.press('Escape');
  await expect(statusOf(page)).toHaveText('Pending');
});

/** What is said is a whole sentence, not a code. @param {import('@playwright/test').Locator} said */
const expectSentence = (said) => expect(said).toHaveText(/^\p{Lu}\p{Ll}+ .+[.!]$/u);

/** @param {import('@playwright/test').Page} page */
async function expectNothingStored(page) {
  await goTo(page, 'Log');
  await expect(page.getByRole('heading', { name: 'Nothing has been written yet' })).toBeVisible();
}

test('markup in a name is text', async ({ page }) => {
  const name = '<img src=x onerror="document.title=\'broken\'"><b>Eve</b>';
  await placeOrder(page, { customer: name });
  await expect(page.getByRole('link', { name })).toBeVisible();
  await goTo(page, 'Orders');
  await expect(rowsOf(page)).toContainText('<b>Eve</b>');
  await expect(page.locator('main img')).toHaveCount(0);
  await goTo(page, 'Customers');
  await page.getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page).not.toHaveTitle('broken');
});

test('names in every script keep their direction and their characters', async ({ page }) => {
  const names = ['محمد القاسم', 'שרה לוי', 'Zoë 🌻👩‍👩‍👧', '木村 花'];
  for (const name of names) await placeOrder(page, { customer: name });
  await goTo(page, 'Orders');
  for (const name of names) {
    const cell = rowsOf(page).filter({ hasText: name }).locator('bdi');
    await expect(cell).toHaveText(name);
    const rtl = /\p{Script=Arabic}|\p{Script=Hebrew}/u.test(name);
    await expect(cell).toHaveCSS('direction', rtl ? 'rtl' : 'ltr');
  }
});
