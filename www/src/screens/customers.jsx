/** All customers, and what each is worth. */
import { useMemo } from 'preact/hooks';

import { revision, useBook } from '../book.js';
import { CustomerLink, Empty, Heading, Money, Time } from '../components/bits.jsx';
import { Grid } from '../components/grid.jsx';
import { Search } from '../components/orders-toolbar.jsx';
import { count, counted } from '../lib/money.js';
import { paged } from '../lib/paged.js';
import { go, link, query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').CustomerRow} CustomerRow */

/** @type {import('../components/grid.jsx').Column[]} */
const columns = [
  { key: 'customer', label: 'Customer', sort: 'customerId', class: 'cell-customer' },
  { key: 'orders', label: 'Orders', sort: 'orderCount', class: 'cell-orders number' },
  { key: 'first', label: 'First order', class: 'cell-first' },
  { key: 'last', label: 'Last order', sort: 'lastOrderAt', class: 'cell-last' },
  { key: 'value', label: 'Lifetime value', class: 'cell-value number' },
];

const heights = { wide: 2.875, narrow: 7.75 };

export function Customers() {
  const api = useBook();
  const search = query.value.get('search') ?? '';
  const sort = query.value.get('sort') ?? 'customerId';
  const by = /** @type {'customerId' | 'orderCount' | 'lastOrderAt'} */ (sort.replace('-', ''));
  const descending = sort.startsWith('-');
  const found = api.customers({ search, sort: by, descending, limit: 1 }).count;
  const rows = useMemo(
    () => paged((offset, limit) => api.customers({ search, sort: by, descending, offset, limit }).rows),
    [api, search, sort, revision.value],
  );

  if (found === 0 && !search) {
    return (
      <>
        <Heading title="Customers" />
        <Empty title="No customers yet">A customer is here from their first order on.</Empty>
      </>
    );
  }
  return (
    <>
      <Heading title="Customers" />
      <div class="toolbar" role="search">
        <Search label="Search customers" value={search} />
      </div>
      <div class="summary">
        <p role="status">{counted(found, 'customer')}</p>
      </div>
      {found > 0 ? (
        <Grid
          class="customers-grid"
          label={`Customers, ${count(found)} in all`}
          columns={columns}
          count={found}
          rows={rows}
          rowKey={(row) => row.customerId}
          cells={cells}
          onOpen={(row) => go(link('customers', row.customerId))}
          sort={{ by, descending }}
          onSort={(to) => setQuery({ sort: by === to && !descending ? `-${to}` : to })}
          heights={heights}
        />
      ) : (
        <Empty title="No customer matches">Look for another name.</Empty>
      )}
    </>
  );
}

/** @param {CustomerRow} row @param {number} tab */
const cells = (row, tab) => [
  <CustomerLink id={row.customerId} tab={tab} />,
  <span class="figure">
    {count(row.orderCount)}
    <span class="card-only"> {row.orderCount === 1 ? 'order' : 'orders'}</span>
  </span>,
  <>
    <span class="card-only">since </span>
    <Time time={row.firstOrderAt} />
  </>,
  <Time time={row.lastOrderAt} />,
  <LifetimeValue values={row.lifetimeValue} />,
];

/** @param {{ values: CustomerRow['lifetimeValue'] }} props */
const LifetimeValue = ({ values }) =>
  values.length === 0 ? (
    <span class="quiet">nothing paid</span>
  ) : (
    <span class="values">
      {values.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)).map(({ currency, amount }) => (
        <Money key={currency} amount={amount} currency={currency} />
      ))}
    </span>
  );
