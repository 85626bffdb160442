/**
 * The least that storing can cost in IndexedDB: bare transactions with one put. Of single events, and of many
 * at once, in turns with the contender's own appends; of many, in the form that is quickest to hand over. Those
 * beside appends once more for events that are checked, made JSON and hashed in a chain before they are stored.
 */

import init, { Chain } from 'daybook-bench-chain';
import { completed, openDatabase } from '../contenders/idb.js';
import { inCalls, makeLongStream } from '../trade.js';
import { inTurn } from '../turns.js';
import { allAtOnce, firstEvents, single } from './appends.js';
import { shopOrders } from './import.js';
import { middle, pause, pipelined, tidied, timed } from './measure.js';

/** @typedef {import('../trade.js').Append} Append */

/** How many of one kind before it is the other's turn. */
export const TURN = 10;

/** @param {string} name A database of its own; the browser keeps it beside the origin's others. */
export const openBare = (name) => openDatabase(name, (made) => made.createObjectStore('log'));

/**
 * One transaction with one put, awaited.
 * @param {IDBDatabase} database @param {import('../contenders/contender.js').Durability} durability
 * @returns {(value: unknown) => Promise<void>}
 */
export function putsInto(database, durability) {
  let key = Date.now();
  return async (value) => {
    const transaction = database.transaction('log', 'readwrite', { durability });
    const done = completed(transaction);
    key += 1;
    transaction.objectStore('log').put(value, key);
    transaction.commit();
    await done;
  };
}

/** @type {import('./index.js').Job} */
export async function bareMachine(contender, plan) {
  const relaxed = await compare(contender, plan, 'relaxed');
  const strict = await compare(contender, plan, 'strict');
  return {
    ...{ bareOne: 1_000 / relaxed.bare, awaitedOne: 1_000 / relaxed.append },
    bareOneChained: 1_000 / relaxed.chained,
    ...{ bareRelaxed: relaxed.bare, awaitedRelaxed: relaxed.append, chainedRelaxed: relaxed.chained },
    ...{ bareStrict: strict.bare, awaitedStrict: strict.append, chainedStrict: strict.chained },
  };
}

/**
 * @param {import('../contenders/contender.js').ContenderModule} contender
 * @param {import('./index.js').Plan} plan
 * @param {import('../contenders/contender.js').Durability} durability
 * @returns {Promise<{ bare: number, chained: number, append: number }>} Milliseconds each, in the middle one
 *   of the turns.
 */
async function compare(contender, plan, durability) {
  // What is in a log already would not be appended again, so each page load has its own.
  const name = `bare-${durability}-${plan.load}`;
  const database = await openBare(name);
  const store = await contender.open({ name, durability, use: 'log' });
  const count = plan.sequential + plan.warmUp;
  const appends = single(count, 30);
  const encoder = new TextEncoder();
  const put = putsInto(database, durability);
  const inChain = await inAChain();
  /** @type {{ bare: number[], chained: number[], append: number[] }} */
  const turns = { bare: [], chained: [], append: [] };
  for (let start = 0; start < count; start += TURN) {
    const turn = appends.slice(start, start + TURN);
    const bytes = turn.map(({ events: [event] }) => encoder.encode(JSON.stringify(event)));
    const kinds = [
      { times: turns.append, take: () => oneByOne(turn, (one) => store.append(one)) },
      { times: turns.bare, take: () => oneByOne(bytes, put) },
      { times: turns.chained, take: () => oneByOne(turn, (one) => put(inChain([one]))) },
    ];
    // What whoever came before used is what the processor has at hand.
    for (const { times, take } of inTurn(start / TURN, kinds)) {
      const milliseconds = await take();
      if (start >= plan.warmUp) times.push(milliseconds);
    }
  }
  await pause(0);
  await store.close();
  database.close();
  // Not the sum: a turn that the machine spent on something else would decide whose it was.
  const each = (/** @type {number[]} */ milliseconds) => middle(milliseconds) / TURN;
  return { bare: each(turns.bare), chained: each(turns.chained), append: each(turns.append) };
}

/** @template T @param {readonly T[]} list @param {(one: T) => Promise<unknown>} work */
const oneByOne = (list, work) =>
  timed(async () => {
    for (const one of list) await work(one);
  });

/**
 * How events may be handed to IndexedDB: as bytes of JSON, or as they are.
 * @type {((value: unknown) => unknown)[]}
 */
const forms = [(value) => new TextEncoder().encode(JSON.stringify(value)), (value) => value];

/** @type {import('./index.js').Job} */
export async function bareBulk(_, plan) {
  const database = await openBare('bare-bulk');
  const put = putsInto(database, 'relaxed');
  /** @param {unknown[]} calls @param {number} width */
  const quickest = async (calls, width) => {
    const times = [];
    for (const form of forms) {
      await tidied();
      times.push(await timed(() => pipelined(calls, width, (call) => put(form(call)))));
    }
    return Math.min(...times);
  };
  const calls = inCalls(shopOrders(plan), plan.callEvents);
  const imported = calls.flat().reduce((sum, part) => sum + part.events.length, 0);
  const importing = await quickest(calls, WIDTH);
  const long = makeLongStream({ events: plan.longStream, size: plan.callEvents });
  const writing = await quickest(long.calls, WIDTH);
  database.close();
  return {
    bareImport: (imported / importing) * 1_000,
    bareLong: (plan.longStream / writing) * 1_000,
  };
}

/** @type {import('./index.js').Job} */
export async function bareAtOnce(contender, plan) {
  const name = `bare-at-once-${plan.load}`;
  const database = await openBare(name);
  const put = putsInto(database, 'relaxed');
  const store = await contender.open({ name, durability: 'relaxed', use: 'log' });
  for (const append of single(plan.warmUp, 40)) await store.append(append);
  // For what it does with those when idle.
  await pause(plan.grace);
  /** @type {((appends: Append[]) => Promise<number>)[]} */
  const measures = [
    async (appends) => {
      const rate = await allAtOnce(store, appends);
      await pause(UPKEEP_MS);
      return rate;
    },
    ...[...forms, await inAChain()].map(
      (form) => (/** @type {Append[]} */ appends) => bareBurst(put, appends, form),
    ),
  ];
  const kinds = measures.map((measure) => ({ measure, rates: /** @type {number[]} */ ([]) }));
  // Twice as often as elsewhere: of twenty milliseconds, chance easily makes a tenth more.
  const count = plan.warmBursts + 2 * plan.bursts;
  for (let burst = 0; burst < count; burst += 1) {
    for (const { measure, rates } of inTurn(burst, kinds)) {
      const rate = await measure(firstEvents(plan.concurrent, 100 + burst));
      if (burst >= plan.warmBursts) rates.push(rate);
    }
  }
  await store.close();
  database.close();
  const [atOnce = Number.NaN, bytes = Number.NaN, objects = Number.NaN, bareManyChained = Number.NaN] =
    kinds.map(({ rates }) => middle(rates));
  return { atOnce, bareMany: Math.max(bytes, objects), bareManyChained };
}

/** For what a store does when nobody appends: it is not to fall into another one's turn. */
const UPKEEP_MS = 600;

/** How many calls are under way. */
const WIDTH = 8;

/**
 * Appends at once, each with a promise of its own, that are put together in one request.
 *
 * @param {(value: unknown) => Promise<void>} put @param {Append[]} appends
 * @param {(appends: Append[]) => unknown} form
 * @returns {Promise<number>} Appends a second.
 */
async function bareBurst(put, appends, form) {
  await tidied();
  const milliseconds = await timed(async () => {
    /** @type {{ append: Append, resolve: (position: number) => void }[]} */
    const waiting = [];
    const promises = appends.map(
      (append) =>
        /** @type {Promise<number>} */ (new Promise((resolve) => waiting.push({ append, resolve }))),
    );
    await put(form(waiting.map(({ append }) => append)));
    waiting.forEach(({ resolve }, position) => {
      resolve(position);
    });
    await Promise.all(promises);
  });
  return (appends.length / milliseconds) * 1_000;
}

/**
 * A form as bytes: events as lines of JSON, and behind them their hashes, each of which covers the hash of the
 * event before, as in a log that names the first event that was changed. All are encoded as one text and
 * hashed in one call. Expected versions are checked, which is what an append is asked for.
 *
 * @returns {Promise<(appends: Append[]) => Uint8Array>}
 */
async function inAChain() {
  await init();
  const chain = new Chain();
  const encoder = new TextEncoder();
  /** Far more than the events of a burst take up. */
  const bytes = new Uint8Array(1 << 22);
  /** @type {Map<string, number>} */
  const versions = new Map();
  return (appends) => {
    let text = '';
    for (const { streamId, expectedVersion, events } of appends) {
      const version = versions.get(streamId) ?? -1;
      if (version !== expectedVersion) throw new Error(`${streamId} is at version ${version}`);
      versions.set(streamId, version + events.length);
      text += `${streamId} ${JSON.stringify(events)}\n`;
    }
    const { read, written } = encoder.encodeInto(text, bytes);
    if (read < text.length) throw new Error('more events than there is room for');
    const hashes = chain.link(bytes.subarray(0, written));
    bytes.set(hashes, written);
    return bytes.slice(0, written + hashes.length);
  };
}
