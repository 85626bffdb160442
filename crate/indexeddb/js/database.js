/**
 * The database: its object stores and what lies in them, and what its errors stand for.
 *
 * What fails rejects with a `Failure`.
 *
 * @typedef {{ code: string, detail: string, found?: number, supported?: number }} Failure
 *
 * A batch of the log, with the positions of its first event and its last:
 *
 * @typedef {{ first: number, last: number, bytes: Uint8Array<ArrayBuffer> }} Batch
 */

/** The object store of the sealed batches: the position of the last event to bytes. */
export const LOG = 'log';
/**
 * The object store of the log's end: the position of the first event to a batch, or to `SEALED`. Each
 * append has a key of its own here, the one after the tail it was judged by, and the key stays taken:
 * of two appends judged by the same tail, the browser itself refuses the second. So a commit is one
 * request that needs no answer before the transaction is told to end.
 *
 * Sealing moves batches to `LOG`, the oldest first: there are those up to some position, here those
 * beyond it.
 */
export const RECENT = 'recent';
/** What stays in `RECENT` of a batch that is in `LOG`. */
export const SEALED = 0;
/** Batches of so many bytes are sealed as they are committed: nobody will merge them. */
export const LARGE_BYTES = 32 * 1_024;
/** At most so many batches are sealed in one transaction: others wait for it to end. */
const MAX_SEALED_TOGETHER = 16;
/** The object store of the derived records: strings to bytes. */
export const DERIVED = 'derived';

/** @param {string} code @param {string} detail @returns {Failure} */
export const failure = (code, detail) => ({ code, detail });

/** The code of a commit whose key is taken; it stays in here. */
export const TAKEN = 'taken';

/** What the browser's own errors stand for; all others, for a broken connection. */
const codes = new Map([
  ['QuotaExceededError', 'quota_exceeded'],
  ['ConstraintError', TAKEN],
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
export function failed(error) {
  // Of the browser's own errors, some have a number.
  if (typeof (/** @type {any} */ (error)?.code) === 'string') return /** @type {Failure} */ (error);
  const { name, message } = error instanceof Error ? error : new Error(`${error}`);
  return failure(codes.get(name) ?? 'connection_lost', `${name}: ${message}`);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @typedef {{ call(number: number, isFulfilled: boolean, value: unknown): void }} Settling */

/**
 * Lets Rust know what becomes of the promise that it follows under a number.
 *
 * @param {Promise<unknown>} promise @param {Settling} settling @param {number} number
 */
export function follow(promise, settling, number) {
  promise.then(
    (value) => settling.call(number, true, value),
    (reason) => settling.call(number, false, reason),
  );
}

/** @param {unknown} value @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return /** @type {Uint8Array<ArrayBuffer>} */ (value);
  throw failure('storage_corrupt', 'the record does not hold bytes');
}

/** @param {IDBValidKey} key @returns {number} */
function positionOf(key) {
  if (Number.isSafeInteger(key) && /** @type {number} */ (key) >= 0) return /** @type {number} */ (key);
  throw failure('storage_corrupt', `${key} is not a position`);
}

/**
 * A batch as `RECENT` holds it: its last position, then its bytes.
 *
 * @param {number} last @param {Uint8Array} bytes @param {Uint8Array<ArrayBuffer>} [value] Memory of just that length.
 */
export function recentValue(last, bytes, value = new Uint8Array(8 + bytes.length)) {
  new DataView(value.buffer).setFloat64(0, last);
  value.set(bytes, 8);
  return value;
}

/** The batches among values of `RECENT`; their bytes are views. @param {unknown[]} values */
export function recentBatches(values) {
  return values
    .filter((value) => value !== SEALED)
    .map((value) => {
      const bytes = bytesOf(value);
      if (bytes.length < 8) throw failure('storage_corrupt', 'the record is too short');
      const last = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
      return { last: positionOf(last), bytes: bytes.subarray(8) };
    });
}

/**
 * In an array, the batch that begins at `position` or is the last to begin before it; none, if it is
 * sealed.
 *
 * @param {IDBObjectStore} recent @param {number} position
 */
export async function recentAt(recent, position) {
  const cursor = await answer(recent.openCursor(IDBKeyRange.upperBound(position), 'prev'));
  if (!cursor) return [];
  return recentBatches([cursor.value]).map((batch) => ({ first: positionOf(cursor.key), ...batch }));
}

/**
 * The recent batches that end after `after`, when no sealed one does.
 *
 * @param {IDBObjectStore} recent @param {number} after @param {number} limit
 */
export async function recentAfter(recent, after, limit) {
  if (limit === 0) return [];
  const [around, beyond] = await Promise.all([
    recentAt(recent, after),
    answer(recent.getAll(IDBKeyRange.lowerBound(after, true), limit)),
  ]);
  const found = [...around.filter(({ last }) => last > after), ...recentBatches(beyond)];
  return found.slice(0, limit);
}

/**
 * The batches that hold `positions`, each by its key.
 *
 * Positions are mostly keys, so each of a sealed batch is first taken for one: that is one request for
 * each, and moves no batch twice. For what is not there, since another connection has merged or sealed it,
 * a second round asks for the keys and a third for the batches.
 *
 * @param {IDBObjectStore} log @param {IDBObjectStore} recent @param {number[]} positions
 * @param {number} sealed Up to where nothing is recent.
 */
export async function batchesAt(log, recent, positions, sealed) {
  /** @type {Map<number, unknown>} */
  const batches = new Map();
  const get = async (/** @type {number} */ key) => {
    const value = await answer(log.get(key));
    if (value !== undefined) batches.set(key, value);
    return value !== undefined;
  };
  const look = async (/** @type {number} */ position) => {
    const [batch] = (await recentAt(recent, position)).filter(({ last }) => last >= position);
    if (batch) batches.set(batch.last, batch.bytes);
    return batch !== undefined;
  };
  const found = await Promise.all(
    positions.map((position) => (position <= sealed ? get(position) : look(position))),
  );
  const covering = await Promise.all(
    positions
      .filter((_, index) => !found[index])
      .map((position) => answer(log.getAllKeys(IDBKeyRange.lowerBound(position), 1))),
  );
  const keys = new Set(covering.flat().map(positionOf));
  await Promise.all([...keys].filter((key) => !batches.has(key)).map(get));
  return batches;
}

/**
 * Keys and values of a range, in pairs.
 *
 * @param {IDBObjectStore} store @param {IDBKeyRange} range @param {number} [limit]
 */
async function pairs(store, range, limit) {
  const [keys, values] = await Promise.all([
    answer(store.getAllKeys(range, limit)),
    answer(store.getAll(range, limit)),
  ]);
  return keys.map((key, index) => /** @type {const} */ ([key, bytesOf(values[index])]));
}

/** The sealed batches that end after `after`. @param {IDBObjectStore} log @param {number} after @param {number} limit */
export async function sealedAfter(log, after, limit) {
  const found = await pairs(log, IDBKeyRange.lowerBound(after, true), limit);
  return found.map(([key, bytes]) => ({ last: positionOf(key), bytes }));
}

/** Last positions and bytes, in turns. @param {{ last: number, bytes: Uint8Array }[]} batches */
export const entriesOf = (batches) => batches.flatMap(({ last, bytes }) => [last, bytes]);

/** Where the last of some batches ends. @param {{ last: number }[]} batches @param {number} otherwise */
export const endOf = (batches, otherwise) => batches.at(-1)?.last ?? otherwise;

/**
 * The recent batches up to the position `upto`, the first `limit` of them. The log has no gaps: each
 * begins after the one before it, and the first after what is sealed.
 *
 * @param {IDBObjectStore} recent @param {number} sealed @param {number} upto @param {number} [limit]
 * @returns {Promise<Batch[]>}
 */
export async function recentUpTo(recent, sealed, upto, limit) {
  if (upto <= sealed) return [];
  const values = await answer(recent.getAll(IDBKeyRange.bound(sealed + 1, upto), limit));
  return recentBatches(values).map(({ last, bytes }, index, batches) => ({
    first: (batches[index - 1]?.last ?? sealed) + 1,
    last,
    bytes,
  }));
}

/**
 * Seals the recent batches up to the position `upto`, as many as may be together. Resolves with up to
 * where the log is sealed then.
 *
 * @param {IDBObjectStore} recent @param {IDBObjectStore} log @param {number} sealed @param {number} upto
 */
export async function sealSome(recent, log, sealed, upto) {
  const batches = await recentUpTo(recent, sealed, upto, MAX_SEALED_TOGETHER);
  for (const { first, last, bytes } of batches) {
    log.add(bytes.slice(), last);
    recent.put(SEALED, first);
  }
  return endOf(batches, sealed);
}

/** How many of the batches, from the first on, are large. @param {Batch[]} batches */
export function large(batches) {
  const count = batches.findIndex(({ bytes }) => bytes.length < LARGE_BYTES);
  return count < 0 ? batches.length : count;
}

/** How many large batches may wait until the small ones before them are merged, which is done when there is time. */
const MAX_UNSEALED = 256;

/** What a connection knows of the log's end. */
export class KnownEnd {
  /** Where it was when the connection last saw it; -1 before that. */
  tail = -1;
  /** Up to where the log is sealed. */
  sealed = 0;
  /** How many small batches the connection has added since anything was sealed, and how many large ones. */
  #small = 0;
  #large = 0;

  /**
   * Whether batches can be added after `tail` with no look, by the first of them: the log ended there, and
   * nothing before them has to be sealed first.
   *
   * @param {number} tail @param {Batch} first
   */
  canAddAtOnce(tail, { bytes }) {
    if (tail !== this.tail) return false;
    // Many small ones are merged before long; to seal them first would take longer than to commit. But
    // who goes on adding large ones must not leave all of them.
    const canWait = this.#small > MAX_SEALED_TOGETHER && this.#large < MAX_UNSEALED;
    return bytes.length < LARGE_BYTES || tail === this.sealed || canWait;
  }

  /** Notes what was added after `tail`. @param {number} tail @param {Batch[]} batches */
  added(tail, batches) {
    if (large(batches) === 0) this.addedSmall(endOf(batches, tail));
    else {
      this.tail = endOf(batches, tail);
      if (this.sealed < this.tail) this.#large += batches.length;
    }
    return true;
  }

  /** Notes what was added, of which none is large. @param {number} last */
  addedSmall(last) {
    this.tail = last;
    this.#small += 1;
  }

  /** Notes up to where the log is sealed. @param {number} upto */
  sealedTo(upto) {
    if (upto <= this.sealed) return;
    this.sealed = upto;
    [this.#small, this.#large] = [0, 0];
  }
}

/**
 * Asks for a batch to be stored, as a sealed one or a recent one.
 *
 * @param {IDBTransaction} transaction @param {Batch} batch @param {boolean} isSealed
 * @param {'add' | 'put'} [how]
 */
export function addTo(transaction, { first, last, bytes }, isSealed, how = 'add') {
  const recent = transaction.objectStore(RECENT);
  recent[how](isSealed ? SEALED : recentValue(last, bytes), first);
  if (isSealed) transaction.objectStore(LOG).add(bytes, last);
}

/**
 * Whether a transaction of several requests that was told to end stores none of them when one is refused:
 * so do Chromium and WebKit, and both have this word in their name. Firefox, as of version 153, stores those
 * after it; it has a global that no other browser has, whatever name it goes by. Who is unknown is not
 * told.
 */
export const ENDS_AS_A_WHOLE =
  Boolean(globalThis.navigator?.userAgent?.includes('AppleWebKit')) && !('InternalError' in globalThis);

/**
 * Has a transaction that was just begun call `stored` once all that it was asked for is, or `failedBy`.
 *
 * @param {IDBTransaction} transaction
 * @param {() => void} stored
 * @param {(cause: Failure) => void} failedBy
 */
export function hear(transaction, stored, failedBy) {
  transaction.oncomplete = stored;
  // What refused a request, only the request knows, where the transaction was told to end: WebKit's says
  // nothing then, Firefox's that it was aborted. Of space, only the transaction does: its requests are aborted.
  /** @type {DOMException | null} */
  let refused = null;
  transaction.onerror = ({ target }) => {
    const { error } = /** @type {IDBRequest} */ (target);
    if (error?.name !== 'AbortError') refused ??= error;
  };
  transaction.onabort = () => failedBy(failed(refused ?? transaction.error));
}

/**
 * For requests in a transaction of their own: calls `stored` once all of them are, or `failedBy`.
 *
 * @param {() => IDBTransaction} begin
 * @param {() => void} stored
 * @param {(cause: Failure) => void} failedBy
 * @returns {(ask: (transaction: IDBTransaction) => unknown) => void} Makes requests, once or more before what
 *   runs now has ended. They give whether the transaction may be told to end then, so that the browser need
 *   not find out that nothing more is asked for.
 */
export function requestsAtOnce(begin, stored, failedBy) {
  /** @type {IDBTransaction | undefined} */
  let transaction;
  const fail = (/** @type {unknown} */ error) => {
    // It is told once.
    if (transaction) transaction.oncomplete = transaction.onabort = null;
    abort(transaction);
    transaction = undefined;
    failedBy(failed(error));
  };
  try {
    transaction = begin();
    hear(transaction, stored, failedBy);
  } catch (error) {
    fail(error);
  }
  return (ask) => {
    try {
      if (transaction && ask(transaction)) transaction.commit?.();
    } catch (error) {
      fail(error);
    }
  };
}

/** The last key, of all or within a range: of `LOG`, up to where it is sealed; 0 where there is none. @param {IDBObjectStore} store @param {IDBKeyRange} [range] */
export async function lastKey(store, range) {
  const cursor = await answer(store.openKeyCursor(range, 'prev'));
  return cursor ? positionOf(cursor.key) : 0;
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

/** @param {IDBObjectStore} derived @param {string} key */
export async function readRecord(derived, key) {
  const value = await answer(derived.get(key));
  return value === undefined ? undefined : bytesOf(value);
}

/** Keys and values in turns: one array crosses quicker than many pairs. @param {IDBObjectStore} derived @param {string} prefix */
export async function readRecords(derived, prefix) {
  return (await pairs(derived, beginningWith(prefix))).flat();
}

/**
 * The last batch, where the one before it ends, or 0, and up to where the log is sealed; nothing of an
 * empty log.
 *
 * @param {IDBObjectStore} log @param {IDBObjectStore} recent
 */
async function readEnd(log, recent) {
  const [newest, sealed] = await Promise.all([recentAt(recent, Number.POSITIVE_INFINITY), lastKey(log)]);
  for (const { first, last, bytes } of newest) return { last, before: first - 1, bytes, sealed };
  if (sealed === 0) return undefined;
  const range = IDBKeyRange.upperBound(sealed, true);
  const [before, value] = await Promise.all([lastKey(log, range), answer(log.get(sealed))]);
  return { last: sealed, before, bytes: bytesOf(value), sealed };
}

/** Whether everything was removed, and the database was to be deleted. @param {IDBObjectStore} log @param {IDBObjectStore} recent */
export async function isCleared(log, recent) {
  const [sealed, [newest], mark] = await Promise.all([
    lastKey(log),
    recentAt(recent, Number.POSITIVE_INFINITY),
    answer(recent.getKey(IDBKeyRange.lowerBound(0))),
  ]);
  return sealed === 0 && newest === undefined && mark !== undefined;
}

/** Nothing, if it fails. @template T @param {Promise<T>} promise @returns {Promise<T | undefined> | undefined} */
const unlessItFails = (promise) => promise.catch(() => undefined);

/**
 * Begins to read what opening a store needs.
 *
 * @param {IDBTransaction} transaction @param {string} key @param {string} [prefix]
 */
export function readOpening(transaction, key, prefix) {
  const store = (/** @type {string} */ name) => transaction.objectStore(name);
  const [log, recent, derived] = [store(LOG), store(RECENT), store(DERIVED)];
  return {
    key,
    prefix,
    record: unlessItFails(readRecord(derived, key)),
    records: prefix === undefined ? undefined : unlessItFails(readRecords(derived, prefix)),
    end: unlessItFails(readEnd(log, recent)),
    cleared: unlessItFails(isCleared(log, recent)),
  };
}

/** About how many bytes of records are written before what was asked for is waited for. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Writes records, from one of them on: keys in turns with bytes, `null` to delete the key, or
 * `undefined` to delete all that begin with it. A slice at a time, so that the page can do other
 * things in between.
 *
 * @param {IDBObjectStore} store @param {unknown[]} changes @param {number} start
 */
export function writeFrom(store, changes, start) {
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

/**
 * What `promise` gives, or what `late()` does after so many milliseconds.
 *
 * @template T @param {number} milliseconds @param {Promise<T>} promise @param {() => Promise<T>} late
 * @returns {Promise<T>}
 */
export function within(milliseconds, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(late()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {IDBTransaction} [transaction] */
export function abort(transaction) {
  try {
    transaction?.abort();
  } catch {
    // It has ended already.
  }
}
