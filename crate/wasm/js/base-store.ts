/** What the general store and the order book have in common: one open log, and other tabs. */

import type { Calls, Part } from './bindings.js';
import { type Channel, openChannel } from './channel.js';
import { checkNoMore, checkObject, checkWatchers } from './check.js';
import { DaybookError } from './errors.js';
import { aborted, ask, call, makeError } from './failing.js';
import { type IdleWork, idle, whenIdle } from './idle.js';
import type { Verified } from './types.js';
import { Watch } from './watch.js';

/** For how long nobody must have appended or read before house is kept, in milliseconds. */
const UPKEEP_AFTER_MS = 200;
/**
 * After how long it is kept even while somebody appends, who then waits for it now and then. What a page that
 * ends before has left to do makes the next opening take longer.
 */
const UPKEEP_WITHIN_MS = 5_000;

/** A store without a way to append or read: following the log, keeping house, checking, ending. */
export class BaseStore {
  /** @internal */
  protected readonly inner: Part;
  /** @internal */
  protected closed = false;
  readonly #channel: Channel;
  readonly #watch: Watch;
  readonly #upkeep: IdleWork;

  /** @internal `onDestroyed` is called when another tab has deleted the log. */
  constructor(inner: Part, name: string, shared: boolean, onDestroyed: () => void = () => {}) {
    this.inner = inner;
    this.#watch = new Watch(inner);
    this.#channel = shared
      ? openChannel(name, (nudge) => {
          if (this.closed) return;
          if (nudge === 'destroyed') onDestroyed();
          void this.#look();
        })
      : { send() {}, close() {} };
    this.#upkeep = whenIdle(
      async () => {
        try {
          // One step after the other, each when there is time.
          while (!this.closed && (await call(inner, 'maintain'))) await idle();
        } catch {
          // Upkeep only makes reading quicker; the next append asks for it again.
        }
      },
      UPKEEP_AFTER_MS,
      UPKEEP_WITHIN_MS,
    );
    // What another tab has appended since the opening began, nobody has told this one.
    if (shared) void this.#look();
    // Loads the index too, however long that takes.
    this.#upkeep.ask();
  }

  /** @internal Loads the index and brings it up to date, so that the next to need it need not wait; not if that takes long. */
  async prepare(): Promise<void> {
    try {
      await call(this.inner, 'prepare');
    } catch {
      // Whoever needs it learns of it.
    }
  }

  async #look(): Promise<void> {
    try {
      await call(this.inner, 'refresh');
    } catch {
      // A look that fails now is made again by whoever reads or appends, and fails there.
    }
    this.#watch.looked();
  }

  /** The position of the last event this tab knows of; 0 when the log is empty. */
  get position(): number {
    this.checkOpen();
    return ask(this.inner, 'position');
  }

  /** @internal Tells other tabs, and keeps house when there is time. */
  noteAppended(): void {
    if (this.closed) return;
    this.#channel.send('appended');
    this.#watch.looked();
    this.#upkeep.ask();
  }

  /** @internal Something else is under way that house should not be kept beside. */
  delayUpkeep(): void {
    this.#upkeep.delay();
  }

  /** @internal Resolves once the log holds a position beyond `after`, or `signal` aborts. */
  grown(after: number, signal?: AbortSignal): Promise<void> {
    return this.#watch.grown(after, signal);
  }

  /** @internal Resolves when this tab has looked at the log the next time, or `signal` aborts. */
  nextLook(signal: AbortSignal): Promise<void> {
    return this.#watch.nextLook(signal);
  }

  /** Looks for what other tabs have appended, and resolves with the position of the last event. */
  async refresh(): Promise<number> {
    this.checkOpen();
    return await call(this.inner, 'refresh');
  }

  /** Checks the hash chain of the whole log. */
  async verify(
    options: { signal?: AbortSignal; onProgress?: (progress: { done: number; total: number }) => void } = {},
  ): Promise<Verified> {
    this.checkOpen();
    checkObject(options, 'options');
    const { signal, onProgress, ...rest } = options;
    checkWatchers({ signal, onProgress });
    checkNoMore(rest);
    for (let restart = true; ; restart = false) {
      if (signal?.aborted) throw aborted();
      let verified: Calls['verify'];
      try {
        verified = await call(this.inner, 'verify', `${restart}`);
      } catch (error) {
        if (!(error instanceof DaybookError) || error.code !== 'storage_corrupt') throw error;
        const { position } = error as DaybookError & { position: number };
        return { ok: false, position, reason: error.message };
      }
      onProgress?.({ done: verified.position, total: this.position });
      if (verified.complete) return { ok: true, position: verified.position, head: verified.head };
    }
  }

  /** Deletes the log and everything derived from it, for every tab. This store is closed by it. */
  async destroy(): Promise<void> {
    this.checkOpen();
    this.closed = true;
    await this.#upkeep.stop();
    try {
      await call(this.inner, 'destroy');
      this.#channel.send('destroyed');
    } finally {
      this.#channel.close();
    }
  }

  /** Lets go of the store; closing twice does nothing. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#channel.close();
    await this.#upkeep.stop();
    await call(this.inner, 'close');
  }

  /** @internal */
  protected checkOpen(): void {
    if (this.closed) throw makeError('closed', 'the store is closed');
  }
}
