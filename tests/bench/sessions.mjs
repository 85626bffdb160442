/** One contender's turn in a round: which jobs share a profile, and which a browser. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, storedBytes } from './browsers.mjs';

/** @typedef {import('./server.mjs').Task} Task */
/** @typedef {import('./server.mjs').Report} Report */
/** @typedef {{ job: string, results?: import('./page/jobs/index.js').Results, error?: string, silent?: boolean, about?: Report['about'] }} Done */

/** Until a job is given up, in milliseconds. */
const TIMEOUT = 120_000;

/**
 * Each profile is fresh; each list of jobs is a browser started on it. What is read was written in
 * another browser, so that nothing is warm from writing.
 * @param {import('./options.mjs').Options} options @param {string} contender
 */
const profiles = ({ loads, openings, together, workload }, contender) => {
  const writes = ['appends', ...times(loads, 'writeLongStream')];
  // Nobody is judged by it.
  if (!together || workload.includes('appendOneStrict')) writes.push('strictAppends');
  if (contender === 'daybook') {
    writes.push(...times(loads, 'bareMachine'), ...times(loads, 'bareAtOnce'), 'bareBulk');
  }
  const longReads = [...times(loads, 'readLongStream'), ...times(loads, 'foldLongStream')];
  const replays = times(loads, 'replay');
  // In the browser's first page each time: they are to be just after opening.
  const moreReads = Array.from({ length: loads - 1 }, () => ['readStreams']);
  const opens =
    contender === 'daybook'
      ? inTurns(openings, ['showOrders', 'openingFloor'])
      : times(openings, 'showOrders');
  if (together)
    return [
      [
        [...writes, 'importOrders'],
        [...longReads, 'readStreams', ...replays, ...opens],
      ],
    ];
  return [
    [writes, longReads],
    [['importOrders'], ['readStreams', ...replays], ...moreReads, opens],
  ];
};

/** @param {number} count @param {string} job @returns {string[]} */
const times = (count, job) => Array.from({ length: count }, () => job);

/** @param {number} count @param {string[]} jobs @returns {string[]} */
const inTurns = (count, jobs) => Array.from({ length: count }, () => jobs).flat();

/** What must have been done in a profile before a job can be. @type {Record<string, string>} */
const needs = {
  readLongStream: 'writeLongStream',
  foldLongStream: 'writeLongStream',
  readStreams: 'importOrders',
  replay: 'importOrders',
  showOrders: 'importOrders',
  openingFloor: 'importOrders',
};

/** The jobs of a browser that are wanted, or needed by one that is. @param {string[][]} browsers @param {string[]} wanted */
function chosen(browsers, wanted) {
  const all = new Set([...wanted, ...wanted.flatMap((job) => needs[job] ?? [])]);
  return browsers.map((list) => list.filter((job) => all.has(job))).filter((list) => list.length > 0);
}

/**
 * Has one contender do the jobs that are wanted.
 * @param {object} run
 * @param {import('./browsers.mjs').Browser} run.browser
 * @param {Awaited<ReturnType<typeof import('./server.mjs').serveTasks>>} run.server
 * @param {import('./options.mjs').Options} run.options
 * @param {string[]} run.jobs
 * @param {string} contender
 * @returns {Promise<Done[]>}
 */
export async function takeTurn({ browser, server, options, jobs }, contender) {
  /** @type {Done[]} */
  const done = [];
  // Whoever does not answer would have every other job wait as long.
  const isSilent = () => done.some(({ silent }) => silent);
  for (const all of profiles(options, contender)) {
    if (isSilent()) break;
    const home = mkdtempSync(join(tmpdir(), 'daybook-bench-'));
    const profile = join(home, 'profile');
    try {
      for (const list of chosen(all, jobs)) {
        if (isSilent()) break;
        const tasks = list.map((job, index) => {
          const load = list.slice(0, index).filter((before) => before === job).length;
          return { contender, job, plan: { ...options.plan, load } };
        });
        const reports = await inBrowser({ browser, server, profile, after: options.after }, tasks);
        const disk = storedBytes(browser, profile);
        done.push(...reports.map((report, index) => ({ job: list[index] ?? '', ...report })));
        const key = list.includes('importOrders') ? 'disk' : 'diskLater';
        if (all.flat().includes('importOrders')) done.push({ job: key, results: { [key]: disk / 1e6 } });
      }
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return done;
}

/**
 * @param {{ browser: import('./browsers.mjs').Browser, server: Awaited<ReturnType<typeof import('./server.mjs').serveTasks>>, profile: string, after: number, timeout?: number }} where
 * @param {Task[]} tasks @returns {Promise<Report[]>}
 */
export async function inBrowser({ browser, server, profile, after, timeout = TIMEOUT }, tasks) {
  /** @type {Report[]} */
  const reports = [];
  while (reports.length < tasks.length && !reports.some(({ silent }) => silent)) {
    const performed = server.perform(tasks.slice(reports.length), timeout);
    const running = start(browser, profile, server.url);
    reports.push(...(await performed));
    await new Promise((resolve) => setTimeout(resolve, after));
    await running.end();
  }
  return reports;
}
