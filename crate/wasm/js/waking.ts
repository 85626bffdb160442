/** Beginning early with what takes long. */

import type { BeginOpening, EarlyConnection } from './bindings.js';

/** What opening reads of a store (`daybook_core::store`), */
const SUMMARY = 'index';
/** and of its read models, where it has some (`daybook_core::projection`). */
export const CHECKPOINTS = 'projection/checkpoint/';

/** Begins to open the storage of the store `name`. */
export function beginOpening(begin: BeginOpening, name: string): Promise<EarlyConnection> {
  return begin(`daybook:${name}`);
}

/**
 * Opens the storage, and reads what opening a store needs, while the WebAssembly is still being
 * loaded; and the records whose keys begin with `prefix`.
 */
export async function wakeStorage(begin: BeginOpening, name: string, prefix?: string): Promise<void> {
  try {
    const connection = await beginOpening(begin, name);
    connection.readAhead(SUMMARY, prefix);
  } catch {
    // Whoever opens the store learns why it cannot be.
  }
}
