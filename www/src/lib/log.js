/** The log as far as it was looked at: from its end backward, and on as it grows. */
import { useState } from 'preact/hooks';

import { failure } from '../actions.js';
import { book, generation, revision } from '../book.js';
import { useCurrent } from './current.js';

/** @typedef {import('daybook/orders').HistoryEntry} HistoryEntry */

/**
 * @typedef {object} Seen
 * @property {string} key what was looked for, and in which log
 * @property {HistoryEntry[]} events newest first
 * @property {number} top up to this position every match is among the events
 * @property {number | null} next below this position nothing was looked at; `null`: all was
 * @property {boolean} found whether the last look back found anything
 */

/** Few enough that a change costs the same however far back was looked. */
const PAGE = 50;

/** @type {Seen} */
const nothing = { key: '', events: [], top: 0, next: null, found: true };

/**
 * The newest events, kept up to date, and as many older ones as were asked for.
 * @param {string} type empty: every type
 * @param {string} stream how the stream's id begins
 */
export function useLog(type, stream) {
  const [seen, setSeen] = useState(nothing);
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const [busy, setBusy] = useState(true);
  const key = `${generation.value} ${type} ${stream}`;
  /** @param {number} [before] */
  const look = async (before) => {
    const api = /** @type {import('../book.js').OrderBook} */ (book.value);
    const { position } = api;
    const filter = { ...(type && { types: [type] }), ...(stream && { streamPrefix: stream }) };
    const { events, next } = await api.log({ ...filter, ...(before && { before }), limit: PAGE });
    // What was appended while it was looked may be among the events or not.
    const top = Math.max(position, events[0]?.position ?? 0);
    return { key, events, top, next, found: events.length > 0 };
  };

  useCurrent(
    (isCurrent) => {
      setBusy(true);
      look()
        .then((newest) => {
          if (!isCurrent()) return;
          setSeen((now) => (now.key === key ? joined(newest, now) : newest));
          setProblem(null);
        })
        .catch((error) => isCurrent() && setProblem(failure(error).text))
        .finally(() => isCurrent() && setBusy(false));
    },
    [key, revision.value],
  );

  async function older() {
    const { next } = seen;
    if (next === null || busy) return;
    setBusy(true);
    try {
      const page = await look(next);
      setSeen((now) => (now.key === key && now.next === next ? continued(now, page) : now));
    } catch (error) {
      setProblem(failure(error).text);
    } finally {
      setBusy(false);
    }
  }
  return { ...seen, problem, busy, older };
}

/**
 * What is new, before what had been seen. Between them there may be a gap when much is new: then
 * what had been seen is left out, and can be looked for again.
 * @param {Seen} newest
 * @param {Seen} seen
 * @returns {Seen}
 */
function joined(newest, seen) {
  if (newest.next !== null && newest.next > seen.top + 1) return newest;
  const fresh = newest.events.filter(({ position }) => position > seen.top);
  return { ...seen, events: [...fresh, ...seen.events], top: newest.top };
}

/**
 * @param {Seen} seen
 * @param {Seen} older
 * @returns {Seen}
 */
const continued = (seen, older) => ({
  ...seen,
  events: [...seen.events, ...older.events],
  next: older.next,
  found: older.found,
});
