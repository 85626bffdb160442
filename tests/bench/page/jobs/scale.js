/** How Daybook's costs grow with the log. Each job is a page of its own; the first fills the store. */

import { openStore } from 'daybook';
import { openOrderBook } from 'daybook/orders';
import { pipeline } from '../contenders/daybook.js';
import { requested } from '../contenders/idb.js';
import { inCalls, makeOrders, randomFrom, uuid } from '../trade.js';
import { openBare, putsInto, TURN } from './bare-machine.js';
import { middle, must, pause, pipelined, tidied, timed } from './measure.js';

const NAME = 'scale';
const CHUNK_ORDERS = 3_000;
/** For what a store does when idle, after a few hundred appends. */
const IDLE_MS = 1_500;
/** About a third of the events are orders: most are paid, refunded and paid again. */
const EVENTS_PER_ORDER = 10 / 3;
const COUNT = 50;

/** @param {number} events */
export const ordersOf = (events) => Math.round(events / EVENTS_PER_ORDER);

/**
 * Some thousand orders of a long history; chunk follows chunk in time.
 * @param {number} chunk @param {number} orders
 */
function chunkOf(chunk, orders) {
  const random = randomFrom(1_000 + chunk);
  const made = makeOrders({ orders, seed: 100 + chunk });
  for (const [index, { events }] of made.entries()) {
    const wanted = Math.round((index + 1) * EVENTS_PER_ORDER) - Math.round(index * EVENTS_PER_ORDER);
    const placed = events[0];
    if (!placed) continue;
    events.length = Math.min(events.length, wanted);
    while (events.length < wanted) {
      const type = events.length % 2 === 1 ? 'PaymentConfirmed' : 'PaymentRefunded';
      const at = Date.parse(events.at(-1)?.occurredAt ?? placed.occurredAt) + 3_600_000;
      const data = {
        order_id: placed.data.order_id ?? null,
        payment_reference: `pay_${uuid(random)}`,
        amount: placed.data.total_amount ?? null,
        ...(type === 'PaymentRefunded' && { reason: 'The parcel came back undelivered' }),
      };
      const event = { ...placed, id: uuid(random), type, schemaVersion: 1, data };
      events.push({ ...event, occurredAt: new Date(at).toISOString() });
    }
    for (const event of events) {
      // A year of the generator's is a week of this history.
      const since = (Date.parse(event.occurredAt) - Date.UTC(2025, 0, 1)) / 52;
      event.occurredAt = new Date(Date.UTC(2020, 0, 1) + chunk * 7 * 86_400_000 + since).toISOString();
    }
  }
  return made;
}

/** @param {number} events */
function* chunks(events) {
  const orders = ordersOf(events);
  for (let chunk = 0; chunk * CHUNK_ORDERS < orders; chunk += 1) {
    yield chunkOf(chunk, Math.min(CHUNK_ORDERS, orders - chunk * CHUNK_ORDERS));
  }
}

/** The time of each of some calls, and the median. @template T @param {readonly T[]} list @param {(one: T) => Promise<unknown>} work */
async function each(list, work) {
  const times = [];
  for (const one of list) times.push(await timed(() => work(one)));
  return middle(times);
}

/** @type {import('./index.js').Job} */
export async function scaleFill(_, { events = 0, callEvents, grace }) {
  const store = await openStore({ name: NAME, durability: 'relaxed' });
  const began = performance.now();
  for (const orders of chunks(events)) {
    await pipelined(inCalls(orders, callEvents), pipeline, (call) => store.appendAll(call));
  }
  const fill = performance.now() - began;
  const stored = store.position;
  await pause(grace);
  await store.close();
  const fold = await timed(async () => {
    const book = await openOrderBook({ name: NAME, durability: 'relaxed' });
    must(book.orders({ limit: 1 }).count === ordersOf(events), 'a row for each order');
    await book.close();
  });
  return { events: stored, fill, fold };
}

/** @type {import('./index.js').Job} */
export async function scaleOpen(_, { events = 0 }) {
  /** @type {import('daybook/orders').OrderBookApi | undefined} */
  let book;
  const open = await timed(async () => {
    book = await openOrderBook({ name: NAME, durability: 'relaxed', early: true });
    const { rows } = book.orders({ sort: 'placedAt', descending: true, limit: COUNT });
    const items = rows.map(({ orderId, customerId, totalAmount }) => {
      const item = document.createElement('li');
      item.textContent = `${orderId} ${customerId} ${totalAmount}`;
      return item;
    });
    document.getElementById('orders')?.replaceChildren(...items);
  });
  must(document.querySelectorAll('#orders li').length === COUNT, 'a line for each of the first orders');
  const restored = open + (await timed(async () => book?.restored));
  must(book?.orders({ limit: 1 }).count === ordersOf(events), 'a row for each order');
  await book?.close();
  return { open, restored };
}

/**
 * Awaited appends, and bare transactions with one put in turns with them: what the browser's storage
 * itself takes longer for when it holds more, both take longer for.
 * @param {number} count @param {(id: string) => Promise<unknown>} append
 */
async function besideBarePuts(count, append) {
  const database = await openBare('bare-scale');
  const put = putsInto(database, 'relaxed');
  const bytes = new TextEncoder().encode(
    JSON.stringify({ ...makeOrders({ orders: 1, seed: 5 })[0]?.events[0] }),
  );
  const [appends, puts] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let done = 0; done < count; done += TURN) {
    for (let turn = 0; turn < TURN; turn += 1) {
      appends.push(await timed(() => append(crypto.randomUUID())));
    }
    for (let turn = 0; turn < TURN; turn += 1) puts.push(await timed(() => put(bytes)));
  }
  database.close();
  return { appendOne: middle(appends), barePut: middle(puts) };
}

/** @type {import('./index.js').Job} */
export async function scaleAppend(_, { sequential }) {
  /** @type {import('daybook').Store | undefined} */
  let store;
  const storeOpen = await timed(async () => {
    store = await openStore({ name: NAME, durability: 'relaxed' });
  });
  if (!store) throw new Error('it is open');
  const log = store;
  const append = (/** @type {string} */ id) =>
    log.append(`note-${id}`, [{ type: 'NoteTaken', data: { text: `A note of the till, number ${id}` } }], {
      expectedVersion: -1,
    });
  const firstAppend = await timed(() => append(crypto.randomUUID()));
  await besideBarePuts(sequential, append);
  const appended = await besideBarePuts(sequential, append);
  // For what it does when idle: the next turn is to find it done.
  await pause(IDLE_MS);
  await store.close();
  return { storeOpen, firstAppend, ...appended };
}

/** How many orders beside each other are read, and in how many places of the log. */
const STRETCH_ORDERS = 300;
const STRETCHES = 4;
/** How often the store is opened for a read whose batch nobody has in memory. */
const COLD_READS = 12;

/** The streams of orders in a part of the log, of a fraction on. @param {number} events @param {number} from 0 to 1. */
function stretch(events, from) {
  const orders = ordersOf(events);
  const first = Math.floor(from * Math.max(orders - STRETCH_ORDERS, 0));
  const chunk = Math.floor(first / CHUNK_ORDERS);
  const made = chunkOf(chunk, Math.min(CHUNK_ORDERS, orders - chunk * CHUNK_ORDERS));
  const start = Math.min(first % CHUNK_ORDERS, Math.max(made.length - STRETCH_ORDERS, 0));
  return made.slice(start, start + STRETCH_ORDERS).map(({ streamId }) => streamId);
}

/**
 * How long IndexedDB takes to give the sealed batch that holds `position`: what the browser's storage
 * itself takes longer for when it holds more, Daybook takes longer for too. None, if it is not sealed.
 * @param {number} position
 */
async function bareRead(position) {
  const database = await requested(indexedDB.open(`daybook:${NAME}`));
  const batches = database.transaction('log', 'readonly').objectStore('log');
  /** @type {unknown} */
  let found;
  const milliseconds = await timed(async () => {
    found = await requested(batches.get(IDBKeyRange.lowerBound(position)));
  });
  database.close();
  return found === undefined ? [] : [milliseconds];
}

/** @type {import('./index.js').Job} */
export async function scaleRead(_, { events = 0 }) {
  const options = /** @type {const} */ ({ name: NAME, durability: 'relaxed' });
  /** @param {import('daybook').Store} store @param {string} streamId */
  const read = async (store, streamId) => {
    must((await store.readStream(streamId)).events.length > 0, 'the events of the order');
  };
  const [cold, bare] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let turn = 0; turn < COLD_READS; turn += 1) {
    // Not from the end of the log, which opening reads.
    const streams = stretch(events, (0.8 * turn) / COLD_READS);
    const streamId = streams[Math.floor((streams.length * turn) / COLD_READS / 2)] ?? '';
    const store = await openStore(options);
    // Loads the index.
    await store.readStream('nobody');
    await tidied();
    cold.push(await timed(() => read(store, streamId)));
    // From elsewhere in the log.
    const part = (turn / COLD_READS + 0.5) % 1;
    bare.push(...(await bareRead(Math.ceil(0.8 * part * store.position))));
    await store.close();
  }
  const store = await openStore(options);
  const places = Array.from({ length: STRETCHES }, (_, index) => stretch(events, index / STRETCHES));
  // Every fifth brings the batches into memory; the others are read for the first time.
  const isFifth = (/** @type {number} */ index) => index % 5 === 0;
  for (const streamId of places.flatMap((streams) => streams.filter((_, index) => isFifth(index)))) {
    await read(store, streamId);
  }
  const picked = [...new Set(places.flatMap((streams) => streams.filter((_, index) => !isFifth(index))))];
  await tidied();
  const readFirst = await each(picked, (streamId) => read(store, streamId));
  const readAgain = await each(picked, (streamId) => read(store, streamId));
  await store.close();
  return { readCold: middle(cold), bareGet: middle(bare), readFirst, readAgain };
}

/** JavaScript's heap, as the browser counts it; the memory of WebAssembly is not in it. */
async function heapBytes() {
  const { performance: clock } = /** @type {{ performance: any }} */ (globalThis);
  const { bytes } = await clock.measureUserAgentSpecificMemory();
  return /** @type {number} */ (bytes);
}

/** What is instantiated from now on; gives the memory it has. */
function watchWasm() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiateStreaming(...given);
    // Its name is a short one that changes.
    for (const exported of Object.values(made.instance.exports)) {
      if (exported instanceof WebAssembly.Memory) memories.push(exported);
    }
    return made;
  };
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** @type {import('./index.js').Job} */
export async function scaleMemory(_, { events = 0 }) {
  const wasmBytes = watchWasm();
  const before = await heapBytes();
  const book = await openOrderBook({ name: NAME, durability: 'relaxed' });
  // The index too: whoever has given a command has it.
  await book.eventTypes();
  const wasm = wasmBytes();
  must(wasm > 0, 'the memory of the WebAssembly');
  const memory = (await heapBytes()) - before + wasm;
  await book.close();
  return { memory: memory / 1e6, bytesPerOrder: memory / ordersOf(events) };
}

/** @type {import('./index.js').Job} */
export async function scaleRebuild(_, { events = 0 }) {
  const book = await openOrderBook({ name: NAME, durability: 'relaxed' });
  await pause(500);
  let longest = 0;
  let long = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      longest = Math.max(longest, duration);
      long += 1;
    }
  });
  observer.observe({ type: 'longtask' });
  // What a person would wait: from a click to when it is seen to.
  let slowest = 0;
  let running = true;
  const ping = async () => {
    while (running) {
      slowest = Math.max(slowest, await timed(() => pause(0)));
    }
  };
  const pinging = ping();
  const names = book.projections().map(({ name }) => name);
  const rebuild = await timed(() => Promise.all(names.map((name) => book.rebuild(name))));
  running = false;
  await pinging;
  await pause(100);
  observer.disconnect();
  must(book.orders({ limit: 1 }).count === ordersOf(events), 'a row for each order');
  await book.close();
  return { rebuild, longTasks: long, longestTask: longest, slowestAnswer: slowest };
}
