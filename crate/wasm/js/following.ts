/** Keeping the read models of an open book up with its log, whoever appends. */

import type { BaseStore } from './base-store.js';
import type { Part } from './bindings.js';
import { DaybookError } from './errors.js';
import { ask, call, makeError } from './failing.js';
import { whenIdle } from './idle.js';
import type { ProjectionStatus } from './orders-types.js';
import { Pump, runToEnd } from './pump.js';

/** For how long nothing must have changed before the rows are saved, in milliseconds. */
const SAVE_AFTER_MS = 500;

/** How often it is looked how far a rebuild has come, in milliseconds. */
const LOOK_EVERY_MS = 10;

/** `rebuilt`: how far a rebuild has come; `null` when none is under way. */
export type Status = ProjectionStatus & { rebuilt: number | null };

/** What happened to the read models; `lost` when they cannot follow any further. */
export type Tell = (kind: 'events' | 'projections' | 'lost', cause?: unknown) => void;

export class Following {
  readonly #inner: Part;
  readonly #store: BaseStore;
  readonly #tell: Tell;
  readonly #stop = new AbortController();
  readonly #saving = whenIdle(() => this.#save(), SAVE_AFTER_MS);
  readonly #pump: Pump;

  constructor(inner: Part, store: BaseStore, tell: Tell) {
    this.#inner = inner;
    this.#store = store;
    this.#tell = (kind, cause) => {
      if (!this.#stop.signal.aborted) tell(kind, cause);
    };
    this.#pump = new Pump(
      () => {
        store.delayUpkeep();
        return call(inner, 'advance');
      },
      () => this.#saving.ask(),
    );
  }

  /**
   * Resolves when the read models can be shown, however often the connection is lost before; from then
   * on they follow by themselves.
   */
  async start(): Promise<void> {
    const { position } = this.#store;
    await this.#patiently(() => this.caughtUp());
    void this.#carryOn(() => this.#follow(position));
    void this.#carryOn(() => this.#upgrade());
  }

  /**
   * Resolves when the rows in use are up with the log; a rebuild beside them may go on. Rejects when
   * the log cannot be read.
   */
  async caughtUp(): Promise<void> {
    const isLive = () => ask(this.#inner, 'isLive');
    if (!isLive()) await this.#pump.until(isLive);
  }

  statuses(): Status[] {
    return ask(this.#inner, 'projections');
  }

  /**
   * Carries out the rebuild of `name`, which was started; gives it up when it cannot go on.
   *
   * @throws StorageCorruptError when the projection stops on an event, and what the log or
   *   `onProgress` throws.
   */
  async rebuilt(name: string, onProgress: (done: number) => void): Promise<void> {
    const status = () => this.statuses().find((one) => one.name === name);
    let looked = 0;
    try {
      await this.#pump.until(() => {
        // Asking takes a while, and nobody sees every step.
        const now = performance.now();
        if (now - looked < LOOK_EVERY_MS) return false;
        looked = now;
        const rebuilt = status()?.rebuilt ?? null;
        if (rebuilt !== null) onProgress(rebuilt);
        return rebuilt === null;
      });
    } catch (error) {
      ask(this.#inner, 'cancelRebuild', name);
      throw error;
    }
    const { state, error } = status() ?? {};
    if (state === 'stopped' && error) {
      throw makeError('storage_corrupt', `${name} stops at position ${error.position}: ${error.message}`, {
        position: error.position,
      });
    }
  }

  /** Tells of every change beyond the position `told`. */
  async #follow(told: number): Promise<void> {
    for (let known = told; !this.#stop.signal.aborted; ) {
      await this.#store.grown(known, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const { position } = this.#store;
      await this.#patiently(() => this.caughtUp());
      known = position;
      this.#tell('events');
    }
  }

  /** Rows of an older build serve while the new ones are folded; tells when those have their place. */
  async #upgrade(): Promise<void> {
    if (!this.statuses().some(({ rebuilt }) => rebuilt !== null)) return;
    await this.#patiently(() => this.#pump.until(() => false));
    this.#tell('projections');
  }

  /** Does `work`; while the connection is lost, again after each look at the log. */
  async #patiently(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!mayPass(error)) throw error;
        await this.#store.nextLook(this.#stop.signal);
      }
    }
  }

  async #carryOn(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell('lost', error);
    }
  }

  async #save(): Promise<void> {
    try {
      await runToEnd(() => call(this.#inner, 'saveMore'));
    } catch {
      // Saved rows only make opening quicker; the next change asks for it again.
    }
  }

  /** Follows no further, and tells nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    void this.#saving.stop();
    await this.#pump.stop();
  }

  /** Stops, and saves the rows. */
  async close(): Promise<void> {
    await this.stop();
    await this.#saving.stop();
    await this.#save();
  }
}

/** Whether a later attempt may succeed, the log being as it was. */
function mayPass(error: unknown): boolean {
  return error instanceof DaybookError && (error.code === 'connection_lost' || error.code === 'blocked');
}
