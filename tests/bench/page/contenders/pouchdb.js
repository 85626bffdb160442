/** PouchDB with its newer storage for IndexedDB: bulkDocs, and ids that are the index. */

import indexeddb from 'pouchdb-adapter-indexeddb';
import PouchDB from 'pouchdb-browser';
import { foldOrder, Summary } from '../fold.js';

/** @typedef {import('./contender.js').StoredEvent} StoredEvent */

PouchDB.plugin(indexeddb);

/** How many changes one call asks for. */
const PAGE = 5_000;

/** @type {import('./contender.js').About} */
export const about = {
  title: 'PouchDB',
  schema:
    'a document per event whose _id is stream and version, so that bulkDocs refuses a version that is taken; streams by allDocs over a range of ids, the log by the changes feed; the read model in a database of its own, ordered by an _id of placedAt and order; revs_limit 1, auto_compaction',
  relaxed: "the browser's default, which is relaxed in Chromium: the adapter has no option",
  strict: null,
};

export const pipeline = 1;

/** Versions in their order as texts. @param {string} streamId @param {number} version */
const idOf = (streamId, version) => `${streamId}|${String(version).padStart(6, '0')}`;

/** The event as it was appended. @param {StoredEvent & { _id?: string, _rev?: string }} document @returns {StoredEvent} */
function eventOf({ _id, _rev, ...event }) {
  return event;
}

/** @param {{ error?: unknown }[]} answers */
function check(answers) {
  for (const { error } of answers) if (error) throw new Error(`not stored: ${error}`);
}

/** @param {import('./contender.js').Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open({ name }) {
  const options = { adapter: 'indexeddb', revs_limit: 1, auto_compaction: true };
  const events = new PouchDB(`pouch-${name}-events`, options);
  const orders = new PouchDB(`pouch-${name}-orders`, options);
  await Promise.all([events.info(), orders.info()]);
  let summary = new Summary();

  /** @param {import('./contender.js').Append} append @returns {object[]} */
  const documentsOf = ({ streamId, expectedVersion, events: added }) =>
    added.map((event, index) => {
      const version = expectedVersion + 1 + index;
      return { ...event, _id: idOf(streamId, version), streamId, version };
    });

  /** @param {string} streamId @returns {Promise<StoredEvent[]>} */
  const readStream = async (streamId) => {
    const range = { startkey: `${streamId}|`, endkey: `${streamId}|\ufff0`, include_docs: true };
    const { rows } = await events.allDocs(range);
    return rows.map((/** @type {{ doc: Parameters<typeof eventOf>[0] }} */ { doc }) => eventOf(doc));
  };

  const rebuildSummary = async () => {
    const fresh = new Summary();
    for (let since = 0; ; ) {
      const page = await events.changes({ since, limit: PAGE, include_docs: true, return_docs: true });
      for (const { doc } of page.results) fresh.apply(doc);
      if (page.results.length < PAGE) break;
      since = page.last_seq;
    }
    summary = fresh;
    return fresh.rows.size;
  };

  return {
    append: async (append) => check(await events.bulkDocs(documentsOf(append))),
    appendAll: async (appends) => check(await events.bulkDocs(appends.flatMap(documentsOf))),
    readStream,
    foldOrder: async (_, streamId) => foldOrder(await readStream(streamId)),
    rebuildSummary,
    summary: async () => [...summary.rows.values()],
    saveSummary: async () => {
      await rebuildSummary();
      const rows = [...summary.rows.values()];
      check(await orders.bulkDocs(rows.map((row) => ({ ...row, _id: `${row.placedAt}|${row.orderId}` }))));
    },
    firstOrders: async (count) => {
      const { rows } = await orders.allDocs({ descending: true, limit: count, include_docs: true });
      return rows.map((/** @type {{ doc: Parameters<typeof eventOf>[0] }} */ { doc }) => eventOf(doc));
    },
    close: async () => {
      await Promise.all([events.close(), orders.close()]);
    },
  };
}
