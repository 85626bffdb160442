/** What came in: a chart, a table, and the figures of both. */
import { useMemo } from 'preact/hooks';

import { revision, useBook } from '../book.js';
import { Empty, Heading, Money, NewOrderLink } from '../components/bits.jsx';
import { Chart } from '../components/chart.jsx';
import { Select } from '../components/field.jsx';
import { count, money } from '../lib/money.js';
import { bars, gather } from '../lib/revenue.js';
import { addDays, shortDay, today } from '../lib/time.js';
import { query, setQuery } from '../router.js';

/** @typedef {import('../lib/revenue.js').Bar} Bar */

/** @type {[string, string][]} */
const ranges = [
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['365', 'Last year'],
  ['all', 'Everything'],
  ['own', 'From – to'],
];

function asked() {
  const range = query.value.get('range') ?? '365';
  const own = range === 'own';
  const from = own
    ? (query.value.get('from') ?? '')
    : range === 'all'
      ? ''
      : addDays(today(), 1 - Number(range));
  const to = own ? (query.value.get('to') ?? '') : '';
  return { range, from, to };
}

export function Revenue() {
  const api = useBook();
  const { totals } = useMemo(() => api.orders({ limit: 1 }), [api, revision.value]);
  const currencies = totals.map((total) => total.currency);
  const { range, from, to } = asked();
  const currency = query.value.get('currency') ?? mostUsed(totals);
  if (!currency) {
    return (
      <>
        <Heading title="Revenue" />
        <Empty title="Nothing to count yet" actions={<NewOrderLink />}>
          Revenue is here from the first payment on.
        </Empty>
      </>
    );
  }
  const rows = api.revenue({ currency, ...(from && { from }), ...(to && { to }) });
  const by =
    query.value.get('by') === 'day' || (query.value.get('by') === null && range === '30') ? 'day' : 'week';
  const drawn = bars(rows, by);
  return (
    <>
      <Heading title="Revenue" lead="Days are counted in UTC." />
      <div class="toolbar">
        <Select
          label="Currency"
          value={currency}
          options={currencies.map((code) => [code, code])}
          onChange={(value) => setQuery({ currency: value })}
        />
        <Select
          label="Range"
          value={range}
          options={ranges}
          onChange={(value) => setQuery({ range: value })}
        />
        {range === 'own' && (
          <>
            <DayField label="From" name="from" value={from} />
            <DayField label="To" name="to" value={to} />
          </>
        )}
        <div class="segments" role="group" aria-label="Bars">
          {['day', 'week'].map((unit) => (
            <button
              key={unit}
              type="button"
              aria-pressed={by === unit}
              onClick={() => setQuery({ by: unit })}
            >
              By {unit}
            </button>
          ))}
        </div>
      </div>
      {drawn.length === 0 ? (
        <Empty title="Nothing happened in this range">Choose a wider range, or another currency.</Empty>
      ) : (
        <Figures bars={drawn} currency={currency} by={by} />
      )}
    </>
  );
}

/** @param {{ bars: Bar[], currency: string, by: 'day' | 'week' }} props */
function Figures({ bars: drawn, currency, by }) {
  const all = gather(drawn[0].day, drawn);
  return (
    <>
      <dl class="worth" aria-label="Totals">
        {
          /** @type {[string, string, string][]} */ ([
            ['Net', all.net, 'double-rule'],
            ['Gross paid', all.grossPaid, ''],
            ['Refunded', all.refundedAmount, ''],
          ]).map(([name, amount, style]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={`figure ${style}`}>{money(amount, currency)}</dd>
            </div>
          ))
        }
      </dl>
      <figure>
        <figcaption>
          <span class="legend-paid">Paid</span>
          <span class="legend-refunded">Refunded</span>
          <span class="quiet">Point at a bar, or use the arrow keys, for its figures</span>
        </figcaption>
        <Chart bars={drawn} currency={currency} by={by} />
      </figure>
      <RevenueTable bars={drawn} all={all} currency={currency} by={by} />
    </>
  );
}

/** @param {{ bars: Bar[], all: Bar, currency: string, by: 'day' | 'week' }} props */
const RevenueTable = ({ bars: rows, all, currency, by }) => (
  <div class="table-scroll" tabIndex={0} role="region" aria-labelledby="revenue-caption">
    <table class="ledger">
      <caption id="revenue-caption">
        Revenue by {by}, in {currency}, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">{by === 'week' ? 'Week of' : 'Day'}</th>
          {['Placed', 'Paid', 'Refunded', 'Cancelled', 'Gross paid', 'Refunds', 'Net'].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.toReversed().map((bar) => (
          <TableRow key={bar.day} name={shortDay(bar.day)} bar={bar} currency={currency} />
        ))}
      </tbody>
      <tfoot>
        <TableRow name="Total" bar={all} currency={currency} last />
      </tfoot>
    </table>
  </div>
);

/** @param {{ name: string, bar: Bar, currency: string, last?: boolean }} props */
const TableRow = ({ name, bar, currency, last = false }) => (
  <tr>
    <th scope="row" class="figure">
      {name}
    </th>
    {[bar.placed, bar.paid, bar.refunded, bar.cancelled].map((number, index) => (
      <td key={index} class="number figure">
        {count(number)}
      </td>
    ))}
    {[bar.grossPaid, bar.refundedAmount, bar.net].map((amount, index) => (
      <td key={index} class={`number ${last && index === 2 ? 'double-rule' : ''}`}>
        <Money amount={amount} currency={currency} />
      </td>
    ))}
  </tr>
);

/** @param {{ label: string, name: string, value: string }} props */
const DayField = ({ label, name, value }) => (
  <label class="inline-field">
    <span>{label}</span>
    <input type="date" value={value} onChange={(event) => setQuery({ [name]: event.currentTarget.value })} />
  </label>
);

/** @param {import('daybook/orders').OrdersPage['totals']} totals */
const mostUsed = (totals) => totals.toSorted((a, b) => b.count - a.count)[0]?.currency;
