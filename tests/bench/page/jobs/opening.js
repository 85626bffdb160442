/** From nothing to the first 50 orders on the screen. */

import { requested } from '../contenders/idb.js';
import { NAME, shopOrders } from './import.js';
import { must, tidied, timed } from './measure.js';

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

/**
 * The least it can cost whoever ships WebAssembly: compiling the module while the database is being
 * opened, one read from it, and the rows on the page.
 *
 * @type {import('./index.js').Job}
 */
export async function openingFloor(_, plan) {
  const rows = shopOrders(plan).slice(0, COUNT);
  await tidied();
  const openFloor = await timed(async () => {
    const [database] = await Promise.all([
      requested(indexedDB.open(`daybook:${NAME}`)),
      WebAssembly.compileStreaming(
        fetch(new URL('../../../../dist/wasm/orders/daybook_bg.wasm', import.meta.url)),
      ),
    ]);
    await requested(database.transaction('derived').objectStore('derived').get('index'));
    show(rows.map(({ orderId }) => ({ ...emptyRow, orderId })));
    database.close();
  });
  return { openFloor };
}

/** @type {import('../fold.js').SummaryRow} */
const emptyRow = /** @type {any} */ ({
  customerId: '',
  status: '',
  totalAmount: '',
  currency: '',
  placedAt: '',
});

/** @type {import('./index.js').Job} */
export async function showOrders(contender, plan) {
  /** @type {import('../contenders/contender.js').Contender | undefined} */
  let store;
  /** @type {import('../fold.js').SummaryRow[]} */
  let rows = [];
  let open = 0;
  // What the page before has left is nobody's opening.
  await tidied();
  const openReady = await timed(async () => {
    open = await timed(async () => {
      store = await contender.open({ name: NAME, durability: 'relaxed', use: 'first rows' });
      rows = await store.firstOrders(COUNT);
      show(rows);
    });
    await store?.ready?.();
  });
  const newest = shopOrders(plan)
    .map(({ orderId }) => orderId)
    .reverse()
    .slice(0, COUNT);
  must(rows.map(({ orderId }) => orderId).join() === newest.join(), 'the newest orders, newest first');
  must(document.querySelectorAll('#orders li').length === newest.length, 'a line for each on the page');
  await store?.close();
  return { open, openReady };
}
