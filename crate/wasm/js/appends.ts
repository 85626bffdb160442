/** Appends on their way to Rust. */

import type { AppendAnswer, Part } from './bindings.js';
import { randomBytes, utf8 } from './crossing.js';
import { type Refusal, toError } from './failing.js';
import type { Appended } from './types.js';

/** About how many characters cross together. */
const CROSSING_LENGTH = 1 << 18;
/** An append by itself with fewer characters crosses as a string, which a loop writes to memory. */
const STRING_LENGTH = 1 << 12;
/** What crosses with at least so many characters may be indexed later, in Rust (`crate/core/src/store/commit.rs`). */
const BULK_LENGTH = 1 << 15;

/** What became of an append: an array when it was made, with a version for each stream. */
type Answer = [position: number, ...versions: number[]] | (Appended & { repeated: true }) | Refusal;

/** What is to be done at the end of a turn waits for this; `queueMicrotask` leaves JavaScript for it. */
const turn = Promise.resolve();

/**
 * Appends that cross together: they share what a crossing costs, and the promise of their answers. Whoever
 * asks has a promise of its own anyway; of many appends at once, each further one would be felt.
 */
interface Crossing extends AppendAnswer {
  readonly texts: string[];
  length: number;
  /** How many of their events need an id. */
  ids: number;
  readonly answers: Promise<readonly Answer[]>;
}

/** One without appends, as a literal: an instance of a class with as much in it takes longer to make. */
function newCrossing(noteAppended: (inBulk: boolean) => void): Crossing {
  let settle!: (answers: readonly Answer[]) => void;
  let reject!: (error: unknown) => void;
  const answers = new Promise<readonly Answer[]>((resolve, refuse) => {
    settle = resolve;
    reject = refuse;
  });
  return {
    texts: [],
    length: 0,
    ids: 0,
    answers,
    // Called by Rust, all three: they only settle, and ask nothing of Rust again.
    resolve(json) {
      const made: Answer[] = JSON.parse(json);
      if (made.some(Array.isArray)) noteAppended(this.length >= BULK_LENGTH);
      settle(made);
    },
    appended(position, version) {
      noteAppended(this.length >= BULK_LENGTH);
      settle([[position, version]]);
    },
    reject,
  };
}

/** An append that was asked for: its answer has a place among those it crosses with. */
export interface Asked {
  readonly answers: Promise<readonly Answer[]>;
  readonly place: number;
}

/** Appends that are asked for in the same turn cross together. */
export class Appends {
  readonly #inner: Part;
  readonly #noteAppended: (inBulk: boolean) => void;
  /** In the order in which they were asked for; the last one has room for more. */
  readonly #crossings: Crossing[] = [];

  /** @param noteAppended Called when there is something new in the log, before whoever asked knows. */
  constructor(inner: Part, noteAppended: (inBulk: boolean) => void) {
    this.#inner = inner;
    this.#noteAppended = noteAppended;
  }

  /** Makes an append of JSON text in which `ids` events have no id. */
  ask(text: string, ids: number): Asked {
    let crossing = this.#crossings.at(-1);
    if (!crossing || crossing.length >= CROSSING_LENGTH) {
      crossing = newCrossing(this.#noteAppended);
      if (this.#crossings.push(crossing) === 1) void turn.then(this.#cross);
    }
    crossing.length += text.length;
    crossing.ids += ids;
    return { answers: crossing.answers, place: crossing.texts.push(text) - 1 };
  }

  /** Storage works on what has crossed while the next crosses, in memory that is used again. */
  #cross = (): void => {
    const crossing = this.#crossings.shift();
    if (!crossing) return;
    const { texts, length, ids } = crossing;
    try {
      const random = randomBytes(16 * ids);
      if (texts.length === 1 && length < STRING_LENGTH) {
        this.#inner.appendOne(texts.join(''), random, Date.now(), crossing);
      } else {
        const { bytes, ends } = utf8(texts);
        this.#inner.append(bytes, ends, random, Date.now(), crossing);
      }
    } catch (error) {
      crossing.reject(error);
    }
    // By then Rust has asked storage to take this one.
    if (this.#crossings.length > 0) void turn.then(this.#cross);
  };
}

/** What an append to the streams of `streamIds` came to; throws what it was refused with. */
export function appended(answer: Answer | undefined, streamIds: readonly string[]): Appended {
  if (Array.isArray(answer)) {
    const streams = streamIds.map((streamId, index) => ({ streamId, version: answer[index + 1] ?? -1 }));
    return { position: answer[0] ?? 0, streams, repeated: false };
  }
  if (answer && 'repeated' in answer) return answer;
  throw toError(answer);
}
