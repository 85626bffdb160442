/** The read models: how far each has followed the log, and a way to fold it anew. */

import { complain, say } from '../actions.js';
import { book, position, useBook } from '../book.js';
import { Button, Heading, ProgressBar } from '../components/bits.jsx';
import { Icon } from '../components/icons.jsx';
import { count, counted } from '../lib/money.js';
import { signal } from '../lib/signal.js';
import { stoppable } from '../lib/stoppable.js';
import { projectionWords } from '../lib/words.js';

/** @typedef {import('daybook/orders').ProjectionStatus} ProjectionStatus */

/** The rebuilds under way; they go on when the screen is left. */
const rebuilds = signal(/** @type {Record<string, import('../lib/stoppable.js').Stoppable | null>} */ ({}));

/** @type {Record<ProjectionStatus['state'], { word: string, icon: import('../components/icons.jsx').IconName }>} */
const states = {
  restoring: { word: 'Reading', icon: 'clock' },
  live: { word: 'Live', icon: 'check' },
  catching_up: { word: 'Catching up', icon: 'clock' },
  rebuilding: { word: 'Rebuilding', icon: 'undo' },
  stopped: { word: 'Stopped', icon: 'warning' },
};

/** @param {ProjectionStatus['name']} name */
async function rebuild(name) {
  try {
    await stoppable(
      position.value,
      (now) => (rebuilds.value = { ...rebuilds.value, [name]: now }),
      (options) => book.value?.rebuild(name, options),
    );
    say(`${projectionWords[name].title} rebuilt`, `Folded anew from ${counted(position.value, 'event')}.`);
  } catch (error) {
    if (/** @type {any} */ (error)?.code === 'aborted')
      say('Rebuild stopped', 'The rows there were go on serving.');
    else complain(error);
  }
}

export function Projections() {
  const api = useBook();
  return (
    <>
      <Heading
        title="Projections"
        lead={`Everything the screens show is folded from the log, which stands at position ${count(position.value)}. Any of it can be thrown away and folded anew.`}
      />
      <ul class="cards">
        {api.projections().map((projection) => (
          <Projection key={projection.name} projection={projection} />
        ))}
      </ul>
    </>
  );
}

/** @param {{ projection: ProjectionStatus }} props */
function Projection({ projection }) {
  const { name, state, lag, rows, skipped, skippedTypes, error } = projection;
  const { title, text } = projectionWords[name];
  const running = rebuilds.value[name];
  return (
    <li class="card sheet-panel">
      <div class="panel-head">
        <h2>{title}</h2>
        <span class={`pill pill-${state}`}>
          <Icon name={states[state].icon} size={14} />
          {states[state].word}
        </span>
      </div>
      <p class="quiet">{text}</p>
      <dl class="facts">
        <dt class="visually-hidden">Name</dt>
        <dd class="code fact-name">
          {name} <span class="quiet">v{projection.version}</span>
        </dd>
        <dt>Position</dt>
        <dd class="figure">{count(projection.position)}</dd>
        <dt>Behind the log</dt>
        <dd class="figure">{lag === 0 ? 'Not at all' : counted(lag, 'event')}</dd>
        <dt>Rows</dt>
        <dd class="figure">{count(rows)}</dd>
        <dt>Skipped, unknown</dt>
        <dd class="figure">{skipped === 0 ? 'None' : counted(skipped, 'event')}</dd>
      </dl>
      {skippedTypes.length > 0 && (
        <ul class="skipped" aria-label="Skipped events">
          {skippedTypes.map((entry) => (
            <li key={`${entry.type} ${entry.schemaVersion}`}>
              <span class="code">{entry.type}</span>, schema {entry.schemaVersion}: {count(entry.count)}
            </li>
          ))}
        </ul>
      )}
      {error && (
        <div class="notice notice-alert">
          <strong>Stopped at position {count(error.position)}</strong>
          <p>{error.message}</p>
        </div>
      )}
      {running ? (
        <ProgressBar label={`Rebuilding ${title}`} {...running} />
      ) : (
        <Button onClick={() => rebuild(name)}>
          Rebuild<span class="visually-hidden"> {title}</span>
        </Button>
      )}
    </li>
  );
}
