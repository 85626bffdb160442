/** Dexie 4: bulkAdd, compound index, toArray. */

import { Dexie } from 'dexie';
import { foldOrder, Summary } from '../fold.js';

/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

/** @type {import('./contender.js').About} */
export const about = {
  title: 'Dexie',
  schema:
    "tables '++position, &[streamId+version]' and 'orderId, placedAt'; add and bulkAdd in one transaction, so that the unique index refuses a version that is taken; toArray",
  relaxed: "chromeTransactionDurability 'relaxed'",
  strict: "chromeTransactionDurability 'strict'",
};

export const pipeline = 2;

/** @param {import('./contender.js').Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open({ name, durability }) {
  const database = new Dexie(`dexie-${name}`, { chromeTransactionDurability: durability });
  database.version(1).stores({ events: '++position, &[streamId+version]', orders: 'orderId, placedAt' });
  await database.open();
  const events = database.table('events');
  const orders = database.table('orders');
  let summary = new Summary();

  /** @param {import('./contender.js').Append} append @returns {object[]} */
  const rowsOf = ({ streamId, expectedVersion, events: added }) =>
    added.map((event, index) => ({ ...event, streamId, version: expectedVersion + 1 + index }));

  /** @param {string} streamId @returns {Promise<StoredEvent[]>} */
  const readStream = (streamId) =>
    events.where('[streamId+version]').between([streamId, Dexie.minKey], [streamId, Dexie.maxKey]).toArray();

  const rebuildSummary = async () => {
    const fresh = new Summary();
    for (const event of await events.toArray()) fresh.apply(event);
    summary = fresh;
    return fresh.rows.size;
  };

  return {
    append: (append) => {
      const [first, ...more] = rowsOf(append);
      return more.length === 0 ? events.add(first) : events.bulkAdd([first, ...more]);
    },
    appendAll: (appends) => events.bulkAdd(appends.flatMap(rowsOf)),
    readStream,
    foldOrder: async (_, streamId) => foldOrder(await readStream(streamId)),
    rebuildSummary,
    summary: async () => [...summary.rows.values()],
    saveSummary: async () => {
      await rebuildSummary();
      await orders.bulkPut([...summary.rows.values()]);
    },
    firstOrders: (count) => orders.orderBy('placedAt').reverse().limit(count).toArray(),
    close: async () => database.close(),
  };
}
