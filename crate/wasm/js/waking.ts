/** Beginning early with what takes long. */

/**
 * Has the browser open its storage while the WebAssembly is still being loaded. Asking for the names
 * of the databases does that and nothing else; where that cannot be asked, it opens a little later.
 */
export function wakeStorage(): void {
  try {
    globalThis.indexedDB?.databases?.().catch(() => {});
  } catch {
    // Whoever opens a database learns why it may not be used.
  }
}
