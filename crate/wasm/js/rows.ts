/**
 * Appends as JSON text that is quickly made and read: a stream's part and an event are rows of their fields
 * without their names, and what an event shares with the one before it is left out.
 */

import { DATA_DEPTH, isPlain, plainJson } from './json.js';
import type { Json, NewEvent, StreamAppend } from './types.js';

const partFields: ReadonlySet<string> = new Set(['streamId', 'events', 'expectedVersion']);
const eventFields: ReadonlySet<string> = new Set(
  'id type data occurredAt schemaVersion tags correlationId causationId metadata'.split(' '),
);

/** An append as text, and how many of its events need an id. */
export interface AppendText {
  readonly text: string;
  readonly ids: number;
}

type Own = [
  id: string | undefined,
  type: string,
  data: Json,
  occurredAt: string | undefined,
  schemaVersion: number | undefined,
];
type Shared = [tags: readonly string[], correlationId: string | undefined, causationId: string | undefined];
/** Both in the order in which Rust reads it (`crate/wasm/src/general/input.rs`). What is `undefined` is `null` in JSON. */
type PartRow = [streamId: string, expectedVersion: StreamAppend['expectedVersion'], events: Row[]];
type Row = Own | [...Own, ...Shared] | [...Own, ...Shared, metadata: Json];

/**
 * Makes an append JSON text. `undefined` when there is anything about it that JSON may not hold, or that
 * an append does not have: that takes a closer look.
 */
export function appendText(
  streams: readonly StreamAppend[],
  condition: unknown,
  commandId: unknown,
): AppendText | undefined {
  if (!isAbsentOrPlain(condition) || !isAbsentOrPlain(commandId)) return undefined;
  let ids = 0;
  const parts: PartRow[] = [];
  for (const part of streams) {
    if (!isPart(part)) return undefined;
    const { streamId, events, expectedVersion } = part;
    const rows = rowsOf(events);
    if (rows === undefined) return undefined;
    for (const [id] of rows) if (id === undefined) ids += 1;
    parts.push([streamId, expectedVersion, rows]);
  }
  const text = plainJson({ streams: parts, condition, commandId });
  return text === undefined ? undefined : { text, ids };
}

/** Whether it is just one stream's part of an append, but for its events. */
function isPart(part: unknown): part is StreamAppend {
  if (!isRecord(part, partFields)) return false;
  const { streamId, events, expectedVersion } = part;
  if (typeof streamId !== 'string' || !Array.isArray(events)) return false;
  // `null` would be taken for nothing.
  return expectedVersion !== null && isAbsentOrPlain(expectedVersion);
}

function rowsOf(events: readonly NewEvent[]): Row[] | undefined {
  const rows: Row[] = [];
  let before: NewEvent | undefined;
  for (let index = 0; index < events.length; index += 1) {
    const event: unknown = events[index];
    if (!isEvent(event)) return undefined;
    rows.push(rowOf(event, before));
    before = event;
  }
  return rows;
}

/** An event whose moment, if it has one, is a text. */
type PlainEvent = Omit<NewEvent, 'occurredAt'> & { occurredAt?: string };

/** Whether it is just an event, of which JSON holds everything. Rust judges its texts and numbers. */
function isEvent(event: unknown): event is PlainEvent {
  if (!isRecord(event, eventFields)) return false;
  const { id, type, data, occurredAt, schemaVersion, tags, correlationId, causationId, metadata } = event;
  if (typeof type !== 'string' || !isPlain(data, DATA_DEPTH) || !isAbsentOrPlain(metadata)) return false;
  if (!isAbsentOrText(id) || !isAbsentOrText(occurredAt)) return false;
  if (!isAbsentOrText(correlationId) || !isAbsentOrText(causationId)) return false;
  return isAbsentOrNumber(schemaVersion) && isAbsentOrTexts(tags);
}

function rowOf(event: PlainEvent, before: NewEvent | undefined): Row {
  const { id, type, data, occurredAt, schemaVersion, tags, correlationId, causationId, metadata } = event;
  if (metadata !== undefined) {
    return [id, type, data, occurredAt, schemaVersion, tags ?? [], correlationId, causationId, metadata];
  }
  const isShared =
    before?.correlationId === correlationId &&
    before?.causationId === causationId &&
    areSame(before?.tags, tags);
  if (isShared) return [id, type, data, occurredAt, schemaVersion];
  return [id, type, data, occurredAt, schemaVersion, tags ?? [], correlationId, causationId];
}

/** Whether it is a plain object with no other fields than these. */
function isRecord(value: unknown, known: ReadonlySet<string>): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return false;
  for (const key in value) if (!known.has(key)) return false;
  return true;
}

const isAbsentOrText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const isAbsentOrNumber = (value: unknown): boolean => value === undefined || Number.isFinite(value);

const isAbsentOrPlain = (value: unknown): boolean => value === undefined || isPlain(value, DATA_DEPTH);

function isAbsentOrTexts(list: unknown): boolean {
  if (list === undefined) return true;
  if (!Array.isArray(list)) return false;
  for (let index = 0; index < list.length; index += 1) if (typeof list[index] !== 'string') return false;
  return true;
}

function areSame(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
