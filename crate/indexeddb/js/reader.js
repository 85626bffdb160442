/**
 * Reading a long log: by a worker, ahead of whoever goes through it.
 *
 * What the browser does to hand over a record (receiving, unpacking, copying) it does on the thread
 * that asked. For a log of a million events that is more than a second, in which a page could neither
 * fold nor paint. So once somebody has read many pages, a worker reads what comes next, and its bytes
 * change hands without being copied. Where no worker is to be had, the page reads for itself.
 *
 * @typedef {import('./requests.js').Connection} Connection
 * @typedef {{ last: number, bytes: Uint8Array }} Batch
 * @typedef {{ after: number, limit: number, answer: (batches: Batch[] | undefined) => void }} Waiting
 */

import { entriesOf, LOG } from './database.js';

/** Whoever is given whole pages of so many bytes goes through the log. */
const PAGE_BYTES = 128 * 1_024;
/** After so many of them it is a long one, and worth a worker: a shorter one is read before that has started. */
const PAGES = 16;
/** How many batches the worker reads at once, and how many it is ahead: a few megabytes. */
const AT_ONCE = 8;
const AHEAD = 32;
/** How long the worker is kept when nobody reads, in milliseconds. */
const IDLE_MS = 1_000;

/**
 * What the worker does: it reads sealed batches beyond a position, in order, as long as it has leave to.
 * Its text is all that it is given, so it uses nothing from around it.
 */
function work() {
  /** @type {IDBDatabase | undefined} */
  let database;
  // It begins when it is told after what.
  let [store, after, room, count, isReading, isOver] = ['', -1, 0, 0, false, false];
  const fail = () => postMessage(null);
  const read = () => {
    if (!database || isReading || room <= 0 || after < 0) return;
    isReading = true;
    const log = database.transaction(store).objectStore(store);
    const range = IDBKeyRange.lowerBound(after, true);
    const keys = log.getAllKeys(range, count);
    const values = log.getAll(range, count);
    values.onerror = fail;
    values.onsuccess = () => {
      isReading = false;
      if (isOver) return database?.close();
      const found = keys.result.map((last, index) => ({ last, bytes: values.result[index] }));
      after = /** @type {number} */ (keys.result.at(-1) ?? after);
      room -= found.length;
      postMessage(found, { transfer: found.map(({ bytes }) => bytes.buffer) });
      if (found.length === count) read();
    };
  };
  globalThis.onmessage = ({ data }) => {
    if (data === null) {
      isOver = true;
      if (!isReading) database?.close();
      return;
    }
    room += data.room;
    after = data.after ?? after;
    if (data.name === undefined) return read();
    [store, count] = [data.store, data.count];
    const request = indexedDB.open(data.name);
    request.onerror = fail;
    // Never to create it, nor to keep another connection waiting.
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => {
      database = request.result;
      database.onversionchange = () => database?.close();
      if (isOver) database.close();
      else read();
    };
  };
}

/** Reads for one connection. */
class Reader {
  #connection;
  /** How many pages the page itself is reading. */
  #own = 0;
  /** How many whole ones it has read since somebody began at the log's beginning, or a worker ended. */
  #pages = 0;
  /** Where those ended, and all that it has read since the worker was started. @type {Map<number, number>} */
  #ends = new Map();
  /** @type {Worker | undefined} */
  #worker;
  /** Whether no worker is to be had. */
  #isAlone;
  /** What the worker has read, in order; it begins after `#after`. @type {Batch[]} */
  #read = [];
  #after = 0;
  /** How many batches more it may read. */
  #room = 0;
  /** Whether there is a worker that was told to begin. */
  #hasBegun = false;
  /** Whether there is nothing more for the worker. */
  #isAtEnd = false;
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  /** @param {Connection} connection */
  constructor(connection) {
    this.#connection = connection;
    // What lies in the page's own memory has no name, and no worker can read it.
    this.#isAlone = connection.name === undefined;
    connection.onEnd = () => this.#stop();
  }

  /** @param {number} after @param {number} limit */
  async read(after, limit) {
    if (this.#worker) {
      /** @type {Batch[] | undefined} */
      const batches = await new Promise((answer) => {
        this.#waiting.push({ after, limit, answer });
        this.#serve();
      });
      if (batches && this.#connection.isOpen) return await this.#completed(batches, limit);
    }
    this.#own += 1;
    try {
      const found = await this.#connection.readAfter(after, limit);
      const newest = /** @type {[number, Uint8Array] | []} */ (found.slice(-2));
      if (newest.length === 0) return found;
      const [end, last] = newest;
      const isLong = found.length === 2 * limit && limit * last.length >= PAGE_BYTES;
      if (this.#worker) this.#ends.set(after, end);
      else if (isLong && !this.#isAlone) this.#count(after, end);
      return found;
    } finally {
      this.#own -= 1;
      this.#serve();
    }
  }

  /** Keys and values of batches, and of those behind them if they are fewer. @param {Batch[]} batches @param {number} limit */
  async #completed(batches, limit) {
    const found = entriesOf(batches);
    const [end] = /** @type {[number]} */ (found.slice(-2));
    // The worker has read what is sealed.
    const left = limit - batches.length;
    return left > 0 ? [...found, ...(await this.#connection.readAfter(end, left))] : found;
  }

  /** Notes a whole page; after so many of them starts a worker. @param {number} after @param {number} end */
  #count(after, end) {
    if (after === 0) {
      this.#pages = 0;
      this.#ends.clear();
    }
    this.#pages += 1;
    this.#ends.set(after, end);
    if (this.#pages >= PAGES) this.#start(end);
  }

  /** Starts the worker, which is to read beyond `after`. @param {number} after */
  #start(after) {
    let url = '';
    try {
      url = URL.createObjectURL(new Blob([`(${work})()`], { type: 'text/javascript' }));
      const worker = new Worker(url);
      worker.onerror = () => this.#giveUp();
      worker.onmessage = ({ data }) => this.#take(data);
      worker.postMessage({ name: this.#connection.name, store: LOG, count: AT_ONCE, room: 0 });
      [this.#worker, this.#after, this.#room] = [worker, after, 0];
      this.#rest();
    } catch {
      this.#isAlone = true;
    } finally {
      if (url) URL.revokeObjectURL(url);
    }
  }

  /** @param {Batch[] | null} batches */
  #take(batches) {
    if (!batches) return this.#giveUp();
    this.#isAtEnd = batches.length < AT_ONCE;
    this.#room -= batches.length;
    this.#read.push(...batches);
    this.#serve();
  }

  /** Has the worker begin, behind what the page itself was reading; not while it is reading. */
  #begin() {
    if (!this.#worker || this.#hasBegun || this.#own > 0) return;
    this.#passOver();
    this.#hasBegun = true;
    this.#room = AHEAD;
    this.#worker.postMessage({ after: this.#after, room: AHEAD });
    this.#rest();
  }

  /** Answers those who wait, in turn, as far as what was read goes. */
  #serve() {
    this.#begin();
    if (!this.#hasBegun) return;
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      const { after, limit, answer } = first;
      this.#passOver();
      const isNext = after === this.#after;
      // What the page itself is reading may lie before it.
      if (!isNext && this.#own > 0) break;
      const isThere = this.#read.length >= (this.#isAtEnd ? 1 : limit);
      if (isNext && !isThere && !this.#isAtEnd) {
        this.#grant(limit - this.#read.length - this.#room);
        break;
      }
      this.#waiting.shift();
      // It may be somebody else who asks, or the log have grown since.
      answer(isNext && isThere ? this.#pass(limit) : undefined);
    }
    if (this.#isAtEnd && this.#waiting.length + this.#read.length === 0) this.#stop();
  }

  /** Passes over what the page itself has read. */
  #passOver() {
    for (let end = this.#ends.get(this.#after); end !== undefined; end = this.#ends.get(this.#after)) {
      this.#ends.delete(this.#after);
      this.#after = end;
    }
    const unread = this.#read.findIndex(({ last }) => last > this.#after);
    const passed = unread < 0 ? this.#read.length : unread;
    this.#read.splice(0, passed);
    this.#grant(passed);
  }

  /** Takes the next batches. @param {number} count */
  #pass(count) {
    const batches = this.#read.splice(0, count);
    this.#after = batches.at(-1)?.last ?? this.#after;
    this.#grant(count);
    this.#rest();
    return batches;
  }

  /** Lets the worker read so many batches more. @param {number} count */
  #grant(count) {
    if (count <= 0) return;
    this.#room += count;
    this.#worker?.postMessage({ room: count });
  }

  #giveUp() {
    this.#isAlone = true;
    this.#stop();
  }

  #rest() {
    clearTimeout(this.#idle);
    // One that was told to begin and does not deliver in this time would only keep others waiting.
    const isLate = () => this.#hasBegun && this.#waiting.length > 0;
    this.#idle = setTimeout(() => (isLate() ? this.#giveUp() : this.#stop()), IDLE_MS);
  }

  #stop() {
    clearTimeout(this.#idle);
    if (this.#worker) dismiss(this.#worker);
    [this.#worker, this.#hasBegun] = [undefined, false];
    const waiting = this.#waiting;
    [this.#waiting, this.#read, this.#isAtEnd, this.#pages] = [[], [], false, 0];
    this.#ends.clear();
    for (const { answer } of waiting) answer(undefined);
  }
}

/**
 * Ends a worker. In WebKit the connection of one that is terminated stays open, and nobody can delete the
 * database: so it closes it before, and has a while for that.
 *
 * @param {Worker} worker
 */
function dismiss(worker) {
  worker.onmessage = worker.onerror = null;
  worker.postMessage(null);
  setTimeout(() => worker.terminate(), IDLE_MS);
}

/** @type {WeakMap<Connection, Reader>} */
const readers = new WeakMap();

/**
 * Keys and values of the batches after `after`, as {@link Connection.readAfter} gives them.
 *
 * @param {Connection} connection @param {number} after @param {number} limit
 */
export function readAfter(connection, after, limit) {
  const reader = readers.get(connection) ?? new Reader(connection);
  readers.set(connection, reader);
  return reader.read(after, limit);
}
