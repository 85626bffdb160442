/** Rows fetched by the page and kept, so that scrolling back and forth asks only once for each. */

const PAGE = 256;

/**
 * @template Row
 * @param {(offset: number, limit: number) => Row[]} fetch must give the same rows every time
 * @returns {(offset: number, limit: number) => Row[]}
 */
export function paged(fetch) {
  /** @type {Map<number, Row[]>} */
  const pages = new Map();
  /** @param {number} page */
  const read = (page) => {
    const kept = pages.get(page) ?? fetch(page * PAGE, PAGE);
    pages.set(page, kept);
    return kept;
  };
  return (offset, limit) => {
    if (limit <= 0) return [];
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + limit - 1) / PAGE);
    const rows = [];
    for (let page = first; page <= last; page += 1) rows.push(...read(page));
    return rows.slice(offset - first * PAGE, offset - first * PAGE + limit);
  };
}
