/** Events in words, with everything that stands behind the words. */
import { count } from '../lib/money.js';
import { link } from '../router.js';
import { Json, shortId, Time } from './bits.jsx';
import { Icon } from './icons.jsx';

/** @typedef {import('daybook/orders').HistoryEntry} HistoryEntry */

/** @type {Record<string, import('./icons.jsx').IconName>} */
const icons = {
  OrderPlaced: 'orders',
  PaymentConfirmed: 'check',
  PaymentRefunded: 'undo',
  OrderCancelled: 'close',
};

/**
 * A whole history, oldest first; what lies after `version` is dimmed.
 * @param {{ history: HistoryEntry[], version: number }} props
 */
export const Timeline = ({ history, version }) => (
  <ol class="timeline">
    {history.map((entry) => (
      <li
        key={entry.version}
        class={entry.version > version ? 'later' : ''}
        aria-current={entry.version === version ? 'step' : undefined}
      >
        <Event entry={entry} />
      </li>
    ))}
  </ol>
);

/** @param {{ entry: HistoryEntry, withStream?: boolean }} props */
export function Event({ entry, withStream = false }) {
  const { upcasted, known } = entry;
  return (
    <div class={`event ${known ? '' : 'event-unknown'}`}>
      <span class="event-icon">
        <Icon name={known ? (icons[entry.type] ?? 'log') : 'question'} size={16} />
      </span>
      <div>
        <p class="event-summary">
          <bdi dir="auto">{entry.summary}</bdi>
        </p>
        <p class="event-meta">
          <Time time={entry.occurredAt} exact />
          <span class="figure">version {entry.version}</span>
          <span class="figure">position {count(entry.position)}</span>
          {withStream && <StreamLink streamId={entry.streamId} />}
          {upcasted && (
            <span class="tag tag-upcasted">
              <Icon name="up" size={12} />
              upcasted from schema {upcasted.fromSchema} to {upcasted.toSchema}
            </span>
          )}
          {!known && (
            <span class="tag tag-unknown">
              <Icon name="question" size={12} />
              unknown to this version, skipped
            </span>
          )}
        </p>
        <details>
          <summary>
            Data
            <span class="visually-hidden">
              {' '}
              of {entry.type} at position {entry.position}
            </span>{' '}
            <span class="quiet code">
              {entry.type}, schema {upcasted ? upcasted.toSchema : entry.schemaVersion}
            </span>
          </summary>
          <Json value={entry.data} />
          {upcasted && (
            <>
              <p>As stored, in schema {upcasted.fromSchema}; these bytes never change:</p>
              <Json value={upcasted.storedData} />
            </>
          )}
        </details>
      </div>
    </div>
  );
}

/** @param {{ streamId: string }} props */
function StreamLink({ streamId }) {
  const orderId = /^order-(.+)$/s.exec(streamId)?.[1];
  return orderId ? (
    <a class="code" href={link('orders', orderId)} title={streamId}>
      order-{shortId(orderId)}
    </a>
  ) : (
    <span class="code">{streamId}</span>
  );
}
