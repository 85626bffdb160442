/** Of several rounds, what is quoted. */

/** @param {number[]} numbers */
const known = (numbers) => numbers.filter((number) => !Number.isNaN(number));

/** @param {number[]} numbers Those that are NaN are left out. @returns {number} NaN when there are none. */
export function median(numbers) {
  const sorted = known(numbers).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const above = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? above : ((sorted[middle - 1] ?? Number.NaN) + above) / 2;
}

/** How far the rounds lie apart, as a share of their median. @param {number[]} numbers Those that are NaN are left out. */
export function spread(numbers) {
  const rounds = known(numbers);
  return rounds.length < 2 ? 0 : (Math.max(...rounds) - Math.min(...rounds)) / median(rounds);
}

/**
 * What a contender reached in a workload: a number for each round, NaN where it was not measured.
 * @typedef {{ median: number, spread: number, each: number[] }} Figure
 */

/** @param {number[]} each @returns {Figure | null} `null` when it was measured in no round. */
export const figure = (each) =>
  known(each).length === 0 ? null : { median: median(each), spread: spread(each), each };

/**
 * A contender beside the best of the others; more is better, whatever is measured. The ratio is taken in each
 * round by itself, and the median quoted: how quick the machine is differs between rounds.
 * @param {Record<string, Figure | null>} figures By contender. @param {string} ours
 * @param {'more' | 'less'} better
 * @returns {{ best: string, ratio: number } | null} `null` when there is nothing to compare.
 */
export function beside(figures, ours, better) {
  const own = figures[ours];
  /** @type {{ name: string, one: Figure }[]} */
  const others = Object.entries(figures).flatMap(([name, one]) =>
    one && name !== ours ? [{ name, one }] : [],
  );
  if (!own || others.length === 0) return null;
  const best = others.reduce((a, b) => {
    const quicker = better === 'more' ? b.one.median > a.one.median : b.one.median < a.one.median;
    return quicker ? b : a;
  });
  const [above, below] = better === 'more' ? [own, best.one] : [best.one, own];
  return { best: best.name, ratio: quotient(above, below) };
}

/** The median of the ratios in the rounds that have both; if none has, the ratio of the medians. @param {Figure} above @param {Figure} below */
function quotient(above, below) {
  const ratio = median(above.each.map((one, round) => one / (below.each[round] ?? Number.NaN)));
  return Number.isNaN(ratio) ? above.median / below.median : ratio;
}

/** How much longer than the platform's own floor something may take, where its target lies beyond that. */
export const FLOOR_FACTOR = 1.2;

/**
 * A floor with a hash chain that Daybook itself stays below by more than this is none; by less, the two lie
 * within what rounds differ by.
 */
const FLOOR_DOUBT = 0.95;

/**
 * What a floor allows: the ratio to the best peer that it reaches itself, by its own rate, and how many times
 * as long as it Daybook takes.
 * @typedef {{ ratio: number, factor: number }} Floor
 */

/**
 * A floor beside a contender and its best peer.
 * @param {Figure | null} figure The floor, as a rate. @param {Figure} own The contender's rate.
 * @param {Figure} best The best peer's.
 * @param {number[]} inTurns How many times as long as the floor it took in each page load where they took
 *   turns; what other page loads say of either is not compared then.
 * @returns {Floor | null}
 */
export function floorBeside(figure, own, best, inTurns = []) {
  if (!figure) return null;
  const factor = inTurns.length > 0 ? median(inTurns) : quotient(figure, own);
  return { ratio: quotient(figure, best), factor };
}

/** What a target is judged by that lies beyond the platform; and beside a floor with a hash chain, the bare one. @typedef {Floor & { bare: Floor | null }} Limit */

/**
 * Whether a target is met. One that the platform's own floor, measured in the same run, would miss too is
 * met by whoever comes near that floor. Where hashing is felt, the floor is one with a hash chain: that stays
 * on in every figure.
 *
 * @param {object} row
 * @param {number | null} row.target
 * @param {{ ratio: number } | null} row.compared
 * @param {Floor | null} row.bare
 * @param {Floor | null} [row.chained] With a hash chain over the events.
 * @returns {{ met: boolean | null, limit: Limit | null }}
 */
export function judge({ target, compared, bare, chained = null }) {
  if (!compared || target === null) return { met: null, limit: null };
  const isMet = compared.ratio >= target;
  const isChained = chained !== null && chained.factor >= FLOOR_DOUBT;
  const limit = isChained ? chained : bare;
  // Whoever is quicker than the floor has shown that it is none.
  const isNone = limit === null || limit.ratio >= target || (!isChained && limit.factor < 1);
  if (isMet || isNone) return { met: isMet, limit: null };
  const isBeside = isChained && bare !== null && bare.factor >= 1;
  return { met: limit.factor <= FLOOR_FACTOR, limit: { ...limit, bare: isBeside ? bare : null } };
}
