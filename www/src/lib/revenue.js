/** revenue_by_day, gathered for a chart. Amounts stay exact; only heights are numbers. */
import { sum } from './money.js';
import { addDays, mondayOf } from './time.js';

/** @typedef {import('daybook/orders').RevenueRow} RevenueRow */
/** @typedef {Omit<RevenueRow, 'currency'>} Bar the first day of what it stands for, and its figures */

/** @type {(keyof Bar & ('placed' | 'paid' | 'refunded' | 'cancelled'))[]} */
const counts = ['placed', 'paid', 'refunded', 'cancelled'];
/** @type {(keyof Bar & ('grossPaid' | 'refundedAmount' | 'net'))[]} */
const amounts = ['grossPaid', 'refundedAmount', 'net'];

/**
 * One figure for many rows of one currency.
 * @param {string} day
 * @param {Bar[]} rows
 * @returns {Bar}
 */
export function gather(day, rows) {
  const bar = /** @type {any} */ ({ day });
  for (const name of counts) bar[name] = rows.reduce((all, row) => all + row[name], 0);
  for (const name of amounts) bar[name] = sum(rows.map((row) => row[name]));
  return bar;
}

/**
 * A bar for every day or week between the first and the last, quiet ones too.
 * @param {RevenueRow[]} rows of one currency, by day
 * @param {'day' | 'week'} by
 * @returns {Bar[]}
 */
export function bars(rows, by) {
  const startOf = by === 'week' ? mondayOf : (/** @type {string} */ day) => day;
  const groups = Object.groupBy(rows, (row) => startOf(row.day));
  const [first, last] = [rows.at(0), rows.at(-1)].map((row) => row && startOf(row.day));
  const result = [];
  for (let day = first; day && last && day <= last; day = addDays(day, by === 'week' ? 7 : 1)) {
    result.push(gather(day, groups[day] ?? []));
  }
  return result;
}

/**
 * A round figure at or above the highest bar, and how far its grid lines are apart.
 * @param {number} highest
 */
export function scale(highest) {
  const rough = Math.max(highest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  return { step, top: Math.ceil(Math.max(highest, 1) / step) * step };
}
