/** Beginning early with what takes long. */

import type { BeginOpening, EarlyConnection } from './bindings.js';

/** What opening reads of a store (`daybook_core::store`), */
const SUMMARY = 'index';
/** and of its read models (`daybook_core::projection`). */
const CHECKPOINTS = 'projection/checkpoint/';

/** Begins to open the storage of the store `name`. */
export function beginOpening(begin: BeginOpening, name: string): Promise<EarlyConnection> {
  return begin(`daybook:${name}`);
}

/**
 * Opens the storage, and reads what opening a store needs, while the WebAssembly is still being
 * loaded.
 */
export async function wakeStorage(begin: BeginOpening, name: string): Promise<void> {
  try {
    const connection = await beginOpening(begin, name);
    connection.readAhead(SUMMARY, CHECKPOINTS);
  } catch {
    // Whoever opens the store learns why it cannot be.
  }
}
