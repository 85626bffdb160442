/** The general store: streams of events over one log, for any domain. */

import type { StoreBindings } from './bindings.js';
import { type Channel, openChannel } from './channel.js';
import { aborted, call, DaybookError, invalid, makeError } from './errors.js';
import { whenIdle } from './idle.js';
import { assertJson } from './json.js';
import type {
  Appended,
  AppendOptions,
  NewEvent,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
  StreamAppend,
  StreamRead,
  SubscribeOptions,
  Verified,
} from './types.js';

/** How many events cross from Rust at a time. */
const PAGE_EVENTS = 1_000;

interface PageJson {
  events: RecordedEvent[];
  position: number;
  version: number;
  next: number | null;
}

/** A store that is open. Every tab that opens the same name sees the same log. */
export class Store {
  readonly #inner: StoreBindings;
  readonly #channel: Channel;
  readonly #upkeep: { ask(): void; stop(): Promise<void> };
  #closed = false;

  /** @internal Use `openStore`. */
  constructor(inner: StoreBindings, name: string, shared: boolean, onDestroyed: () => void = () => {}) {
    this.#inner = inner;
    this.#channel = shared
      ? openChannel(name, (nudge) => {
          if (this.#closed) return;
          if (nudge === 'destroyed') onDestroyed();
          // A look that fails now is made again by whoever reads or appends, and fails there.
          this.#inner.refresh().catch(() => {});
        })
      : { send() {}, close() {} };
    this.#upkeep = whenIdle(async () => {
      try {
        if (await this.#inner.maintain()) this.#upkeep.ask();
      } catch {
        // Upkeep only makes reading quicker; the next append asks for it again.
      }
    });
  }

  /** The position of the last event this tab knows of; 0 when the log is empty. */
  get position(): number {
    this.#checkOpen();
    return this.#inner.position;
  }

  /**
   * Appends events to one stream, all or nothing, and resolves once they are stored.
   *
   * @param streamId 1 to 256 bytes.
   * @throws ConflictError when the stream is not at `expectedVersion`, ConditionFailedError,
   *   InvalidInputError, QuotaExceededError, ConnectionLostError and the others of `ErrorCode`;
   *   nothing was appended then.
   */
  append(streamId: string, events: readonly NewEvent[], options: AppendOptions = {}): Promise<Appended> {
    const { expectedVersion, ...rest } = options;
    return this.#append([{ streamId, events, ...(expectedVersion !== undefined && { expectedVersion }) }], rest);
  }

  /** Appends to several streams, all or nothing. Otherwise as `append`. */
  appendAll(
    streams: readonly StreamAppend[],
    options: Omit<AppendOptions, 'expectedVersion'> = {},
  ): Promise<Appended> {
    return this.#append(streams, options);
  }

  async #append(
    streams: readonly StreamAppend[],
    { signal, ...options }: Omit<AppendOptions, 'expectedVersion'>,
  ): Promise<Appended> {
    this.#checkOpen();
    if (signal?.aborted) throw aborted();
    const now = new Date().toISOString();
    const one = streams.length === 1;
    const input = {
      ...options,
      streams: streams.map((part, index) => completed(part, one ? '' : `streams.${index}.`, now)),
      recordedAt: now,
    };
    const appended = JSON.parse(await call(this.#inner.append(JSON.stringify(input)))) as Appended;
    if (!appended.repeated) this.noteAppended();
    return appended;
  }

  /** @internal Tells other tabs, and keeps house when there is time. */
  noteAppended(): void {
    if (this.#closed) return;
    this.#channel.send('appended');
    this.#upkeep.ask();
  }

  /**
   * Reads one stream, all of it unless `limit` says otherwise. A stream that does not exist has no
   * events and version -1.
   */
  async readStream(streamId: string, options: ReadStreamOptions = {}): Promise<StreamRead> {
    this.#checkOpen();
    const { direction = 'forward', limit = Number.POSITIVE_INFINITY, ...rest } = options;
    checkLimit(limit);
    const events: RecordedEvent[] = [];
    let from = options.from ?? null;
    for (;;) {
      const count = Math.min(limit - events.length, PAGE_EVENTS);
      const query = { ...rest, streamId, direction, from, limit: count };
      const page = JSON.parse(await call(this.#inner.readStream(JSON.stringify(query)))) as PageJson;
      for (const event of page.events) events.push(event);
      if (page.next === null || events.length >= limit) {
        return { events, version: page.version, position: page.position };
      }
      from = page.next;
    }
  }

  /**
   * Iterates over the whole log, page by page, up to where it ends when the iteration begins.
   * Filters apply before events cross from Rust.
   */
  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    this.#checkOpen();
    const { direction = 'forward', limit = Number.POSITIVE_INFINITY, after, before, signal, ...rest } = options;
    checkLimit(limit);
    if (after !== undefined && before !== undefined) {
      throw invalid('before', 'cannot be combined with after: give the one for the direction');
    }
    const forward = direction === 'forward';
    const end = await call(this.#inner.refresh());
    let from: number | null = forward ? (after ?? 0) : (before ?? end + 1);
    let left = limit;
    while (from !== null && left > 0) {
      if (signal?.aborted) throw aborted();
      this.#checkOpen();
      const query: object = { ...rest, direction, from, limit: Math.min(left, PAGE_EVENTS) };
      const page = JSON.parse(await call(this.#inner.readAll(JSON.stringify(query)))) as PageJson;
      for (const event of page.events) {
        if (event.position > end) return;
        left -= 1;
        yield event;
      }
      from = page.next;
    }
  }

  /**
   * Calls `handler` for every event after a position: first those that are there, then those to
   * come, from this tab and others; each once, in order. A handler that returns a promise is
   * awaited before the next event.
   *
   * @returns A promise that resolves when `signal` aborts or the store is closed, and rejects when
   *   the handler throws or the log cannot be read.
   */
  async subscribe(
    options: SubscribeOptions,
    handler: (event: RecordedEvent) => unknown,
  ): Promise<void> {
    this.#checkOpen();
    const { signal, after = 0, ...rest } = options;
    let position = after;
    try {
      await call(this.#inner.refresh());
      while (!signal?.aborted) {
        const query = { ...rest, from: position, limit: PAGE_EVENTS };
        const page = JSON.parse(await call(this.#inner.readAll(JSON.stringify(query)))) as PageJson;
        for (const event of page.events) {
          if (signal?.aborted) return;
          await handler(event);
        }
        position = page.next ?? Math.max(position, page.position);
        if (page.next === null) await untilAborted(call(this.#inner.changed(position)), signal);
      }
    } catch (error) {
      if (error instanceof DaybookError && error.code === 'closed' && this.#closed) return;
      throw error;
    }
  }

  /** Looks for what other tabs have appended, and resolves with the position of the last event. */
  async refresh(): Promise<number> {
    this.#checkOpen();
    return await call(this.#inner.refresh());
  }

  /** Checks the hash chain of the whole log. */
  async verify(
    options: { signal?: AbortSignal; onProgress?: (progress: { done: number; total: number }) => void } = {},
  ): Promise<Verified> {
    this.#checkOpen();
    for (let restart = true; ; restart = false) {
      if (options.signal?.aborted) throw aborted();
      let verified: { position: number; head: string; complete: boolean };
      try {
        verified = JSON.parse(await call(this.#inner.verify(restart)));
      } catch (error) {
        if (!(error instanceof DaybookError) || error.code !== 'storage_corrupt') throw error;
        const { position } = error as DaybookError & { position: number };
        return { ok: false, position, reason: error.message };
      }
      options.onProgress?.({ done: verified.position, total: this.#inner.position });
      if (verified.complete) return { ok: true, position: verified.position, head: verified.head };
    }
  }

  /** Deletes the log and everything derived from it, for every tab. This store is closed by it. */
  async destroy(): Promise<void> {
    this.#checkOpen();
    this.#closed = true;
    await this.#upkeep.stop();
    try {
      await call(this.#inner.destroy());
      this.#channel.send('destroyed');
    } finally {
      this.#channel.close();
    }
  }

  /** Lets go of the store; closing twice does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.close();
    await this.#upkeep.stop();
    await call(this.#inner.close());
  }

  #checkOpen(): void {
    if (this.#closed) throw makeError('closed', 'the store is closed');
  }
}

/** Fills in what may be left out, and checks what `JSON.stringify` would let pass. */
function completed(part: StreamAppend, path: string, now: string): object {
  if (typeof part.streamId !== 'string') throw invalid(`${path}streamId`, 'must be a text');
  if (!Array.isArray(part.events)) throw invalid(`${path}events`, 'must be a list');
  const events = part.events.map((event: NewEvent, index) => {
    const place = `${path}events.${index}`;
    if (typeof event !== 'object' || event === null) throw invalid(place, 'must be an object');
    if (event.data === undefined) throw invalid(`${place}.data`, 'must be given; null is allowed');
    assertJson(event, place);
    return { ...event, id: event.id ?? crypto.randomUUID(), occurredAt: event.occurredAt ?? now };
  });
  return { ...part, events };
}

function checkLimit(limit: number): void {
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isInteger(limit) && limit >= 1)) {
    throw invalid('limit', 'must be a whole number of 1 or more');
  }
}

/** Awaits `promise`, or the signal. */
async function untilAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) {
    await promise;
    return;
  }
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    promise.catch(() => {});
  }
}
