/** The types of the general store's face. */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An event to be appended. */
export interface NewEvent {
  /** What happened, in the past tense; 1 to 128 bytes. */
  type: string;
  /** The event itself: any JSON value, at most 512 KiB as text. */
  data: Json;
  /** The event's own id, a UUID. Made anew when left out; give it to make retrying safe. */
  id?: string;
  /** Which shape `data` has; 1 or more, 1 when left out. */
  schemaVersion?: number;
  /** When it happened; now, when left out. A `Date` or an RFC 3339 text. */
  occurredAt?: Date | string;
  /** Terms it can be found by, such as `customer:42`; at most 32. */
  tags?: readonly string[];
  /** Free JSON beside the data. */
  metadata?: Json;
  correlationId?: string;
  causationId?: string;
}

/** An event as it stands in the log. */
export interface RecordedEvent {
  id: string;
  type: string;
  /** 1 for an event stored without one. */
  schemaVersion: number;
  streamId: string;
  /** 0, 1, 2 … within its stream. */
  version: number;
  /** 1, 2, 3 … in the whole log. */
  position: number;
  /** RFC 3339, UTC. */
  occurredAt: string;
  /** RFC 3339, UTC. */
  recordedAt: string;
  correlationId: string | null;
  causationId: string | null;
  commandId: string | null;
  tags: string[];
  metadata: Json;
  data: Json;
}

/** What an append requires of its stream: an exact version, -1 for "does not exist", or a word. */
export type ExpectedVersion = number | 'any' | 'no-stream' | 'stream-exists';

/** An OR of items; in an item the types are ORed and the tags ANDed. */
export type Query = readonly { types?: readonly string[]; tags?: readonly string[] }[];

/** Fail when an event after a position matches a query. */
export interface Condition {
  failIf: Query;
  /** Events up to this position do not count; 0 when left out. */
  after?: number;
}

export interface AppendOptions {
  /** `'any'` when left out. */
  expectedVersion?: ExpectedVersion;
  condition?: Condition;
  /** Makes the append idempotent: a second one with the same id changes nothing. */
  commandId?: string;
  signal?: AbortSignal;
}

/** One stream's part of an append to several. */
export interface StreamAppend {
  streamId: string;
  events: readonly NewEvent[];
  expectedVersion?: ExpectedVersion;
}

/** Where the events of an append stand. */
export interface Appended {
  /** The position of the last of them. */
  position: number;
  /** The version of each stream after its last event of this append. */
  streams: { streamId: string; version: number }[];
  /** Whether they were there already: the append was a retry. */
  repeated: boolean;
}

export interface ReadOptions {
  direction?: 'forward' | 'backward';
  /** How many events at the most. */
  limit?: number;
}

export interface ReadStreamOptions extends ReadOptions {
  /** The version to begin at; the first (or last, backward) when left out. */
  from?: number;
}

export interface ReadAllOptions extends ReadOptions {
  /** Forward: only events after this position; 0 when left out. */
  after?: number;
  /** Backward: only events before this position; all, when left out. */
  before?: number;
  /** Only streams whose id begins so. */
  streamPrefix?: string;
  /** Only events that match. */
  query?: Query;
  signal?: AbortSignal;
}

export interface StreamRead {
  events: RecordedEvent[];
  /** The stream's version in this view; -1 when it does not exist. */
  version: number;
  /** The position up to which the log was looked at. */
  position: number;
}

export interface SubscribeOptions {
  /** Only events after this position; 0, the beginning, when left out. */
  after?: number;
  streamPrefix?: string;
  query?: Query;
  /** Ends the subscription. */
  signal?: AbortSignal;
}

export interface OpenOptions {
  /** The store's name; one IndexedDB database. */
  name: string;
  /** `'indexeddb'` when left out; `'memory'` works anywhere and keeps nothing. */
  storage?: 'indexeddb' | 'memory';
  /** `'strict'` when left out: an append is acknowledged when it is on the disk. */
  durability?: 'strict' | 'relaxed';
  /** The WebAssembly, for environments that cannot load it from beside the module. */
  wasm?: BufferSource | WebAssembly.Module | URL | string;
}

/** What `verify` found. */
export type Verified =
  | { ok: true; position: number; head: string }
  | { ok: false; position: number; reason: string };

/** The codes of Daybook's errors; they never change. */
export type ErrorCode =
  | 'conflict'
  | 'condition_failed'
  | 'rule_broken'
  | 'invalid_input'
  | 'not_found'
  | 'quota_exceeded'
  | 'blocked'
  | 'connection_lost'
  | 'storage_corrupt'
  | 'data_lost'
  | 'unsupported_format'
  | 'aborted'
  | 'closed';
