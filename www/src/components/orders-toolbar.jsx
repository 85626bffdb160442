/** How the list of orders is narrowed down. All of it stands in the address. */

import { useRested } from '../lib/rested.js';
import { exactMoment } from '../lib/time.js';
import { narrow } from '../lib/viewport.js';
import { statusWords } from '../lib/words.js';
import { setQuery } from '../router.js';
import { Button } from './bits.jsx';
import { Select } from './field.jsx';
import { Icon } from './icons.jsx';

/** @typedef {import('daybook/orders').OrdersQuery} OrdersQuery */

/** @type {[string, string][]} */
const statuses = [['ALL', 'All'], ...Object.entries(statusWords)];

/** @type {[string, string][]} */
const sorts = [
  ['-placedAt', 'Newest first'],
  ['placedAt', 'Oldest first'],
  ['-totalAmount', 'Highest total'],
  ['totalAmount', 'Lowest total'],
  ['customerId', 'Customer A–Z'],
  ['-customerId', 'Customer Z–A'],
  ['status', 'Status A–Z'],
  ['-status', 'Status Z–A'],
  ['orderId', 'Order, up'],
  ['-orderId', 'Order, down'],
];

/** A search box that says what it looks through. @param {{ label: string, value: string }} props */
export function Search({ label, value }) {
  const rested = useRested('search', value);
  return (
    <label class="search">
      <Icon name="search" />
      <span class="visually-hidden">{label}</span>
      <input type="search" placeholder={label} {...rested} dir="auto" autocomplete="off" spellcheck={false} />
    </label>
  );
}

/** @param {{ filter: OrdersQuery, time: string | null }} props */
export function OrdersToolbar({ filter, time }) {
  const { search = '', status = 'ALL', sort, descending } = filter;
  return (
    <div class="toolbar" role="search">
      <Search label="Search orders and customers" value={search} />
      <div class="segments" role="group" aria-label="Status">
        {statuses.map(([value, text]) => (
          <button
            key={value}
            type="button"
            aria-pressed={status === value}
            onClick={() => setQuery({ status: value === 'ALL' ? null : value })}
          >
            {text}
          </button>
        ))}
      </div>
      {narrow.value && (
        <Select
          label="Sort"
          value={`${descending ? '-' : ''}${sort}`}
          options={sorts}
          onChange={(value) => setQuery({ sort: value })}
        />
      )}
      <label class="inline-field">
        <span>As of</span>
        <input
          type="datetime-local"
          value={time ?? ''}
          onChange={(event) => setQuery({ asof: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}

/** @param {{ time: string, busy: boolean, error: string | null }} props */
export function AsOfBanner({ time, busy, error }) {
  const at = new Date(time);
  return (
    <div
      class={`banner ${error ? 'banner-alert' : 'banner-past'}`}
      role={error ? 'alert' : 'status'}
      aria-busy={busy}
    >
      <Icon name="clock" />
      <p>
        {error ?? (
          <>
            The orders as they stood on <strong>{exactMoment(at.toISOString())}</strong>.
          </>
        )}
      </p>
      <Button class="button small" onClick={() => setQuery({ asof: null })}>
        Back to now
      </Button>
    </div>
  );
}
