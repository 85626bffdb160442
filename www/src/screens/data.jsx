/** The store itself: demo data, the hash chain, the room it takes, and how to be rid of it. */
import { useEffect, useState } from 'preact/hooks';

import { failure } from '../actions.js';
import { book, position, revision, useBook } from '../book.js';
import { Button, Heading, ProgressBar } from '../components/bits.jsx';
import { DemoButton } from '../components/demo.jsx';
import { askToDelete } from '../components/dialogs.jsx';
import { Icon } from '../components/icons.jsx';
import { count, counted, locale } from '../lib/money.js';
import { stoppable } from '../lib/stoppable.js';
import { offlineReady } from '../pwa.js';

export function Data() {
  useBook();
  return (
    <>
      <Heading title="Data" lead="All of it is in this browser, on this device, and nowhere else." />
      <ul class="cards in-pairs">
        <li class="card sheet-panel">
          <h2>Demo data</h2>
          <p>
            A realistic year of trade: 10,000 orders with payments, refunds and cancellations, some in older
            schemas.
          </p>
          <DemoButton />
        </li>
        <Verify />
        <Storage />
        <li class="card sheet-panel">
          <h2>Delete everything</h2>
          <p>Every event and all that was derived from them, in every tab. It cannot be taken back.</p>
          <Button class="button danger" disabled={position.value === 0} onClick={askToDelete}>
            <Icon name="trash" />
            Delete everything…
          </Button>
        </li>
      </ul>
    </>
  );
}

function Verify() {
  const [progress, setProgress] = useState(
    /** @type {import('../lib/stoppable.js').Stoppable | null} */ (null),
  );
  const [found, setFound] = useState(/** @type {import('daybook/orders').Verified | null} */ (null));
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));

  async function verify() {
    setFound(null);
    setProblem(null);
    try {
      const result = await stoppable(position.value, setProgress, (options) => book.value?.verify(options));
      setFound(result ?? null);
    } catch (error) {
      setProblem(failure(error).text);
    }
  }

  return (
    <li class="card sheet-panel">
      <h2>Verify the log</h2>
      <p>
        Each event’s hash covers the one before it. Following the chain shows whether anything was changed
        afterwards.
      </p>
      <div role="status">
        {problem && <p class="notice">{problem}</p>}
        {found?.ok && (
          <p class="notice notice-good">
            <Icon name="check" size={16} />
            <span>
              {counted(found.position, 'event')}, unbroken. Head{' '}
              <span class="code head-hash">{found.head}</span>
            </span>
          </p>
        )}
        {found && !found.ok && (
          <p class="notice notice-alert">
            The chain does not hold at position {count(found.position)}: {found.reason}
          </p>
        )}
      </div>
      {progress ? (
        <ProgressBar label="Following the chain" {...progress} />
      ) : (
        <Button onClick={verify}>Verify</Button>
      )}
    </li>
  );
}

/** @param {'megabyte' | 'gigabyte'} unit */
const sizesIn = (unit) => new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 });
const [megabytes, gigabytes] = [sizesIn('megabyte'), sizesIn('gigabyte')];

/** @param {number | undefined} bytes */
function size(bytes) {
  if (bytes === undefined) return 'Unknown';
  return bytes < 1e9 ? megabytes.format(bytes / 1e6) : gigabytes.format(bytes / 1e9);
}

function Storage() {
  const [estimate, setEstimate] = useState(/** @type {StorageEstimate} */ ({}));
  const [persisted, setPersisted] = useState(/** @type {boolean | null} */ (null));
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void navigator.storage?.estimate?.().then(setEstimate);
    void navigator.storage?.persisted?.().then(setPersisted);
  }, [revision.value]);

  async function persist() {
    const granted = await navigator.storage.persist();
    setPersisted(granted);
    setRefused(!granted);
  }

  return (
    <li class="card sheet-panel">
      <h2>Storage</h2>
      <dl class="facts">
        <dt>Events</dt>
        <dd class="figure">{count(position.value)}</dd>
        <dt>Used</dt>
        <dd class="figure">{size(estimate.usage)}</dd>
        <dt>Room in all</dt>
        <dd class="figure">{size(estimate.quota)}</dd>
        <dt>Works offline</dt>
        <dd>{offlineReady.value ? 'Yes, all of it is here' : 'Not yet'}</dd>
        <dt>Kept</dt>
        <dd>{persisted ? 'Until you delete it' : 'Until the browser needs the room'}</dd>
      </dl>
      {refused && (
        <p class="notice" role="status">
          The browser did not agree. Installing the app, or using it more, usually changes that.
        </p>
      )}
      {persisted === false && <Button onClick={persist}>Ask the browser to keep it</Button>}
    </li>
  );
}
