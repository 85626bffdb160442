/** SQLite-wasm on the OPFS SAH pool: the face of the worker in `sqlite-worker.js`. */

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

/** @type {Worker | undefined} */
let worker;
/** @type {Map<number, { resolve: (answer: unknown) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let asked = 0;

/** @param {string} method @param {unknown} [argument] */
function ask(method, argument) {
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker?.postMessage({ id, method, argument });
  });
}

/** Starts the worker and loads its code. */
export async function prepare() {
  worker = new Worker(new URL('./sqlite-worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data: { id, answer, error } }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error) asker?.reject(new Error(error));
    else asker?.resolve(answer);
  };
  await ask('ready');
}

/** @param {import('./contender.js').Opening} opening @returns {Promise<Contender>} */
export async function open({ name, durability }) {
  await ask('open', { name, durability });
  // Typed by the worker's answers.
  const answers = /** @type {(method: string, argument?: unknown) => Promise<never>} */ (ask);
  return {
    append: (append) => ask('appendAll', [append]),
    appendAll: (appends) => ask('appendAll', appends),
    readStream: async (streamId) => JSON.parse(await answers('readStream', streamId)),
    foldOrder: (_, streamId) => answers('foldOrder', streamId),
    rebuildSummary: () => answers('rebuildSummary'),
    summary: () => answers('summary'),
    saveSummary: () => ask('saveSummary'),
    firstOrders: (count) => answers('firstOrders', count),
    close: async () => {
      await ask('close');
    },
  };
}
