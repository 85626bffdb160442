/** Rows fetched by the page and kept, so that scrolling back and forth asks only once for each. */

export const PAGE = 256;

/**
 * @template Row
 * @param {(offset: number, limit: number) => Row[]} fetch must give the same rows every time
 * @param {Row[]} [first] the first `PAGE` rows, if they are known
 * @returns {(offset: number, limit: number) => Row[]}
 */
export function paged(fetch, first) {
  /** @type {Map<number, Row[]>} */
  const pages = new Map(first && [[0, first]]);
  /** @param {number} page */
  const read = (page) => {
    const kept = pages.get(page) ?? fetch(page * PAGE, PAGE);
    pages.set(page, kept);
    return kept;
  };
  return (offset, limit) => {
    if (limit <= 0) return [];
    const from = Math.floor(offset / PAGE);
    const to = Math.floor((offset + limit - 1) / PAGE);
    const rows = [];
    for (let page = from; page <= to; page += 1) rows.push(...read(page));
    return rows.slice(offset - from * PAGE, offset - from * PAGE + limit);
  };
}
