/** One stream of thousands of events: written, read, folded. */

import { foldOrder } from '../fold.js';
import { makeLongStream } from '../trade.js';
import { canonical, must, mustMatch, pause, pipelined, stored, tidied, timed } from './measure.js';

/** The store of the single appends, which is read later: creating one takes some contenders seconds. */
const NAME = 'log';

/**
 * The stream that a page load is measured by: the first one's is read later. Others are for what comes before.
 * @param {import('./index.js').Plan} plan @param {number} [load] @param {number} [seed]
 */
function longStream({ longStream: events, callEvents: size }, load = 0, seed = 2) {
  const { calls, ...stream } = makeLongStream({ events, size, seed: seed + 1_000 * load });
  return { ...stream, calls, events: calls.flatMap((call) => call.events) };
}

/** @type {import('./index.js').Job} */
export async function writeLongStream(contender, plan) {
  // Not the log that is read for the other page loads: nobody's opening is to find what they left.
  const name = plan.load === 0 ? NAME : `${NAME}-${plan.load}`;
  const store = await contender.open({ name, durability: 'relaxed', use: 'log' });
  // What runs for the first time is still being compiled.
  const longWriteFirst = await write(contender, store, longStream(plan, plan.load, 1));
  const stream = longStream(plan, plan.load);
  const longWrite = await write(contender, store, stream);
  mustMatch(await store.readStream(stream.streamId), stored(stream));
  await pause(plan.grace);
  await store.close();
  return { longWrite, longWriteFirst };
}

/**
 * @param {import('../contenders/contender.js').ContenderModule} contender
 * @param {import('../contenders/contender.js').Contender} store
 * @param {ReturnType<typeof longStream>} stream
 * @returns {Promise<number>} Events a second.
 */
async function write({ pipeline }, store, { calls, events }) {
  await tidied();
  const milliseconds = await timed(() => pipelined(calls, pipeline, (call) => store.append(call)));
  return (events.length / milliseconds) * 1_000;
}

/** @type {import('./index.js').Job} */
export async function readLongStream(contender, plan) {
  const { streamId, events } = longStream(plan);
  await tidied();
  const store = await contender.open({ name: NAME, durability: 'relaxed', use: 'log' });
  /** @type {import('../fold.js').StoredEvent[]} */
  let found = [];
  const milliseconds = await timed(async () => {
    found = await store.readStream(streamId);
  });
  mustMatch(found, stored({ streamId, events }));
  await store.close();
  return { longRead: (events.length / milliseconds) * 1_000 };
}

/** @param {import('../fold.js').OrderState | undefined} state */
const stateText = (state) =>
  canonical(
    state && [
      ...[state.orderId, state.customerId, state.status, state.currency, state.totalAmount, state.items],
      ...[state.placedAt, state.paidAt, state.refundedAt].map((text) => text && Date.parse(text)),
      ...[state.paymentReference, state.refundReason, state.version],
    ],
  );

/** @type {import('./index.js').Job} */
export async function foldLongStream(contender, plan) {
  const { orderId, streamId, events } = longStream(plan);
  const wanted = stateText(foldOrder(stored({ streamId, events })));
  await tidied();
  const store = await contender.open({ name: NAME, durability: 'relaxed', use: 'read model' });
  /** @type {import('../fold.js').OrderState | undefined} */
  let state;
  const milliseconds = await timed(async () => {
    state = await store.foldOrder(orderId, streamId);
  });
  must(stateText(state) === wanted, `the state ${wanted}, and it is ${stateText(state)}`);
  await store.close();
  return { fold: (events.length / milliseconds) * 1_000 };
}
