/** Orders as rows: who ordered what and when, and what can be done about it. */
import { count } from '../lib/money.js';
import { go, link } from '../router.js';
import { CustomerLink, Money, OrderLink, Status, Time } from './bits.jsx';
import { CommandButtons } from './command-buttons.jsx';
import { Grid } from './grid.jsx';

/** @typedef {import('daybook/orders').OrderRow} OrderRow */

/** @type {import('./grid.jsx').Column[]} */
export const orderColumns = [
  { key: 'order', label: 'Order', sort: 'orderId' },
  { key: 'customer', label: 'Customer', sort: 'customerId' },
  { key: 'placed', label: 'Placed', sort: 'placedAt' },
  { key: 'status', label: 'Status', sort: 'status' },
  { key: 'items', label: 'Items', number: true },
  { key: 'total', label: 'Total', sort: 'totalAmount', number: true },
  { key: 'actions', label: 'Actions', hideLabel: true },
];

/** @param {OrderRow} row @param {number} tab @returns {import('preact').ComponentChildren[]} */
export const orderCells = (row, tab) => [
  <OrderLink id={row.orderId} tab={tab} />,
  <CustomerLink id={row.customerId} tab={tab} />,
  <Time time={row.placedAt} />,
  <Status status={row.status} />,
  <CardCount number={row.itemCount} one="item" />,
  <Money amount={row.totalAmount} currency={row.currency} />,
  <CommandButtons order={row} small tab={tab} />,
];

/**
 * How many; on a card, which has no columns' names, of what.
 * @param {{ number: number, one: string }} props
 */
export const CardCount = ({ number, one }) => (
  <span class="figure">
    {count(number)}
    <span class="card-only"> {number === 1 ? one : `${one}s`}</span>
  </span>
);

/**
 * A grid of orders, each of which opens.
 * @param {Omit<Parameters<typeof Grid<OrderRow>>[0], 'rowKey' | 'onOpen'>} props
 */
export const OrderGrid = (props) => (
  <Grid rowKey={(row) => row.orderId} onOpen={(row) => go(link('orders', row.orderId))} {...props} />
);
