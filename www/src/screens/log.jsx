/** Every event in the store, newest first, as it is written. */
import { useEffect, useRef, useState } from 'preact/hooks';

import { failure } from '../actions.js';
import { book, position, revision, useBook } from '../book.js';
import { Empty, Heading } from '../components/bits.jsx';
import { Select } from '../components/field.jsx';
import { Icon } from '../components/icons.jsx';
import { Event } from '../components/timeline.jsx';
import { count, counted } from '../lib/money.js';
import { useRested } from '../lib/rested.js';
import { query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').HistoryEntry} HistoryEntry */

const PAGE = 50;

/**
 * The newest events, kept up to date, and as many older ones as were asked for.
 * @param {string} type
 * @param {string} stream
 */
function useLog(type, stream) {
  const [events, setEvents] = useState(/** @type {HistoryEntry[]} */ ([]));
  const [next, setNext] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const [busy, setBusy] = useState(true);
  const length = useRef(PAGE);
  const filter = { ...(type && { types: [type] }), ...(stream && { streamPrefix: stream }) };
  const key = `${type} ${stream}`;

  useEffect(() => {
    length.current = PAGE;
  }, [key]);

  useEffect(() => {
    let current = true;
    setBusy(true);
    book.value
      ?.log({ ...filter, limit: length.current })
      .then((page) => {
        if (!current) return;
        setEvents(page.events);
        setNext(page.next);
        setProblem(null);
      })
      .catch((error) => current && setProblem(failure(error).text))
      .finally(() => current && setBusy(false));
    return () => {
      current = false;
    };
  }, [key, revision.value]);

  async function older() {
    if (next === null || busy) return;
    setBusy(true);
    try {
      const page = await book.value?.log({ ...filter, before: next, limit: PAGE });
      if (!page) return;
      setEvents((now) => {
        // A change meanwhile may have read some of these already.
        const end = now[now.length - 1]?.position ?? Infinity;
        const added = [...now, ...page.events.filter((event) => event.position < end)];
        length.current = added.length;
        return added;
      });
      setNext(page.next);
    } catch (error) {
      setProblem(failure(error).text);
    } finally {
      setBusy(false);
    }
  }
  return { events, next, problem, busy, older };
}

export function Log() {
  const api = useBook();
  const type = query.value.get('type') ?? '';
  const stream = query.value.get('stream') ?? '';
  const { events, next, problem, busy, older } = useLog(type, stream);
  const rested = useRested('stream', stream);
  const types = api.eventTypes();

  return (
    <>
      <Heading
        title="Log"
        lead={`${counted(position.value, 'event')}, newest first. What is written here stays.`}
      />
      <div class="toolbar" role="search">
        <Select
          label="Type"
          value={type}
          options={[
            ['', 'Every type'],
            ...types.map(
              (entry) =>
                /** @type {[string, string]} */ ([entry.type, `${entry.type} (${count(entry.count)})`]),
            ),
          ]}
          onChange={(value) => setQuery({ type: value })}
        />
        <label class="inline-field">
          <span>Stream begins with</span>
          <input type="search" placeholder="order-" {...rested} autocomplete="off" spellcheck={false} />
        </label>
      </div>
      {problem && (
        <div class="notice notice-alert" role="alert">
          <p>{problem}</p>
        </div>
      )}
      {events.length === 0 && !busy ? (
        <Empty title={type || stream ? 'No event matches' : 'Nothing has been written yet'}>
          {type || stream ? 'Try another type or stream.' : 'The first order will be the first entry.'}
        </Empty>
      ) : (
        <ol class="log" aria-label="Events, newest first" aria-busy={busy}>
          {events.map((entry) => (
            <li key={entry.position}>
              <Event entry={entry} withStream />
            </li>
          ))}
        </ol>
      )}
      {next !== null && <Older onAsk={older} busy={busy} />}
    </>
  );
}

/** A button that presses itself when it comes into view. @param {{ onAsk: () => void, busy: boolean }} props */
function Older({ onAsk, busy }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const ask = useRef(onAsk);
  ask.current = onAsk;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && ask.current(), {
      rootMargin: '400px',
    });
    if (button.current) observer.observe(button.current);
    return () => observer.disconnect();
  }, [busy]);
  return (
    <button ref={button} type="button" class="button older" disabled={busy} onClick={onAsk}>
      <Icon name="down" size={16} />
      Older events
    </button>
  );
}
