/** What the WebAssembly exports, as this face uses it. Texts named `json` are JSON. */

/** A page: where it stands, and its events for `toEvents`. */
export type PageBindings = [position: number, version: number, next: number | null, rows: string];

export interface StoreBindings {
  append(
    utf8Jsons: Uint8Array,
    ends: Uint32Array,
    random: Uint8Array,
    now: number,
  ): Promise<[json: string, failures: unknown[]]>;
  readStream(json: string): Promise<PageBindings>;
  readAll(json: string): Promise<PageBindings>;
  readonly position: number;
  refresh(): Promise<number>;
  changed(after: number): Promise<number>;
  maintain(): Promise<boolean>;
  verify(restart: boolean): Promise<string>;
  destroy(): Promise<void>;
  close(): Promise<void>;
  free(): void;
}

export interface StoreModule {
  openStore(storage: string, name: string, durability: string): Promise<StoreBindings>;
}

export interface PastBindings {
  advance(): Promise<boolean>;
  orders(json: string): string;
  free(): void;
}

export interface DemoBindings {
  advance(): Promise<string>;
  free(): void;
}

export interface BookBindings {
  store(): StoreBindings;
  execute(commandJson: string, contextJson: string): Promise<string>;
  checkDraft(json: string): string;
  currencies(): string;
  orders(json: string): string;
  order(orderId: string): string;
  customers(json: string): string;
  customer(customerId: string): string;
  revenue(json: string): string;
  projections(): string;
  eventTypes(): Promise<string>;
  orderState(orderId: string, asOfJson: string): Promise<string>;
  history(orderId: string): Promise<string>;
  log(json: string): Promise<string>;
  pastOrders(asOfJson: string): PastBindings;
  demo(json: string): DemoBindings;
  advance(): Promise<boolean>;
  isLive(): boolean;
  saveMore(): Promise<boolean>;
  startRebuild(name: string): boolean;
  cancelRebuild(name: string): boolean;
  free(): void;
}

export interface BookModule {
  openBook(storage: string, name: string, durability: string): Promise<BookBindings>;
}

/** How a WebAssembly module may be given; left out, it is loaded from beside this module. */
export type WasmSource = BufferSource | WebAssembly.Module | URL | string;

/** A database that is open before the WebAssembly is there. */
export interface EarlyConnection {
  /** Reads at once what opening a store is about to ask for. */
  readAhead(key: string, prefix?: string): void;
  /** A record, and the position at which the log ends. */
  peek(key: string): Promise<{ record: Uint8Array | undefined; position: number }>;
}

/** Begins to open a database, for the WebAssembly to take over. */
export type BeginOpening = (database: string) => Promise<EarlyConnection>;
