/** Appends on their way to Rust. */

import type { Part } from './bindings.js';
import { randomBytes, utf8 } from './crossing.js';
import type { Refusal } from './failing.js';
import type { Appended } from './types.js';

/** About how many characters cross together. */
const PART_LENGTH = 1 << 18;

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

  /**
   * In parts: storage works on the first while the next cross, and what they cross in is used again. What
   * is asked for meanwhile comes after what was asked for before.
   */
  #cross = async (): Promise<void> => {
    while (this.#asked.length > 0) {
      let [count, length] = [0, 0];
      do length += this.#asked[count++]?.text.length ?? 0;
      while (count < this.#asked.length && length < PART_LENGTH);
      this.#crossPart(this.#asked.splice(0, count));
      // By then Rust has asked storage to take these.
      if (this.#asked.length > 0) await undefined;
    }
    this.#isCrossing = false;
  };

  #crossPart(asked: readonly Asked[]): void {
    const reject = (error: unknown) => {
      for (const { reject } of asked) reject(error);
    };
    try {
      const { bytes, ends } = utf8(asked.map(({ text }) => text));
      const random = randomBytes(16 * asked.reduce((sum, { ids }) => sum + ids, 0));
      const resolve = (json: string) => this.#settle(asked, json);
      const appended = (position: number, version: number) => this.#settleOne(asked, position, version);
      this.#inner.append(bytes, ends, random, Date.now(), { resolve, reject, appended });
    } catch (error) {
      reject(error);
    }
  }

  /** As `#settle`, of an append that is alone and to one stream: without JSON, of which each text costs. */
  #settleOne([one]: readonly Asked[], position: number, version: number): void {
    this.#noteAppended();
    one?.resolve(appended([position, version], one.streamIds));
  }

  /** Called by Rust: it only settles promises, and asks nothing of Rust again. */
  #settle(asked: readonly Asked[], json: string): void {
    const answers = JSON.parse(json) as Answer[];
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
