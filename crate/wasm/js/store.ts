/** The general store: streams of events over one log, for any domain. */

import { Appends, type Asked, appended } from './appends.js';
import { BaseStore } from './base-store.js';
import type { Page, Part } from './bindings.js';
import {
  checkFunction,
  checkLimit,
  checkList,
  checkNoMore,
  checkObject,
  checkPlace,
  checkPlaces,
  checkText,
  checkWatchers,
} from './check.js';
import { toEvents } from './crossing.js';
import { DaybookError, InvalidInputError } from './errors.js';
import { aborted, call, invalid, toError } from './failing.js';
import { toJson, toJsonQuickly } from './json.js';
import { appendText } from './rows.js';
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
} from './types.js';

/** How many events cross from Rust at a time. */
const PAGE_EVENTS = 1_000;

/** What goes with an append to whatever streams. */
type Given = Omit<AppendOptions, 'expectedVersion'>;

/** A store that is open. Every tab that opens the same name sees the same log. */
export class Store extends BaseStore {
  readonly #appends: Appends;

  /** @internal Use `openStore`. */
  constructor(inner: Part, name: string, shared: boolean) {
    super(inner, name, shared);
    this.#appends = new Appends(inner, (inBulk) => {
      this.noteAppended();
      // What came in bulk is indexed once those who appended have been answered.
      if (inBulk) setTimeout(() => this.prepare());
    });
    void this.prepare();
  }

  /**
   * Appends events to one stream, all or nothing, and resolves once they are stored.
   *
   * @param streamId 1 to 256 bytes.
   * @throws ConflictError when the stream is not at `expectedVersion`, ConditionFailedError,
   *   InvalidInputError, QuotaExceededError, ConnectionLostError and the others of `ErrorCode`;
   *   nothing was appended then.
   */
  async append(
    streamId: string,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<Appended> {
    checkObject(options, 'options');
    const { expectedVersion, condition, commandId, signal, ...rest } = options;
    checkNoMore(rest);
    try {
      const given = { condition, commandId, signal };
      const { answers, place } = this.#append([{ streamId, events, expectedVersion }], given);
      return appended((await answers)[place], [streamId]);
    } catch (thrown) {
      throw withinStream(toError(thrown));
    }
  }

  /** Appends to several streams, all or nothing. Otherwise as `append`. */
  async appendAll(streams: readonly StreamAppend[], options: Given = {}): Promise<Appended> {
    checkList(streams, 'streams');
    checkObject(options, 'options');
    const { condition, commandId, signal, ...rest } = options;
    checkNoMore(rest);
    try {
      const streamIds = streams.map((part) => part?.streamId);
      const { answers, place } = this.#append(streams, { condition, commandId, signal });
      return appended((await answers)[place], streamIds);
    } catch (thrown) {
      const error = toError(thrown);
      throw streams.length === 1 ? withinStream(error) : error;
    }
  }

  #append(streams: readonly StreamAppend[], { condition, commandId, signal }: Given): Asked {
    this.checkOpen();
    if (signal !== undefined) checkWatchers({ signal });
    if (signal?.aborted) throw aborted();
    const { text, ids } = appendText(streams, condition, commandId) ?? {
      text: toJson({ streams: streams.map(checked), condition, commandId }),
      ids: streams.reduce(withoutId, 0),
    };
    return this.#appends.ask(text, ids);
  }

  /**
   * Reads one stream, all of it unless `limit` says otherwise, as it is when the reading begins:
   * `version` is the one to expect when an append is decided by these events. A stream that does
   * not exist has no events and version -1.
   */
  async readStream(streamId: string, options: ReadStreamOptions = {}): Promise<StreamRead> {
    this.checkOpen();
    this.delayUpkeep();
    checkText(streamId, 'streamId');
    checkObject(options, 'options');
    const { direction = 'forward', limit = Number.POSITIVE_INFINITY, from: first, ...rest } = options;
    checkText(direction, 'direction');
    checkLimit(limit);
    checkPlace(first, 'from');
    checkNoMore(rest);
    const events: RecordedEvent[] = [];
    let from = first ?? null;
    let view: Page | undefined;
    for (;;) {
      const count = Math.min(limit - events.length, PAGE_EVENTS);
      // All of it was checked, so that JSON loses nothing.
      const query = JSON.stringify({ streamId, direction, from, limit: count });
      const page: Page = await call(this.inner, 'readStream', query);
      view ??= page;
      const [position, version] = view;
      const [, , next, rows] = page;
      // Later pages may have seen more; the first decides what is read.
      for (const event of toEvents(rows)) if (event.version <= version) events.push(event);
      if (next === null || next > version || events.length >= limit) return { events, version, position };
      from = next;
    }
  }

  /**
   * Iterates over the whole log, page by page, up to where it ends when the iteration begins.
   * Filters apply before events cross from Rust.
   */
  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    this.checkOpen();
    checkObject(options, 'options');
    const {
      direction = 'forward',
      limit = Number.POSITIVE_INFINITY,
      after,
      before,
      signal,
      ...more
    } = options;
    const { streamPrefix, query: filter, ...rest } = more;
    checkNoMore(rest);
    checkLimit(limit);
    checkPlaces(direction, after, before);
    checkWatchers({ signal });
    const end = await call(this.inner, 'refresh');
    let from: number | null = direction === 'forward' ? (after ?? 0) : Math.min(before ?? end + 1, end + 1);
    let left = limit;
    while (from !== null && left > 0) {
      if (signal?.aborted) throw aborted();
      this.checkOpen();
      this.delayUpkeep();
      const count = Math.min(left, PAGE_EVENTS);
      const query = { direction, from, limit: count, streamPrefix, query: filter };
      const page: Page = await call(this.inner, 'readAll', queryJson(query));
      const [, , next, rows] = page;
      for (const event of toEvents(rows)) {
        if (event.position > end) return;
        left -= 1;
        yield event;
      }
      from = next;
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
  async subscribe(options: SubscribeOptions, handler: (event: RecordedEvent) => unknown): Promise<void> {
    this.checkOpen();
    checkObject(options, 'options');
    const { signal, after = 0, streamPrefix, query: filter, ...rest } = options;
    checkNoMore(rest);
    checkPlace(after, 'after');
    checkWatchers({ signal });
    checkFunction(handler, 'handler');
    let position = after;
    try {
      await call(this.inner, 'refresh');
      while (!signal?.aborted) {
        const query = { from: position, limit: PAGE_EVENTS, streamPrefix, query: filter };
        const page: Page = await call(this.inner, 'readAll', queryJson(query));
        const [tail, , next, rows] = page;
        for (const event of toEvents(rows)) {
          if (signal?.aborted) return;
          await handler(event);
        }
        position = next ?? Math.max(position, tail);
        if (next === null) await this.grown(position, signal);
      }
    } catch (error) {
      if (error instanceof DaybookError && error.code === 'closed' && this.closed) return;
      throw error;
    }
  }
}

/** Pages are read by the thousand: the closer look, which names what is wrong, is for what needs it. */
const queryJson = (query: object) => toJsonQuickly(query) ?? toJson(query);

/**
 * Looks at what `JSON.stringify` may not be trusted with. Parts and events may be instances of any class:
 * their fields are what counts, and none is asked what it is as JSON.
 */
function checked(part: StreamAppend, index: number): object {
  const path = `streams.${index}`;
  checkObject(part, path);
  checkList(part.events, `${path}.events`);
  const events = part.events.map((event: NewEvent, index) => {
    checkObject(event, `${path}.events.${index}`);
    return fieldsOf(event);
  });
  return { ...fieldsOf(part), events };
}

function fieldsOf(object: object): object {
  if ('toJSON' in object && typeof object.toJSON === 'function') return { ...object, toJSON: undefined };
  return { ...object };
}

/** Adds up the events that need an id. Rust judges whether they are events. */
function withoutId(sum: number, part: StreamAppend): number {
  if (!Array.isArray(part?.events)) return sum;
  return part.events.reduce((count, event: NewEvent) => (event?.id ? count : count + 1), sum);
}

/** The error of an append to one stream; its path begins within the stream. */
function withinStream(error: unknown): unknown {
  if (!(error instanceof InvalidInputError) || !error.field.startsWith('streams.0.')) return error;
  return invalid(error.field.slice('streams.0.'.length), error.reason);
}
