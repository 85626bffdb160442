/** Appending single events: one after the other, and many at once. */

import { makeOrders, oneByOne } from '../trade.js';
import { middle, must, mustMatch, pause, stored, tidied, timed } from './measure.js';

/** @typedef {import('../trade.js').Append} Append */
/** @typedef {import('../contenders/contender.js').Contender} Contender */

/** @param {number} count @param {number} seed @returns {Append[]} */
export const single = (count, seed) => oneByOne(makeOrders({ orders: count, seed })).slice(0, count);

/** @param {Contender} store @param {Append[]} appends */
async function oneAfterTheOther(store, appends) {
  await tidied();
  const milliseconds = await timed(async () => {
    for (const append of appends) await store.append(append);
  });
  return (appends.length / milliseconds) * 1_000;
}

/** The first event of each of some orders. @param {number} orders @param {number} seed @returns {Append[]} */
export const firstEvents = (orders, seed) =>
  makeOrders({ orders, seed }).map(({ streamId, events }) => ({
    streamId,
    expectedVersion: -1,
    events: events.slice(0, 1),
  }));

/** @param {Contender} store @param {Append[]} appends @returns {Promise<number>} Appends a second. */
export async function allAtOnce(store, appends) {
  await tidied();
  const milliseconds = await timed(() => Promise.all(appends.map((append) => store.append(append))));
  return (appends.length / milliseconds) * 1_000;
}

/** Some of the streams hold what was appended, and a version that is taken is refused. @param {Contender} store @param {Append[]} appends */
async function checkAppended(store, appends) {
  for (const { streamId } of appends.filter((_, index) => index % 50 === 0)) {
    const events = appends.flatMap((append) => (append.streamId === streamId ? append.events : []));
    mustMatch(await store.readStream(streamId), stored({ streamId, events }));
  }
  const [taken] = appends;
  const [other] = single(1, 99);
  if (!taken || !other) return;
  const refused = await store.append({ ...taken, events: other.events }).then(
    () => false,
    () => true,
  );
  must(refused, 'a version that is taken is refused');
  must(
    (await store.readStream(taken.streamId))[0]?.id === taken.events[0]?.id,
    'the refused event is not there',
  );
}

/** @type {import('./index.js').Job} */
export async function appends(contender, plan) {
  const store = await contender.open({ name: 'log', durability: 'relaxed', use: 'log' });
  for (const append of single(plan.warmUp, 10)) await store.append(append);

  const sequential = single(plan.sequential, 11);
  const appendOne = await oneAfterTheOther(store, sequential);

  const count = plan.warmBursts + plan.bursts;
  const bursts = Array.from({ length: count }, (_, burst) => firstEvents(plan.concurrent, 12 + burst));
  const rates = [];
  for (const burst of bursts) rates.push(await allAtOnce(store, burst));

  await checkAppended(store, sequential);
  await checkAppended(store, bursts.flat());
  await pause(plan.grace);
  await store.close();
  const [appendManyFirst = Number.NaN] = rates;
  return { appendOne, appendMany: middle(rates.slice(plan.warmBursts)), appendManyFirst };
}

/** @type {import('./index.js').Job} */
export async function strictAppends(contender, plan) {
  if (contender.about.strict === null) return {};
  const store = await contender.open({ name: 'strict', durability: 'strict', use: 'log' });
  for (const append of single(plan.warmUp, 20)) await store.append(append);
  const sequential = single(plan.sequential, 21);
  const appendOneStrict = await oneAfterTheOther(store, sequential);
  await checkAppended(store, sequential);
  await store.close();
  return { appendOneStrict };
}
