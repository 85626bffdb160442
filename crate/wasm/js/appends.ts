/** Appends on their way to Rust. */

import type { AppendAnswer, Part } from './bindings.js';
import { randomBytes, utf8 } from './crossing.js';
import type { Refusal } from './failing.js';
import type { Appended } from './types.js';

/** About how many characters cross together. */
const PART_LENGTH = 1 << 18;
/** An append by itself with fewer characters crosses as a string, which a loop writes to memory. */
const STRING_LENGTH = 1 << 12;

/** What became of an append: an array when it was made, with a version for each stream. */
type Answer = [position: number, ...versions: number[]] | (Appended & { repeated: true }) | Refusal;

/** What is to be done at the end of a turn waits for this; `queueMicrotask` leaves JavaScript for it. */
const turn = Promise.resolve();

interface Asked {
  readonly text: string;
  readonly streamIds: readonly string[];
  /** How many events need an id. */
  readonly ids: number;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** Appends that are asked for in the same turn cross together: they share what a crossing costs. */
export class Appends {
  readonly #inner: Part;
  readonly #noteAppended: () => void;
  #asked: Asked[] = [];
  #isCrossing = false;

  /** @param noteAppended Called when there is something new in the log, before whoever asked knows. */
  constructor(inner: Part, noteAppended: () => void) {
    this.#inner = inner;
    this.#noteAppended = noteAppended;
  }

  /**
   * Makes an append of JSON text to the streams of `streamIds`, in which `ids` events have no id; rejects
   * with a refusal.
   */
  ask(text: string, streamIds: readonly string[], ids: number): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ text, streamIds, ids, resolve, reject });
      if (this.#isCrossing) return;
      this.#isCrossing = true;
      void turn.then(this.#cross);
    });
  }

  #cross = (): void => {
    const [one] = this.#asked;
    if (one && this.#asked.length === 1 && one.text.length < STRING_LENGTH) {
      this.#asked = [];
      this.#isCrossing = false;
      this.#crossOne(one);
    } else {
      void this.#crossAll();
    }
  };

  /** As most do. */
  #crossOne(one: Asked): void {
    try {
      this.#inner.appendOne(one.text, randomBytes(16 * one.ids), Date.now(), this.#answerTo([one]));
    } catch (error) {
      one.reject(error);
    }
  }

  /**
   * In parts: storage works on the first while the next cross, and what they cross in is used again. What
   * is asked for meanwhile comes after what was asked for before.
   */
  async #crossAll(): Promise<void> {
    while (this.#asked.length > 0) {
      let [count, length] = [0, 0];
      do length += this.#asked[count++]?.text.length ?? 0;
      while (count < this.#asked.length && length < PART_LENGTH);
      this.#crossPart(this.#asked.splice(0, count));
      // By then Rust has asked storage to take these.
      if (this.#asked.length > 0) await undefined;
    }
    this.#isCrossing = false;
  }

  #crossPart(asked: readonly Asked[]): void {
    const answer = this.#answerTo(asked);
    try {
      const { bytes, ends } = utf8(asked.map(({ text }) => text));
      const random = randomBytes(16 * asked.reduce((sum, { ids }) => sum + ids, 0));
      this.#inner.append(bytes, ends, random, Date.now(), answer);
    } catch (error) {
      answer.reject(error);
    }
  }

  /** What Rust calls: it only settles promises, and asks nothing of Rust again. */
  #answerTo(asked: readonly Asked[]): AppendAnswer {
    return {
      resolve: (json) => this.#settle(asked, JSON.parse(json)),
      reject: (error) => {
        for (const { reject } of asked) reject(error);
      },
      appended: (position, version) => {
        this.#noteAppended();
        const [one] = asked;
        one?.resolve(appended([position, version], one.streamIds));
      },
    };
  }

  #settle(asked: readonly Asked[], answers: readonly Answer[]): void {
    if (answers.some(Array.isArray)) this.#noteAppended();
    for (const [index, { streamIds, resolve, reject }] of asked.entries()) {
      const answer = answers[index];
      if (Array.isArray(answer)) resolve(appended(answer, streamIds));
      else if (answer && 'repeated' in answer) resolve(answer);
      else reject(answer);
    }
  }
}

function appended(answer: readonly number[], streamIds: readonly string[]): Appended {
  const streams = streamIds.map((streamId, index) => ({ streamId, version: answer[index + 1] ?? -1 }));
  return { position: answer[0] ?? 0, streams, repeated: false };
}
