/** Daybook: the general store for the log, the order book for folds and read models. */

import { openStore } from 'daybook';
import { openOrderBook, peekOrders } from 'daybook/orders';

/** @typedef {import('./contender.js').Opening} Opening */
/** @typedef {import('./contender.js').StoredEvent} StoredEvent */
/** @typedef {import('./contender.js').OrderState} OrderState */

/** @type {import('./contender.js').About} */
export const about = {
  title: 'Daybook',
  schema:
    'append and appendAll with expected versions; readStream; orderState folds a stream in Rust, from the log and without a snapshot; rebuild folds the log into orders_summary in Rust; the saved projection is the read model; the first orders are peeked at while the book is being opened',
  relaxed: "durability 'relaxed'",
  strict: "durability 'strict', the default",
};

export const pipeline = 8;

/** More than there are orders. */
const ALL = 1_000_000;

/** @param {Opening} opening @returns {Promise<import('./contender.js').Contender>} */
export async function open({ name, durability, use }) {
  const store = use === 'log' ? await openStore({ name, durability }) : undefined;
  // As the order book's page does: what was last saved is shown, and then the book is opened.
  const peeked = use === 'first rows' ? peekOrders({ name }) : undefined;
  const openBook = async () => {
    if (await peeked) await new Promise((resolve) => setTimeout(resolve));
    return await openOrderBook({ name, durability, early: peeked !== undefined });
  };
  const opening = use !== 'log' ? openBook() : undefined;
  const book = peeked ? undefined : await opening;
  const log = () => store ?? missing('log');
  const models = () => book ?? missing('read model');
  return {
    append: ({ streamId, expectedVersion, events }) => log().append(streamId, events, { expectedVersion }),
    appendAll: (appends) => log().appendAll(appends),
    readStream: async (streamId) => {
      const { events } = await log().readStream(streamId);
      return /** @type {StoredEvent[]} */ (events);
    },
    foldOrder: async (orderId) => /** @type {OrderState} */ (await models().orderState(orderId)),
    rebuildSummary: async () => {
      await models().rebuild('orders_summary');
      return models().orders({ limit: 1 }).count;
    },
    summary: async () => models().orders({ limit: ALL }).rows,
    saveSummary: async () => {
      // Opening the book has folded the log; closing it saves the rows.
    },
    firstOrders: async (limit) => (await peeked)?.rows.slice(0, limit) ?? [],
    ready: async () => {
      await opening;
    },
    close: async () => {
      await (await opening)?.close();
      await store?.close();
    },
  };
}

/** @param {string} use @returns {never} */
function missing(use) {
  throw new Error(`it was not opened for the ${use}`);
}
