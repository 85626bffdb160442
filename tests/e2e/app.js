/** What a person does in the order book, in the words of the screen. */
import { expect } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ product: string, quantity: string, price: string }} Line */

/** @param {Page} page @param {string} [route] */
export async function visit(page, route = '#/orders') {
  await page.goto(`./${route}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** Goes to another screen without leaving the page. @param {Page} page @param {string} name */
export async function goTo(page, name) {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
}

/** @param {Page} page @param {number} number @param {Line} line */
export async function fillLine(page, number, { product, quantity, price }) {
  const group = page.getByRole('group', { name: `Item ${number}`, exact: true });
  await group.getByRole('textbox', { name: 'Product' }).fill(product);
  await group.getByRole('textbox', { name: 'Quantity' }).fill(quantity);
  await group.getByRole('textbox', { name: 'Unit price' }).fill(price);
}

/** @type {Line[]} */
export const twoLines = [
  { product: 'fountain-pen', quantity: '2', price: '44.98' },
  { product: 'ink-royal-blue', quantity: '3', price: '8.75' },
];

/**
 * Places an order by the form, and ends on its page.
 * @param {Page} page
 * @param {{ customer: string, lines?: Line[], currency?: string }} order
 */
export async function placeOrder(page, { customer, lines = twoLines, currency = 'EUR' }) {
  await visit(page, '#/new-order');
  await page.getByRole('textbox', { name: 'Customer' }).fill(customer);
  await page.getByRole('combobox', { name: 'Currency' }).selectOption(currency);
  for (const [index, line] of lines.entries()) {
    if (index > 0) await page.getByRole('button', { name: 'Add item' }).click();
    await fillLine(page, index + 1, line);
  }
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Order \S/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
}

/** The messages that say what was stored. @param {Page} page */
export const messages = (page) => page.locator('.toasts').getByRole('status');

/** The status of the order shown. @param {Page} page */
export const statusOf = (page) => page.getByRole('region', { name: /^As it (is|was)$/ }).locator('.pill');

/** The commands that are offered on the order shown. @param {Page} page */
export const commandsOf = (page) => page.locator('.heading-actions').getByRole('button');

/** Opens the dialog of a command. @param {Page} page @param {keyof typeof buttons} command */
export async function openCommand(page, command) {
  await commandsOf(page).filter({ hasText: command }).click();
  return page.getByRole('dialog');
}

const buttons = { Pay: 'Confirm payment', Refund: 'Refund', Cancel: 'Cancel this order' };

/**
 * Carries out a command on the order's page.
 * @param {Page} page
 * @param {keyof typeof buttons} command
 * @param {string} text the payment's reference, or the reason
 */
export async function carryOut(page, command, text) {
  const dialog = await openCommand(page, command);
  await dialog.getByRole('textbox').fill(text);
  await dialog.getByRole('button', { name: buttons[command], exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** Fills the book with a year of trade. @param {Page} page */
export async function addDemoData(page) {
  await visit(page);
  await page.getByRole('button', { name: 'Add a year of demo trade' }).click();
  await expect(page.getByRole('grid', { name: /^Orders, 10,000 in all$/ })).toBeVisible({ timeout: 60_000 });
}

/** The rows of a grid that are in the document, without the header. @param {Page} page */
export const rowsOf = (page) => page.getByRole('grid').locator('[role=row][data-index]');
