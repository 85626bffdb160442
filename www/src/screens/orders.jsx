/** All orders: find them, sort them, act on them, and see them as they once were. */
import { useMemo } from 'preact/hooks';

import { restored, revision, useOrders } from '../book.js';
import { Button, Empty, Heading, NewOrderLink } from '../components/bits.jsx';
import { DemoButton } from '../components/demo.jsx';
import { OrderGrid, orderCells, orderColumns } from '../components/order-grid.jsx';
import { AsOfBanner, OrdersToolbar } from '../components/orders-toolbar.jsx';
import { Totals } from '../components/totals.jsx';
import { useOrdersAsOf } from '../lib/as-of.js';
import { count, counted } from '../lib/money.js';
import { PAGE, paged } from '../lib/paged.js';
import { query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').OrderRow} OrderRow */
/** @typedef {import('daybook/orders').OrdersQuery} OrdersQuery */

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
        <OrderGrid
          class="orders-grid"
          label={`Orders, ${count(found)} in all`}
          columns={orderColumns}
          count={time || restored.value ? found : (page?.rows.length ?? 0)}
          rows={rows}
          cells={time ? pastCells : orderCells}
          sort={{ by: filter.sort, descending: filter.descending }}
          onSort={(by) => setQuery({ sort: filter.sort === by && !filter.descending ? `-${by}` : by })}
          cardHeight={7.25}
        />
      ) : (
        !past.busy && <NothingFound time={time} />
      )}
    </>
  );
}

/** What is past cannot be acted on. @param {OrderRow} row @param {number} tab */
const pastCells = (row, tab) => orderCells(row, tab).with(-1, null);

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
