/**
 * The least that storing can cost in IndexedDB: bare transactions with one put. Of single events, and of many
 * at once, in turns with the contender's own appends; of many, in the form that is quickest to hand over. Both
 * once more with a hash chain over the events, which has to be computed before they can be stored.
 */

import { createSHA256 } from 'hash-wasm';
import { completed, openDatabase } from '../contenders/idb.js';
import { inCalls, makeLongStream } from '../trade.js';
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
 * A list in another order in each round: each begins once, then the same backwards, so that each comes as often
 * before another as after it.
 * @template T @param {number} round @param {readonly T[]} list
 */
function inTurn(round, list) {
  const first = round % list.length;
  const rotated = [...list.slice(first), ...list.slice(0, first)];
  return Math.floor(round / list.length) % 2 === 0 ? rotated : rotated.reverse();
}

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
    (appends) => allAtOnce(store, appends),
    ...[...forms, await inAChain()].map(
      (form) => (/** @type {Append[]} */ appends) => bareBurst(put, appends, form),
    ),
  ];
  const kinds = measures.map((measure) => ({ measure, rates: /** @type {number[]} */ ([]) }));
  // Nearly twice as often as elsewhere: of twenty milliseconds, chance easily makes a tenth more.
  for (let burst = 1 - plan.warmBursts; burst < 2 * plan.bursts; burst += 1) {
    // What a store does when idle may fall into the next one's turn.
    for (const { measure, rates } of inTurn(burst + plan.warmBursts, kinds)) {
      const rate = await measure(firstEvents(plan.concurrent, 100 + burst));
      if (burst > 0) rates.push(rate);
    }
  }
  await store.close();
  database.close();
  const [atOnce = Number.NaN, bytes = Number.NaN, objects = Number.NaN, bareManyChained = Number.NaN] =
    kinds.map(({ rates }) => middle(rates));
  return { atOnce, bareMany: Math.max(bytes, objects), bareManyChained };
}

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
 * A form as bytes: each event behind the hash of the event before, and the next hash is that of both, as in
 * a log that names the first event that was changed. SHA-256 as WebAssembly: the browser's own gives a
 * promise for each event, and the next one has to wait for it. Expected versions are checked, which is what
 * an append is asked for.
 *
 * @returns {Promise<(appends: Append[]) => Uint8Array>}
 */
async function inAChain() {
  const sha256 = await createSHA256();
  const encoder = new TextEncoder();
  let hash = /** @type {Uint8Array} */ (new Uint8Array(sha256.digestSize));
  /** Far more than the events of a burst take up. */
  const bytes = new Uint8Array(1 << 22);
  /** @type {Map<string, number>} */
  const versions = new Map();
  return (appends) => {
    let end = 0;
    for (const { streamId, expectedVersion, events } of appends) {
      const version = versions.get(streamId) ?? -1;
      if (version !== expectedVersion) throw new Error(`${streamId} is at version ${version}`);
      versions.set(streamId, version + events.length);
      const start = end;
      bytes.set(hash, start);
      end += hash.length;
      const text = `${streamId} ${JSON.stringify(events)}`;
      end += encoder.encodeInto(text, bytes.subarray(end)).written;
      hash = sha256.init().update(bytes.subarray(start, end)).digest('binary');
    }
    return bytes.slice(0, end);
  };
}
