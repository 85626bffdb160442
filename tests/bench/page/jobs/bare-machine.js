/**
 * The least a durable append can cost: a bare IndexedDB transaction with one put of the event's
 * bytes, in turns with the contender's own append.
 */

import { completed, openDatabase } from '../contenders/idb.js';
import { makeOrders, oneByOne } from '../trade.js';
import { pause, timed } from './measure.js';

/** How many of one kind before it is the other's turn. */
export const TURN = 10;

/** @param {string} name A database of its own; the browser keeps it beside the origin's others. */
export const openBare = (name) => openDatabase(name, (made) => made.createObjectStore('log'));

/**
 * One transaction with one put, awaited.
 * @param {IDBDatabase} database @param {import('../contenders/contender.js').Durability} durability
 * @returns {(bytes: Uint8Array) => Promise<void>}
 */
export function putsInto(database, durability) {
  let key = Date.now();
  return async (bytes) => {
    const transaction = database.transaction('log', 'readwrite', { durability });
    const done = completed(transaction);
    key += 1;
    transaction.objectStore('log').put(bytes, key);
    transaction.commit();
    await done;
  };
}

/** @type {import('./index.js').Job} */
export async function bareMachine(contender, plan) {
  const relaxed = await compare(contender, plan, 'relaxed');
  const strict = await compare(contender, plan, 'strict');
  return {
    ...{ bareRelaxed: relaxed.bare, awaitedRelaxed: relaxed.append },
    ...{ bareStrict: strict.bare, awaitedStrict: strict.append },
  };
}

/**
 * @param {import('../contenders/contender.js').ContenderModule} contender
 * @param {import('./index.js').Plan} plan
 * @param {import('../contenders/contender.js').Durability} durability
 * @returns {Promise<{ bare: number, append: number }>} Milliseconds each.
 */
async function compare(contender, plan, durability) {
  const database = await openBare(`bare-${durability}`);
  const store = await contender.open({ name: `bare-${durability}`, durability, use: 'log' });
  const count = plan.sequential + plan.warmUp;
  const appends = oneByOne(makeOrders({ orders: count, seed: 30 })).slice(0, count);
  const encoder = new TextEncoder();
  const put = putsInto(database, durability);
  const total = { bare: 0, append: 0 };
  for (let start = 0; start < count; start += TURN) {
    const turn = appends.slice(start, start + TURN);
    const bytes = turn.map(({ events: [event] }) => encoder.encode(JSON.stringify(event)));
    const append = await timed(async () => {
      for (const one of turn) await store.append(one);
    });
    const bare = await timed(async () => {
      for (const one of bytes) await put(one);
    });
    if (start < plan.warmUp) continue;
    total.append += append;
    total.bare += bare;
  }
  await pause(0);
  await store.close();
  database.close();
  return { bare: total.bare / plan.sequential, append: total.append / plan.sequential };
}
