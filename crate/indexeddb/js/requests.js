/**
 * IndexedDB's requests, as the storage port asks for them: a call is one transaction, whose requests
 * are issued together. In JavaScript, because each crossing into WebAssembly costs more than what is
 * done here.
 *
 * What fails rejects with a `Failure`.
 *
 * @typedef {{ code: string, detail: string, found?: number }} Failure
 */

/** The object store of the batches: positions to bytes. */
const LOG = 'log';
/** The object store of the derived records: strings to bytes. */
const DERIVED = 'derived';

/** The layout this build writes and reads. */
const VERSION = 1;
/**
 * How long opening may take, in milliseconds. It waits for other tabs to let go of an older version
 * or of a deleted database, and a frozen tab never does.
 */
const OPENING_MS = 10_000;
/** About how many bytes of records are written before what was asked for is waited for. */
const SLICE_BYTES = 1024 * 1024;
/** How long deleting may take, in milliseconds; see `Connection.delete`. */
const DELETING_MS = 3_000;

/** @param {string} code @param {string} detail @returns {Failure} */
const failure = (code, detail) => ({ code, detail });

/** What the browser's own errors stand for; all others, for a broken connection. */
const codes = new Map([
  ['QuotaExceededError', 'quota_exceeded'],
  ['SecurityError', 'unavailable'],
  // An object store is missing, or a value's bytes are.
  ['NotFoundError', 'storage_corrupt'],
  ['NotReadableError', 'storage_corrupt'],
  ['DataError', 'storage_corrupt'],
]);

/**
 * What `error` stands for. What is not known to be anything else counts as a broken connection: a
 * new one is the only remedy there is, and every browser has names of its own for it.
 *
 * @param {unknown} error @returns {Failure}
 */
function failed(error) {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return /** @type {Failure} */ (error);
  }
  const { name, message } =
    error instanceof Error || error instanceof DOMException ? error : new Error(`${error}`);
  return failure(codes.get(name) ?? 'connection_lost', `${name}: ${message}`);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {unknown} value @returns {Uint8Array} */
function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  throw failure('storage_corrupt', 'the record does not hold bytes');
}

/** @param {IDBValidKey} key @returns {number} */
function positionOf(key) {
  if (Number.isSafeInteger(key) && /** @type {number} */ (key) >= 0) return /** @type {number} */ (key);
  throw failure('storage_corrupt', `${key} is not a position`);
}

/**
 * The range of the keys that begin with `prefix`; every key begins with the empty one. It ends before
 * the prefix whose last code unit is one higher: keys are ordered by UTF-16 code unit.
 *
 * @param {string} prefix
 */
function beginningWith(prefix) {
  for (let length = prefix.length; length > 0; length -= 1) {
    const unit = prefix.charCodeAt(length - 1);
    if (unit === 0xffff) continue;
    const end = prefix.slice(0, length - 1) + String.fromCharCode(unit + 1);
    return IDBKeyRange.bound(prefix, end, false, true);
  }
  return IDBKeyRange.lowerBound(prefix);
}

/**
 * Keys and values in turns: one array crosses quicker than many pairs.
 *
 * @param {IDBObjectStore} store @param {IDBKeyRange} range @param {number} [limit]
 */
async function entries(store, range, limit) {
  const both = [answer(store.getAllKeys(range, limit)), answer(store.getAll(range, limit))];
  const [keys, values] = await Promise.all(both);
  return keys.flatMap((key, index) => [key, bytesOf(values[index])]);
}

/**
 * Writes records, from one of them on: keys in turns with bytes, `null` to delete the key, or
 * `undefined` to delete all that begin with it. A slice at a time, so that the page can do other
 * things in between.
 *
 * @param {IDBObjectStore} store @param {unknown[]} changes @param {number} start
 */
function writeFrom(store, changes, start) {
  let bytes = 0;
  for (let index = start; index < changes.length; index += 2) {
    const key = /** @type {string} */ (changes[index]);
    const value = changes[index + 1];
    if (!(value instanceof Uint8Array)) {
      store.delete(value === null ? key : beginningWith(key));
      continue;
    }
    const request = store.put(value, key);
    bytes += value.length;
    if (bytes >= SLICE_BYTES) {
      request.onsuccess = () => writeFrom(store, changes, index + 2);
      return;
    }
  }
}

/** An open database. */
export class Connection {
  #database;
  /** Why it is of no more use, once it is. @type {string | undefined} */
  #lost;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
    // A connection that stays open would keep the other one waiting.
    database.onversionchange = () => this.#end('another connection deletes or upgrades the database');
    database.onclose = () => this.#end('the browser closed the database');
  }

  /** @param {string} reason */
  #end(reason) {
    this.#lost ??= reason;
    this.#database.close();
  }

  /** @param {string | string[]} stores @param {IDBTransactionMode} mode @param {boolean} [strict] */
  #begin(stores, mode, strict) {
    if (this.#lost) throw failure('connection_lost', this.#lost);
    return this.#database.transaction(stores, mode, { durability: strict ? 'strict' : 'relaxed' });
  }

  /**
   * Reads from one store.
   *
   * @template T @param {string} name @param {(store: IDBObjectStore) => Promise<T>} read
   */
  async #read(name, read) {
    try {
      return await read(this.#begin(name, 'readonly').objectStore(name));
    } catch (error) {
      throw failed(error);
    }
  }

  /**
   * Writes; resolves when all of it is stored. `write` issues the requests; by `abort` it takes them
   * back, and says with what the call resolves instead.
   *
   * @template T
   * @param {string[]} stores
   * @param {boolean} strict
   * @param {(stores: IDBObjectStore[], abort: (outcome: T | Failure) => void) => void} write
   * @param {T} done
   * @returns {Promise<T>}
   */
  #write(stores, strict, write, done) {
    return new Promise((resolve, reject) => {
      /** @type {IDBTransaction | undefined} */
      let begun;
      try {
        const transaction = this.#begin(stores, 'readwrite', strict);
        begun = transaction;
        /** @type {{ outcome: T | Failure } | undefined} */
        let aborted;
        transaction.oncomplete = () => resolve(done);
        // What the browser did on its own account, such as running out of space while committing,
        // only the transaction itself can tell.
        transaction.onabort = () => {
          if (!aborted) return reject(failed(transaction.error));
          const { outcome } = aborted;
          return isFailure(outcome) ? reject(outcome) : resolve(outcome);
        };
        const abort = (/** @type {T | Failure} */ outcome) => {
          aborted = { outcome };
          transaction.abort();
        };
        write(
          stores.map((store) => transaction.objectStore(store)),
          abort,
        );
      } catch (error) {
        reject(failed(error));
        // What was asked for before must not be stored without the rest.
        begun?.abort();
      }
    });
  }

  /**
   * Adds a batch, if the log still ends at `tail`. Resolves with whether it does.
   *
   * @param {number} tail @param {number} last @param {Uint8Array} bytes @param {boolean} strict
   * @returns {Promise<boolean>}
   */
  commit(tail, last, bytes, strict) {
    // A copy, for a view into the module's memory would be stored with all of that.
    const copy = bytes.slice();
    return this.#write(
      [LOG],
      strict,
      ([log], abort) => {
        // Both are on their way before the answer to the first decides about the second.
        const found = log.getAllKeys(IDBKeyRange.lowerBound(tail), 2);
        log.add(copy, last);
        found.onsuccess = () => {
          const [first, second] = found.result;
          if (first === undefined ? tail === 0 : first === tail && tail > 0 && second === undefined) {
            // Said now, it need not wait for the browser to notice that nothing more is asked for.
            found.transaction?.commit?.();
            return;
          }
          const gone = failure('data_lost', `the log ended at position ${tail} and is now empty`);
          abort(first === undefined ? gone : false);
        };
      },
      true,
    );
  }

  /** Keys and values of the batches after `after`. @param {number} after @param {number} limit */
  readAfter(after, limit) {
    return this.#read(LOG, async (log) => {
      const found = await entries(log, IDBKeyRange.lowerBound(after, true), limit);
      for (let index = 0; index < found.length; index += 2) positionOf(found[index]);
      return found;
    });
  }

  /**
   * For each of `positions` (ascending), the batch with the smallest key not below it, each once.
   *
   * Positions are mostly keys, so each is first taken for one: that is one request for each, and
   * moves no batch twice. For those inside of batches, merged since, a second round asks for the keys
   * and a third for the batches.
   *
   * @param {Float64Array} positions
   */
  readAt(positions) {
    return this.#read(LOG, async (log) => {
      const get = (/** @type {number[]} */ keys) => Promise.all(keys.map((key) => answer(log.get(key))));
      const wanted = [...new Set(positions)];
      const found = await get(wanted);
      /** @type {Map<number, unknown>} */
      const batches = new Map();
      for (const [index, key] of wanted.entries())
        if (found[index] !== undefined) batches.set(key, found[index]);
      if (batches.size < wanted.length) {
        const inside = wanted.filter((key) => !batches.has(key));
        const covering = await Promise.all(
          inside.map((position) => answer(log.getAllKeys(IDBKeyRange.lowerBound(position), 1))),
        );
        const keys = [...new Set(covering.flat().map(positionOf))].filter((key) => !batches.has(key));
        const values = await get(keys);
        for (const [index, key] of keys.entries()) batches.set(key, values[index]);
      }
      const ascending = [...batches].sort(([left], [right]) => left - right);
      return ascending.flatMap(([key, value]) => [key, bytesOf(value)]);
    });
  }

  /**
   * Replaces the batches with exactly the keys `keys` by one; `before` is the key before them, or 0.
   *
   * @param {number} before @param {Float64Array} keys @param {Uint8Array} bytes
   * @returns {Promise<boolean>}
   */
  replace(before, keys, bytes) {
    const copy = bytes.slice();
    const last = keys[keys.length - 1] ?? 0;
    const expected = before > 0 ? [before, ...keys] : [...keys];
    return this.#write(
      [LOG],
      // What is deleted may have been stored so, and must not be lost to a power cut.
      true,
      ([log], abort) => {
        const known = log.getAllKeys(IDBKeyRange.bound(before, last), expected.length + 1);
        known.onsuccess = () => {
          const found = known.result;
          if (found.length !== expected.length || !found.every((key, index) => key === expected[index])) {
            abort(false);
            return;
          }
          log.delete(IDBKeyRange.bound(before, last, true, false));
          log.put(copy, last);
        };
      },
      true,
    );
  }

  /** @param {string} key @returns {Promise<Uint8Array | undefined>} */
  readRecord(key) {
    return this.#read(DERIVED, async (derived) => {
      const value = await answer(derived.get(key));
      return value === undefined ? undefined : bytesOf(value);
    });
  }

  /** Keys and values of the records whose keys begin with `prefix`. @param {string} prefix */
  readRecords(prefix) {
    return this.#read(DERIVED, (derived) => entries(derived, beginningWith(prefix)));
  }

  /**
   * Applies changes, in order: a key and its new bytes, a key and `null`, or a prefix and `undefined`.
   *
   * @param {(string | Uint8Array | null | undefined)[]} changes Keys and values in turns.
   */
  writeRecords(changes) {
    return this.#write(
      [DERIVED],
      // They can be made anew from the log, so they need not wait for the disk.
      false,
      ([derived]) => writeFrom(derived, changes, 0),
      true,
    );
  }

  /** Removes everything, for everyone. */
  clear() {
    return this.#write(
      [LOG, DERIVED],
      true,
      (stores) => {
        for (const store of stores) store.clear();
      },
      true,
    );
  }

  /** Closes the connection once its running transactions have ended. */
  close() {
    this.#end('it was closed');
  }

  /**
   * Closes the connection and deletes the database, whose object stores are to be empty by now.
   *
   * The other connections close themselves when they hear of it. A frozen tab does not hear: the
   * browser then deletes when the tab thaws or goes, and until that nobody can open the database.
   * Nothing of it is left to read anyhow, so this does not wait for it for long.
   */
  async delete() {
    this.close();
    try {
      const deleting = answer(indexedDB.deleteDatabase(this.#database.name));
      await within(DELETING_MS, deleting, () => undefined);
    } catch (error) {
      throw failed(error);
    }
  }
}

/** @param {unknown} outcome @returns {outcome is Failure} */
const isFailure = (outcome) => typeof outcome === 'object';

/**
 * What `promise` gives, or `late()` after so many milliseconds.
 *
 * @template T @param {number} milliseconds @param {Promise<T>} promise @param {() => T} late
 * @returns {Promise<T>}
 */
function within(milliseconds, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Opens the database called `name`, which is created when it does not exist.
 *
 * @param {string} name @returns {Promise<Connection>}
 */
export async function open(name) {
  if (typeof indexedDB === 'undefined') throw failure('unavailable', 'there is no IndexedDB here');
  try {
    const { database, loss } = await ask(name, VERSION);
    if (!loss) return new Connection(database);
    database.close();
    throw failure('data_lost', loss);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'VersionError') throw await newerVersion(name);
    throw failed(error);
  }
}

/**
 * Asks for `version`, or for whatever version there is. A request cannot be taken back: one that
 * comes too late is closed when it comes.
 *
 * @param {string} name @param {number} [version]
 * @returns {Promise<{ database: IDBDatabase, loss?: string }>}
 */
function ask(name, version) {
  let isLate = false;
  const request = indexedDB.open(name, version);
  /** @type {string | undefined} */
  let loss;
  request.onupgradeneeded = (event) => {
    // Chromium, when it found a database too damaged to open and began a new one, says so here.
    const { dataLoss, dataLossMessage } = /** @type {{ dataLoss?: string, dataLossMessage?: string }} */ (
      event
    );
    if (dataLoss && dataLoss !== 'none') loss = `${dataLoss}: ${dataLossMessage ?? ''}`;
    request.result.createObjectStore(LOG);
    request.result.createObjectStore(DERIVED);
  };
  const opening = answer(request).then((database) => {
    if (isLate) database.close();
    return { database, ...(loss !== undefined && { loss }) };
  });
  return within(OPENING_MS, opening, () => {
    isLate = true;
    throw failure('blocked', `it did not open within ${OPENING_MS} ms`);
  });
}

/** The failure for a database with a higher version than this build's. @param {string} name */
async function newerVersion(name) {
  try {
    const { database } = await ask(name);
    const found = database.version;
    database.close();
    return { ...failure('unsupported_format', 'the database'), found };
  } catch (error) {
    return failed(error);
  }
}
