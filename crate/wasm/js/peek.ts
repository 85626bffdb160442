/** The newest orders, read before the WebAssembly is there. */

import type { BeginOpening } from './bindings.js';
import type { OrdersPage } from './orders-types.js';
import { beginOpening } from './waking.js';

/** Where they are saved, in this form (`orders/peek.rs` in the crate). */
const KEY = 'peek/1/orders';

/** The page as it was last saved; `null` when there is none, the log has grown since, or it cannot be read. */
export async function peek(begin: BeginOpening, name: string): Promise<OrdersPage | null> {
  try {
    const connection = await beginOpening(begin, name);
    const { record, newest } = await connection.peek(KEY);
    const page: OrdersPage | undefined = record && JSON.parse(new TextDecoder().decode(record));
    return page && page.position >= newest ? page : null;
  } catch {
    // Whoever opens the book learns why.
    return null;
  }
}
