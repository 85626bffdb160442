/**
 * Daybook: an event store that lives in the browser.
 *
 * Importing this module touches neither `window` nor `indexedDB`; the WebAssembly is loaded by the
 * first `openStore`.
 */

import { loadStore } from '#load-store';
import type { Part } from './bindings.js';
import { checkNames, checkNoMore, checkObject } from './check.js';
import { settled } from './failing.js';
import { Store } from './store.js';
import type { OpenOptions } from './types.js';
import { wakeStorage } from './waking.js';
import { begin } from './wasm/store/storage.js';

export * from './errors.js';
export { Store } from './store.js';
export type * from './types.js';

/**
 * Opens the store of the given name, and makes it if it does not exist.
 *
 * @throws UnsupportedFormatError when a newer build wrote it, BlockedError, DataLostError,
 *   StorageCorruptError, InvalidInputError.
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  checkObject(options, 'options');
  const { name, storage = 'indexeddb', durability = 'strict', wasm, ...rest } = options;
  checkNoMore(rest);
  checkNames(name, storage, durability);
  if (storage === 'indexeddb') void wakeStorage(begin, name);
  const module = await loadStore(wasm);
  const inner = await settled<Part>((answer) => module.openStore(storage, name, durability, answer));
  return new Store(inner, name, storage === 'indexeddb');
}
