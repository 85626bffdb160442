/** `npm run bench -- --scale`: how Daybook's costs grow from a thousand events to a million. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { note, step } from '../../scripts/lib/say.mjs';
import { findBrowser, storedBytes } from './browsers.mjs';
import { pageDirectory } from './build.mjs';
import { growth } from './options.mjs';
import { serveTasks } from './server.mjs';
import { inBrowser } from './sessions.mjs';
import { median } from './statistics.mjs';
import { columns, digits } from './table.mjs';

/** Until a job is given up, in milliseconds: a million events are filled in first. */
const TIMEOUT = 900_000;

/** @typedef {Record<string, number>} Figures Medians over page loads. */

/** @type {{ id: string, title: string, digits?: boolean }[]} */
const lines = [
  { id: 'open', title: 'open, and show the first 50 orders (ms)' },
  { id: 'restored', title: 'open, until all rows are there (ms)' },
  { id: 'firstAppend', title: 'first append after opening, index included (ms)' },
  { id: 'appendOne', title: 'append one event, awaited (ms)' },
  { id: 'barePut', title: 'a bare transaction with one put, beside it (ms)' },
  { id: 'readCold', title: 'read one stream, nothing of it in memory (ms)' },
  { id: 'bareGet', title: 'a bare request for one batch, beside it (ms)' },
  { id: 'readFirst', title: 'read one stream beside others just read (ms)' },
  { id: 'readAgain', title: 'read it again (ms)' },
  { id: 'rebuild', title: 'rebuild all three read models (ms)' },
  { id: 'longestTask', title: 'longest task meanwhile, from 50 on (ms)' },
  { id: 'slowestAnswer', title: 'slowest answer of the page meanwhile (ms)' },
  { id: 'memory', title: 'memory of an open book, JavaScript and WebAssembly (MB)' },
  { id: 'bytesPerOrder', title: 'memory per order (bytes)' },
  { id: 'disk', title: 'space on disk (MB)' },
];

/** What must hold of the figures of the smallest and the largest log. @param {Figures} small @param {Figures} large */
const targets = (small, large) => {
  const ratio = (/** @type {string} */ id) => (large[id] ?? Number.NaN) / (small[id] ?? Number.NaN);
  return [
    { title: 'append grows at most', is: ratio('appendOne'), most: 1.2, unit: '×' },
    {
      title: 'append grows, beside what a bare put grows, at most',
      is: ratio('appendOne') / ratio('barePut'),
      most: 1.2,
      unit: '×',
    },
    { title: 'reading a stream from storage grows at most', is: ratio('readCold'), most: 1.2, unit: '×' },
    {
      title: 'it grows, beside what a bare request for a batch grows, at most',
      is: ratio('readCold') / ratio('bareGet'),
      most: 1.2,
      unit: '×',
    },
    { title: 'reading a stream from memory grows at most', is: ratio('readFirst'), most: 1.2, unit: '×' },
    { title: 'reading it again grows at most', is: ratio('readAgain'), most: 1.2, unit: '×' },
    { title: 'opening grows at most', is: ratio('open'), most: 3, unit: '×' },
    { title: 'opening takes at most', is: large.open ?? Number.NaN, most: 300, unit: 'ms' },
    { title: 'memory per order is at most', is: large.bytesPerOrder ?? Number.NaN, most: 300, unit: 'bytes' },
    { title: 'a rebuild takes less than', is: large.rebuild ?? Number.NaN, most: 3_000, unit: 'ms' },
    { title: 'no task meanwhile is longer than', is: large.longestTask ?? Number.NaN, most: 50, unit: 'ms' },
  ];
};

/**
 * A log of some size, in a profile of its own, and what was measured of it.
 * @typedef {{ events: number, home: string, disk: number, all: Record<string, unknown>[] }} Log
 */

/** @typedef {{ browser: import('./browsers.mjs').Browser, server: Awaited<ReturnType<typeof serveTasks>> }} Where */

/** @param {Log} log */
const profileOf = ({ home }) => join(home, 'profile');

/**
 * Has one browser do some jobs with a log.
 * @param {import('./options.mjs').Options} options @param {Where} where @param {Log} log @param {string[]} jobs
 */
async function perform(options, { browser, server }, log, jobs) {
  const { events } = log;
  const tasks = jobs.map((job) => ({
    contender: 'daybook',
    job,
    plan: { ...options.plan, events, sequential: 120, grace: 2_000 + events / 100 },
  }));
  const where = { browser, server, profile: profileOf(log), after: options.after, timeout: TIMEOUT };
  const reports = await inBrowser(where, tasks);
  for (const [index, { error }] of reports.entries()) if (error) note(`${jobs[index]} failed: ${error}`);
  log.all.push(...reports.map(({ results }) => results ?? {}));
}

/**
 * Fills all logs and then measures them in turns: what the machine does at some minute is nobody's growth.
 * @param {import('./options.mjs').Options} options @param {Where} where @param {Log[]} logs
 */
async function measure(options, where, logs) {
  for (const log of logs) {
    step(`Filling in ${log.events.toLocaleString('en')} events`);
    await perform(options, where, log, ['scaleFill']);
    log.disk = storedBytes(where.browser, profileOf(log)) / 1e6;
  }
  for (const [name, { job, turns, loads }] of Object.entries(growth)) {
    if (!options.measure.includes(name)) continue;
    step(`Measuring: ${name}`);
    for (let turn = 0; turn < turns; turn += 1) {
      for (const log of turn % 2 === 0 ? logs : logs.toReversed()) {
        await perform(
          options,
          where,
          log,
          Array.from({ length: loads }, () => job),
        );
      }
    }
  }
}

/** The medians of what was measured of a log, but the longest of the longest tasks. @param {Log} log @returns {Figures} */
function figuresOf({ all, disk }) {
  const ids = [...new Set(all.flatMap((results) => Object.keys(results)))];
  const of = (/** @type {string} */ id) =>
    all.flatMap((results) => (typeof results[id] === 'number' ? [results[id]] : []));
  const figure = (/** @type {string} */ id) => (id === 'longestTask' ? Math.max(...of(id)) : median(of(id)));
  return { ...Object.fromEntries(ids.map((id) => [id, figure(id)])), disk };
}

/** @param {import('./options.mjs').Options} options */
export async function scale(options) {
  const browser = findBrowser(options.browser);
  note(browser.version);
  const server = await serveTasks(pageDirectory);
  const chosen = options.events;
  /** @type {Log[]} */
  const logs = chosen.map((events) => {
    const home = mkdtempSync(join(tmpdir(), 'daybook-scale-'));
    return { events, home, disk: Number.NaN, all: [] };
  });
  // Also when the run is ended.
  process.once('exit', () => {
    for (const { home } of logs) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  try {
    await measure(options, { browser, server }, logs);
  } finally {
    server.close();
  }
  const figures = logs.map(figuresOf);
  const head = ['', ...chosen.map((events) => events.toLocaleString('en'))];
  const measured = lines.filter(({ id }) => figures.some((one) => one[id] !== undefined));
  const body = measured.map(({ id, title }) => [
    title,
    ...figures.map((one) => digits(one[id] ?? Number.NaN)),
  ]);
  console.log(`\n${columns([head, ...body]).join('\n')}\n`);
  const judged = targets(figures[0] ?? {}, figures.at(-1) ?? {}).filter(({ is }) => !Number.isNaN(is));
  for (const { title, is, most, unit } of judged) {
    const verdict = options.brief ? '' : `, ${is <= most ? 'met' : 'missed'}`;
    console.log(`${title} ${most} ${unit}: ${digits(is)} ${unit}${verdict}`);
  }
  console.log(
    options.brief
      ? '\nSizes are smaller than those that targets are for, and nothing is judged.'
      : `\n${judged.filter(({ is, most }) => is <= most).length} of ${judged.length} targets met.`,
  );
  if (!options.json) return;
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length };
  mkdirSync(dirname(resolve(options.json)), { recursive: true });
  writeFileSync(
    options.json,
    `${JSON.stringify({ machine, sizes: chosen, figures, targets: judged }, null, 2)}\n`,
  );
}
