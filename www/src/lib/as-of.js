/** The list of orders as it stood at a moment: read from the log, so it takes a while. */
import { useEffect, useState } from 'preact/hooks';

import { book, revision } from '../book.js';
import { explain } from './errors.js';

/** @typedef {import('daybook/orders').OrdersPage} OrdersPage */

/** Few enough rows that asking for them takes no time that can be felt. */
const BLOCK = 1_000;

/**
 * @param {string | null} time a local date and time as typed; `null`: now
 * @param {string} key changes when the filter does
 * @param {import('daybook/orders').OrdersQuery} filter
 */
export function useOrdersAsOf(time, key, filter) {
  const [page, setPage] = useState(/** @type {OrdersPage | null} */ (null));
  const [error, setError] = useState(/** @type {string | null} */ (null));
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const moment = time ? new Date(time) : null;
    if (!moment) {
      setPage(null);
      setError(null);
      return undefined;
    }
    if (Number.isNaN(moment.getTime())) {
      setError('This is not a moment in time.');
      return undefined;
    }
    let current = true;
    setBusy(true);
    read(moment, filter, (found) => {
      if (!current) return false;
      setPage(found);
      setError(null);
      setBusy(false);
      return true;
    }).catch((problem) => {
      if (!current) return;
      setError(explain(problem).text);
      setBusy(false);
    });
    return () => {
      current = false;
    };
  }, [time, key, revision.value]);
  return { page: time ? page : null, error, busy: Boolean(time) && (busy || (!page && !error)) };
}

/**
 * Reads every row, block by block, so that the first are shown at once and the page stays usable.
 * @param {Date} moment
 * @param {import('daybook/orders').OrdersQuery} filter
 * @param {(page: OrdersPage) => boolean} show what was read so far; `false` ends it
 */
async function read(moment, filter, show) {
  /** @type {OrdersPage['rows']} */
  let rows = [];
  for (;;) {
    const page = await book.value?.ordersAsOf(
      { time: moment.toISOString() },
      { ...filter, offset: rows.length, limit: BLOCK },
    );
    if (!page) return;
    rows = rows.concat(page.rows);
    if (!show({ ...page, rows }) || page.rows.length < BLOCK) return;
    await new Promise(requestAnimationFrame);
  }
}
