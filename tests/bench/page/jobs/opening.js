/** From nothing to the first 50 orders on the screen. */

import { NAME, shopOrders } from './import.js';
import { must, timed } from './measure.js';

const COUNT = 50;

/** @param {import('../fold.js').SummaryRow[]} rows */
function show(rows) {
  const items = rows.map(({ orderId, customerId, status, totalAmount, currency, placedAt }) => {
    const item = document.createElement('li');
    item.textContent = `${placedAt} ${orderId} ${customerId} ${status} ${totalAmount} ${currency}`;
    return item;
  });
  document.getElementById('orders')?.replaceChildren(...items);
}

/** @type {import('./index.js').Job} */
export async function showOrders(contender, plan) {
  /** @type {import('../contenders/contender.js').Contender | undefined} */
  let store;
  /** @type {import('../fold.js').SummaryRow[]} */
  let rows = [];
  const milliseconds = await timed(async () => {
    store = await contender.open({ name: NAME, durability: 'relaxed', use: 'first rows' });
    rows = await store.firstOrders(COUNT);
    show(rows);
  });
  const newest = shopOrders(plan)
    .map(({ orderId }) => orderId)
    .reverse()
    .slice(0, COUNT);
  must(rows.map(({ orderId }) => orderId).join() === newest.join(), 'the newest orders, newest first');
  must(document.querySelectorAll('#orders li').length === newest.length, 'a line for each on the page');
  await store?.close();
  return { open: milliseconds };
}
