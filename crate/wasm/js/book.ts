/** One open order book: its commands, and its read models kept up with the log. */

import { BaseStore } from './base-store.js';
import type { Part } from './bindings.js';
import { checkFunction, checkNoMore, checkObject, checkText, checkWatchers } from './check.js';
import { aborted, ask, call, invalid, open } from './failing.js';
import { Following } from './following.js';
import { breathe } from './idle.js';
import { toJson } from './json.js';
import type {
  AsOf,
  CommandOptions,
  CommandResult,
  Customer,
  CustomerRow,
  DraftCheck,
  HistoryEntry,
  OrderBookApi,
  OrderDraft,
  OrderRow,
  OrderState,
  OrdersPage,
  OrdersQuery,
  Progress,
  ProjectionStatus,
  RevenueRow,
} from './orders-types.js';
import { runToEnd } from './pump.js';
import type { Verified } from './types.js';

type Change = Parameters<Parameters<OrderBookApi['onChange']>[0]>[0];

/** What is open, exchanged as a whole when the book begins anew. */
interface Opened {
  inner: Part;
  store: BaseStore;
  /** The same log, for looking at while `store` is being exchanged. */
  watch: Part;
  following: Following;
  /** Resolves once the read models can be shown as a whole. */
  restored: Promise<void>;
}

/** The orders as of a moment, while the log stands at `position`. */
interface Past {
  inner: Part;
  asOf: string;
  position: number;
  /** Freed by the garbage collector: a page may still be asked for when the next is folded. */
  folded: Promise<Part>;
}

export class OrderBook implements OrderBookApi {
  readonly #connect: () => Promise<Part>;
  readonly #name: string;
  readonly #shared: boolean;
  readonly #listeners = new Set<(change: Change) => void>();
  #opened: Opened;
  #past: Past | undefined;
  #resetting: Promise<void> | undefined;
  #closed = false;

  private constructor(connect: () => Promise<Part>, name: string, shared: boolean, inner: Part) {
    this.#connect = connect;
    this.#name = name;
    this.#shared = shared;
    this.#opened = this.#attach(inner);
  }

  static async open(
    connect: () => Promise<Part>,
    { name, storage, early }: { name: string; storage: string; early: boolean },
  ): Promise<OrderBook> {
    const inner = await connect();
    const book = new OrderBook(connect, name, storage === 'indexeddb', inner);
    if (early) return book;
    void book.#opened.store.prepare();
    try {
      // What opening found may be of a moment before the WebAssembly was there.
      await book.#opened.store.refresh();
      // Not `restored`, which waits for a lost connection to come back.
      await book.#opened.following.caughtUp();
      await book.restored;
    } catch (error) {
      await book.close().catch(() => {});
      throw error;
    }
    return book;
  }

  #attach(inner: Part): Opened {
    const store = new BaseStore(open(inner, 'store'), this.#name, this.#shared, () => void this.#reset());
    const following = new Following(inner, store, (kind, cause) => this.#tell(kind, cause));
    const restored = following.start();
    // Whoever waits for it learns of a failure; nobody has to.
    restored.catch(() => {});
    return { inner, store, watch: open(inner, 'store'), following, restored };
  }

  // Commands

  placeOrder(draft: OrderDraft & { orderId?: string }, options?: CommandOptions): Promise<CommandResult> {
    return this.#execute('placeOrder', draft, options);
  }

  confirmPayment(
    command: { orderId: string; paymentReference: string; amount: string },
    options?: CommandOptions,
  ): Promise<CommandResult> {
    return this.#execute('confirmPayment', command, options);
  }

  refundPayment(
    command: { orderId: string; reason: string },
    options?: CommandOptions,
  ): Promise<CommandResult> {
    return this.#execute('refundPayment', command, options);
  }

  cancelOrder(
    command: { orderId: string; reason: string },
    options?: CommandOptions,
  ): Promise<CommandResult> {
    return this.#execute('cancelOrder', command, options);
  }

  async #execute(name: string, command: object, options: CommandOptions = {}): Promise<CommandResult> {
    checkObject(command, 'command');
    checkObject(options, 'options');
    const now = new Date().toISOString();
    const { commandId = crypto.randomUUID(), correlationId, occurredAt = now, ...rest } = options;
    checkNoMore(rest);
    const context = { commandId, correlationId, occurredAt, recordedAt: now };
    const { inner, store, following } = this.#opened;
    const result = await call(inner, 'execute', `{"${name}":${toJson(command)}}`, toJson(context));
    if (!result.repeated) store.noteAppended();
    await shown(following);
    return result;
  }

  checkDraft(draft: OrderDraft): DraftCheck {
    checkObject(draft, 'draft');
    // Not `toJson`: a quantity that is not a number yet is a problem to show, not an error.
    return ask(this.#opened.inner, 'checkDraft', JSON.stringify(draft));
  }

  currencies(): { code: string; decimals: number }[] {
    return ask(this.#opened.inner, 'currencies');
  }

  // Read models

  orders(query: OrdersQuery = {}): OrdersPage {
    return ask(this.#opened.inner, 'orders', toJson(query));
  }

  order(orderId: string): OrderRow | null {
    checkText(orderId, 'orderId');
    return ask(this.#opened.inner, 'order', orderId);
  }

  customers(query: Parameters<OrderBookApi['customers']>[0] = {}): { rows: CustomerRow[]; count: number } {
    return ask(this.#opened.inner, 'customers', toJson(query));
  }

  customer(customerId: string): Customer | null {
    checkText(customerId, 'customerId');
    return ask(this.#opened.inner, 'customer', customerId);
  }

  revenue(query: { currency?: string; from?: string; to?: string } = {}): RevenueRow[] {
    return ask(this.#opened.inner, 'revenue', toJson(query));
  }

  projections(): ProjectionStatus[] {
    return ask(this.#opened.inner, 'projections');
  }

  async eventTypes(): Promise<{ type: string; count: number }[]> {
    return await call(this.#opened.inner, 'eventTypes');
  }

  // The log

  async orderState(orderId: string, asOf?: AsOf): Promise<OrderState> {
    checkText(orderId, 'orderId');
    if (asOf !== undefined) checkAsOf(asOf);
    const json = asOf === undefined ? '' : toJson(asOf);
    return await call(this.#opened.inner, 'orderState', orderId, json);
  }

  async history(orderId: string): Promise<HistoryEntry[]> {
    checkText(orderId, 'orderId');
    return await call(this.#opened.inner, 'history', orderId);
  }

  async log(query: Parameters<OrderBookApi['log']>[0] = {}): ReturnType<OrderBookApi['log']> {
    return await call(this.#opened.inner, 'log', toJson(query));
  }

  async ordersAsOf(
    asOf: { position: number } | { time: string },
    query: OrdersQuery = {},
  ): Promise<OrdersPage> {
    checkAsOf(asOf);
    return ask(await this.#pastOrders(toJson(asOf)), 'orders', toJson(query));
  }

  /** The orders as of a moment, folded once for all the pages that are asked for. */
  async #pastOrders(asOf: string): Promise<Part> {
    const { inner } = this.#opened;
    const { position } = this;
    const kept = this.#past;
    if (kept && kept.inner === inner && kept.position === position && kept.asOf === asOf)
      return await kept.folded;
    const fold = async () => {
      const past = open(inner, 'pastOrders', asOf);
      await runToEnd(() => call(past, 'advance'));
      return past;
    };
    const folded = fold();
    this.#past = { inner, asOf, position, folded };
    try {
      return await folded;
    } catch (error) {
      if (this.#past?.folded === folded) this.#past = undefined;
      throw error;
    }
  }

  verify(
    options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {},
  ): Promise<Verified> {
    return this.#opened.store.verify(options);
  }

  get restored(): Promise<void> {
    return this.#opened.restored;
  }

  get position(): number {
    return ask(this.#opened.watch, 'position');
  }

  // Rebuilding, demo data, deleting

  async rebuild(
    name: ProjectionStatus['name'],
    options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {},
  ): Promise<void> {
    checkText(name, 'name');
    checkObject(options, 'options');
    const { signal, onProgress, ...rest } = options;
    checkWatchers({ signal, onProgress });
    checkNoMore(rest);
    if (signal?.aborted) throw aborted();
    const { inner, following } = this.#opened;
    if (!ask(inner, 'startRebuild', name)) throw invalid('name', `there is no projection '${name}'`);
    const cancel = () => {
      ask(inner, 'cancelRebuild', name);
      this.#tell('projections');
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#tell('projections');
      await following.rebuilt(name, (done) => onProgress?.({ done, total: this.position }));
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#tell('projections');
    }
    if (signal?.aborted) throw aborted();
    onProgress?.({ done: this.position, total: this.position });
  }

  async addDemoData(
    options: Parameters<OrderBookApi['addDemoData']>[0] = {},
  ): Promise<{ events: number; orders: number }> {
    checkObject(options, 'options');
    const { orders = 10_000, seed = randomSeed(), until = new Date(), signal, onProgress, ...rest } = options;
    checkWatchers({ signal, onProgress });
    checkNoMore(rest);
    const plan = { orders, seed, until, recordedAt: new Date() };
    const { inner, store, following } = this.#opened;
    const demo = open(inner, 'demo', toJson(plan));
    const added = { events: 0, orders: 0 };
    try {
      for (let done = false; !done; ) {
        if (signal?.aborted) throw aborted();
        const step = await call(demo, 'add').finally(() => store.noteAppended());
        added.events += step.events;
        added.orders = step.orders;
        done = step.done;
        onProgress?.({ done: step.orders, total: orders });
        await breathe();
      }
    } finally {
      demo.free();
    }
    await shown(following);
    return added;
  }

  async deleteEverything(): Promise<void> {
    await this.#resetting;
    const { store, following } = this.#opened;
    // What follows the log must not take the end of it for a loss.
    await following.stop();
    try {
      await store.destroy();
    } finally {
      await this.#reset();
    }
  }

  /** Begins anew, after this tab or another has deleted everything. */
  #reset(): Promise<void> {
    this.#resetting ??= this.#beginAnew().finally(() => {
      this.#resetting = undefined;
    });
    return this.#resetting;
  }

  async #beginAnew(): Promise<void> {
    if (this.#closed) return;
    const stopped = this.#opened.following.stop();
    await this.#opened.store.close();
    await stopped;
    try {
      this.#opened = this.#attach(await this.#connect());
    } catch (error) {
      this.#tell('lost', error);
      return;
    }
    void this.#tellReset(this.#opened.restored);
  }

  async #tellReset(restored: Promise<void>): Promise<void> {
    try {
      await restored;
      this.#tell('reset');
    } catch (error) {
      if (!this.#closed) this.#tell('lost', error);
    }
  }

  // Changes

  onChange(callback: (change: Change) => void): () => void {
    checkFunction(callback, 'callback');
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  #tell(kind: Change['kind'], cause?: unknown): void {
    const { position } = this;
    for (const listener of this.#listeners) {
      try {
        listener({ position, kind, ...(cause !== undefined && { error: cause }) });
      } catch (error) {
        // The listener's own failure; the book goes on.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#resetting;
    this.#closed = true;
    await this.#opened.following.close();
    await this.#opened.store.close();
    this.#listeners.clear();
  }
}

/** Waits until the read models show what was stored. It is stored, whether they can or not. */
async function shown(following: Following): Promise<void> {
  // What keeps them from it is told by the following, which meets it too.
  await following.caughtUp().catch(() => {});
}

/** Rust judges what the one field holds. */
function checkAsOf(asOf: AsOf): void {
  checkObject(asOf, 'asOf');
  if (Object.keys(asOf).length !== 1) throw invalid('asOf', 'must have one field: version, position or time');
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}
