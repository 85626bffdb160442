/** PGlite on an OPFS access handle pool: the face of the worker in `pglite-worker.js`. */

import { callsTo } from './worker-calls.js';

/** @type {import('./contender.js').About} */
export const about = {
  title: 'PGlite',
  schema:
    'OPFS access handle pool in a worker (on IndexedDB every acknowledged query costs about 200 ms, as all files are compared); a row per event with UNIQUE (stream_id, version), which refuses a version that is taken; one statement per call over json_to_recordset; data as json; folds run in the worker, beside the data; an index on placed_at',
  relaxed:
    'relaxedDurability true: as its source reads, a query is acknowledged when its write-ahead log was written through the access handle, and with it the operating system has it; it is flushed later',
  strict: 'relaxedDurability false: every query flushes',
};

export const pipeline = 2;

/** @type {ReturnType<typeof callsTo>} */
let ask;

/** Starts the worker and loads its code. */
export async function prepare() {
  ask = callsTo(new Worker(new URL('./pglite-worker.js', import.meta.url), { type: 'module' }));
  await ask('ready');
}

/** @param {import('./contender.js').Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open(opening) {
  await ask('open', opening);
  return {
    append: (append) => ask('appendAll', [append]),
    appendAll: (appends) => ask('appendAll', appends),
    readStream: (streamId) => ask('readStream', streamId),
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
