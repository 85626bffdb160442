/** The store's terms in the words of the till. */

/** @typedef {import('daybook/orders').OrderStatus} OrderStatus */
/** @typedef {import('daybook/orders').OrderCommand} OrderCommand */
/** @typedef {import('daybook/orders').ProjectionStatus['name']} ProjectionName */

/** @type {Record<OrderStatus, string>} */
export const statusWords = { PENDING: 'Pending', PAID: 'Paid', REFUNDED: 'Refunded', CANCELLED: 'Cancelled' };

/**
 * What someone did to an order that now has this status.
 * @type {Record<OrderStatus, string>}
 */
export const doneWords = { PENDING: 'placed', PAID: 'paid', REFUNDED: 'refunded', CANCELLED: 'cancelled' };

/** @type {Record<OrderCommand, string>} */
export const commandWords = { confirmPayment: 'Pay', refundPayment: 'Refund', cancelOrder: 'Cancel' };

/** @type {Record<ProjectionName, { title: string, text: string }>} */
export const projectionWords = {
  orders_summary: { title: 'Orders', text: 'One row for each order: who, what state, how much, since when.' },
  customer_order_history: {
    title: 'Customers',
    text: 'Each customer’s orders in sequence, and what they are worth.',
  },
  revenue_by_day: {
    title: 'Revenue',
    text: 'What was placed, paid and refunded, for each day and currency.',
  },
};
