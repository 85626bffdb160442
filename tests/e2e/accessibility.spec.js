import { createRequire } from 'node:module';

import { expect, test } from '@playwright/test';

import { addDemoData, goTo, placeOrder, rowsOf, statusOf, visit } from './app.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

test.use({ locale: 'en-GB' });

/** @param {import('@playwright/test').Page} page @param {string} where */
async function expectNoViolations(page, where) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: axe });
  const violations = await page.evaluate(async () => {
    const found = await /** @type {any} */ (window).axe.run(document);
    return found.violations.map((/** @type {any} */ each) => `${each.id}: ${each.nodes[0].html}`);
  });
  expect(violations, where).toEqual([]);
}

const routes = [
  '#/orders',
  '#/new-order',
  '#/customers',
  '#/revenue',
  '#/log',
  '#/projections',
  '#/data',
  '#/nowhere',
];

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const [shape, viewport] of /** @type {const} */ ([
    ['phone', { width: 360, height: 740 }],
    ['desktop', { width: 1440, height: 900 }],
  ])) {
    test.describe(`${shape}, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport, reducedMotion: 'reduce' });

      test('no screen has a barrier, and none is wider than the window', async ({ page }) => {
        // A dozen screens, each examined element by element.
        test.setTimeout(300_000);
        await visit(page);
        await expectNoViolations(page, 'empty book');
        await addDemoData(page);
        for (const route of routes) {
          await visit(page, route);
          await expectNoViolations(page, route);
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), route).toBe(
            true,
          );
        }
        await visit(page);
        await rowsOf(page).first().getByRole('link').first().click();
        await expect(page.getByRole('region', { name: 'History' })).toBeVisible();
        await page.locator('summary').first().click();
        await expectNoViolations(page, 'an order');
        await page.locator('.heading').getByRole('link').click();
        await expect(page.getByText(/^Lifetime value/).first()).toBeVisible();
        await expectNoViolations(page, 'a customer');
        await visit(page, '#/new-order');
        await page.getByRole('button', { name: 'Place order' }).click();
        await expect(page.getByRole('textbox', { name: 'Customer' })).toBeFocused();
        await expectNoViolations(page, 'a form with problems');
        await visit(page, '#/data');
        await page.getByRole('button', { name: 'Delete everything…' }).click();
        await expectNoViolations(page, 'a dialog');
      });
    });
  }
}

test('the title and the focus follow the navigation', async ({ page }) => {
  await visit(page);
  await expect(page).toHaveTitle('Orders · Daybook');
  await goTo(page, 'Log');
  await expect(page).toHaveTitle('Log · Daybook');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveTitle('Orders · Daybook');
});

test('the content can be skipped to', async ({ page }) => {
  await visit(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await expect(page).toHaveTitle('Orders · Daybook');
});

test('the theme can be chosen, and is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await visit(page);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: /^Theme: as the system/ }).click();
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  await expect(page.getByRole('button', { name: /^Theme: dark/ })).toBeVisible();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(page.getByRole('button', { name: /^Theme: dark/ })).toBeVisible();
  expect(await ground()).toBe(dark);
});

test('an order is placed and paid by the keyboard alone', async ({ page }) => {
  await visit(page);
  /** @param {import('@playwright/test').Locator} target */
  const tabTo = async (target) => {
    for (let steps = 0; steps < 40; steps += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    await expect(target).toBeFocused();
  };
  await tabTo(page.getByRole('main').getByRole('link', { name: 'New order' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'New order' })).toBeFocused();
  await tabTo(page.getByRole('textbox', { name: 'Customer' }));
  await page.keyboard.type('Ada');
  await tabTo(page.getByRole('textbox', { name: 'Product' }));
  await page.keyboard.type('fountain-pen');
  await tabTo(page.getByRole('textbox', { name: 'Unit price' }));
  await page.keyboard.type('44.98');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: /^Order \S/ })).toBeFocused();
  await tabTo(page.getByRole('main').getByRole('button', { name: 'Pay', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Payment reference' })).toBeFocused();
  await page.keyboard.type('PAY-1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(statusOf(page)).toHaveText('Paid');

  await goTo(page, 'Orders');
  await rowsOf(page).first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(rowsOf(page).first().getByRole('link').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: /^Order \S/ })).toBeFocused();
});

test('the focus is somewhere sensible after an action took its button away', async ({ page }) => {
  await placeOrder(page, { customer: 'Ada' });
  await page.getByRole('main').getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('PAY-1');
  await page.keyboard.press('Enter');
  await expect(statusOf(page)).toHaveText('Paid');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});
