/** The newest orders, read before the WebAssembly is there. */

import type { BeginOpening } from './bindings.js';
import type { OrdersPage } from './orders-types.js';
import { beginOpening } from './waking.js';

/** Where they are saved, in this form (`orders/peek.rs` in the crate). */
const KEY = 'peek/1/orders';

/** The page that was last saved; `null` when there is none, or it cannot be read. */
export async function peek(begin: BeginOpening, name: string): Promise<OrdersPage | null> {
  try {
    const connection = await beginOpening(begin, name);
    const bytes = await connection.readRecord(KEY);
    return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  } catch {
    // Whoever opens the book learns why.
    return null;
  }
}
