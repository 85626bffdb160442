/** Waiting for the log to grow. However many wait in this tab, Rust sees one of them. */

import type { Part } from './bindings.js';
import { ask, call } from './failing.js';

interface Waiter {
  /** Waits for the log to grow beyond this position. */
  after: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class Watch {
  readonly #inner: Part;
  readonly #growth = new Set<Waiter>();
  readonly #looks = new Set<Waiter>();
  #watching = false;

  constructor(inner: Part) {
    this.#inner = inner;
  }

  /**
   * Resolves once the log holds a position beyond `after`, or `signal` aborts; rejects with why the
   * store has ended.
   */
  grown(after: number, signal?: AbortSignal): Promise<void> {
    if (this.#position > after) return Promise.resolve();
    const grown = waitIn(this.#growth, after, signal);
    void this.#watch();
    return grown;
  }

  /** Resolves when this tab has looked at the log the next time, or `signal` aborts. */
  nextLook(signal?: AbortSignal): Promise<void> {
    return waitIn(this.#looks, 0, signal);
  }

  /** Tells those who wait that this tab has looked at the log, whatever came of it. */
  looked(): void {
    for (const { resolve } of this.#looks) resolve();
  }

  get #position(): number {
    return ask(this.#inner, 'position');
  }

  /** A wait in Rust cannot be withdrawn, so one serves everybody, those who come later too. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      while (this.#growth.size > 0) {
        const tail = await call(this.#inner, 'changed', `${this.#position}`);
        for (const waiter of this.#growth) {
          if (tail <= waiter.after) continue;
          this.#growth.delete(waiter);
          waiter.resolve();
        }
      }
    } catch (error) {
      for (const { reject } of this.#growth) reject(error);
    } finally {
      this.#watching = false;
    }
  }
}

/** Waits among `waiters`, and leaves nothing behind there or at the signal. */
async function waitIn(waiters: Set<Waiter>, after: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  let waiter!: Waiter;
  const waiting = new Promise<void>((resolve, reject) => {
    waiter = { after, resolve, reject };
    waiters.add(waiter);
    signal?.addEventListener('abort', waiter.resolve);
  });
  try {
    await waiting;
  } finally {
    waiters.delete(waiter);
    signal?.removeEventListener('abort', waiter.resolve);
  }
}
