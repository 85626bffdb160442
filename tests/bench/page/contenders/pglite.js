/** PGlite on the storage its documentation recommends for browsers, IndexedDB. */

import { PGlite } from '@electric-sql/pglite';
import { foldOrder, Summary } from '../fold.js';

/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

/** How many rows one query of the whole log asks for. */
const PAGE = 10_000;

/** @type {import('./contender.js').About} */
export const about = {
  title: 'PGlite',
  schema:
    'idb:// storage; a row per event with UNIQUE (stream_id, version), which refuses a version that is taken; one statement per call over json_to_recordset; data as json; an index on placed_at',
  relaxed:
    "relaxedDurability false: a query is acknowledged when its files were handed to IndexedDB, with the browser's default durability, which is relaxed in Chromium",
  strict: null,
};

export const pipeline = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    position bigserial PRIMARY KEY, stream_id text NOT NULL, version integer NOT NULL, id uuid NOT NULL,
    type text NOT NULL, schema_version integer NOT NULL, occurred_at text NOT NULL, correlation_id uuid,
    tags json NOT NULL, data json NOT NULL, UNIQUE (stream_id, version));
  CREATE TABLE IF NOT EXISTS orders (
    order_id text PRIMARY KEY, customer_id text, status text, currency text, total_amount text,
    item_count integer, placed_at text, paid_at text, refunded_at text, cancelled_at text);
  CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at);`;

const INSERT = `
  INSERT INTO events (stream_id, version, id, type, schema_version, occurred_at, correlation_id, tags, data)
  SELECT "streamId", version, id, type, "schemaVersion", "occurredAt", "correlationId", tags, data
  FROM json_to_recordset($1) AS given("streamId" text, version integer, id uuid, type text,
    "schemaVersion" integer, "occurredAt" text, "correlationId" uuid, tags json, data json)`;

const INSERT_ONE = `
  INSERT INTO events (stream_id, version, id, type, schema_version, occurred_at, correlation_id, tags, data)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const COLUMNS = `stream_id AS "streamId", version, id, type, schema_version AS "schemaVersion",
  occurred_at AS "occurredAt", correlation_id AS "correlationId", tags, data`;

const ROW = `order_id AS "orderId", customer_id AS "customerId", status, currency,
  total_amount AS "totalAmount", item_count AS "itemCount", placed_at AS "placedAt", paid_at AS "paidAt",
  refunded_at AS "refundedAt", cancelled_at AS "cancelledAt"`;

const SAVE = `
  INSERT INTO orders SELECT * FROM json_populate_recordset(NULL::orders, $1)
  ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, paid_at = excluded.paid_at,
    refunded_at = excluded.refunded_at, cancelled_at = excluded.cancelled_at`;

/** @param {import('./contender.js').Append} append @returns {object[]} */
const rowsOf = ({ streamId, expectedVersion, events }) =>
  events.map((event, index) => ({ ...event, streamId, version: expectedVersion + 1 + index }));

/** A row as the table's columns name it. @param {import('../fold.js').SummaryRow} row */
const columnsOf = (row) => ({
  ...{ order_id: row.orderId, customer_id: row.customerId, status: row.status, currency: row.currency },
  ...{ total_amount: row.totalAmount, item_count: row.itemCount, placed_at: row.placedAt },
  ...{ paid_at: row.paidAt, refunded_at: row.refundedAt, cancelled_at: row.cancelledAt },
});

/** @param {import('./contender.js').Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open({ name, use }) {
  const database = await PGlite.create(`idb://pglite-${name}`, { relaxedDurability: false });
  if (use === 'log') await database.exec(SCHEMA);
  let summary = new Summary();

  /** @param {string} streamId @returns {Promise<StoredEvent[]>} */
  const readStream = async (streamId) => {
    const query = `SELECT ${COLUMNS} FROM events WHERE stream_id = $1 ORDER BY version`;
    return (await database.query(query, [streamId])).rows;
  };

  const rebuildSummary = async () => {
    const fresh = new Summary();
    const query = `SELECT position, ${COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT ${PAGE}`;
    for (let after = 0; ; ) {
      const { rows } = await database.query(query, [after]);
      for (const event of rows) fresh.apply(event);
      if (rows.length < PAGE) break;
      after = rows.at(-1).position;
    }
    summary = fresh;
    return fresh.rows.size;
  };

  return {
    append: (append) => {
      const [event] = append.events;
      if (!event || append.events.length > 1) return database.query(INSERT, [rowsOf(append)]);
      const { id, type, schemaVersion, occurredAt, correlationId, tags, data } = event;
      const place = [append.streamId, append.expectedVersion + 1];
      return database.query(INSERT_ONE, [
        ...place,
        ...[id, type, schemaVersion, occurredAt, correlationId, tags, data],
      ]);
    },
    appendAll: (appends) => database.query(INSERT, [appends.flatMap(rowsOf)]),
    readStream,
    foldOrder: async (_, streamId) => foldOrder(await readStream(streamId)),
    rebuildSummary,
    summary: async () => [...summary.rows.values()],
    saveSummary: async () => {
      await rebuildSummary();
      await database.query(SAVE, [[...summary.rows.values()].map(columnsOf)]);
      await database.exec('ANALYZE');
    },
    firstOrders: async (count) => {
      const query = `SELECT ${ROW} FROM orders ORDER BY placed_at DESC LIMIT $1`;
      return (await database.query(query, [count])).rows;
    },
    close: () => database.close(),
  };
}
