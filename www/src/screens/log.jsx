/** Every event in the store, newest first, as it is written. */
import { useEffect, useRef, useState } from 'preact/hooks';

import { position, useBook } from '../book.js';
import { Button, Empty, Heading } from '../components/bits.jsx';
import { Select } from '../components/field.jsx';
import { Icon } from '../components/icons.jsx';
import { Event } from '../components/timeline.jsx';
import { useLog } from '../lib/log.js';
import { count, counted } from '../lib/money.js';
import { useRested } from '../lib/rested.js';
import { query, setQuery } from '../router.js';

/**
 * Every event type in the log, with its count.
 * @param {import('../book.js').OrderBook} api
 */
function useTypes(api) {
  const [types, setTypes] = useState(/** @type {{ type: string, count: number }[]} */ ([]));
  useEffect(() => {
    // Without them, every type can still be read.
    api.eventTypes().then(setTypes, () => {});
  }, [api, position.value]);
  return types;
}

export function Log() {
  const api = useBook();
  const type = query.value.get('type') ?? '';
  const stream = query.value.get('stream') ?? '';
  const { events, next, found, problem, busy, older } = useLog(type, stream);
  const rested = useRested('stream', stream);
  const types = useTypes(api);

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
      {events.length === 0 && !busy && !problem ? (
        <NoEvent filtered={Boolean(type || stream)} next={next} />
      ) : (
        <ol class="log" aria-label="Events, newest first" aria-busy={busy}>
          {events.map((entry) => (
            <li key={entry.position}>
              <Event entry={entry} withStream />
            </li>
          ))}
        </ol>
      )}
      {next !== null && <Older onAsk={older} busy={busy} byItself={found} />}
    </>
  );
}

/**
 * What an empty list means: nothing there, nothing that matches, or nothing as far as was looked.
 * @param {{ filtered: boolean, next: number | null }} props
 */
function NoEvent({ filtered, next }) {
  if (!filtered)
    return <Empty title="Nothing has been written yet">The first order will be the first entry.</Empty>;
  if (next === null) return <Empty title="No event matches">Try another type or stream.</Empty>;
  return (
    <Empty title="No match so far">
      Looked through the newest events, back to position {count(next)}. There are older ones to look through.
    </Empty>
  );
}

/**
 * Goes on to older events. After a look that found some it presses itself when it comes into view;
 * after one that ended early, with nothing found, looking further is the person's choice.
 * @param {{ onAsk: () => void, busy: boolean, byItself: boolean }} props
 */
function Older({ onAsk, busy, byItself }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const ask = useRef(onAsk);
  ask.current = onAsk;
  useEffect(() => {
    if (!byItself) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && ask.current(), {
      rootMargin: '400px',
    });
    if (button.current) observer.observe(button.current);
    return () => observer.disconnect();
  }, [busy, byItself]);
  return (
    <Button ref={button} class="button older" aria-disabled={busy} onClick={onAsk}>
      <Icon name="down" size={16} />
      {byItself ? 'Older events' : 'Look further back'}
    </Button>
  );
}
