/**
 * What `Connection` in `requests.js` offers, over the memory of this page: for where nothing is to
 * outlive it, or where there is no IndexedDB. Here rather than in Rust, so that the WebAssembly asks
 * for storage in one way only, and carries nothing of what it asks for.
 */

import { failure, follow } from './database.js';

/** @typedef {[last: number, bytes: Uint8Array]} Batch */

/** What connections to the same name share. */
class Memory {
  /** In ascending order. @type {Batch[]} */
  log = [];
  /** @type {Map<string, Uint8Array>} */
  records = new Map();
  /** How often everything was removed. */
  cleared = 0;

  /** Where in the log the first batch is that does not end before `position`. @param {number} position */
  find(position) {
    let [low, high] = [0, this.log.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.log[middle]?.[0] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Memories that have a name. @type {Map<string, Memory>} */
const memories = new Map();

/** Every method is one transaction, since none of them waits for anything. */
class MemoryConnection {
  #memory;
  #cleared;

  /** @param {Memory} memory */
  constructor(memory) {
    this.#memory = memory;
    this.#cleared = memory.cleared;
  }

  /** @returns {Memory} */
  get #open() {
    if (this.#cleared === this.#memory.cleared) return this.#memory;
    throw failure('connection_lost', 'another connection has removed everything');
  }

  /**
   * As in `requests.js`.
   *
   * @param {number} tail @param {number} last @param {Uint8Array} bytes @param {boolean} _strict
   * @param {import('./database.js').Settling} settling @param {number} number
   */
  commitOne(tail, last, bytes, _strict, settling, number) {
    follow(this.#commit(tail, [[last, bytes.slice()]]), settling, number);
  }

  /** As in `requests.js`. @param {number} tail */
  commit(tail) {
    /** @type {Batch[]} */
    const batches = [];
    return {
      /** @param {number} last @param {Uint8Array} bytes */
      add: (last, bytes) => batches.push([last, bytes.slice()]),
      /** @param {boolean} isWhole */
      end: async (isWhole) => isWhole && (await this.#commit(tail, batches)),
    };
  }

  /** @param {number} tail @param {Batch[]} batches */
  async #commit(tail, batches) {
    const { log } = this.#open;
    const end = log.at(-1)?.[0] ?? 0;
    if (end < tail) throw failure('data_lost', `the log ended at position ${tail} and now ends at ${end}`);
    if (end > tail) return false;
    log.push(...batches);
    return true;
  }

  /** @param {number} after @param {number} limit */
  async readAfter(after, limit) {
    const memory = this.#open;
    const from = memory.find(after + 1);
    return memory.log.slice(from, from + limit).flat();
  }

  /** @param {Float64Array} positions */
  async readAt(positions) {
    const memory = this.#open;
    const places = new Set(Array.from(positions, (position) => memory.find(position)));
    return [...places].flatMap((place) => memory.log[place] ?? []);
  }

  /** @param {number} before @param {Float64Array} keys @param {Uint8Array} bytes */
  async replace(before, keys, bytes) {
    const memory = this.#open;
    const last = keys.at(-1) ?? 0;
    const from = memory.find(before);
    const found = memory.log.slice(from, memory.find(last + 1)).map(([key]) => key);
    const kept = before > 0 ? [before] : [];
    if (String(found) !== String([...kept, ...keys])) return false;
    memory.log.splice(from + kept.length, keys.length, [last, bytes.slice()]);
    return true;
  }

  /** @param {string} key */
  async readRecord(key) {
    return this.#open.records.get(key);
  }

  /** @param {string} prefix */
  async readRecords(prefix) {
    return [...this.#open.records].filter(([key]) => key.startsWith(prefix)).flat();
  }

  /** @param {(string | Uint8Array | null | undefined)[]} changes Keys and values in turns. */
  async writeRecords(changes) {
    const { records } = this.#open;
    for (let at = 0; at < changes.length; at += 2) {
      const [key, value] = [String(changes[at]), changes[at + 1]];
      if (value instanceof Uint8Array) records.set(key, value);
      else if (value === null) records.delete(key);
      else for (const found of [...records.keys()]) if (found.startsWith(key)) records.delete(found);
    }
  }

  /** Removes everything, for everyone. */
  async clear() {
    const memory = this.#open;
    memory.log = [];
    memory.records.clear();
    memory.cleared += 1;
  }

  async delete() {}

  close() {}
}

/** Connects to the memory called `name`, or when that is empty, to one of its own. @param {string} name */
export function openMemory(name) {
  const memory = memories.get(name) ?? new Memory();
  if (name) memories.set(name, memory);
  return new MemoryConnection(memory);
}
