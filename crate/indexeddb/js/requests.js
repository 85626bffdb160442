/**
 * IndexedDB's requests, as the storage port asks for them: a call, or what is added to a commit, is one
 * transaction. In JavaScript, because each crossing into WebAssembly costs more than what is
 * done here.
 *
 * What fails rejects with a `Failure`; or, where there is no promise, whoever is told gets one.
 * @typedef {import('./database.js').Failure} Failure
 * @typedef {import('./database.js').Batch} Batch
 * @typedef {import('./database.js').Settling} Settling
 */

import {
  abort,
  addTo,
  answer,
  batchesAt,
  bytesOf,
  DERIVED,
  ENDS_AS_A_WHOLE,
  endOf,
  entriesOf,
  failed,
  failure,
  follow,
  hear,
  isCleared,
  KnownEnd,
  LARGE_BYTES,
  LOG,
  large,
  lastKey,
  RECENT,
  readOpening,
  readRecord,
  readRecords,
  recentAfter,
  recentAt,
  recentBatches,
  recentUpTo,
  recentValue,
  requestsAtOnce,
  SEALED,
  sealedAfter,
  sealSome,
  TAKEN,
  within,
  writeFrom,
} from './database.js';

/** How long deleting may take; see `Connection.delete`. */
const DELETING_MS = 3_000;

/** For how many lengths memory is kept to be used again, and up to which length: a megabyte at most. */
const MAX_SPARE = 256;
const SPARE_BYTES = 4_096;

/** An open database. */
export class Connection {
  #database;
  /** Why it is of no more use, once it is. @type {string | undefined} */
  #lost;
  #known = new KnownEnd();
  /**
   * Memory for small values, by length: what is to be stored is copied when that is asked for, and getting
   * new memory takes longer than most of what is done for an append.
   * @type {Map<number, Uint8Array<ArrayBuffer>>}
   */
  #spare = new Map();
  #isTaken = false;
  /** Called when it can no longer be used. */
  onEnd = () => {};
  /** What was read ahead; each answers once. @type {ReturnType<typeof readOpening> | undefined} */
  #ahead;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
    this.name = database.name;
    // A connection that stays open would keep the other one waiting.
    database.onversionchange = () => this.#end('another connection deletes or upgrades the database');
    database.onclose = () => this.#end('the browser closed the database');
  }

  /** @param {string} reason */
  #end(reason) {
    this.#lost ??= reason;
    this.#database.close();
    this.onEnd();
  }

  /** @param {string | string[]} stores @param {IDBTransactionMode} mode @param {boolean} [strict] */
  #begin(stores, mode, strict) {
    if (this.#lost) throw failure('connection_lost', this.#lost);
    return this.#database.transaction(stores, mode, { durability: strict ? 'strict' : 'relaxed' });
  }

  /**
   * Reads from some stores, in one transaction.
   *
   * @template T @param {string[]} names @param {(...stores: IDBObjectStore[]) => Promise<T>} read
   */
  async #read(names, read) {
    try {
      const transaction = this.#begin(names, 'readonly');
      return await read(...names.map((name) => transaction.objectStore(name)));
    } catch (error) {
      throw failed(error);
    }
  }

  /**
   * Writes, in one transaction; resolves with what `write` does, once all of it is stored. When
   * `write` fails, nothing of it is.
   *
   * @template T
   * @param {string[]} names @param {boolean} strict
   * @param {(...stores: IDBObjectStore[]) => T | Promise<T>} write
   * @returns {Promise<T>}
   */
  async #write(names, strict, write) {
    /** @type {IDBTransaction | undefined} */
    let transaction;
    try {
      const begun = this.#begin(names, 'readwrite', strict);
      transaction = begun;
      const ended = new Promise((resolve, reject) => {
        begun.oncomplete = resolve;
        // What the browser did on its own account, such as running out of space while committing,
        // only the transaction itself can tell.
        begun.onabort = () => reject(begun.error);
      });
      const writing = async () => await write(...names.map((name) => begun.objectStore(name)));
      const [outcome] = await Promise.all([writing(), ended]);
      return outcome;
    } catch (error) {
      abort(transaction);
      throw failed(error);
    }
  }

  /**
   * For adding batches, if the log still ends at `tail`: one after the other, before what runs now has ended.
   * Where nothing has to be looked at first, the browser works on one while the next is made.
   *
   * @param {number} tail @param {boolean} strict
   */
  commit(tail, strict) {
    // What was read when opening began is of the past from here on.
    this.#ahead = undefined;
    /** @type {Batch[]} */
    const batches = [];
    /** @type {{ add(batch: Batch): void, end(isWhole: boolean): Promise<boolean> } | undefined} */
    let adding;
    return {
      /** @param {number} last @param {Uint8Array} bytes Only lent. */
      add: (last, bytes) => {
        const batch = { first: endOf(batches, tail) + 1, last, bytes: bytes.slice() };
        if (batches.push(batch) === 1 && this.#known.canAddAtOnce(tail, batch)) {
          adding = this.#addAtOnce(tail, batches, strict);
        }
        adding?.add(batch);
      },
      /**
       * Resolves with whether the log does end at the tail.
       * @param {boolean} isWhole Otherwise none are to be stored. @returns {Promise<boolean>}
       */
      end: async (isWhole) => {
        if (adding) return await adding.end(isWhole);
        return isWhole && (await this.#commitLooking(tail, batches, strict));
      },
    };
  }

  /**
   * As `commit`, of one batch, whose bytes are only lent; lets Rust know under a number, as `follow` does. By
   * hand, and nothing but what is needed: an awaited append is little else than this.
   *
   * @param {number} tail @param {number} last @param {Uint8Array} bytes @param {boolean} strict
   * @param {Settling} settling @param {number} number
   */
  commitOne(tail, last, bytes, strict, settling, number) {
    if (tail !== this.#known.tail || bytes.length >= LARGE_BYTES) {
      const commit = this.commit(tail, strict);
      commit.add(last, bytes);
      follow(commit.end(true), settling, number);
      return;
    }
    this.#ahead = undefined;
    const length = 8 + bytes.length;
    const value = recentValue(last, bytes, this.#spare.get(length));
    // Nobody else's, as long as this may have to be stored once more.
    this.#spare.delete(length);
    const failedBy = (/** @type {Failure} */ cause) => {
      const batches = [{ first: tail + 1, last, bytes: value.slice(8) }];
      follow(this.#commitAgain(cause, tail, batches, strict), settling, number);
    };
    /** @type {IDBTransaction | undefined} */
    let transaction;
    try {
      transaction = this.#begin(RECENT, 'readwrite', strict);
      transaction.objectStore(RECENT).add(value, tail + 1);
      transaction.commit?.();
    } catch (error) {
      abort(transaction);
      return failedBy(failed(error));
    }
    const stored = () => {
      if (this.#spare.size === MAX_SPARE) this.#spare.clear();
      if (length <= SPARE_BYTES) this.#spare.set(length, value);
      this.#known.addedSmall(last);
      settling.call(number, true, true);
    };
    // By now the browser is at work; it tells of nothing before what runs now has ended.
    hear(transaction, stored, failedBy);
  }

  /**
   * For adding batches where this connection has seen the log end: the key after that is free, unless the
   * log has grown since. Then it looks.
   *
   * @param {number} tail @param {Batch[]} batches The first, and then each that is to be added. @param {boolean} strict
   */
  #addAtOnce(tail, batches, strict) {
    const canSeal = tail === this.#known.sealed && large(batches) > 0;
    let sealed = 0;
    /** @type {(isStored: boolean | Promise<boolean>) => void} */
    let settle = () => {};
    const ended = /** @type {Promise<boolean>} */ (new Promise((resolve) => (settle = resolve)));
    const ask = requestsAtOnce(
      () => this.#begin(canSeal ? [RECENT, LOG] : RECENT, 'readwrite', strict),
      () => {
        this.#known.sealedTo(endOf(batches.slice(0, sealed), 0));
        settle(this.#known.added(tail, batches));
      },
      (cause) => settle(this.#commitAgain(cause, tail, batches, strict)),
    );
    let hasEnded = false;
    const end = (/** @type {boolean} */ isWhole) => {
      hasEnded = true;
      ask(() => {
        if (!isWhole) throw failure('aborted', 'a batch could not be made');
        return ENDS_AS_A_WHOLE || (sealed === 0 && batches.length === 1);
      });
      return ended;
    };
    // Should making one trap: by itself, the transaction would store those before it.
    queueMicrotask(() => hasEnded || end(false).catch(() => {}));
    return {
      /** @param {Batch} batch */
      add: (batch) => {
        if (canSeal) sealed = large(batches);
        ask((transaction) => addTo(transaction, batch, sealed === batches.length));
      },
      end,
    };
  }

  /**
   * What becomes of a commit at once that failed: it looks, if it was for a key that is taken.
   *
   * @param {Failure} cause @param {number} tail @param {Batch[]} batches @param {boolean} strict
   * @returns {Promise<boolean>}
   */
  async #commitAgain(cause, tail, batches, strict) {
    if (cause.code === TAKEN) return await this.#commitLooking(tail, batches, strict);
    throw cause;
  }

  /**
   * Adds batches after a look at where the log ends.
   *
   * @param {number} tail @param {Batch[]} batches @param {boolean} strict
   * @returns {Promise<boolean>} Whether it ends at the tail.
   */
  async #commitLooking(tail, batches, strict) {
    let sealedTo = 0;
    const isDone = await this.#write([RECENT, LOG], strict, async (recent, log) => {
      const [sealed, around, beyond] = await Promise.all([
        lastKey(log),
        recentAt(recent, tail),
        answer(recent.getAll(IDBKeyRange.lowerBound(tail, true), 1)),
      ]);
      const end = Math.max(sealed, ...around.map((batch) => batch.last));
      if (end > tail || recentBatches(beyond).length > 0) return false;
      if (end < tail) throw failure('data_lost', `the log ended at position ${tail} and now ends at ${end}`);
      // Those before it first, but only some of many: others wait.
      sealedTo = large(batches) > 0 ? await sealSome(recent, log, sealed, tail) : sealed;
      const sealing = sealedTo === tail ? large(batches) : 0;
      for (const [index, batch] of batches.entries()) {
        addTo(recent.transaction, batch, index < sealing, 'put');
      }
      sealedTo = endOf(batches.slice(0, sealing), sealedTo);
      return true;
    });
    if (!isDone) return false;
    this.#known.sealedTo(sealedTo);
    return this.#known.added(tail, batches);
  }

  /** Whether it can still be used. */
  get isOpen() {
    return this.#lost === undefined;
  }

  /** Begins to serve the store that asked for it. */
  take() {
    this.#isTaken = true;
  }

  /**
   * Reads at one moment, before anybody asks, what opening a store asks for one after the other: the
   * record `key`, the records under `prefix`, if there is one, and the end of the log. Only until it is
   * taken: what is answered later is how things stood then.
   *
   * @param {string} key @param {string} [prefix]
   */
  readAhead(key, prefix) {
    if (this.#isTaken) return;
    try {
      this.#ahead = readOpening(this.#begin([LOG, RECENT, DERIVED], 'readonly'), key, prefix);
    } catch {
      // Whoever asks for it learns why.
    }
  }

  /**
   * What was read ahead of this, if it was.
   *
   * @template {keyof ReturnType<typeof readOpening>} Part @param {Part} part
   * @returns {Promise<Awaited<ReturnType<typeof readOpening>[Part]> | undefined>}
   */
  async #takeAhead(part) {
    const ahead = this.#ahead?.[part];
    if (!ahead) return undefined;
    delete this.#ahead?.[part];
    const found = await ahead;
    return this.isOpen ? found : undefined;
  }

  /** Keys and values of the batches after `after`. @param {number} after @param {number} limit @returns {Promise<(number | Uint8Array)[]>} */
  async readAfter(after, limit) {
    const ahead = await this.#takeAhead('end');
    if (ahead) this.#known.sealedTo(ahead.sealed);
    if (ahead && ahead.last > after && ahead.before <= after) {
      this.#known.tail = Math.max(this.#known.tail, ahead.last);
      return [ahead.last, ahead.bytes];
    }
    const { sealed, rest } = await this.#read([LOG, RECENT], async (log, recent) => {
      // What is recent is asked for too where it is likely that nothing sealed comes first.
      const likely = after >= this.#known.sealed ? recentAfter(recent, after, limit) : undefined;
      const [sealed, rest] = await Promise.all([sealedAfter(log, after, limit), likely]);
      return { sealed, rest: sealed.length === 0 ? rest : undefined };
    });
    const [end, left] = [endOf(sealed, 0), limit - sealed.length];
    this.#known.sealedTo(end);
    if (rest && rest.length < left)
      this.#known.tail = Math.max(this.#known.tail, endOf(rest, after === 0 ? 0 : -1));
    const found = entriesOf([...sealed, ...(rest ?? [])]);
    if (rest || left === 0) return found;
    // Another transaction, and so perhaps another moment: there is only more then. Firefox has been seen
    // to take no further request in this one.
    if (end === 0) this.#known.sealed = 0;
    const more = await this.readAfter(end || after, left);
    if (more.length === 0) this.#known.tail = Math.max(this.#known.tail, end);
    return [...found, ...more];
  }

  /** For each of `positions` (ascending), the batch with the smallest key not below it, each once. @param {Float64Array} positions */
  readAt(positions) {
    return this.#read([LOG, RECENT], async (log, recent) => {
      const batches = await batchesAt(log, recent, [...new Set(positions)], this.#known.sealed);
      const ascending = [...batches].sort(([left], [right]) => left - right);
      return ascending.flatMap(([key, value]) => [key, bytesOf(value)]);
    });
  }

  /**
   * Replaces the batches with exactly the keys `keys` by one; `before` is the key before them, or 0.
   *
   * @param {number} before @param {Float64Array} keys @param {Uint8Array} bytes @returns {Promise<boolean>}
   */
  async replace(before, keys, bytes) {
    await this.#seal(before);
    const merged = bytes.slice();
    const last = keys.at(-1) ?? 0;
    const expected = before > 0 ? [before, ...keys] : [...keys];
    // Strictly: what is deleted may have been stored so, and must not be lost to a power cut.
    const isDone = await this.#write([LOG, RECENT], true, async (log, recent) => {
      const [sealed, known] = await Promise.all([
        lastKey(log),
        answer(log.getAllKeys(IDBKeyRange.bound(before, last), expected.length + 1)),
      ]);
      const unsealed = await recentUpTo(recent, sealed, last);
      const found = [...known, ...unsealed.map((batch) => batch.last).filter((key) => key >= before)];
      if (String(found) !== String(expected)) return false;
      for (const batch of unsealed) {
        if (batch.last <= before) log.add(batch.bytes.slice(), batch.last);
        recent.put(SEALED, batch.first);
      }
      log.delete(IDBKeyRange.bound(before, last, true, false));
      log.put(merged, last);
      return true;
    });
    if (isDone) this.#known.sealedTo(last);
    return isDone;
  }

  /** Seals the batches up to a position, a few at a time: others wait for each transaction. @param {number} upto */
  async #seal(upto) {
    let before = -1;
    while (this.#known.sealed < upto && this.#known.sealed > before) {
      before = this.#known.sealed;
      // Strictly: their other copy, which is deleted, may have been stored so.
      const sealed = await this.#write([RECENT, LOG], true, async (recent, log) =>
        sealSome(recent, log, await lastKey(log), upto),
      );
      this.#known.sealedTo(sealed);
    }
  }

  /** @param {string} key @returns {Promise<Uint8Array | undefined>} */
  async readRecord(key) {
    const ahead = key === this.#ahead?.key ? await this.#takeAhead('record') : undefined;
    return ahead ?? (await this.#read([DERIVED], (derived) => readRecord(derived, key)));
  }

  /** Keys and values, in turns, of the records whose keys begin with `prefix`. @param {string} prefix */
  async readRecords(prefix) {
    const ahead = prefix === this.#ahead?.prefix ? await this.#takeAhead('records') : undefined;
    return ahead ?? (await this.#read([DERIVED], (derived) => readRecords(derived, prefix)));
  }

  /**
   * The record `key`, and beside it, as of one moment, the position of the first event of the newest
   * commit: what was made of the log up to there, or further, is of the whole log.
   *
   * @param {string} key @returns {Promise<{ record: Uint8Array | undefined, newest: number }>}
   */
  peek(key) {
    return this.#read([RECENT, DERIVED], async (recent, derived) => {
      // Every commit has left its key here.
      const [record, newest] = await Promise.all([readRecord(derived, key), lastKey(recent)]);
      return { record, newest };
    });
  }

  /**
   * Applies changes, in order: a key and its new bytes, a key and `null`, or a prefix and `undefined`.
   *
   * @param {(string | Uint8Array | null | undefined)[]} changes Keys and values in turns.
   */
  writeRecords(changes) {
    // They can be made anew from the log, so they need not wait for the disk.
    return this.#write([DERIVED], false, (derived) => writeFrom(derived, changes, 0));
  }

  /**
   * Removes everything, for everyone. The keys in `RECENT` stay taken, as does the one after them: some
   * connection may not have heard of it yet, and commit where the log once ended.
   */
  clear() {
    return this.#write([LOG, RECENT, DERIVED], true, async (log, recent, derived) => {
      const sealed = await lastKey(log);
      const batches = await recentUpTo(recent, sealed, Number.MAX_SAFE_INTEGER);
      for (const batch of batches) recent.put(SEALED, batch.first);
      recent.put(SEALED, endOf(batches, sealed) + 1);
      log.clear();
      derived.clear();
    });
  }

  /** Whether everything was removed, and the database was to be deleted. */
  async isCleared() {
    // Somebody may have appended since it was found to be cleared.
    const ahead = await this.#takeAhead('cleared');
    return ahead !== false && (await this.#read([LOG, RECENT], isCleared));
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
      await within(DELETING_MS, deleting, async () => undefined);
    } catch (error) {
      throw failed(error);
    }
  }
}
