/** SQLite-wasm on the OPFS SAH pool: the face of the worker in `sqlite-worker.js`. */

import { callsTo } from './worker-calls.js';

/** @type {import('./contender.js').About} */
export const about = {
  title: 'SQLite-wasm',
  schema:
    'OPFS SAH pool in a worker; a row per event with the position as rowid and UNIQUE (stream_id, version), which refuses a version that is taken; prepared statements, one transaction per call; events cross from the worker as text that is parsed once; folds run in the worker, beside the data; an index on placed_at',
  relaxed:
    "journal_mode WAL (exclusive locking), synchronous NORMAL: a commit is with the operating system, as in IndexedDB's relaxed",
  strict: 'journal_mode WAL (exclusive locking), synchronous FULL: every commit flushes',
};

export const pipeline = 2;

/** @typedef {import('./contender.js').Contender} Contender */

/** @type {ReturnType<typeof callsTo>} */
let ask;

/** Starts the worker and loads its code. */
export async function prepare() {
  ask = callsTo(new Worker(new URL('./sqlite-worker.js', import.meta.url), { type: 'module' }));
  await ask('ready');
}

/** @param {import('./contender.js').Opening} opening @returns {Promise<Contender>} */
export async function open({ name, durability }) {
  await ask('open', { name, durability });
  return {
    append: (append) => ask('appendAll', [append]),
    appendAll: (appends) => ask('appendAll', appends),
    readStream: async (streamId) => JSON.parse(await ask('readStream', streamId)),
    foldOrder: (_, streamId) => ask('foldOrder', streamId),
    rebuildSummary: () => ask('rebuildSummary'),
    summary: () => ask('summary'),
    saveSummary: () => ask('saveSummary'),
    firstOrders: (count) => ask('firstOrders', count),
    close: async () => {
      await ask('close');
    },
  };
}
