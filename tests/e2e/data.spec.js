import { expect, test } from '@playwright/test';

import { addDemoData, goTo, messages, rowsOf, visit } from './app.js';

test.use({ locale: 'en-GB' });

test('a year of trade is added in one click, and everything is deleted once that is confirmed', async ({
  page,
}) => {
  await addDemoData(page);
  await expect(messages(page)).toContainText('10,000 orders');
  await goTo(page, 'Data');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(page.getByText(/events, unbroken/)).toBeVisible({ timeout: 30_000 });

  await page.getByRole('button', { name: 'Delete everything…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete everything?' });
  await expect(dialog.getByRole('button', { name: 'Keep everything' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Keep everything' }).click();
  await goTo(page, 'Orders');
  await expect(page.getByText('10,000 orders', { exact: true })).toBeVisible();

  await goTo(page, 'Data');
  await page.getByRole('button', { name: 'Delete everything…' }).click();
  await dialog.getByRole('button', { name: 'Delete everything', exact: true }).click();
  await expect(dialog).toBeHidden();
  await goTo(page, 'Orders');
  await expect(page.getByRole('heading', { name: 'The first page is blank' })).toBeVisible();
});

test('of ten thousand rows only the visible ones are in the document', async ({ page }) => {
  await addDemoData(page);
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  expect(await rowsOf(page).count()).toBeLessThan(80);
  const first = await rowsOf(page).first().textContent();

  await rowsOf(page).first().focus();
  await page.keyboard.press('End');
  const last = grid.locator('[role=row][aria-rowindex="10001"]');
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  expect(await rowsOf(page).count()).toBeLessThan(80);
  await page.keyboard.press('PageUp');
  await expect(last).not.toBeFocused();
  await page.keyboard.press('Home');
  await expect(rowsOf(page).first()).toBeFocused();
  expect(await rowsOf(page).first().textContent()).toBe(first);
});

test('coming back to a list finds it where it was left', async ({ page }) => {
  await addDemoData(page);
  await rowsOf(page).first().focus();
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('PageDown');
  const row = page.locator('[role=row]:focus');
  const index = await row.getAttribute('aria-rowindex');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: /^Order / })).toBeFocused();
  await page.goBack();
  await expect(page.locator(`[role=row][aria-rowindex="${index}"]`)).toBeInViewport();
});

test('a projection is rebuilt with progress, and a rebuild can be stopped', async ({ page }) => {
  await addDemoData(page);
  await goTo(page, 'Projections');
  const card = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Orders', exact: true }) });
  await card.getByRole('button', { name: 'Rebuild Orders' }).click();
  await expect(messages(page)).toContainText('Orders rebuilt', { timeout: 30_000 });
  await expect(card).toContainText('Live');

  // A rebuild may be over before a test can reach for the button, so the button is pressed as it appears.
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const stop = /** @type {HTMLElement | null} */ (document.querySelector('main .progress button'));
      if (!stop) return;
      observer.disconnect();
      stop.click();
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await card.getByRole('button', { name: 'Rebuild Orders' }).click();
  await expect(messages(page)).toContainText('Rebuild stopped');
  await expect(card.getByRole('button', { name: 'Rebuild Orders' })).toBeVisible();
  await goTo(page, 'Orders');
  await expect(page.getByText('10,000 orders', { exact: true })).toBeVisible();
});

test('revenue is a chart and a table with the same figures', async ({ page }) => {
  await addDemoData(page);
  await goTo(page, 'Revenue');
  const chart = page.getByRole('slider', { name: /^Revenue by week/ });
  await chart.focus();
  const spoken = await chart.getAttribute('aria-valuetext');
  const net = /net ([^;]+);/.exec(spoken ?? '')?.[1] ?? '';
  const newest = page.getByRole('table').getByRole('row').filter({ hasText: /\d/ }).nth(0);
  await expect(newest.getByRole('cell').last()).toHaveText(net);
  await chart.press('ArrowLeft');
  await expect(chart).not.toHaveAttribute('aria-valuetext', spoken ?? '');
  await page.getByRole('combobox', { name: 'Currency' }).selectOption('USD');
  await expect(page.getByRole('slider', { name: 'Revenue by week in USD' })).toBeVisible();
  await page.getByRole('button', { name: 'By day' }).click();
  await expect(page.getByRole('slider', { name: 'Revenue by day in USD' })).toBeVisible();
});

test('a customer’s orders stand in order of placement', async ({ page }) => {
  await addDemoData(page);
  await goTo(page, 'Customers');
  await rowsOf(page).first().getByRole('link').click();
  await expect(page.getByText(/^Lifetime value/).first()).toBeVisible();
  const times = await rowsOf(page)
    .locator('time')
    .evaluateAll((all) => all.map((time) => time.getAttribute('datetime')));
  expect(times).toEqual(times.toSorted());
});

test('a store the browser will not open is explained, with a way forward', async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Internal error opening backing store', 'UnknownError');
    };
  });
  await visit(page);
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert.getByRole('heading')).toHaveText(/\w/);
  await expect(alert.getByRole('button', { name: /Reload|Try again/ }).first()).toBeVisible();
});

test('a failure inside the program is said, and a reload goes on', async ({ page }) => {
  await visit(page);
  await page.evaluate(() => void Promise.reject(new WebAssembly.RuntimeError('unreachable')));
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert.getByRole('heading')).toHaveText('The app has stopped');
  await alert.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
});
