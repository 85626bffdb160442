/** What crosses to Rust and back in a form that is quick to make and to read. */

import type { Row } from './bindings.js';
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
  const [first = ''] = texts;
  if (texts.length === 1 && first.length <= ENCODED_LENGTH) {
    // An append by itself: nothing but what is needed.
    kept ??= new Uint8Array(KEPT_BYTES);
    const { written } = encoder.encodeInto(first, kept);
    return { bytes: kept.subarray(0, written), ends: new Uint32Array([written]) };
  }
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
  let [version, position, schemaVersion] = [0, 0, 0];
  let [recordedAt, streamId, type] = ['', '', ''];
  let correlationId: string | null = null;
  let causationId: string | null = null;
  let commandId: string | null = null;
  let tags: RecordedEvent['tags'] = [];
  let metadata: RecordedEvent['metadata'] = null;
  return rows.map((row) => {
    if (row[3] !== 0) type = row[3];
    if (row.length === 4) {
      version += 1;
      position += 1;
      // Whoever gets an event may change it, and no other with it.
      tags = tags.slice();
    } else {
      version = row[4];
      position = row[5];
      schemaVersion = row[7];
      tags = row[12];
      metadata = row[13];
      if (row[6] !== 0) recordedAt = row[6];
      if (row[8] !== 0) streamId = row[8];
      if (row[9] !== 0) correlationId = row[9];
      if (row[10] !== 0) causationId = row[10];
      if (row[11] !== 0) commandId = row[11];
    }
    return {
      id: row[0],
      type,
      schemaVersion,
      streamId,
      version,
      position,
      occurredAt: row[2] === 0 ? recordedAt : row[2],
      recordedAt,
      correlationId,
      causationId,
      commandId,
      tags,
      metadata,
      data: row[1],
    };
  });
}
