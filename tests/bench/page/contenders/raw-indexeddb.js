/** IndexedDB by hand, as someone who knows it well writes it. */

import { foldOrder, Summary } from '../fold.js';
import { completed, openDatabase, requested } from './idb.js';

/** @typedef {import('./contender.js').Contender} Contender */
/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

/** How many rows one `getAll` of the whole log asks for. */
const PAGE = 5_000;

/** @type {import('./contender.js').About} */
export const about = {
  title: 'raw IndexedDB',
  schema:
    'a row per event under an auto-incremented position; a unique index on [streamId, version] refuses a version that is taken; getAll, pages of the log asked for together; rows of the read model under their id with an index on placedAt',
  relaxed: "transaction durability 'relaxed'",
  strict: "transaction durability 'strict'",
};

export const pipeline = 2;

/** @param {import('./contender.js').Opening} opening @returns {Promise<Contender>} */
export async function open({ name, durability }) {
  const database = await openDatabase(`raw-${name}`, (made) => {
    const events = made.createObjectStore('events', { keyPath: 'position', autoIncrement: true });
    events.createIndex('stream', ['streamId', 'version'], { unique: true });
    made.createObjectStore('orders', { keyPath: 'orderId' }).createIndex('placedAt', 'placedAt');
  });
  let summary = new Summary();

  /** @param {import('./contender.js').Append[]} appends */
  const appendAll = async (appends) => {
    const transaction = database.transaction('events', 'readwrite', { durability });
    const done = completed(transaction);
    const events = transaction.objectStore('events');
    for (const { streamId, expectedVersion, events: added } of appends) {
      let version = expectedVersion;
      for (const event of added) {
        version += 1;
        events.add({ ...event, streamId, version });
      }
    }
    transaction.commit();
    await done;
  };

  /** @param {string} streamId @returns {Promise<StoredEvent[]>} */
  const readStream = (streamId) => {
    const index = database.transaction('events').objectStore('events').index('stream');
    return requested(index.getAll(IDBKeyRange.bound([streamId], [streamId, []])));
  };

  const rebuildSummary = async () => {
    const events = database.transaction('events').objectStore('events');
    const keys = await requested(events.openKeyCursor(null, 'prev'));
    const last = /** @type {number} */ (keys?.key ?? 0);
    const pages = [];
    for (let after = 0; after < last; after += PAGE) {
      pages.push(requested(events.getAll(IDBKeyRange.bound(after, after + PAGE, true))));
    }
    const fresh = new Summary();
    for (const page of pages) for (const event of await page) fresh.apply(event);
    summary = fresh;
    return fresh.rows.size;
  };

  return {
    append: (append) => appendAll([append]),
    appendAll,
    readStream,
    foldOrder: async (_, streamId) => foldOrder(await readStream(streamId)),
    rebuildSummary,
    summary: async () => [...summary.rows.values()],
    saveSummary: async () => {
      await rebuildSummary();
      const transaction = database.transaction('orders', 'readwrite', { durability });
      const done = completed(transaction);
      const orders = transaction.objectStore('orders');
      for (const row of summary.rows.values()) orders.put(row);
      transaction.commit();
      await done;
    },
    firstOrders: (count) => firstOrders(database, count),
    close: async () => database.close(),
  };
}

/** @param {IDBDatabase} database @param {number} count @returns {Promise<import('./contender.js').SummaryRow[]>} */
async function firstOrders(database, count) {
  const index = database.transaction('orders').objectStore('orders').index('placedAt');
  if ('getAllRecords' in index) {
    // Newer than the types.
    const { getAllRecords } = /** @type {{ getAllRecords: (options: object) => IDBRequest }} */ (index);
    const records = await requested(getAllRecords.call(index, { direction: 'prev', count }));
    return records.map((/** @type {{ value: import('./contender.js').SummaryRow }} */ { value }) => value);
  }
  const request = index.openCursor(null, 'prev');
  /** @type {import('./contender.js').SummaryRow[]} */
  const rows = [];
  return await new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || rows.push(cursor.value) === count) resolve(rows);
      else cursor.continue();
    };
  });
}
