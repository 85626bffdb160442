/** Timing, and checking outside of the timed parts that what was asked for was done. */

/**
 * Has what the page threw away before, such as what making the events left, collected now: otherwise
 * it would be collected at the expense of whoever is timed next. Only where the browser was told to
 * allow it.
 */
export async function tidied() {
  const { gc } = /** @type {{ gc?: () => void }} */ (globalThis);
  gc?.();
  await pause(0);
}

/** @param {() => Promise<unknown>} work @returns {Promise<number>} Milliseconds. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** @param {readonly number[]} list */
export const middle = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @param {number} milliseconds @returns {Promise<void>} */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Calls `work` for each of a list, in order, with at most `width` under way.
 * @template T @param {readonly T[]} list @param {number} width @param {(one: T) => Promise<unknown>} work
 */
export async function pipelined(list, width, work) {
  let next = 0;
  const lane = async () => {
    for (let one = list[next]; one !== undefined; one = list[next]) {
      next += 1;
      await work(one);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** @param {boolean} holds @param {string} what @returns {asserts holds} */
export function must(holds, what) {
  if (!holds) throw new Error(`Not what was asked for: ${what}`);
}

/** The same text for equal values, whatever the order of their keys. @param {unknown} value @returns {string} */
export const canonical = (value) =>
  JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Times as numbers: RFC 3339 has more than one text for a moment. @param {string | null | undefined} text */
const moment = (text) => (text ? Date.parse(text) : null);

/** @param {import('../fold.js').StoredEvent} event */
export const eventText = ({ id, type, schemaVersion, streamId, version, occurredAt, ...more }) =>
  canonical([
    ...[id, type, schemaVersion, streamId, version, moment(occurredAt)],
    ...[more.correlationId, more.tags, more.data],
  ]);

/** @param {import('../fold.js').SummaryRow} row */
export const rowText = (row) =>
  canonical([
    ...[row.orderId, row.customerId, row.status, row.currency, row.totalAmount, row.itemCount],
    ...[row.placedAt, row.paidAt, row.refundedAt, row.cancelledAt].map(moment),
  ]);

/** FNV-1a over 32 bits, of the sorted texts. @param {string[]} texts */
export function checksum(texts) {
  let hash = 0x811c9dc5;
  for (const text of texts.toSorted()) {
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * The events of a stream as they must come back.
 * @param {{ streamId: string, events: import('../trade.js').NewEvent[] }} stream
 */
export const stored = ({ streamId, events }) =>
  events.map((event, version) => ({ ...event, streamId, version }));

/** @param {import('../fold.js').StoredEvent[]} found @param {import('../fold.js').StoredEvent[]} wanted */
export function mustMatch(found, wanted) {
  must(found.length === wanted.length, `${wanted.length} events, and there are ${found.length}`);
  for (const [index, event] of wanted.entries()) {
    const other = found[index];
    must(other !== undefined && eventText(other) === eventText(event), `event ${index}: ${canonical(other)}`);
  }
}
