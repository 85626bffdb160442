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

/** Runs `work` once there is time, however often it is asked for meanwhile. */
export function whenIdle(work: () => Promise<void>): { ask(): void; stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let stopped = false;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await idle();
      if (!stopped) await work();
    } while (again && !stopped);
  };
  return {
    ask() {
      again = true;
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
