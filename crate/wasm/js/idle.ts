/** Work for when the page has nothing better to do. */

/** Resolves when there is time; in a page that is busy, after two seconds at the latest. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 2_000 });
    else setTimeout(resolve, 50);
  });
}

/** Lets the page handle input and paint before going on. */
export function breathe(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Work that waits until there is time for it. */
export interface IdleWork {
  ask(): void;
  /** Something is under way that the work should not be done beside. */
  delay(): void;
  stop(): Promise<void>;
}

/**
 * Runs `work` once there is time and nobody has asked for it, or for a delay, for `quietMs`, or at the
 * latest after `latestMs`: work that can wait should not stand in the way of what asks for it.
 */
export function whenIdle(work: () => Promise<void>, quietMs = 0, latestMs = 10 * quietMs): IdleWork {
  let running: Promise<void> | undefined;
  let asked = 0;
  let done = 0;
  let stirred = 0;
  const stop = new AbortController();
  const { signal } = stop;
  const quiet = async () => {
    // By the clock: in a page that nobody sees, timers come late.
    const latest = Date.now() + latestMs;
    while (Date.now() < latest && !signal.aborted) {
      const before = stirred;
      await rest(quietMs, signal);
      if (stirred === before) return;
    }
  };
  const run = async () => {
    while (done < asked && !signal.aborted) {
      if (quietMs > 0) await quiet();
      await idle();
      done = asked;
      if (!signal.aborted) await work();
    }
    running = undefined;
  };
  return {
    ask() {
      asked += 1;
      stirred += 1;
      running ??= run();
    },
    delay() {
      stirred += 1;
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

/** Resolves after so many milliseconds, or when `signal` aborts. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
