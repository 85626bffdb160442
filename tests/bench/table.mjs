/** The figures as a person reads them. */

import { FLOOR_FACTOR } from './statistics.mjs';
import { bareMachineTarget } from './targets.mjs';

/** @typedef {import('./statistics.mjs').Figure} Figure */

/**
 * A workload with what came out of it.
 * @typedef {import('./targets.mjs').Workload & { figures: Record<string, Figure | null>,
 *   compared: { best: string, ratio: number } | null, met: boolean | null,
 *   limit: import('./statistics.mjs').Limit | null }} Row
 */

/**
 * Milliseconds, and the append's to the bare transaction's and to that of one for an event in a hash chain: the
 * middle one of the page loads, and the least and the most of them.
 * @typedef {{ durability: string, bare: number, append: number, ratio: number, least: number, most: number, loads: number, chained: number, met: boolean | null }} BareMachine
 */

/** Three digits that matter, with thousands apart. @param {number} number */
export function digits(number) {
  if (!Number.isFinite(number)) return '–';
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(number), 0.01))));
  const rounded = number >= 1_000 ? Number(number.toPrecision(3)) : number;
  return rounded.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Columns as wide as they need; the first to the left, the others to the right. @param {string[][]} lines */
export function columns(lines) {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** @param {Figure | null | undefined} figure */
const cell = (figure) =>
  figure ? `${digits(figure.median)}${figure.spread > 0 ? ` ±${Math.round(figure.spread * 50)}%` : ''}` : '–';

/** @param {boolean | null} met `null`: not judged. */
const verdict = (met) => (met === null ? '' : met ? 'met' : 'missed');

/** What is said of a workload: one that is met only beside its floor is not called met. @param {Row} row */
const verdictOf = ({ met, limit }) => (met && limit ? 'at its floor' : verdict(met));

/** How many targets are met. @param {(Row | BareMachine)[]} all */
export function verdicts(all) {
  const judged = all.filter(({ met }) => met !== null);
  const met = judged.filter((one) => one.met);
  const atFloor = met.filter((one) => 'limit' in one && one.limit).length;
  const more = atFloor > 0 ? `, ${atFloor} more beyond the platform and at its floor` : '';
  return `${met.length - atFloor} of ${judged.length} targets met${more}`;
}

/**
 * @param {Row[]} rows @param {string[]} names The contenders, Daybook first. @param {Record<string, string>} titles
 * @returns {string[]}
 */
export function table(rows, names, titles) {
  const head = ['', ...names.map((name) => titles[name] ?? name), 'best peer', 'ratio', 'target', ''];
  const body = rows.map((row) => [
    `${row.title} (${row.unit})`,
    ...names.map((name) => cell(row.figures[name])),
    row.compared ? (titles[row.compared.best] ?? row.compared.best) : '–',
    row.compared ? `${digits(row.compared.ratio)} ×` : '–',
    row.target === null ? '' : `≥ ${row.target} ×`,
    verdictOf(row),
  ]);
  return columns([head, ...body]);
}

/** @param {BareMachine[]} lines @returns {string[]} */
export const bareMachine = (lines) =>
  lines.map(
    ({ durability, bare, append, ratio, least, most, loads, chained, met }) =>
      `${durability}: an awaited append takes ${digits(append)} ms, a bare transaction with one put ${digits(bare)} ms: ${digits(ratio)} × (${digits(least)} to ${digits(most)} in ${loads} page loads; target ≤ ${bareMachineTarget} ×${met === null ? '' : `, ${verdict(met)}`}), and ${digits(chained)} × one for an event that is checked, made JSON and hashed in a chain first`,
  );

/** @param {Row} row @param {import('./statistics.mjs').Limit} limit */
export const beyond = ({ title, target, met }, { ratio, factor, bare }) => {
  const [where, what, without] = bare
    ? [
        'IndexedDB with the hash chain on',
        'requests for events that are checked, made JSON and hashed in a chain',
        `; without the chain they are ${digits(bare.ratio)} × as fast as the best peer, and Daybook takes ${digits(bare.factor)} × as long`,
      ]
    : ['IndexedDB', 'bare requests', ''];
  return `${title}: ${target} × is beyond ${where}, which takes ${what} ${digits(ratio)} × as fast as the best peer; Daybook takes ${digits(factor)} × as long as those (target ≤ ${FLOOR_FACTOR} ×, ${verdict(met)})${without}`;
};

/** @param {number} floor @param {number} open @param {number} ready Milliseconds. */
export const openingFloor = (floor, open, ready) =>
  `opening: the first orders after ${digits(open)} ms, commands from ${digits(ready)} ms on; compiling the module beside opening the database, one read and the rows take ${digits(floor)} ms: ${digits(open / floor)} × and ${digits(ready / floor)} ×`;

/** @param {{ title: string, ratio: number }[]} lines @returns {string} */
export const firstPages = (lines) =>
  `in the first of the pages alone: ${lines.map(({ title, ratio }) => `${title} ${digits(ratio)} ×`).join('; ')}`;

/** @param {{ title: string, own: number, best: string, other: number, ratio: number }[]} lines Rates per second. @returns {string} */
export const firstTimes = (lines) =>
  `the first time in a page: ${lines.map(({ title, own, best, other, ratio }) => `${title} ${digits(own)} /s, ${digits(ratio)} × ${best}'s (${digits(other)} /s)`).join('; ')}`;
