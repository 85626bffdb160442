/** What the WebAssembly exports, as this face uses it. */

import type {
  CommandResult,
  Customer,
  CustomerRow,
  DraftCheck,
  HistoryEntry,
  OrderRow,
  OrderState,
  OrdersPage,
  ProjectionStatus,
  RevenueRow,
} from './orders-types.js';
import type { RecordedEvent } from './types.js';

/** The functions that settle a promise, of which Rust calls one. */
export interface Answer<T> {
  resolve(value: T): void;
  /** Gets the JSON text of an error. */
  reject(error: unknown): void;
}

/** Of appends; the text is of an answer or an error for each. */
export interface AppendAnswer extends Answer<string> {
  /** Called instead for a single append, to one stream, that was made. */
  appended(position: number, version: number): void;
}

/** Something that is open in Rust: a store, an order book, or work on one of them. */
export interface Part {
  /** Asks for what takes a while; answers with JSON text. */
  call(name: string, input: string, more: string, answer: Answer<string>): void;
  /** Asks for what is known at once; JSON text, or in its place an error's, which it throws. */
  ask(name: string, input: string): string;
  /** Opens a part of this one; throws the text of an error. */
  part(name: string, input: string): Part;
  /** Makes one append, of JSON text. */
  appendOne(json: string, random: Uint8Array, now: number, answer: AppendAnswer): void;
  /** Makes several appends. */
  append(
    utf8Jsons: Uint8Array,
    ends: Uint32Array,
    random: Uint8Array,
    now: number,
    answer: AppendAnswer,
  ): void;
  free(): void;
}

/** What there is to call, by name, and what it answers. */
export interface Calls {
  // Of a store
  readStream: Page;
  readAll: Page;
  refresh: number;
  changed: number;
  prepare: null;
  maintain: boolean;
  verify: { position: number; head: string; complete: boolean };
  destroy: null;
  close: null;
  // Of an order book
  advance: boolean;
  saveMore: boolean;
  execute: CommandResult;
  orderState: OrderState;
  history: HistoryEntry[];
  log: { events: HistoryEntry[]; position: number; next: number | null };
  eventTypes: { type: string; count: number }[];
  // Of demo data in the making
  add: { events: number; orders: number; done: boolean };
}

/** What there is to ask, by name, and what it answers. */
export interface Questions {
  // Of a store
  position: number;
  // Of an order book
  isLive: boolean;
  startRebuild: boolean;
  cancelRebuild: boolean;
  checkDraft: DraftCheck;
  currencies: { code: string; decimals: number }[];
  /** Of the orders as of a moment, too. */
  orders: OrdersPage;
  order: OrderRow | null;
  customers: { rows: CustomerRow[]; count: number };
  customer: Customer | null;
  revenue: RevenueRow[];
  projections: (ProjectionStatus & { rebuilt: number | null })[];
}

/** A page: where it stands, and its events for `toEvents`. */
export type Page = [position: number, version: number, next: number | null, rows: Row[]];

/** One event, as `output.rs` writes it; a text is 0 where it is as in the event before. */
export type Row = Short | Whole;

/** An event that follows the one before in its stream and in the log, with no metadata and the rest in common. */
export type Short = readonly [
  id: string,
  data: RecordedEvent['data'],
  /** 0 where it is the same as `recordedAt`. */
  occurredAt: string | 0,
  type: string | 0,
];

export type Whole = readonly [
  ...Short,
  version: number,
  position: number,
  recordedAt: string | 0,
  schemaVersion: number,
  streamId: string | 0,
  correlationId: string | null | 0,
  causationId: string | null | 0,
  commandId: string | null | 0,
  tags: RecordedEvent['tags'],
  metadata: RecordedEvent['metadata'],
];

export interface StoreModule {
  openStore(storage: string, name: string, durability: string, answer: Answer<Part>): void;
}

export interface BookModule {
  openBook(storage: string, name: string, durability: string, answer: Answer<Part>): void;
}

/** How a WebAssembly module may be given; left out, it is loaded from beside this module. */
export type WasmSource = BufferSource | WebAssembly.Module | URL | string;

/** A database that is open before the WebAssembly is there. */
export interface EarlyConnection {
  /** Reads at once what opening a store is about to ask for. */
  readAhead(key: string, prefix?: string): void;
  /** A record, and the position of the first event of the newest commit. */
  peek(key: string): Promise<{ record: Uint8Array | undefined; newest: number }>;
}

/** Begins to open a database, for the WebAssembly to take over. */
export type BeginOpening = (database: string) => Promise<EarlyConnection>;
