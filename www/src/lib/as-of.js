/** The list of orders as it stood at a moment: read from the log, so it takes a while. */
import { useState } from 'preact/hooks';

import { book, revision } from '../book.js';
import { useCurrent } from './current.js';
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
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const [busy, setBusy] = useState(false);
  const isMoment = !Number.isNaN(Date.parse(time ?? ''));
  useCurrent(
    async (isCurrent) => {
      /** @param {OrdersPage | null} found @param {string | null} error */
      const show = (found, error) => {
        if (!isCurrent()) return false;
        if (!error) setPage(found);
        setProblem(error);
        setBusy(false);
        return true;
      };
      if (!time || !isMoment) return void show(null, null);
      setBusy(true);
      try {
        await read(new Date(time), filter, (found) => show(found, null));
      } catch (error) {
        show(null, explain(error).text);
      }
    },
    [time, key, revision.value],
  );
  const error = isMoment ? problem : time && 'This is not a moment in time.';
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
