/** The list of orders as it stood at a moment: read from the log, so it takes a while. */
import { useEffect, useState } from 'preact/hooks';

import { book, revision } from '../book.js';
import { explain } from './errors.js';

/** @typedef {import('daybook/orders').OrdersPage} OrdersPage */

/** More rows than anyone scrolls through. */
const LIMIT = 100_000;

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
    book.value
      ?.ordersAsOf({ time: moment.toISOString() }, { ...filter, limit: LIMIT })
      .then((found) => {
        if (!current) return;
        setPage(found);
        setError(null);
      })
      .catch((problem) => current && setError(explain(problem).text))
      .finally(() => current && setBusy(false));
    return () => {
      current = false;
    };
  }, [time, key, revision.value]);
  return { page: time ? page : null, error, busy: Boolean(time) && (busy || (!page && !error)) };
}
