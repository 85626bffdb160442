/** One open order book: its commands, and its read models kept up with the log. */

import type { BookBindings, PastBindings, StoreBindings } from './bindings.js';
import { checkFunction, checkNoMore, checkObject, checkText, checkWatchers } from './check.js';
import { aborted, call, invalid, toError } from './failing.js';
import { breathe, whenIdle } from './idle.js';
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
import { Store } from './store.js';
import type { Verified } from './types.js';

type Change = Parameters<Parameters<OrderBookApi['onChange']>[0]>[0];

/** How long one stretch of folding may keep the page from anything else, in milliseconds. */
const STRETCH_MS = 12;

/** What is open, exchanged as a whole when the book begins anew. */
interface Opened {
  inner: BookBindings;
  store: Store;
  /** The same log, for looking at while `store` is being exchanged. */
  watch: StoreBindings;
  /** Ends following the log. */
  stop: AbortController;
}

/** The orders as of a moment, while the log stands at `position`. */
interface Past {
  inner: BookBindings;
  asOf: string;
  position: number;
  /** Freed by the garbage collector: a page may still be asked for when the next is folded. */
  folded: Promise<PastBindings>;
}

export class OrderBook implements OrderBookApi {
  readonly #connect: () => Promise<BookBindings>;
  readonly #name: string;
  readonly #shared: boolean;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #saving = whenIdle(() => this.#save());
  #opened: Opened;
  #folding: Promise<void> | undefined;
  #past: Past | undefined;
  #resetting: Promise<void> | undefined;
  #closed = false;

  private constructor(
    connect: () => Promise<BookBindings>,
    name: string,
    shared: boolean,
    inner: BookBindings,
  ) {
    this.#connect = connect;
    this.#name = name;
    this.#shared = shared;
    this.#opened = this.#attach(inner);
  }

  static async open(connect: () => Promise<BookBindings>, name: string, storage: string): Promise<OrderBook> {
    const inner = await call(connect());
    const book = new OrderBook(connect, name, storage === 'indexeddb', inner);
    await book.#fold();
    void book.#follow(book.#opened);
    return book;
  }

  #attach(inner: BookBindings): Opened {
    const store = new Store(inner.store(), this.#name, this.#shared, () => void this.#reset());
    return { inner, store, watch: inner.store(), stop: new AbortController() };
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
    const { inner, store } = this.#opened;
    const result: CommandResult = JSON.parse(
      await call(inner.execute(`{"${name}":${toJson(command)}}`, toJson(context))),
    );
    if (!result.repeated) store.noteAppended();
    await this.#fold();
    return result;
  }

  checkDraft(draft: OrderDraft): DraftCheck {
    checkObject(draft, 'draft');
    // Not `toJson`: a quantity that is not a number yet is a problem to show, not an error.
    return this.#ask((inner) => inner.checkDraft(JSON.stringify(draft)));
  }

  currencies(): { code: string; decimals: number }[] {
    return this.#ask((inner) => inner.currencies());
  }

  // Read models

  orders(query: OrdersQuery = {}): OrdersPage {
    return this.#ask((inner) => inner.orders(toJson(query)));
  }

  order(orderId: string): OrderRow | null {
    checkText(orderId, 'orderId');
    return this.#ask((inner) => inner.order(orderId));
  }

  customers(query: Parameters<OrderBookApi['customers']>[0] = {}): { rows: CustomerRow[]; count: number } {
    return this.#ask((inner) => inner.customers(toJson(query)));
  }

  customer(customerId: string): Customer | null {
    checkText(customerId, 'customerId');
    return this.#ask((inner) => inner.customer(customerId));
  }

  revenue(query: { currency?: string; from?: string; to?: string } = {}): RevenueRow[] {
    return this.#ask((inner) => inner.revenue(toJson(query)));
  }

  projections(): ProjectionStatus[] {
    return this.#ask((inner) => inner.projections());
  }

  eventTypes(): { type: string; count: number }[] {
    return this.#ask((inner) => inner.eventTypes());
  }

  #ask<T>(question: (inner: BookBindings) => string): T {
    try {
      return JSON.parse(question(this.#opened.inner)) as T;
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  // The log

  async orderState(orderId: string, asOf?: AsOf): Promise<OrderState> {
    checkText(orderId, 'orderId');
    if (asOf !== undefined) checkAsOf(asOf);
    const json = asOf === undefined ? '' : toJson(asOf);
    return JSON.parse(await call(this.#opened.inner.orderState(orderId, json)));
  }

  async history(orderId: string): Promise<HistoryEntry[]> {
    checkText(orderId, 'orderId');
    return JSON.parse(await call(this.#opened.inner.history(orderId)));
  }

  async log(query: Parameters<OrderBookApi['log']>[0] = {}): ReturnType<OrderBookApi['log']> {
    return JSON.parse(await call(this.#opened.inner.log(toJson(query))));
  }

  async ordersAsOf(
    asOf: { position: number } | { time: string },
    query: OrdersQuery = {},
  ): Promise<OrdersPage> {
    checkAsOf(asOf);
    const past = await this.#pastOrders(toJson(asOf));
    try {
      return JSON.parse(past.orders(toJson(query)));
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  /** The orders as of a moment, folded once for all the pages that are asked for. */
  async #pastOrders(asOf: string): Promise<PastBindings> {
    const { inner } = this.#opened;
    const { position } = this;
    const kept = this.#past;
    if (kept && kept.inner === inner && kept.position === position && kept.asOf === asOf)
      return await kept.folded;
    const fold = async () => {
      const past = this.#start(() => inner.pastOrders(asOf));
      await stretched(() => past.advance());
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

  get position(): number {
    return this.#opened.watch.position;
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
    const { inner } = this.#opened;
    if (!inner.startRebuild(name)) throw invalid('name', `there is no projection '${name}'`);
    const cancel = () => {
      inner.cancelRebuild(name);
      this.#tell('projections');
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#tell('projections');
      await this.#fold(() => {
        const { rebuilt } = this.#status(name);
        if (rebuilt !== null) onProgress?.({ done: rebuilt, total: this.position });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    if (signal?.aborted) throw aborted();
    onProgress?.({ done: this.position, total: this.position });
    this.#tell('projections');
  }

  #status(name: string): ProjectionStatus & { rebuilt: number | null } {
    const statuses = this.projections() as (ProjectionStatus & { rebuilt: number | null })[];
    const status = statuses.find((one) => one.name === name);
    if (!status) throw invalid('name', `there is no projection '${name}'`);
    return status;
  }

  async addDemoData(
    options: Parameters<OrderBookApi['addDemoData']>[0] = {},
  ): Promise<{ events: number; orders: number }> {
    checkObject(options, 'options');
    const { orders = 10_000, seed = randomSeed(), until = new Date(), signal, onProgress, ...rest } = options;
    checkWatchers({ signal, onProgress });
    checkNoMore(rest);
    const plan = { orders, seed, until, recordedAt: new Date() };
    const demo = this.#start((inner) => inner.demo(toJson(plan)));
    const { store } = this.#opened;
    const added = { events: 0, orders: 0 };
    try {
      for (let done = false; !done; ) {
        if (signal?.aborted) throw aborted();
        const step = JSON.parse(await call(demo.advance())) as {
          events: number;
          orders: number;
          done: boolean;
        };
        added.events += step.events;
        added.orders = step.orders;
        done = step.done;
        onProgress?.({ done: step.orders, total: orders });
        await breathe();
      }
    } finally {
      demo.free();
      store.noteAppended();
    }
    await this.#fold();
    return added;
  }

  #start<T>(begin: (inner: BookBindings) => T): T {
    try {
      return begin(this.#opened.inner);
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  async deleteEverything(): Promise<void> {
    await this.#resetting;
    const { store, stop } = this.#opened;
    // What follows the log must not take the end of it for a loss.
    stop.abort();
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
    this.#opened.stop.abort();
    await this.#opened.store.close();
    await this.#folding?.catch(() => {});
    try {
      this.#opened = this.#attach(await call(this.#connect()));
      await this.#fold();
      void this.#follow(this.#opened);
      this.#tell('reset');
    } catch (error) {
      this.#tell('lost', error);
    }
  }

  // Following the log

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

  /** Folds whatever there is to fold, in stretches that leave the page responsive. */
  async #fold(onStretch: () => void = () => {}): Promise<void> {
    while (this.#folding) await this.#folding;
    this.#folding = stretched(() => this.#opened.inner.advance(), onStretch).finally(() => {
      this.#folding = undefined;
    });
    await this.#folding;
    this.#saving.ask();
  }

  /** Keeps the read models up with the log, whoever appends, and tells the listeners. */
  async #follow({ watch, stop }: Opened): Promise<void> {
    let told = watch.position;
    try {
      while (!stop.signal.aborted) {
        const position = await call(watch.changed(told));
        await this.#fold();
        told = position;
        if (!stop.signal.aborted) this.#tell('events');
      }
    } catch (error) {
      if (!stop.signal.aborted && !this.#closed) this.#tell('lost', error);
    }
  }

  async #save(): Promise<void> {
    try {
      await this.#opened.inner.save();
    } catch {
      // Saved rows only make opening quicker; the next change asks for it again.
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#resetting;
    this.#opened.stop.abort();
    await this.#folding?.catch(() => {});
    await this.#saving.stop();
    await this.#save();
    this.#closed = true;
    await this.#opened.store.close();
    this.#listeners.clear();
  }
}

/** Runs `step` until there is no more, letting the page breathe between stretches. */
async function stretched(step: () => Promise<boolean>, onStretch: () => void = () => {}): Promise<void> {
  let began = performance.now();
  while (await call(step())) {
    if (performance.now() - began < STRETCH_MS) continue;
    onStretch();
    await breathe();
    began = performance.now();
  }
}

/** Rust judges what the one field holds. */
function checkAsOf(asOf: AsOf): void {
  checkObject(asOf, 'asOf');
  if (Object.keys(asOf).length !== 1) throw invalid('asOf', 'must have one field: version, position or time');
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}
