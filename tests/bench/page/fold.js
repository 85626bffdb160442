/** The order domain's folds in JavaScript, for contenders that have no code of their own to do it. */

/**
 * An event as a contender delivers it.
 * @typedef {import('./trade.js').NewEvent & { streamId: string, version: number }} StoredEvent
 */

/**
 * A row of orders_summary.
 * @typedef {object} SummaryRow
 * @property {string} orderId
 * @property {string} customerId
 * @property {string} status
 * @property {string} currency
 * @property {string} totalAmount
 * @property {number} itemCount
 * @property {string} placedAt
 * @property {string | null} paidAt
 * @property {string | null} refundedAt
 * @property {string | null} cancelledAt
 */

/** What the events' data hold. @typedef {{ order_id: string, customer_id: string, items: { quantity: number }[], total_amount: string, currency: string, payment_reference: string, reason: string }} Data */

/** What folds look at of an event. @typedef {Pick<StoredEvent, 'version' | 'type' | 'occurredAt' | 'data'>} Folded */

/** @param {Folded} event */
const dataOf = (event) => /** @type {Data} */ (/** @type {unknown} */ (event.data));

/** The row of an order that was just placed. @param {Folded} event @returns {SummaryRow} */
function placedRow(event) {
  const data = dataOf(event);
  let itemCount = 0;
  for (const { quantity } of data.items) itemCount += quantity;
  return {
    orderId: data.order_id,
    customerId: data.customer_id,
    status: 'PENDING',
    currency: data.currency,
    totalAmount: data.total_amount,
    itemCount,
    placedAt: event.occurredAt,
    paidAt: null,
    refundedAt: null,
    cancelledAt: null,
  };
}

/** @param {Omit<SummaryRow, 'itemCount'>} row @param {Folded} event */
function change(row, event) {
  switch (event.type) {
    case 'PaymentConfirmed':
      row.status = 'PAID';
      row.paidAt = event.occurredAt;
      break;
    case 'PaymentRefunded':
      row.status = 'REFUNDED';
      row.refundedAt = event.occurredAt;
      break;
    case 'OrderCancelled':
      row.status = 'CANCELLED';
      row.cancelledAt = event.occurredAt;
      break;
  }
}

/** orders_summary, folded from the log. */
export class Summary {
  /** @type {Map<string, SummaryRow>} */
  rows = new Map();

  /** @param {Folded} event */
  apply(event) {
    if (event.type === 'OrderPlaced') {
      const row = placedRow(event);
      this.rows.set(row.orderId, row);
      return;
    }
    const row = this.rows.get(dataOf(event).order_id);
    if (row) change(row, event);
  }
}

/**
 * One order's state.
 * @typedef {Omit<SummaryRow, 'itemCount'> & { items: unknown[], paymentReference: string | null, refundReason: string | null,
 *   cancelReason: string | null, version: number }} OrderState
 */

/** @param {Iterable<Folded>} events @returns {OrderState | undefined} */
export function foldOrder(events) {
  /** @type {OrderState | undefined} */
  let state;
  for (const event of events) {
    const data = dataOf(event);
    if (event.type === 'OrderPlaced') {
      const none = { paymentReference: null, refundReason: null, cancelReason: null };
      state = { ...placedRow(event), ...none, items: data.items, version: event.version };
      continue;
    }
    if (!state) continue;
    change(state, event);
    if (event.type === 'PaymentConfirmed') state.paymentReference = data.payment_reference;
    if (event.type === 'PaymentRefunded') state.refundReason = data.reason;
    if (event.type === 'OrderCancelled') state.cancelReason = data.reason;
    state.version = event.version;
  }
  return state;
}
