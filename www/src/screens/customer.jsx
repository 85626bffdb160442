/** One customer: every order in order of placement, and the lifetime value. */
import { useMemo } from 'preact/hooks';

import { revision, useBook } from '../book.js';
import { Empty, Heading, Time, UserText } from '../components/bits.jsx';
import { OrderGrid, orderCells, orderColumns } from '../components/order-grid.jsx';
import { count, counted, money } from '../lib/money.js';
import { link } from '../router.js';

const columns = orderColumns.filter(({ key }) => key !== 'customer');

/** @param {{ id: string }} props */
export function Customer({ id }) {
  const customer = useBook().customer(id);
  const orders = customer?.orders;
  const rows = useMemo(
    () => (/** @type {number} */ offset, /** @type {number} */ limit) =>
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
          <div key={currency}>
            <dt>Lifetime value, {currency}</dt>
            <dd class="figure double-rule">{money(amount, currency)}</dd>
          </div>
        ))}
        {lifetimeValue.length === 0 && (
          <div>
            <dt>Lifetime value</dt>
            <dd class="quiet">Nothing paid yet</dd>
          </div>
        )}
      </dl>
      <OrderGrid
        class="orders-grid of-customer"
        label={`Orders of ${id}, in order of placement, ${count(orderCount)} in all`}
        columns={columns}
        count={customer.orders.length}
        rows={rows}
        cells={cells}
        cardHeight={6}
      />
    </>
  );
}

/** @param {import('daybook/orders').OrderRow} row @param {number} tab */
const cells = (row, tab) => orderCells(row, tab).filter((_, at) => orderColumns[at].key !== 'customer');
