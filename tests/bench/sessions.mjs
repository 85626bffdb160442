/** Contenders' turns in a round: which jobs share a profile, and which a browser. */

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
const profiles = ({ loads, openings, brief, workload }, contender) => {
  const writes = ['appends', ...times(loads, 'writeLongStream')];
  // Nobody is judged by it.
  if (!brief || workload.includes('appendOneStrict')) writes.push('strictAppends');
  if (contender === 'daybook') {
    writes.push(...times(loads, 'bareMachine'), ...times(loads, 'bareAtOnce'), 'bareBulk');
  }
  const longReads = [...times(loads, 'readLongStream'), ...times(loads, 'foldLongStream')];
  const replays = times(loads, 'replay');
  // In the browser's first page each time: they are to be just after opening.
  const moreReads = Array.from({ length: loads - 1 }, () => ['readStreams']);
  const opens =
    contender === 'daybook'
      ? alternately(openings, ['showOrders', 'openingFloor'])
      : times(openings, 'showOrders');
  return [
    [writes, longReads],
    brief
      ? [['importOrders'], ['readStreams', ...replays, ...opens]]
      : [['importOrders'], ['readStreams', ...replays], ...moreReads, opens],
  ];
};

/** @param {number} count @param {string} job @returns {string[]} */
const times = (count, job) => Array.from({ length: count }, () => job);

/** @param {number} count @param {string[]} jobs @returns {string[]} */
const alternately = (count, jobs) => Array.from({ length: count }, () => jobs).flat();

/** What must have been done in a profile before a job can be. @type {Record<string, string>} */
const needs = {
  readLongStream: 'writeLongStream',
  foldLongStream: 'writeLongStream',
  readStreams: 'importOrders',
  replay: 'importOrders',
  showOrders: 'importOrders',
  openingFloor: 'importOrders',
};

/** The jobs of each browser that are wanted, or needed by one that is. @param {string[][]} browsers @param {string[]} wanted */
function chosen(browsers, wanted) {
  const all = new Set([...wanted, ...wanted.flatMap((job) => needs[job] ?? [])]);
  return browsers.map((list) => list.filter((job) => all.has(job)));
}

/** @typedef {{ profile: number, browser: number }} Stage */

/**
 * @typedef {object} Run
 * @property {import('./browsers.mjs').Browser} browser
 * @property {Awaited<ReturnType<typeof import('./server.mjs').serveTasks>>} server
 * @property {import('./options.mjs').Options} options
 * @property {string[]} jobs Those that are wanted.
 */

/**
 * What a round goes through, stage by stage, each with a browser of every contender's: what is compared is
 * then measured within minutes. @param {import('./options.mjs').Options} options @returns {Stage[]}
 */
export const stages = (options) =>
  profiles(options, '').flatMap((browsers, profile) => browsers.map((_, browser) => ({ profile, browser })));

/** One contender in a round. */
export class Turns {
  #run;
  #contender;
  #profiles;
  /** The directories of profiles in use. @type {Map<number, string>} */
  #homes = new Map();
  #isSilent = false;

  /** @param {Run} run @param {string} contender */
  constructor(run, contender) {
    this.#run = run;
    this.#contender = contender;
    this.#profiles = profiles(run.options, contender).map((browsers) => chosen(browsers, run.jobs));
  }

  /** Does what is wanted in a stage. @param {Stage} stage @returns {Promise<Done[]>} */
  async take({ profile, browser }) {
    const browsers = this.#profiles[profile] ?? [];
    const list = browsers[browser] ?? [];
    // Whoever does not answer would have every other job wait as long.
    const done = list.length > 0 && !this.#isSilent ? await this.#do(list, this.#directory(profile)) : [];
    this.#isSilent ||= done.some(({ silent }) => silent);
    if (browser === browsers.length - 1) this.#forget(profile);
    return done;
  }

  /** @param {string[]} list @param {string} profile @returns {Promise<Done[]>} */
  async #do(list, profile) {
    const { browser, server, options } = this.#run;
    const tasks = list.map((job, index) => {
      const load = list.slice(0, index).filter((before) => before === job).length;
      return { contender: this.#contender, job, plan: { ...options.plan, load } };
    });
    const reports = await inBrowser({ browser, server, profile, after: options.after }, tasks);
    /** @type {Done[]} */
    const done = reports.map((report, index) => ({ job: list[index] ?? '', ...report }));
    // Half an import would take up the least.
    if (done.some(({ job, error }) => job === 'importOrders' && !error)) {
      done.push({ job: 'disk', results: { disk: storedBytes(browser, profile) / 1e6 } });
    }
    return done;
  }

  /** @param {number} profile */
  #directory(profile) {
    const home = this.#homes.get(profile) ?? mkdtempSync(join(tmpdir(), 'daybook-bench-'));
    this.#homes.set(profile, home);
    return join(home, 'profile');
  }

  /** @param {number} profile */
  #forget(profile) {
    const home = this.#homes.get(profile);
    if (home) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    this.#homes.delete(profile);
  }

  /** Removes what a round has left that came to no end. */
  end() {
    for (const profile of [...this.#homes.keys()]) this.#forget(profile);
  }
}

/**
 * @param {Pick<Run, 'browser' | 'server'> & { profile: string, after: number, timeout?: number }} where
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
