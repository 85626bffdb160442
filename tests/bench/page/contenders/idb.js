/** IndexedDB's requests and transactions as promises. */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export const requested = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
export const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });

/**
 * @param {string} name @param {(database: IDBDatabase) => void} create Makes the object stores.
 * @returns {Promise<IDBDatabase>}
 */
export function openDatabase(name, create) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => create(request.result);
  return requested(request);
}
