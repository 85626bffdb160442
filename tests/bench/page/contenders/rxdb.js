/** RxDB on its free storage for browsers, Dexie. */

import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { foldOrder, Summary } from '../fold.js';

/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

/** @type {import('./contender.js').About} */
export const about = {
  title: 'RxDB',
  schema:
    'Dexie storage, no dev mode, no validator, one instance; a document per event whose primary key is stream and version, so that insert and bulkInsert refuse a version that is taken; indexes on position, which the page counts itself, and on the key; rows indexed by a number that falls as placedAt rises, as this storage sorts by an index only upwards',
  relaxed: "Dexie storage's chromeTransactionDurability 'relaxed'",
  strict: "Dexie storage's chromeTransactionDurability 'strict'",
};

export const pipeline = 1;

const text = { type: 'string' };

/** A moment after all others. This storage's indexes serve ascending order only, so newest first counts down. */
const LAST_MOMENT = Date.UTC(2100, 0, 1);

const eventSchema = {
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: {
    key: { type: 'string', maxLength: 64 },
    position: { type: 'integer', minimum: 0, maximum: 1e9, multipleOf: 1 },
    streamId: text,
    version: { type: 'integer' },
    id: text,
    type: text,
    schemaVersion: { type: 'integer' },
    occurredAt: text,
    correlationId: text,
    tags: { type: 'array', items: text },
    data: { type: 'object', additionalProperties: true },
  },
  required: ['key', 'position'],
  indexes: ['position', 'key'],
};

const orderSchema = {
  version: 0,
  primaryKey: 'orderId',
  type: 'object',
  properties: {
    orderId: { type: 'string', maxLength: 40 },
    customerId: text,
    status: text,
    currency: text,
    totalAmount: text,
    itemCount: { type: 'integer' },
    newestFirst: { type: 'integer', minimum: 0, maximum: LAST_MOMENT, multipleOf: 1 },
    placedAt: text,
    paidAt: { type: ['string', 'null'] },
    refundedAt: { type: ['string', 'null'] },
    cancelledAt: { type: ['string', 'null'] },
  },
  required: ['orderId', 'newestFirst'],
  indexes: ['newestFirst'],
};

/** Versions in their order as texts. @param {string} streamId @param {number} version */
const keyOf = (streamId, version) => `${streamId}|${String(version).padStart(6, '0')}`;

/** @param {import('./contender.js').Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open({ name, durability, use }) {
  const database = await createRxDatabase({
    name: `rxdb-${name}`,
    storage: getRxStorageDexie({ chromeTransactionDurability: durability }),
    multiInstance: false,
    eventReduce: true,
  });
  const { events, orders } = await database.addCollections({
    events: { schema: eventSchema },
    orders: { schema: orderSchema },
  });
  // Nothing is ever deleted, so the last position is how many there are.
  let position = use === 'log' ? await events.count().exec() : 0;
  let summary = new Summary();

  /** @param {import('./contender.js').Append} append @returns {object[]} */
  const documentsOf = ({ streamId, expectedVersion, events: added }) =>
    added.map((event, index) => {
      const version = expectedVersion + 1 + index;
      position += 1;
      return { ...event, key: keyOf(streamId, version), position, streamId, version };
    });

  /** @param {object[]} documents */
  const insert = async (documents) => {
    const { error } = await events.bulkInsert(documents);
    if (error.length > 0) throw new Error(`conflict at ${error[0].documentId}`);
  };

  /** @param {string} streamId @returns {Promise<StoredEvent[]>} */
  const readStream = async (streamId) => {
    const selector = { key: { $gte: `${streamId}|`, $lt: `${streamId}}` } };
    const found = await events.find({ selector, sort: [{ key: 'asc' }] }).exec();
    return found.map((/** @type {{ toJSON(): StoredEvent }} */ document) => document.toJSON());
  };

  const rebuildSummary = async () => {
    const fresh = new Summary();
    for (const document of await events.find({ sort: [{ position: 'asc' }] }).exec()) {
      fresh.apply(document.toJSON());
    }
    summary = fresh;
    return fresh.rows.size;
  };

  return {
    append: (append) => insert(documentsOf(append)),
    appendAll: (appends) => insert(appends.flatMap(documentsOf)),
    readStream,
    foldOrder: async (_, streamId) => foldOrder(await readStream(streamId)),
    rebuildSummary,
    summary: async () => [...summary.rows.values()],
    saveSummary: async () => {
      await rebuildSummary();
      const rows = [...summary.rows.values()].map((row) => ({
        ...row,
        newestFirst: LAST_MOMENT - Date.parse(row.placedAt),
      }));
      const { error } = await orders.bulkUpsert(rows);
      if (error.length > 0) throw new Error('rows were not stored');
    },
    firstOrders: async (count) => {
      const found = await orders.find({ sort: [{ newestFirst: 'asc' }], limit: count }).exec();
      return found.map((/** @type {{ toJSON(): object }} */ document) => document.toJSON());
    },
    close: async () => {
      await database.close();
    },
  };
}
