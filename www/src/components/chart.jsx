/**
 * Revenue as bars: paid above the line, refunded below it. The chart is one stop for the keyboard;
 * the arrow keys go from bar to bar, and each is read out in full.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { locale, money } from '../lib/money.js';
import { scale } from '../lib/revenue.js';
import { longDay, monthOf, shortDay } from '../lib/time.js';

/** @typedef {import('../lib/revenue.js').Bar} Bar */

const HEIGHT = 300;
const LEFT = 60;
const BOTTOM = 26;
const TOP = 10;

/** @param {{ bars: Bar[], currency: string, by: 'day' | 'week' }} props */
export function Chart({ bars, currency, by }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const width = useWidth(box);
  const [chosen, setChosen] = useState(/** @type {number | null} */ (null));
  const at = chosen === null ? null : Math.min(chosen, bars.length - 1);

  const highest = Math.max(...bars.map((bar) => Number(bar.grossPaid)));
  const lowest = Math.max(...bars.map((bar) => Number(bar.refundedAmount)));
  const { step, top } = scale(Math.max(highest, lowest));
  // Refunds are few: a whole step for them would be mostly empty.
  const below = Math.ceil(lowest / (step / 4)) * (step / 4);
  const plot = HEIGHT - TOP - BOTTOM;
  const y = (/** @type {number} */ amount) => TOP + ((top - amount) / (top + below)) * plot;
  const slot = Math.max(0, width - LEFT) / bars.length;

  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const from = at ?? bars.length - 1;
    /** @type {Record<string, number>} */
    const to = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageUp: from + 7,
      PageDown: from - 7,
      Home: 0,
      End: bars.length - 1,
    };
    if (event.key === 'Escape') setChosen(null);
    else if (event.key in to) setChosen(Math.max(0, Math.min(bars.length - 1, to[event.key])));
    else return;
    event.preventDefault();
  };
  /** @param {PointerEvent} event */
  const onPointer = (event) => {
    const left =
      event.clientX - /** @type {Element} */ (event.currentTarget).getBoundingClientRect().left - LEFT;
    const index = Math.floor(left / slot);
    setChosen(index >= 0 && index < bars.length ? index : null);
  };

  const spoken = at ?? bars.length - 1;
  return (
    <div
      class="chart"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={`Revenue by ${by} in ${currency}`}
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={bars.length}
      aria-valuenow={spoken + 1}
      aria-valuetext={inWords(bars[spoken], currency, by)}
      onKeyDown={onKeyDown}
      onFocus={() => setChosen((now) => now ?? bars.length - 1)}
      onBlur={() => setChosen(null)}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={() => setChosen(null)}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {lines(step, top, below).map((amount) => (
          <g key={amount} class={amount === 0 ? 'axis' : 'grid-line'}>
            <path d={`M${LEFT} ${y(amount)}H${width}`} />
            <text x={LEFT - 8} y={y(amount) + 4} text-anchor="end">
              {short(amount)}
            </text>
          </g>
        ))}
        {at !== null && <rect class="bar-chosen" x={LEFT + at * slot} y={TOP} width={slot} height={plot} />}
        <path
          class="bar-paid"
          d={bars
            .map((bar, index) => column(LEFT + index * slot, slot, y(Number(bar.grossPaid)), y(0)))
            .join('')}
        />
        <path
          class="bar-refunded"
          d={bars
            .map((bar, index) => column(LEFT + index * slot, slot, y(0), y(-Number(bar.refundedAmount))))
            .join('')}
        />
        {ticks(bars, slot).map(([index, text]) => (
          <text key={index} x={LEFT + index * slot} y={HEIGHT - 6}>
            {text}
          </text>
        ))}
      </svg>
      {at !== null && (
        <Tip bar={bars[at]} currency={currency} by={by} x={LEFT + (at + 0.5) * slot} width={width} />
      )}
    </div>
  );
}

/** @param {{ bar: Bar, currency: string, by: 'day' | 'week', x: number, width: number }} props */
const Tip = ({ bar, currency, by, x, width }) => (
  <div
    class="tip"
    aria-hidden="true"
    style={x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` }}
  >
    <strong>{when(bar, by)}</strong>
    <dl>
      <dt>Paid ({bar.paid})</dt>
      <dd class="figure">{money(bar.grossPaid, currency)}</dd>
      <dt>Refunded ({bar.refunded})</dt>
      <dd class="figure">{money(bar.refundedAmount, currency)}</dd>
      <dt>Net</dt>
      <dd class="figure strong">{money(bar.net, currency)}</dd>
    </dl>
    <p>
      {bar.placed} placed, {bar.cancelled} cancelled
    </p>
  </div>
);

/** @param {Bar} bar @param {'day' | 'week'} by */
const when = ({ day }, by) => (by === 'week' ? `Week of ${shortDay(day)}` : longDay(day));

/** @param {Bar} bar @param {string} currency @param {'day' | 'week'} by */
function inWords(bar, currency, by) {
  return `${when(bar, by)}: net ${money(bar.net, currency)}; ${bar.paid} paid, ${money(bar.grossPaid, currency)}; ${bar.refunded} refunded, ${money(bar.refundedAmount, currency)}; ${bar.placed} placed, ${bar.cancelled} cancelled`;
}

/** @param {number} left @param {number} slot @param {number} from @param {number} to */
function column(left, slot, from, to) {
  if (to - from < 0.1) return '';
  const gap = slot > 4 ? Math.min(4, slot * 0.25) : 0;
  return `M${(left + gap / 2).toFixed(1)} ${from.toFixed(1)}h${(slot - gap).toFixed(1)}V${to.toFixed(1)}h${(gap - slot).toFixed(1)}z`;
}

/** @param {number} step @param {number} top @param {number} below */
function lines(step, top, below) {
  const under = Math.floor(below / step);
  return Array.from({ length: Math.round(top / step) + under + 1 }, (_, index) => (index - under) * step);
}

const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
/** @param {number} amount */
const short = (amount) => compact.format(amount);

/**
 * A name at each month's first bar, where there is room.
 * @param {Bar[]} bars
 * @param {number} slot
 * @returns {[index: number, text: string][]}
 */
function ticks(bars, slot) {
  /** @type {[number, string][]} */
  const found = [];
  bars.forEach((bar, index) => {
    const first = index === 0 || bars[index - 1].day.slice(0, 7) !== bar.day.slice(0, 7);
    if (!first || (bars.length - index) * slot <= 24) return;
    const before = found[found.length - 1];
    const free = !before || (index - before[0]) * slot > 40;
    // The rest of a month at the left edge gives way to the first whole one.
    if (!free && before[0] === 0) found.pop();
    if (free || before[0] === 0) found.push([index, monthOf(bar.day)]);
  });
  return found;
}

/** @param {{ current: HTMLElement | null }} box */
function useWidth(box) {
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
