/** One order: as it is, as it was, and how it came about. */
import { useState } from 'preact/hooks';

import { failure } from '../actions.js';
import { book, revision, useBook } from '../book.js';
import { Button, CustomerLink, Empty, Heading, Status, shortId, Time } from '../components/bits.jsx';
import { CommandButtons } from '../components/command-buttons.jsx';
import { Icon } from '../components/icons.jsx';
import { Items } from '../components/items.jsx';
import { TimeSlider } from '../components/time-slider.jsx';
import { Timeline } from '../components/timeline.jsx';
import { useCurrent } from '../lib/current.js';
import { link, query, setQuery } from '../router.js';

/** @typedef {import('daybook/orders').OrderState} OrderState */
/** @typedef {import('daybook/orders').HistoryEntry} HistoryEntry */

/**
 * The history of an order, and its state at the version asked for.
 * @param {string} orderId
 * @param {number | null} version
 */
function useOrder(orderId, version) {
  const [loaded, setLoaded] = useState(
    /** @type {{ state: OrderState, history: HistoryEntry[] } | null} */ (null),
  );
  const [problem, setProblem] = useState(/** @type {ReturnType<typeof failure> | null} */ (null));
  useCurrent(
    (isCurrent) => {
      const api = /** @type {import('../book.js').OrderBook} */ (book.value);
      Promise.all([api.orderState(orderId, version === null ? undefined : { version }), api.history(orderId)])
        .then(([state, history]) => {
          if (!isCurrent()) return;
          setLoaded({ state, history });
          setProblem(null);
        })
        .catch((error) => isCurrent() && setProblem(failure(error)));
    },
    [orderId, version, revision.value],
  );
  return { loaded, problem };
}

/** @param {{ id: string }} props */
export function Order({ id }) {
  useBook();
  const asked = query.value.get('version');
  const version = asked !== null && /^\d+$/.test(asked) ? Number(asked) : null;
  const { loaded, problem } = useOrder(id, version);

  const missing = Boolean(problem) || loaded?.history.length === 0;
  const now = loaded && loaded.state.version === loaded.history.length - 1 ? loaded.state : null;
  return (
    <article class="order">
      {/* The same heading from the first moment on: it has the focus. */}
      <Heading
        title={missing ? 'Order not found' : <OrderTitle id={id} />}
        lead={!missing && <Lead state={loaded?.state} />}
      >
        {!missing && now && <CommandButtons order={now} />}
      </Heading>
      {missing && <Missing id={id} problem={problem} />}
      {!missing && loaded && <Loaded {...loaded} />}
    </article>
  );
}

/** @param {{ id: string }} props */
const OrderTitle = ({ id }) => (
  <>
    Order <span class="code">{shortId(id)}</span>
  </>
);

/** @param {{ state?: OrderState }} props */
const Lead = ({ state }) =>
  state ? (
    <>
      <CustomerLink id={state.customerId} /> · placed <Time time={state.placedAt} />
    </>
  ) : (
    <>Reading its history…</>
  );

/** @param {{ id: string, problem: ReturnType<typeof failure> | null }} props */
const Missing = ({ id, problem }) => (
  <Empty
    title={`There is no order ${id}`}
    actions={
      <a class="button primary" href={link('orders')}>
        To all orders
      </a>
    }
  >
    {problem && problem.code !== 'not_found'
      ? problem.text
      : 'The address may be wrong, or everything was deleted meanwhile.'}
  </Empty>
);

/** @param {{ state: OrderState, history: HistoryEntry[] }} props */
function Loaded({ state, history }) {
  const last = history.length - 1;
  const past = state.version < last;
  return (
    <>
      <TimeSlider
        history={history}
        version={state.version}
        onVersion={(to) => setQuery({ version: to === last ? null : String(to) })}
      />
      {past && (
        <div class="banner banner-past">
          <Icon name="clock" />
          <p>
            The order as it was after event {state.version + 1} of {history.length},{' '}
            <Time time={history[state.version].occurredAt} exact />.
          </p>
          <Button class="button small" onClick={() => setQuery({ version: null })}>
            Back to now
          </Button>
        </div>
      )}
      <div class="order-columns">
        <section aria-labelledby="state-title" class="sheet-panel">
          <div class="panel-head">
            <h2 id="state-title">{past ? 'As it was' : 'As it is'}</h2>
            <Status status={state.status} />
          </div>
          <Items state={state} />
          <Facts state={state} />
        </section>
        <section aria-labelledby="history-title">
          <h2 id="history-title">History</h2>
          <Timeline history={history} version={state.version} />
        </section>
      </div>
    </>
  );
}

/** @param {{ state: OrderState }} props */
const Facts = ({ state }) => (
  <dl class="facts">
    <dt>Order</dt>
    <dd class="code">{state.orderId}</dd>
    <dt>Version</dt>
    <dd class="figure">{state.version}</dd>
    <dt>Paid</dt>
    <dd>{state.paidAt ? <Time time={state.paidAt} /> : 'Not yet'}</dd>
    {state.paymentReference && (
      <>
        <dt>Payment reference</dt>
        <dd>
          <bdi dir="auto">{state.paymentReference}</bdi>
        </dd>
      </>
    )}
    {state.refundedAt && (
      <>
        <dt>Refunded</dt>
        <dd>
          <Time time={state.refundedAt} />{' '}
          <bdi dir="auto" class="quiet">
            {state.refundReason}
          </bdi>
        </dd>
      </>
    )}
    {state.cancelledAt && (
      <>
        <dt>Cancelled</dt>
        <dd>
          <Time time={state.cancelledAt} />{' '}
          <bdi dir="auto" class="quiet">
            {state.cancelReason}
          </bdi>
        </dd>
      </>
    )}
  </dl>
);
