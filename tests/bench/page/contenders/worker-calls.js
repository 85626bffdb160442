/** Calling a worker's methods: for contenders that must live in one. */

/**
 * Starts asking a worker.
 * @param {Worker} worker That answers with {@link answerCalls}.
 * @returns {(method: string, argument?: unknown) => Promise<never>} Typed by whoever calls.
 */
export function callsTo(worker) {
  /** @type {Map<number, { resolve: (answer: never) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let asked = 0;
  // Its code could not be loaded, or threw where nobody waits.
  worker.onerror = ({ message, filename, lineno }) => {
    const error = new Error(
      `the worker failed: ${message || 'it could not be loaded'} (${filename}:${lineno})`,
    );
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.onmessage = ({ data: { id, answer, error } }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error) asker?.reject(new Error(error));
    else asker?.resolve(/** @type {never} */ (answer));
  };
  return (method, argument) => {
    asked += 1;
    const id = asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, argument });
    });
  };
}

/**
 * Answers the calls of {@link callsTo} in the worker, each when those before it are done.
 * @param {Record<string, (argument: never) => unknown>} methods
 */
export function answerCalls(methods) {
  let before = Promise.resolve();
  self.onmessage = ({ data: { id, method, argument } }) => {
    before = before.then(async () => {
      try {
        self.postMessage({ id, answer: await methods[method]?.(/** @type {never} */ (argument)) });
      } catch (error) {
        self.postMessage({ id, error: String(error) });
      }
    });
  };
}
