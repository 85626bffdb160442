/** The types of the order book's face (`daybook/orders`). Money is always a decimal text. */

import type { Json, RecordedEvent } from './types.js';

export type OrderStatus = 'PENDING' | 'PAID' | 'REFUNDED' | 'CANCELLED';

/** The commands an existing order can take. */
export type OrderCommand = 'confirmPayment' | 'refundPayment' | 'cancelOrder';

export interface Item {
  productId: string;
  /** A whole number, 1 or more. */
  quantity: number;
  /** A decimal text such as `"44.98"`. */
  unitPrice: string;
}

/** An order as typed into a form: texts are judged by the domain, not by the page. */
export interface OrderDraft {
  customerId: string;
  items: { productId: string; quantity: number | string; unitPrice: string }[];
  currency: string;
}

/** What is wrong with one field of a draft. */
export interface Problem {
  /** A path such as `customerId`, `items` or `items.0.unitPrice`. */
  field: string;
  /** A sentence for a person. */
  message: string;
}

export interface DraftCheck {
  /** The exact total of the lines that are complete and right so far. */
  total: string;
  /** Each line's exact total; `null` where the line is not complete. */
  lineTotals: (string | null)[];
  problems: Problem[];
}

/** How a command ended well. */
export interface CommandResult {
  orderId: string;
  status: OrderStatus;
  /** The order's version now. */
  version: number;
  /** The position of the last event; where the command's events stand in the log. */
  position: number;
  /** Whether the command had been carried out before; nothing was stored anew. */
  repeated: boolean;
  /** How many times a conflict with another writer was resolved by deciding anew. */
  retries: number;
}

/** A row of orders_summary. Times are RFC 3339 UTC, or `null`. */
export interface OrderRow {
  orderId: string;
  customerId: string;
  status: OrderStatus;
  currency: string;
  totalAmount: string;
  itemCount: number;
  placedAt: string;
  paidAt: string | null;
  refundedAt: string | null;
  cancelledAt: string | null;
  /** Which commands the rules allow in this state. */
  allowed: OrderCommand[];
}

export type OrderSort = 'placedAt' | 'orderId' | 'customerId' | 'status' | 'totalAmount';

export interface OrdersQuery {
  /** Matches order ids and customer ids, whatever the case. */
  search?: string;
  status?: OrderStatus | 'ALL';
  sort?: OrderSort;
  descending?: boolean;
  offset?: number;
  limit?: number;
}

export interface OrdersPage {
  rows: OrderRow[];
  /** How many orders match in all. */
  count: number;
  /** Over all that match, per currency. */
  totals: { currency: string; count: number; amount: string }[];
  /** The position up to which the read model has followed the log. */
  position: number;
}

/** An order's state, now or at an earlier time. */
export interface OrderState extends Omit<OrderRow, 'itemCount'> {
  items: Item[];
  paymentReference: string | null;
  cancelReason: string | null;
  refundReason: string | null;
  /** The version this is the state at; -1: not placed yet (then `status` is meaningless). */
  version: number;
}

/** One event of an order's history. */
export interface HistoryEntry extends RecordedEvent {
  /** The event in words, such as "Ada paid 44.98 EUR (ref. 7781)". */
  summary: string;
  /** Set when the event was upcasted on reading; `data` is then in today's shape. */
  upcasted: { fromSchema: number; toSchema: number; storedData: Json } | null;
  /** False for a type or schema this build does not know: shown, but skipped. */
  known: boolean;
}

/** Which state is asked for: one of the three. `time` counts events that had occurred by then. */
export type AsOf = { version: number } | { position: number } | { time: string };

export interface CustomerRow {
  customerId: string;
  orderCount: number;
  /** Paid and not refunded, per currency. */
  lifetimeValue: { currency: string; amount: string }[];
  firstOrderAt: string;
  lastOrderAt: string;
}

export interface Customer extends CustomerRow {
  /** In order of placement. */
  orders: OrderRow[];
}

export interface RevenueRow {
  /** A day in UTC, `2026-01-31`. */
  day: string;
  currency: string;
  placed: number;
  paid: number;
  refunded: number;
  cancelled: number;
  grossPaid: string;
  refundedAmount: string;
  net: string;
}

export interface ProjectionStatus {
  name: 'orders_summary' | 'customer_order_history' | 'revenue_by_day';
  version: number;
  /** Up to which position it has followed the log. */
  position: number;
  /** How many events it is behind the log's end. */
  lag: number;
  /** How many events it skipped because this build does not know them. */
  skipped: number;
  /** Those events' types and schema versions. */
  skippedTypes: { type: string; schemaVersion: number; count: number }[];
  rows: number;
  state: 'restoring' | 'live' | 'catching_up' | 'rebuilding' | 'stopped';
  /** Why it stopped, and at which position. */
  error: { position: number; message: string } | null;
}

export interface Progress {
  done: number;
  total: number;
}

export interface CommandOptions {
  /** Makes the command idempotent; made anew when left out. */
  commandId?: string;
  correlationId?: string;
  /** When it happened; now, when left out. */
  occurredAt?: Date | string;
}

/** The order book: typed commands and read models over one store. */
export interface OrderBookApi {
  placeOrder(draft: OrderDraft & { orderId?: string }, options?: CommandOptions): Promise<CommandResult>;
  confirmPayment(
    command: { orderId: string; paymentReference: string; amount: string },
    options?: CommandOptions,
  ): Promise<CommandResult>;
  refundPayment(
    command: { orderId: string; reason: string },
    options?: CommandOptions,
  ): Promise<CommandResult>;
  cancelOrder(command: { orderId: string; reason: string }, options?: CommandOptions): Promise<CommandResult>;

  /** Judges a draft without storing anything; synchronous, for every keystroke. */
  checkDraft(draft: OrderDraft): DraftCheck;
  /** The currencies orders can be placed in, with the decimals each has. */
  currencies(): { code: string; decimals: number }[];

  /** Read models: synchronous, from memory. */
  orders(query?: OrdersQuery): OrdersPage;
  order(orderId: string): OrderRow | null;
  customers(query?: {
    search?: string;
    sort?: 'customerId' | 'orderCount' | 'lastOrderAt';
    descending?: boolean;
    offset?: number;
    limit?: number;
  }): { rows: CustomerRow[]; count: number };
  customer(customerId: string): Customer | null;
  revenue(query?: { currency?: string; from?: string; to?: string }): RevenueRow[];

  /** From the log. */
  orderState(orderId: string, asOf?: AsOf): Promise<OrderState>;
  history(orderId: string): Promise<HistoryEntry[]>;
  /** Every event in the store, newest first, in words; page on with `before`. */
  log(query?: { before?: number; limit?: number; types?: string[]; streamPrefix?: string }): Promise<{
    events: HistoryEntry[];
    /** Give it as the next `before`; `null` when there is nothing older. */
    next: number | null;
    position: number;
  }>;
  /** Every event type in the log, with its count. */
  eventTypes(): Promise<{ type: string; count: number }[]>;
  /** orders_summary as it stood: at a position, or counting what had occurred by a moment. */
  ordersAsOf(asOf: { position: number } | { time: string }, query?: OrdersQuery): Promise<OrdersPage>;

  projections(): ProjectionStatus[];
  /**
   * Rebuilds from the log beside the old rows, which serve, and follow the log, until it is done.
   * Rejects with `storage_corrupt` and a position when it stops on an event, with `aborted` when
   * `signal` aborts, and when the log cannot be read; the old rows then stay.
   */
  rebuild(
    name: ProjectionStatus['name'],
    options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
  ): Promise<void>;

  /** A realistic year of trade, old schemas among it; the same seed gives the same trade. */
  addDemoData(options?: {
    orders?: number;
    seed?: number;
    /** The last day of the year; today, when left out. */
    until?: Date | string;
    signal?: AbortSignal;
    onProgress?: (progress: Progress) => void;
  }): Promise<{ events: number; orders: number }>;
  /** Deletes the log and everything derived from it, for every tab. The book stays usable. */
  deleteEverything(): Promise<void>;

  /** Checks the hash chain of the whole log. */
  verify(options?: {
    signal?: AbortSignal;
    onProgress?: (progress: Progress) => void;
  }): Promise<import('./types.js').Verified>;

  /**
   * Calls back after the read models have changed, whichever tab changed them, and when a
   * projection's state or the store's changes: `reset` when everything was deleted and the book is
   * empty, `lost` when the log cannot be followed any further, with the `error` that says why.
   * Returns the function that ends it.
   */
  onChange(
    callback: (change: {
      position: number;
      kind: 'events' | 'projections' | 'reset' | 'lost';
      error?: unknown;
    }) => void,
  ): () => void;

  /** The log's end as this tab knows it. */
  readonly position: number;
  /**
   * Resolves once the rows of all read models are there and have followed the log; rejects when they
   * cannot. Worth waiting for only after opening with `early`.
   */
  readonly restored: Promise<void>;
  close(): Promise<void>;
}

export interface OpenOrderBookOptions {
  name?: string;
  storage?: 'indexeddb' | 'memory';
  durability?: 'strict' | 'relaxed';
  /**
   * Whether to resolve as soon as something can be shown: `orders()` then knows the 50 newest orders
   * and the sums over all, as they were last saved, and the other read models nothing, until
   * `restored` resolves. `false` when left out: everything is there.
   */
  early?: boolean;
  wasm?: BufferSource | WebAssembly.Module | URL | string;
}

/** `openOrderBook(options)` resolves once the read models can be shown. */
export type OpenOrderBook = (options?: OpenOrderBookOptions) => Promise<OrderBookApi>;
