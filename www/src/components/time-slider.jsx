/** Goes back in time, event by event. */
import { exactMoment } from '../lib/time.js';
import { Time } from './bits.jsx';

/**
 * @param {{ history: import('daybook/orders').HistoryEntry[], version: number, onVersion: (version: number) => void }} props
 */
export function TimeSlider({ history, version, onVersion }) {
  const last = history.length - 1;
  const at = history[version];
  if (last < 1 || !at) return null;
  return (
    <div class="time-slider">
      <label for="time-slider">
        Time travel{' '}
        <span class="quiet">
          version {version} of {last}
        </span>
      </label>
      <input
        id="time-slider"
        type="range"
        min={0}
        max={last}
        step={1}
        value={version}
        list="time-slider-ticks"
        aria-valuetext={`Version ${version}, ${exactMoment(at.occurredAt)}: ${at.summary}`}
        onInput={(event) => onVersion(Number(event.currentTarget.value))}
      />
      <datalist id="time-slider-ticks">
        {history.map((entry) => (
          <option key={entry.version} value={entry.version} />
        ))}
      </datalist>
      <p>
        <Time time={at.occurredAt} exact /> · <bdi dir="auto">{at.summary}</bdi>
      </p>
    </div>
  );
}
