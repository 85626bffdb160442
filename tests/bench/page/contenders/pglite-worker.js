/** PGlite in its worker. */

import { PGlite } from '@electric-sql/pglite';
import { foldOrder, Summary } from '../fold.js';
import { answerCalls } from './worker-calls.js';

/** @typedef {import('./contender.js').Append} Append */
/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

/** How many rows one query of the whole log asks for. */
const PAGE = 10_000;

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

/** @param {Append} append @returns {object[]} */
const rowsOf = ({ streamId, expectedVersion, events }) =>
  events.map((event, index) => ({ ...event, streamId, version: expectedVersion + 1 + index }));

/** A row as the table's columns name it. @param {import('../fold.js').SummaryRow} row */
const columnsOf = (row) => ({
  ...{ order_id: row.orderId, customer_id: row.customerId, status: row.status, currency: row.currency },
  ...{ total_amount: row.totalAmount, item_count: row.itemCount, placed_at: row.placedAt },
  ...{ paid_at: row.paidAt, refunded_at: row.refundedAt, cancelled_at: row.cancelledAt },
});

const STREAM = `SELECT ${COLUMNS} FROM events WHERE stream_id = $1 ORDER BY version`;
/** What folds look at. */
const FOLDED = 'version, type, occurred_at AS "occurredAt", data';
const FOLDED_STREAM = `SELECT ${FOLDED} FROM events WHERE stream_id = $1 ORDER BY version`;
const FOLDED_LOG = `SELECT position, ${FOLDED} FROM events WHERE position > $1 ORDER BY position LIMIT ${PAGE}`;
const FIRST_ORDERS = `SELECT ${ROW} FROM orders ORDER BY placed_at DESC LIMIT $1`;

// Its own types may not be installed where types are checked.
/** @type {any} */
let database;
let summary = new Summary();

/** @param {string} streamId @returns {Promise<StoredEvent[]>} */
const readStream = async (streamId) => (await database.query(STREAM, [streamId])).rows;

async function rebuildSummary() {
  const fresh = new Summary();
  for (let after = 0; ; ) {
    const { rows } = await database.query(FOLDED_LOG, [after]);
    for (const event of rows) fresh.apply(event);
    if (rows.length < PAGE) break;
    after = rows.at(-1).position;
  }
  summary = fresh;
  return fresh.rows.size;
}

answerCalls({
  ready: () => true,

  open: async (/** @type {import('./contender.js').Opening} */ { name, durability, use }) => {
    database = await PGlite.create(`opfs-ahp://pglite-${name}`, {
      relaxedDurability: durability === 'relaxed',
    });
    if (use === 'log') await database.exec(SCHEMA);
  },

  appendAll: async (/** @type {Append[]} */ appends) => {
    const [first] = appends;
    const [event] = first?.events ?? [];
    if (!first || !event || appends.length > 1 || first.events.length > 1) {
      await database.query(INSERT, [appends.flatMap(rowsOf)]);
      return;
    }
    const { id, type, schemaVersion, occurredAt, correlationId, tags, data } = event;
    await database.query(INSERT_ONE, [
      ...[first.streamId, first.expectedVersion + 1],
      ...[id, type, schemaVersion, occurredAt, correlationId, tags, data],
    ]);
  },

  readStream,
  foldOrder: async (/** @type {string} */ streamId) =>
    foldOrder((await database.query(FOLDED_STREAM, [streamId])).rows),
  rebuildSummary,
  summary: () => [...summary.rows.values()],

  saveSummary: async () => {
    await rebuildSummary();
    await database.query(SAVE, [[...summary.rows.values()].map(columnsOf)]);
    await database.exec('VACUUM ANALYZE');
  },

  firstOrders: async (/** @type {number} */ count) => (await database.query(FIRST_ORDERS, [count])).rows,
  close: () => database.close(),
});
