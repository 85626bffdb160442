/** Long work in small steps, for all who wait for some of it. */

import { makeError } from './failing.js';
import { breathe } from './idle.js';

/** How long one stretch of steps may keep the page from anything else, in milliseconds. */
const STRETCH_MS = 12;

interface Waiter {
  done(): boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/** Runs steps while there is more to do, whether or not somebody waits. */
export class Pump {
  readonly #step: () => Promise<boolean>;
  readonly #onStill: () => void;
  readonly #waiters = new Set<Waiter>();
  #busy = false;
  #running: Promise<void> | undefined;
  #stopped = false;

  /** `step` resolves with whether there may be more; `onStill` is called each time there is not. */
  constructor(step: () => Promise<boolean>, onStill: () => void) {
    this.#step = step;
    this.#onStill = onStill;
  }

  /**
   * Resolves when `done()` holds, asked after each step that begins from now on, or when there is
   * nothing more to do. Rejects when a step fails or the pump is stopped.
   */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ done, resolve, reject });
      if (!this.#busy) this.#running = this.#run();
    });
  }

  /** Ends with the step that is under way; resolves when that is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      let began = performance.now();
      for (let more = true; more || this.#waiters.size > 0; ) {
        if (this.#stopped) throw makeError('closed', 'the store is closed');
        // Who comes during a step may need one that begins later.
        const waiting = [...this.#waiters];
        more = await this.#step();
        for (const waiter of waiting) this.#settle(waiter, !more);
        if (performance.now() - began < STRETCH_MS) continue;
        await breathe();
        began = performance.now();
      }
      this.#onStill();
    } catch (error) {
      for (const { reject } of this.#waiters) reject(error);
      this.#waiters.clear();
    } finally {
      // At once, not when the promise settles: who comes between would wait for ever.
      this.#busy = false;
    }
  }

  #settle(waiter: Waiter, still: boolean): void {
    try {
      if (!waiter.done() && !still) return;
      waiter.resolve();
    } catch (error) {
      waiter.reject(error);
    }
    this.#waiters.delete(waiter);
  }
}

/** Runs one piece of work of its own to its end. */
export function runToEnd(step: () => Promise<boolean>): Promise<void> {
  return new Pump(step, () => {}).until(() => false);
}
