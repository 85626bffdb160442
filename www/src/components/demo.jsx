/** A realistic year of trade, in one click. */

import { complain, say } from '../actions.js';
import { book } from '../book.js';
import { counted } from '../lib/money.js';
import { signal } from '../lib/signal.js';
import { stoppable } from '../lib/stoppable.js';
import { Button, ProgressBar } from './bits.jsx';
import { Icon } from './icons.jsx';

const ORDERS = 10_000;

/** Outlives the screen it was begun on. */
const running = signal(/** @type {import('../lib/stoppable.js').Stoppable | null} */ (null));

async function add() {
  const before = book.value?.position ?? 0;
  try {
    const added = await stoppable(
      ORDERS,
      (now) => (running.value = now),
      (options) => book.value?.addDemoData({ orders: ORDERS, ...options }),
    );
    if (added)
      say(
        'A year of trade added',
        `${counted(added.orders, 'order')}, ${counted(added.events, 'event')} stored.`,
      );
  } catch (error) {
    // Some parts may have been stored before one was not.
    const grown = (book.value?.position ?? before) - before;
    const stored =
      grown > 0 ? `The log had grown by ${counted(grown, 'event')} by then; they stay.` : undefined;
    if (/** @type {any} */ (error)?.code !== 'aborted') complain(error, { stored });
    else say('Stopped', 'What had been added by then stays.');
  }
}

export function DemoButton() {
  const now = running.value;
  if (now) return <ProgressBar label="Adding a year of trade" {...now} />;
  return (
    <Button onClick={add}>
      <Icon name="data" />
      Add a year of demo trade
    </Button>
  );
}
