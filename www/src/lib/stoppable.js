/** Long work that shows how far it has come, and can be stopped. */

/** @typedef {{ done: number, total: number }} Progress */
/** @typedef {Progress & { stop: () => void }} Stoppable */

/**
 * Does `work`, and shows how far it is; `null` once it is over.
 * @template T
 * @param {number} total
 * @param {(now: Stoppable | null) => void} show
 * @param {(options: { signal: AbortSignal, onProgress: (progress: Progress) => void }) => T} work
 */
export async function stoppable(total, show, work) {
  const control = new AbortController();
  const stop = () => control.abort();
  /** @param {Progress} progress */
  const onProgress = (progress) => show({ ...progress, stop });
  onProgress({ done: 0, total });
  try {
    return await work({ signal: control.signal, onProgress });
  } finally {
    show(null);
  }
}
