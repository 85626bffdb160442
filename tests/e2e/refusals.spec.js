import { expect, test } from '@playwright/test';

import {
  carryOut,
  commandsOf,
  goTo,
  messages,
  openCommand,
  placeOrder,
  rowsOf,
  statusOf,
  visit,
} from './app.js';

test.use({ locale: 'en-GB' });

/** The events in the history of the order shown. @param {import('@playwright/test').Page} page */
const historyOf = (page) => page.getByRole('region', { name: 'History' }).getByRole('listitem');

test('only what the rules allow is offered, at every step', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await expect(commandsOf(page)).toHaveText(['Pay', 'Cancel']);
  await carryOut(page, 'Pay', 'PAY-1');
  await expect(commandsOf(page)).toHaveText(['Refund']);
  await carryOut(page, 'Refund', 'Arrived damaged');
  await expect(commandsOf(page)).toHaveText(['Cancel']);
  await carryOut(page, 'Cancel', 'No longer wanted');
  await expect(commandsOf(page)).toHaveCount(0);
});

/** @type {{ name: string, before?: ['Pay', string], stale: 'Pay' | 'Refund' | 'Cancel', meanwhile: ['Pay' | 'Refund' | 'Cancel', string], says: string, becomes: string, events: number }[]} */
const races = [
  {
    name: 'an order is not paid twice',
    stale: 'Pay',
    meanwhile: ['Pay', 'PAY-1'],
    says: 'Another tab has paid this order meanwhile.',
    becomes: 'Paid',
    events: 2,
  },
  {
    name: 'a paid order is not cancelled',
    stale: 'Cancel',
    meanwhile: ['Pay', 'PAY-1'],
    says: 'Another tab has paid this order meanwhile.',
    becomes: 'Paid',
    events: 2,
  },
  {
    name: 'an order is not refunded twice',
    before: ['Pay', 'PAY-1'],
    stale: 'Refund',
    meanwhile: ['Refund', 'Lost'],
    says: 'Another tab has refunded this order meanwhile.',
    becomes: 'Refunded',
    events: 3,
  },
  {
    name: 'an order is not cancelled twice',
    stale: 'Cancel',
    meanwhile: ['Cancel', 'Mistake'],
    says: 'Another tab has cancelled this order meanwhile.',
    becomes: 'Cancelled',
    events: 2,
  },
];

for (const { name, before, stale, meanwhile, says, becomes, events } of races) {
  test(`${name}: what another tab did is said, and nothing is stored`, async ({ page, context }) => {
    await placeOrder(page, { customer: 'Ada' });
    if (before) await carryOut(page, ...before);
    const other = await context.newPage();
    await visit(other, new URL(page.url()).hash);
    const dialog = await openCommand(other, stale);
    await dialog.getByRole('textbox').fill('Too late');
    await carryOut(page, ...meanwhile);
    await expect(dialog.getByRole('status')).toContainText(`Meanwhile this order has become: ${becomes}.`);

    await page.bringToFront();
    await dialog.locator('button[type=submit]').click();
    await expect(dialog.getByRole('alert')).toContainText('The rules do not allow this');
    await expect(dialog.getByRole('alert')).toContainText(says);
    await expect(dialog.getByRole('alert')).toContainText('Nothing was stored.');
    await expect(dialog.getByRole('textbox')).toHaveValue('Too late');
    await expect(dialog.getByRole('textbox')).toBeFocused();
    await other.keyboard.press('Escape');
    await expect(statusOf(other)).toHaveText(becomes);
    await expect(historyOf(other)).toHaveCount(events);
  });
}

test('a full disk is said where the order was to be stored, and nothing that was typed is lost', async ({
  page,
}) => {
  await fillDisk(page);
  await visit(page, '#/new-order');
  await page.getByRole('textbox', { name: 'Customer' }).fill('Ada');
  await page.getByRole('textbox', { name: 'Product' }).fill('lamp');
  await page.getByRole('textbox', { name: 'Unit price' }).fill('89');
  await page.getByRole('button', { name: 'Place order' }).click();
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('The disk is full');
  await expect(alert).toContainText('Nothing was stored.');
  await expect(alert).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Customer' })).toHaveValue('Ada');
  await goTo(page, 'Log');
  await expect(page.getByRole('heading', { name: 'Nothing has been written yet' })).toBeVisible();
});

test('demo data that cannot be stored says why', async ({ page }) => {
  await fillDisk(page);
  await visit(page);
  await page.getByRole('button', { name: 'Add a year of demo trade' }).click();
  await expect(page.locator('.toasts').getByRole('alert')).toContainText('The disk is full');
  await expect(page.getByRole('button', { name: 'Add a year of demo trade' })).toBeVisible();
});

test('a disk that fills up while demo data is added: how much was added is said, and that much is there', async ({
  page,
}) => {
  await visit(page, '#/data');
  await page.evaluate(() => {
    const { put, add } = IDBObjectStore.prototype;
    /** @param {typeof put} write @returns {typeof put} */
    const untilFull = (write) =>
      /** @this {IDBObjectStore} @param {Parameters<typeof put>} args */
      function (...args) {
        if (Number(document.querySelector('main progress')?.getAttribute('value')) > 0)
          throw new DOMException('The current transaction exceeded its quota.', 'QuotaExceededError');
        return write.apply(this, args);
      };
    IDBObjectStore.prototype.put = untilFull(put);
    IDBObjectStore.prototype.add = untilFull(add);
  });
  await page.getByRole('button', { name: 'Add a year of demo trade' }).click();
  const alert = page.locator('.toasts').getByRole('alert');
  await expect(alert).toContainText('The disk is full');
  await expect(alert).toContainText(/grown by [\d,]+ events by then; they stay/);
  await expect(alert).not.toContainText('Nothing was stored');
  const said = /grown by ([\d,]+ events)/.exec((await alert.textContent()) ?? '')?.[1];
  await goTo(page, 'Log');
  await expect(page.getByText(`${said}, newest first.`)).toBeVisible();
});

test('adding demo data can be stopped, and what was stored by then stays', async ({ page }) => {
  await visit(page, '#/data');
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const progress = document.querySelector('main progress');
      const stop = /** @type {HTMLElement | null} */ (document.querySelector('main .progress button'));
      if (!stop || !Number(progress?.getAttribute('value'))) return;
      observer.disconnect();
      stop.click();
    });
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  await page.getByRole('button', { name: 'Add a year of demo trade' }).click();
  await expect(messages(page)).toContainText('Stopped');
  await expect(page.getByRole('button', { name: 'Add a year of demo trade' })).toBeVisible();
  await goTo(page, 'Orders');
  await expect(rowsOf(page).first()).toBeVisible();
  await expect(page.getByText('10,000 orders', { exact: true })).toBeHidden();
});

/** Every write fails as it does when the browser has no more room. @param {import('@playwright/test').Page} page */
async function fillDisk(page) {
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('The current transaction exceeded its quota limitations.', 'QuotaExceededError');
    };
    IDBObjectStore.prototype.put = refuse;
    IDBObjectStore.prototype.add = refuse;
  });
}
