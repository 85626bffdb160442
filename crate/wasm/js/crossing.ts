/** What crosses to Rust and back in a form that is quick to make and to read. */

import type { Row, Short, Whole } from './bindings.js';
import type { RecordedEvent } from './types.js';

/** Texts up to a third of this are encoded in memory that is kept; what was not used takes up none. */
const KEPT_BYTES = 1 << 22;
/** Texts shorter than this, on average, are encoded as one: each by itself costs a call, all as one a copy. */
const SHORT_LENGTH = 1 << 13;
/** About how many characters are encoded at a time: longer texts are copied once more by Chromium. */
const ENCODED_LENGTH = 1 << 15;
/** The most random bytes a browser gives at a time. */
const MAX_RANDOM_BYTES = 65_536;

const encoder = new TextEncoder();
let kept: Uint8Array<ArrayBuffer> | undefined;

/** Texts as UTF-8, one behind the other, and where each of them ends; until the next are encoded. */
export function utf8(texts: readonly string[]): { bytes: Uint8Array; ends: Uint32Array } {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const room = 3 * length;
  if (room <= KEPT_BYTES) kept ??= new Uint8Array(KEPT_BYTES);
  const bytes = room <= KEPT_BYTES && kept ? kept : new Uint8Array(room);
  const areShort = texts.length > 1 && length < SHORT_LENGTH * texts.length;
  // As one they are encoded first; whether they are ASCII then says where each ends.
  const isAscii = areShort && encode(texts.join(''), bytes) === length;
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += isAscii ? text.length : encode(text, bytes.subarray(end));
    ends[index] = end;
  }
  return { bytes: bytes.subarray(0, end), ends };
}

/** Encodes a well-formed text in memory that has room for it. Returns how many bytes it takes. */
function encode(text: string, bytes: Uint8Array): number {
  let written = 0;
  for (let [start, end] = [0, 0]; start < text.length; start = end) {
    end = start + ENCODED_LENGTH;
    // Surrogate pairs stay together.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end += 1;
    written += encoder.encodeInto(text.slice(start, end), bytes.subarray(written)).written;
  }
  return written;
}

/** Random bytes in stock, from `used` on: a few cost as much to get as many. */
const stock = new Uint8Array(4_096);
let used = stock.length;

const noBytes = new Uint8Array(0);

/** Random bytes that nobody else gets. */
export function randomBytes(count: number): Uint8Array {
  if (count === 0) return noBytes;
  if (count > stock.length) {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += MAX_RANDOM_BYTES)
      crypto.getRandomValues(bytes.subarray(at, at + MAX_RANDOM_BYTES));
    return bytes;
  }
  if (used + count > stock.length) {
    crypto.getRandomValues(stock);
    used = 0;
  }
  used += count;
  return stock.subarray(used - count, used);
}

/** The events of a page. */
export function toEvents(rows: readonly Row[]): RecordedEvent[] {
  let before = nothing;
  return rows.map((row) => {
    before = row.length === 4 ? following(row, before) : whole(row, before);
    return before;
  });
}

/** What comes before the first event of a page, which refers to nothing of it. */
const nothing: RecordedEvent = {
  id: '',
  type: '',
  schemaVersion: 1,
  streamId: '',
  version: -1,
  position: 0,
  occurredAt: '',
  recordedAt: '',
  correlationId: null,
  causationId: null,
  commandId: null,
  tags: [],
  metadata: null,
  data: null,
};

function whole(row: Whole, before: RecordedEvent): RecordedEvent {
  const recordedAt = row[6] === 0 ? before.recordedAt : row[6];
  return {
    id: row[0],
    type: row[3] === 0 ? before.type : row[3],
    schemaVersion: row[7],
    streamId: row[8] === 0 ? before.streamId : row[8],
    version: row[4],
    position: row[5],
    occurredAt: row[2] === 0 ? recordedAt : row[2],
    recordedAt,
    correlationId: row[9] === 0 ? before.correlationId : row[9],
    causationId: row[10] === 0 ? before.causationId : row[10],
    commandId: row[11] === 0 ? before.commandId : row[11],
    tags: row[12],
    metadata: row[13],
    data: row[1],
  };
}

function following(row: Short, before: RecordedEvent): RecordedEvent {
  const { recordedAt } = before;
  return {
    id: row[0],
    type: row[3] === 0 ? before.type : row[3],
    schemaVersion: before.schemaVersion,
    streamId: before.streamId,
    version: before.version + 1,
    position: before.position + 1,
    occurredAt: row[2] === 0 ? recordedAt : row[2],
    recordedAt,
    correlationId: before.correlationId,
    causationId: before.causationId,
    commandId: before.commandId,
    // Whoever gets an event may change it, and no other with it.
    tags: before.tags.slice(),
    metadata: null,
    data: row[1],
  };
}
