/** One customer: every order in order of placement, and the lifetime value. */
import { useCallback } from 'preact/hooks';

import { revision, useBook } from '../book.js';
import { Empty, Heading, Money, OrderLink, Status, Time, UserText } from '../components/bits.jsx';
import { CommandButtons } from '../components/command-buttons.jsx';
import { Grid } from '../components/grid.jsx';
import { count, counted, money } from '../lib/money.js';
import { go, link } from '../router.js';

/** @type {import('../components/grid.jsx').Column[]} */
const columns = [
  { key: 'order', label: 'Order', class: 'cell-order' },
  { key: 'placed', label: 'Placed', class: 'cell-placed' },
  { key: 'status', label: 'Status', class: 'cell-status' },
  { key: 'items', label: 'Items', class: 'cell-items number' },
  { key: 'total', label: 'Total', class: 'cell-total number' },
  { key: 'actions', label: 'Actions', hideLabel: true, class: 'cell-actions' },
];

const heights = { wide: 2.875, narrow: 6 };

/** @param {{ id: string }} props */
export function Customer({ id }) {
  const customer = useBook().customer(id);
  const orders = customer?.orders;
  const rows = useCallback(
    (/** @type {number} */ offset, /** @type {number} */ limit) =>
      (orders ?? []).slice(offset, offset + limit),
    [id, revision.value],
  );
  if (!customer) {
    return (
      <>
        <Heading title="Customer not found" />
        <Empty
          title="Nobody by this name has ordered"
          actions={
            <a class="button primary" href={link('customers')}>
              To all customers
            </a>
          }
        />
      </>
    );
  }
  const { orderCount, lifetimeValue, firstOrderAt, lastOrderAt } = customer;
  return (
    <>
      <Heading
        title={<UserText text={id} />}
        lead={
          <>
            {counted(orderCount, 'order')} · <Time time={firstOrderAt} /> to <Time time={lastOrderAt} />
          </>
        }
      />
      <dl class="worth" aria-label="Lifetime value">
        {lifetimeValue.map(({ currency, amount }) => (
          <div key={currency} class="worth-item">
            <dt>Lifetime value, {currency}</dt>
            <dd class="figure double-rule">{money(amount, currency)}</dd>
          </div>
        ))}
        {lifetimeValue.length === 0 && (
          <div class="worth-item">
            <dt>Lifetime value</dt>
            <dd class="quiet">Nothing paid yet</dd>
          </div>
        )}
      </dl>
      <Grid
        class="orders-grid of-customer"
        label={`Orders of ${id}, in order of placement, ${count(orderCount)} in all`}
        columns={columns}
        count={customer.orders.length}
        rows={rows}
        rowKey={(row) => row.orderId}
        cells={cells}
        onOpen={(row) => go(link('orders', row.orderId))}
        heights={heights}
      />
    </>
  );
}

/** @param {import('daybook/orders').OrderRow} row @param {number} tab */
const cells = (row, tab) => [
  <OrderLink id={row.orderId} tab={tab} />,
  <Time time={row.placedAt} />,
  <Status status={row.status} />,
  <span class="figure">
    {count(row.itemCount)}
    <span class="card-only"> {row.itemCount === 1 ? 'item' : 'items'}</span>
  </span>,
  <Money amount={row.totalAmount} currency={row.currency} />,
  <CommandButtons order={row} small tab={tab} />,
];
