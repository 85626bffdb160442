/** In which order those that are compared take their turns. */

/**
 * A list in another order in each round: each begins once, then the same backwards. In twice as many rounds as
 * there are items, each comes as often before another as after it.
 * @template T @param {number} round From 0 on. @param {readonly T[]} list @returns {T[]}
 */
export function inTurn(round, list) {
  const first = round % list.length;
  const rotated = [...list.slice(first), ...list.slice(0, first)];
  return Math.floor(round / list.length) % 2 === 0 ? rotated : rotated.reverse();
}
