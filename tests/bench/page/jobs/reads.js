/** Reading single orders at random, and the whole log. */

import { Summary } from '../fold.js';
import { randomFrom } from '../trade.js';
import { NAME, shopOrders } from './import.js';
import { checksum, must, mustMatch, rowText, stored, tidied, timed } from './measure.js';

/** @typedef {ReturnType<typeof shopOrders>} Orders */

/** @type {import('./index.js').Job} */
export async function readStreams(contender, plan) {
  const orders = shopOrders(plan);
  const random = randomFrom(50);
  const pick = (/** @type {number} */ count) =>
    Array.from(
      { length: count },
      () => /** @type {Orders[number]} */ (orders[Math.floor(random() * orders.length)]),
    );
  await tidied();
  const store = await contender.open({ name: NAME, durability: 'relaxed', use: 'log' });
  const rate = async (/** @type {Orders} */ picked) => {
    /** @type {import('../fold.js').StoredEvent[][]} */
    const found = [];
    const milliseconds = await timed(async () => {
      for (const { streamId } of picked) found.push(await store.readStream(streamId));
    });
    for (const [index, order] of picked.entries()) mustMatch(found[index] ?? [], stored(order));
    return (picked.length / milliseconds) * 1_000;
  };
  const readFirst = await rate(pick(plan.firstReads));
  await tidied();
  const readLater = await rate(pick(plan.laterReads));
  await store.close();
  return { readFirst, readLater };
}

/** @type {import('./index.js').Job} */
export async function replay(contender, plan) {
  const orders = shopOrders(plan);
  const wanted = new Summary();
  let events = 0;
  for (const order of orders) {
    for (const event of stored(order)) wanted.apply(event);
    events += order.events.length;
  }
  const sum = checksum([...wanted.rows.values()].map(rowText));
  await tidied();
  const store = await contender.open({ name: NAME, durability: 'relaxed', use: 'read model' });
  let rows = 0;
  const milliseconds = await timed(async () => {
    rows = await store.rebuildSummary();
  });
  must(rows === orders.length, `${orders.length} rows, and there are ${rows}`);
  const found = checksum((await store.summary()).map(rowText));
  must(found === sum, `rows with the checksum ${sum}, and it is ${found}`);
  await store.close();
  return { replay: (events / milliseconds) * 1_000, rows, checksum: found };
}
