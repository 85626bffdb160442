/** All customers, and what each is worth. */
import { useMemo } from 'preact/hooks';

import { revision, useBook } from '../book.js';
import { CustomerLink, Empty, Heading, Money, NewOrderLink, Time } from '../components/bits.jsx';
import { Grid } from '../components/grid.jsx';
import { CardCount } from '../components/order-grid.jsx';
import { Search } from '../components/orders-toolbar.jsx';
import { count, counted } from '../lib/money.js';
import { PAGE, paged } from '../lib/paged.js';
import { go, link, query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').CustomerRow} CustomerRow */

/** @type {import('../components/grid.jsx').Column[]} */
const columns = [
  { key: 'customer', label: 'Customer', sort: 'customerId' },
  { key: 'orders', label: 'Orders', sort: 'orderCount', number: true },
  { key: 'first', label: 'First order' },
  { key: 'last', label: 'Last order', sort: 'lastOrderAt' },
  { key: 'value', label: 'Lifetime value', number: true },
];

export function Customers() {
  const api = useBook();
  const search = query.value.get('search') ?? '';
  const sort = query.value.get('sort') ?? 'customerId';
  const by = /** @type {'customerId' | 'orderCount' | 'lastOrderAt'} */ (sort.replace('-', ''));
  const descending = sort.startsWith('-');
  const { count: found, rows: firstRows } = useMemo(
    () => api.customers({ search, sort: by, descending, limit: PAGE }),
    [api, search, sort, revision.value],
  );
  const rows = useMemo(
    () =>
      paged(
        (offset, limit) => api.customers({ search, sort: by, descending, offset, limit }).rows,
        firstRows,
      ),
    [firstRows],
  );
  const currencies = useMemo(
    () =>
      api
        .orders({ limit: 1 })
        .totals.map((total) => total.currency)
        .sort(),
    [api, revision.value],
  );

  const draw = useMemo(
    () => (/** @type {CustomerRow} */ row, /** @type {number} */ tab) => cells(row, tab, currencies),
    [currencies],
  );

  if (found === 0 && !search) {
    return (
      <>
        <Heading title="Customers" />
        <Empty title="No customers yet" actions={<NewOrderLink />}>
          A customer is here from their first order on.
        </Empty>
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
          cells={draw}
          onOpen={(row) => go(link('customers', row.customerId))}
          sort={{ by, descending }}
          onSort={(to) => setQuery({ sort: by === to && !descending ? `-${to}` : to })}
          cardHeight={7.75}
        />
      ) : (
        <Empty title="No customer matches">Look for another name.</Empty>
      )}
    </>
  );
}

/** @param {CustomerRow} row @param {number} tab @param {string[]} currencies */
const cells = (row, tab, currencies) => [
  <CustomerLink id={row.customerId} tab={tab} />,
  <CardCount number={row.orderCount} one="order" />,
  <>
    <span class="card-only">since </span>
    <Time time={row.firstOrderAt} />
  </>,
  <Time time={row.lastOrderAt} />,
  <LifetimeValue values={row.lifetimeValue} currencies={currencies} />,
];

/** As many currencies as there is room for side by side. */
const MOST_COLUMNS = 4;

/**
 * A column for each currency of the book, unless there are too many of them.
 * @param {{ values: CustomerRow['lifetimeValue'], currencies: string[] }} props
 */
function LifetimeValue({ values, currencies }) {
  if (values.length === 0) return <span class="quiet">nothing paid</span>;
  const amounts = new Map(values.map(({ currency, amount }) => [currency, amount]));
  const inColumns = currencies.length <= MOST_COLUMNS;
  return (
    <span class={`values ${inColumns ? 'in-columns' : ''}`}>
      {currencies
        .filter((currency) => inColumns || amounts.has(currency))
        .map((currency) => (
          <span key={currency}>
            {amounts.has(currency) && <Money amount={amounts.get(currency) ?? ''} currency={currency} />}
          </span>
        ))}
    </span>
  );
}
