/**
 * What every contender does. Each adapter keeps one of these to what its own documentation
 * recommends for speed; the jobs in `../jobs` time the calls.
 */

/** @typedef {import('../trade.js').Append} Append */
/** @typedef {import('../fold.js').StoredEvent} StoredEvent */
/** @typedef {import('../fold.js').SummaryRow} SummaryRow */
/** @typedef {import('../fold.js').OrderState} OrderState */
/** @typedef {'relaxed' | 'strict'} Durability */

/**
 * @typedef {object} Opening
 * @property {string} name Which store; several may lie in one profile.
 * @property {Durability} durability
 * @property {'log' | 'read model' | 'first rows'} use `log`: for appending and reading; `first rows`: for
 *   `firstOrders` at once, and everything once it is `ready`; `read model`: for folding, and for the
 *   rows. A contender that opens the same in either case need not look.
 */

/**
 * What a contender is and does, in words; part of the report.
 * @typedef {object} About
 * @property {string} title
 * @property {string} schema How events and rows are stored, and how an expected version is checked.
 * @property {string} relaxed What acknowledged means at `relaxed`.
 * @property {string | null} strict The same at `strict`; `null` when it cannot do it.
 */

/**
 * An open store.
 * @typedef {object} Contender
 * @property {(append: Append) => Promise<unknown>} append Appends to one stream, all or nothing;
 *   rejects when the stream is not at the expected version.
 * @property {(appends: Append[]) => Promise<unknown>} appendAll The same for several streams.
 * @property {(streamId: string) => Promise<StoredEvent[]>} readStream
 * @property {(orderId: string, streamId: string) => Promise<OrderState | undefined>} foldOrder
 *   Reads a stream and folds it, wherever the contender does that best.
 * @property {() => Promise<number>} rebuildSummary Reads the whole log in order and folds it into
 *   orders_summary from nothing, kept in memory; resolves with the number of rows.
 * @property {() => Promise<SummaryRow[]>} summary The rows last rebuilt, for checking.
 * @property {() => Promise<unknown>} saveSummary Folds the log and stores the rows as a read model that
 *   {@link firstOrders} reads.
 * @property {(count: number) => Promise<SummaryRow[]>} firstOrders From the stored read model, newest first.
 * @property {() => Promise<void>} [ready] Resolves when everything can be asked of it, where that is
 *   later than when it was opened for the first rows.
 * @property {() => Promise<void>} close
 */

/**
 * A contender's module.
 * @typedef {object} ContenderModule
 * @property {About} about
 * @property {number} pipeline How many calls of 500 events are best kept under way at a time.
 * @property {() => Promise<void>} [prepare] Loads code, never data; not timed, as imports are not.
 * @property {(opening: Opening) => Promise<Contender>} open
 */

export {};
