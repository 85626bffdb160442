/** Serves the benchmark's page, hands it one task after the other, and takes its reports. */

import { createServer } from 'node:http';
import { answer } from '../../scripts/serve.mjs';

/** @typedef {{ contender: string, job: string, plan: import('./page/jobs/index.js').Plan }} Task */
/** @typedef {{ about?: import('./page/contenders/contender.js').About, results?: import('./page/jobs/index.js').Results, error?: string, silent?: boolean }} Report */

/** Isolates the page from other origins: timers are finer then, and memory can be measured. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** The page loads anew for every task: nothing of one is in memory during the next. */
class Tasks {
  /** @type {Task[]} */
  #waiting = [];
  /** Tells a late report of a task that was given up. */
  #number = 0;
  /** The number of the first task since a browser was started. */
  #first = 0;
  /** @type {(report: Report) => void} */
  #deliver = () => {};

  /** What the page is to do now. */
  current() {
    return { number: this.#number, first: this.#number === this.#first, task: this.#waiting[0] };
  }

  /** @param {Report & { number?: number }} report @returns {{ more: boolean }} */
  take({ number, ...report }) {
    if (number !== this.#number || this.#waiting.length === 0) return { more: false };
    this.#waiting.shift();
    this.#number += 1;
    this.#deliver(report);
    return { more: this.#waiting.length > 0 };
  }

  /**
   * Has the tasks done one after the other. Ends early when one takes too long.
   * @param {Task[]} tasks @param {number} timeout Milliseconds for each.
   * @returns {Promise<Report[]>} Of the tasks that were done, and of one that was not.
   */
  async perform(tasks, timeout) {
    this.#waiting = [...tasks];
    this.#number += 1;
    this.#first = this.#number;
    /** @type {Report[]} */
    const reports = [];
    while (reports.length < tasks.length) {
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      /** @type {Promise<Report>} */
      const report = new Promise((resolve) => {
        this.#deliver = resolve;
        timer = setTimeout(() => {
          this.#waiting = [];
          resolve({ error: `gave no answer within ${timeout / 1_000} s`, silent: true });
        }, timeout);
      });
      reports.push(await report);
      clearTimeout(timer);
      if (this.#waiting.length === 0) break;
    }
    return reports;
  }
}

/** @param {import('node:http').IncomingMessage} request */
async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/**
 * @param {string} directory The built page.
 * @returns {Promise<{ url: string, perform: Tasks['perform'], close: () => void }>}
 */
export async function serveTasks(directory) {
  const tasks = new Tasks();
  const files = answer(directory, isolation);
  const server = createServer(async (request, response) => {
    const say = (/** @type {unknown} */ value) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...isolation })
        .end(JSON.stringify(value));
    if (request.url === '/task') say(tasks.current());
    else if (request.url === '/report') say(tasks.take(await bodyOf(request)));
    else await files(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    perform: tasks.perform.bind(tasks),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
