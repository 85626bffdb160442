/** All orders: find them, sort them, act on them, and see them as they once were. */
import { useMemo } from 'preact/hooks';

import { restored, revision, useOrders } from '../book.js';
import {
  Button,
  CustomerLink,
  Empty,
  Heading,
  Money,
  NewOrderLink,
  OrderLink,
  Status,
  Time,
} from '../components/bits.jsx';
import { CommandButtons } from '../components/command-buttons.jsx';
import { DemoButton } from '../components/demo.jsx';
import { Grid } from '../components/grid.jsx';
import { AsOfBanner, OrdersToolbar } from '../components/orders-toolbar.jsx';
import { Totals } from '../components/totals.jsx';
import { useOrdersAsOf } from '../lib/as-of.js';
import { count, counted } from '../lib/money.js';
import { PAGE, paged } from '../lib/paged.js';
import { go, link, query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').OrderRow} OrderRow */
/** @typedef {import('daybook/orders').OrdersQuery} OrdersQuery */

/** @type {import('../components/grid.jsx').Column[]} */
const columns = [
  { key: 'order', label: 'Order', sort: 'orderId', class: 'cell-order' },
  { key: 'customer', label: 'Customer', sort: 'customerId', class: 'cell-customer' },
  { key: 'placed', label: 'Placed', sort: 'placedAt', class: 'cell-placed' },
  { key: 'status', label: 'Status', sort: 'status', class: 'cell-status' },
  { key: 'items', label: 'Items', class: 'cell-items number' },
  { key: 'total', label: 'Total', sort: 'totalAmount', class: 'cell-total number' },
  { key: 'actions', label: 'Actions', hideLabel: true, class: 'cell-actions' },
];

/** Wide enough for one line; narrow enough for a card of three. */
const heights = { wide: 2.875, narrow: 7.25 };

/** @returns {Required<Pick<OrdersQuery, 'search' | 'status' | 'sort' | 'descending'>>} */
function asked() {
  const sort = query.value.get('sort') ?? '-placedAt';
  return {
    search: query.value.get('search') ?? '',
    status: /** @type {any} */ (query.value.get('status') ?? 'ALL'),
    sort: /** @type {any} */ (sort.replace('-', '')),
    descending: sort.startsWith('-'),
  };
}

export function Orders() {
  const api = useOrders();
  const time = query.value.get('asof');
  const filter = asked();
  const key = JSON.stringify(filter);
  const past = useOrdersAsOf(time, key, filter);

  const page = useMemo(
    () => (time ? null : api.orders({ ...filter, limit: PAGE })),
    [api, key, time, revision.value],
  );
  const shown = time ? past.page : page;
  const rows = useMemo(
    () =>
      paged(
        (offset, limit) =>
          time
            ? (past.page?.rows.slice(offset, offset + limit) ?? [])
            : api.orders({ ...filter, offset, limit }).rows,
        page?.rows,
      ),
    [api, key, time, past.page, page],
  );

  if (!time && api.position === 0) return <NoOrders />;
  const found = shown?.count ?? 0;
  return (
    <>
      <Heading title="Orders">
        <NewOrderLink />
      </Heading>
      <OrdersToolbar filter={filter} time={time} />
      {time && <AsOfBanner time={time} busy={past.busy} error={past.error} />}
      <div class="summary">
        <p role="status">{past.busy ? 'Looking back…' : counted(found, 'order')}</p>
        <Totals totals={shown?.totals ?? []} />
      </div>
      {found > 0 ? (
        <Grid
          class="orders-grid"
          label={`Orders, ${count(found)} in all`}
          columns={columns}
          count={time || restored.value ? found : (page?.rows.length ?? 0)}
          rows={rows}
          rowKey={(row) => row.orderId}
          cells={time ? pastCells : cells}
          onOpen={(row) => go(link('orders', row.orderId))}
          sort={{ by: filter.sort, descending: filter.descending }}
          onSort={(by) => setQuery({ sort: filter.sort === by && !filter.descending ? `-${by}` : by })}
          heights={heights}
        />
      ) : (
        !past.busy && <NothingFound time={time} />
      )}
    </>
  );
}

/** @param {OrderRow} row @param {number} tab */
const cells = (row, tab) => [
  ...pastCells(row, tab).slice(0, -1),
  <CommandButtons order={row} small tab={tab} />,
];

/** What is past cannot be acted on. @param {OrderRow} row @param {number} tab */
const pastCells = (row, tab) => [
  <OrderLink id={row.orderId} tab={tab} />,
  <CustomerLink id={row.customerId} tab={tab} />,
  <Time time={row.placedAt} />,
  <Status status={row.status} />,
  <span class="figure">
    {count(row.itemCount)}
    <span class="card-only"> {row.itemCount === 1 ? 'item' : 'items'}</span>
  </span>,
  <Money amount={row.totalAmount} currency={row.currency} />,
  null,
];

/** @param {{ time: string | null }} props */
const NothingFound = ({ time }) => (
  <Empty
    title="No order matches"
    actions={<Button onClick={() => setQuery({ search: null, status: null })}>Show all orders</Button>}
  >
    {time
      ? 'Nothing like this had been placed by then.'
      : 'Look for another order or customer, or in every status.'}
  </Empty>
);

const NoOrders = () => (
  <>
    <Heading title="Orders" />
    <Empty
      title="The first page is blank"
      actions={
        <>
          <NewOrderLink />
          <DemoButton />
        </>
      }
    >
      Place the first order, or fill the book with a realistic year of trade to look around in. Everything
      stays on this device.
    </Empty>
  </>
);
