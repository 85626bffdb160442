/** Appends on their way to Rust. */

import type { Part } from './bindings.js';
import { randomBytes, utf8 } from './crossing.js';
import { answer, type Refusal } from './failing.js';
import type { Appended } from './types.js';

/** About how many characters cross together. */
const PART_LENGTH = 1 << 18;

interface Asked {
  readonly text: string;
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

  /** Makes an append of JSON text in which `ids` events have no id; rejects with a refusal. */
  ask(text: string, ids: number): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ text, ids, resolve, reject });
      if (this.#isCrossing) return;
      this.#isCrossing = true;
      queueMicrotask(() => void this.#cross());
    });
  }

  /**
   * In parts: storage works on the first while the next cross, and what they cross in is used again. What
   * is asked for meanwhile comes after what was asked for before.
   */
  async #cross(): Promise<void> {
    while (this.#asked.length > 0) {
      let [count, length] = [0, 0];
      do length += this.#asked[count++]?.text.length ?? 0;
      while (count < this.#asked.length && length < PART_LENGTH);
      void this.#crossPart(this.#asked.splice(0, count));
      // By then Rust has asked storage to take these.
      await undefined;
    }
    this.#isCrossing = false;
  }

  async #crossPart(asked: readonly Asked[]): Promise<void> {
    try {
      const { bytes, ends } = utf8(asked.map(({ text }) => text));
      const random = randomBytes(16 * asked.reduce((sum, { ids }) => sum + ids, 0));
      const json = await answer<string>((answer) =>
        this.#inner.append(bytes, ends, random, Date.now(), answer),
      );
      const answers = JSON.parse(json) as (Appended | Refusal)[];
      if (answers.some((answer) => 'repeated' in answer && !answer.repeated)) this.#noteAppended();
      for (const [index, answer] of answers.entries()) {
        if ('code' in answer) asked[index]?.reject(answer);
        else asked[index]?.resolve(answer);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
