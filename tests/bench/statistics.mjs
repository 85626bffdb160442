/** Of several rounds, what is quoted. */

/** @param {number[]} numbers @returns {number} NaN when there are none. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const above = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? above : ((sorted[middle - 1] ?? Number.NaN) + above) / 2;
}

/** How far the rounds lie apart, as a share of their median. @param {number[]} numbers */
export const spread = (numbers) =>
  numbers.length < 2 ? 0 : (Math.max(...numbers) - Math.min(...numbers)) / median(numbers);

/**
 * What a contender reached in a workload, over the rounds.
 * @typedef {{ median: number, spread: number, each: number[] }} Figure
 */

/** @param {number[]} each @returns {Figure | null} */
export const figure = (each) =>
  each.length === 0 ? null : { median: median(each), spread: spread(each), each };

/**
 * A contender beside the best of the others; more is better, whatever is measured.
 * @param {Record<string, Figure | null>} figures By contender. @param {string} ours
 * @param {'more' | 'less'} better
 * @returns {{ best: string, ratio: number } | null} `null` when there is nothing to compare.
 */
export function beside(figures, ours, better) {
  const own = figures[ours]?.median;
  /** @type {{ name: string, value: number }[]} */
  const others = Object.entries(figures).flatMap(([name, one]) =>
    one && name !== ours ? [{ name, value: one.median }] : [],
  );
  if (own === undefined || others.length === 0) return null;
  const best = others.reduce((a, b) => {
    const quicker = better === 'more' ? b.value > a.value : b.value < a.value;
    return quicker ? b : a;
  });
  return { best: best.name, ratio: better === 'more' ? own / best.value : best.value / own };
}

/** How much longer than the platform's own floor something may take, where its target lies beyond that. */
export const FLOOR_FACTOR = 1.2;

/**
 * A floor with a hash chain that Daybook itself stays below by more than this is none; by less, the two lie
 * within what rounds differ by.
 */
const FLOOR_DOUBT = 0.95;

/**
 * What the platform allows: the ratio to the best peer that its own floor would reach, and how many times
 * as long as the floor Daybook takes; where that was measured, also as the floor with a hash chain.
 * @typedef {{ ratio: number, factor: number, chained: number | null }} Limit
 */

/**
 * Whether a target is met. One that the platform's own floor, measured in the same run, would miss too is
 * met by whoever comes near that floor; near the floor with a hash chain, where hashing is felt: it stays on
 * in every figure.
 *
 * @param {object} row
 * @param {{ target: number | null }} row.workload
 * @param {Record<string, Figure | null>} row.figures
 * @param {{ best: string, ratio: number } | null} row.compared
 * @param {Figure | null} row.bare The floor, as a rate.
 * @param {Figure | null} [row.chained] The floor with a hash chain over the events, as a rate.
 * @param {Figure | null} [row.inTurns] Daybook's own rate in turns with the floor, where that was measured.
 * @returns {{ met: boolean | null, limit: Limit | null }}
 */
export function judge({ workload: { target }, figures, compared, bare, chained = null, inTurns }) {
  const own = figures.daybook?.median;
  if (!compared || target === null || own === undefined) return { met: null, limit: null };
  const isMet = compared.ratio >= target;
  const rate = inTurns?.median ?? own;
  const inChain = chained && chained.median / rate;
  const limit = bare && {
    ratio: (compared.ratio * bare.median) / own,
    factor: bare.median / rate,
    chained: inChain && inChain >= FLOOR_DOUBT ? inChain : null,
  };
  // Whoever is quicker than the floor has shown that it is none.
  if (isMet || !limit || limit.ratio >= target || limit.factor < 1) return { met: isMet, limit: null };
  return { met: (limit.chained ?? limit.factor) <= FLOOR_FACTOR, limit };
}
