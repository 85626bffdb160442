/** SQLite in its worker. Answers messages one by one, in order. */

import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { foldOrder, Summary } from '../fold.js';
import { answerCalls } from './worker-calls.js';

/** @typedef {import('./contender.js').Append} Append */

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY, stream_id TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, schema_version INTEGER NOT NULL, occurred_at TEXT NOT NULL,
    correlation_id TEXT, tags TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (stream_id, version));
  CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY, customer_id TEXT, status TEXT, currency TEXT, total_amount TEXT,
    item_count INTEGER, placed_at TEXT, paid_at TEXT, refunded_at TEXT, cancelled_at TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at);`;

const COLUMNS = 'stream_id, version, id, type, schema_version, occurred_at, correlation_id, tags, data';
/** What folds look at. */
const FOLDED = 'version, type, occurred_at, data';
const ROW =
  'order_id AS orderId, customer_id AS customerId, status, currency, total_amount AS totalAmount, item_count AS itemCount, placed_at AS placedAt, paid_at AS paidAt, refunded_at AS refundedAt, cancelled_at AS cancelledAt';

/** What sqlite-wasm's own types name; the package may not be installed where types are checked. */
/** @type {any} */
let pool;
/** @type {any} */
let database;
/** @type {Record<string, any>} */
let statements = {};
let summary = new Summary();

/** An event as folds look at it. @param {unknown[]} row */
function foldedOf(row) {
  const [version, type, occurredAt, data] = /** @type {[number, string, string, string]} */ (row);
  return { version, type, occurredAt, data: JSON.parse(data) };
}

/** Steps through a query's rows. @param {string} name @param {unknown[]} parameters */
function* rowsOf(name, parameters = []) {
  const statement = statements[name];
  if (parameters.length > 0) statement.bind(parameters);
  try {
    while (statement.step()) yield statement.get([]);
  } finally {
    statement.reset();
  }
}

/** @type {Record<string, (argument: never) => unknown>} */
const methods = {
  ready: () => true,

  open: async (/** @type {{ name: string, durability: string }} */ { name, durability }) => {
    if (pool) await pool.unpauseVfs();
    else pool = await (await sqlite3InitModule()).installOpfsSAHPoolVfs({ initialCapacity: 12 });
    database = new pool.OpfsSAHPoolDb(`/${name}.sqlite3`);
    database.exec(`
      PRAGMA locking_mode = exclusive;
      PRAGMA journal_mode = wal;
      PRAGMA synchronous = ${durability === 'strict' ? 'full' : 'normal'};
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = memory;`);
    const mode = database.selectValue('PRAGMA journal_mode');
    if (mode !== 'wal') throw new Error(`journal_mode is ${mode}`);
    database.exec(SCHEMA);
    statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      insert: database.prepare(`INSERT INTO events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      stream: database.prepare(`SELECT ${COLUMNS} FROM events WHERE stream_id = ? ORDER BY version`),
      foldedStream: database.prepare(`SELECT ${FOLDED} FROM events WHERE stream_id = ? ORDER BY version`),
      foldedLog: database.prepare(`SELECT ${FOLDED} FROM events ORDER BY position`),
      firstOrders: database.prepare(`SELECT ${ROW} FROM orders ORDER BY placed_at DESC LIMIT ?`),
    };
  },

  appendAll: (/** @type {Append[]} */ appends) => {
    statements.begin.stepReset();
    try {
      for (const { streamId, expectedVersion, events } of appends) {
        let version = expectedVersion;
        for (const event of events) {
          version += 1;
          const { id, type, schemaVersion, occurredAt, correlationId, tags, data } = event;
          const texts = [JSON.stringify(tags), JSON.stringify(data)];
          statements.insert
            .bind([streamId, version, id, type, schemaVersion, occurredAt, correlationId, ...texts])
            .stepReset();
        }
      }
      statements.commit.stepReset();
    } catch (error) {
      statements.insert.reset();
      database.exec('ROLLBACK');
      throw error;
    }
  },

  readStream: (/** @type {string} */ streamId) => {
    const texts = [];
    for (const row of rowsOf('stream', [streamId])) {
      const [stream, version, id, type, schemaVersion, occurredAt, correlationId, tags, data] = row;
      texts.push(
        `{"streamId":${JSON.stringify(stream)},"version":${version},"id":"${id}","type":${JSON.stringify(type)},"schemaVersion":${schemaVersion},"occurredAt":"${occurredAt}","correlationId":${JSON.stringify(correlationId)},"tags":${tags},"data":${data}}`,
      );
    }
    return `[${texts.join()}]`;
  },

  foldOrder: (/** @type {string} */ streamId) => foldOrder(folded('foldedStream', [streamId])),

  rebuildSummary: () => {
    const fresh = new Summary();
    for (const event of folded('foldedLog')) fresh.apply(event);
    summary = fresh;
    return fresh.rows.size;
  },

  summary: () => [...summary.rows.values()],

  saveSummary: () => {
    methods.rebuildSummary?.(/** @type {never} */ (undefined));
    database.transaction('IMMEDIATE', () => {
      const insert = database.prepare('INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const row of summary.rows.values()) insert.bind(Object.values(row)).stepReset();
      insert.finalize();
    });
    database.exec('PRAGMA optimize');
  },

  firstOrders: (/** @type {number} */ count) => {
    const statement = statements.firstOrders.bind([count]);
    const rows = [];
    while (statement.step()) rows.push(statement.get({}));
    statement.reset();
    return rows;
  },

  close: () => {
    for (const statement of Object.values(statements)) statement.finalize();
    database.close();
    // Lets go of the files, so that the next page finds them free.
    pool.pauseVfs();
  },
};

/** @param {string} name @param {unknown[]} [parameters] */
function* folded(name, parameters) {
  for (const row of rowsOf(name, parameters)) yield foldedOf(row);
}

answerCalls(methods);
