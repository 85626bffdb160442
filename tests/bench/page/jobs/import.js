/** Taking over a shop's orders, and storing its read model. */

import { inCalls, makeOrders } from '../trade.js';
import { pause, pipelined, tidied, timed } from './measure.js';

/** The store that is imported, read, replayed and opened. */
export const NAME = 'shop';

/** @param {import('./index.js').Plan} plan */
export const shopOrders = ({ orders }) => makeOrders({ orders, seed: 40 });

/** @type {import('./index.js').Job} */
export async function importOrders(contender, plan) {
  const store = await contender.open({ name: NAME, durability: 'relaxed', use: 'log' });
  const calls = inCalls(shopOrders(plan), plan.callEvents);
  const events = calls.flat().reduce((sum, part) => sum + part.events.length, 0);
  await tidied();
  const milliseconds = await timed(() =>
    pipelined(calls, contender.pipeline, (call) => store.appendAll(call)),
  );
  await pause(plan.grace);
  await store.close();

  const models = await contender.open({ name: NAME, durability: 'relaxed', use: 'read model' });
  await models.saveSummary();
  await pause(plan.grace);
  await models.close();
  const { usage = 0 } = await navigator.storage.estimate();
  return { importOrders: (events / milliseconds) * 1_000, events, estimate: usage };
}
