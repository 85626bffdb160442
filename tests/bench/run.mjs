/** `npm run bench`: Daybook and what a web developer could pick instead, in turns, in one browser. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { main } from '../../scripts/lib/main.mjs';
import { note, step } from '../../scripts/lib/say.mjs';
import { findBrowser } from './browsers.mjs';
import { buildBench, pageDirectory } from './build.mjs';
import { readOptions } from './options.mjs';
import { inTurn } from './page/turns.js';
import { scale } from './scale.mjs';
import { serveTasks } from './server.mjs';
import { stages, Turns } from './sessions.mjs';
import { beside, figure, floorBeside, judge, median } from './statistics.mjs';
import { bareMachine, beyond, firstPages, firstTimes, openingFloor, table, verdicts } from './table.mjs';
import { bareMachineTarget, workloads } from './targets.mjs';

/** @typedef {import('./sessions.mjs').Done & { contender: string, round: number }} Entry */

/** @param {import('./options.mjs').Options} options @param {string[]} jobs @returns {Promise<Entry[]>} */
async function measure(options, jobs) {
  const browser = findBrowser(options.browser);
  note(browser.version);
  const server = await serveTasks(pageDirectory);
  /** @type {Entry[]} */
  const entries = [];
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      const began = Date.now();
      step(`Round ${round + 1} of ${options.rounds}`);
      entries.push(...(await oneRound({ browser, server, options, jobs }, round)));
      note(`${((Date.now() - began) / 1_000).toFixed(1)} s`);
    }
  } finally {
    server.close();
  }
  return entries;
}

/** @param {import('./sessions.mjs').Run} run @param {number} round @returns {Promise<Entry[]>} */
async function oneRound(run, round) {
  const contenders = run.options.only.map((name) => ({ name, turns: new Turns(run, name) }));
  const end = () => {
    for (const { turns } of contenders) turns.end();
  };
  // Also when the run is ended.
  process.once('exit', end);
  /** @type {Entry[]} */
  const entries = [];
  try {
    for (const [index, stage] of stages(run.options).entries()) {
      for (const { name, turns } of inTurn(round + index, contenders)) {
        const done = await turns.take(stage);
        for (const { job, error } of done) if (error) note(`${name}: ${job} failed: ${error}`);
        entries.push(...done.map((one) => ({ contender: name, round, ...one })));
      }
    }
  } finally {
    end();
    process.off('exit', end);
  }
  return entries;
}

/** The numbers of one name, a median for each round: NaN where there is none. @param {Entry[]} entries @param {string} contender @param {string} name */
function perRound(entries, contender, name) {
  const rounds = Math.max(-1, ...entries.map(({ round }) => round)) + 1;
  return Array.from({ length: rounds }, (_, round) =>
    median(
      entries.flatMap(({ contender: whose, round: when, results }) => {
        const value = whose === contender && when === round ? results?.[name] : undefined;
        return typeof value === 'number' ? [value] : [];
      }),
    ),
  );
}

/**
 * One figure to another, in each page load that measured both: how quick the machine is differs between page
 * loads more than what is compared does.
 * @param {Entry[]} entries @param {string} over @param {string} [under]
 */
const ratios = (entries, over, under = '') =>
  entries.flatMap(({ results }) => {
    const [above, below] = [results?.[over], results?.[under]];
    return typeof above === 'number' && typeof below === 'number' ? [above / below] : [];
  });

/**
 * What was asked for; a job may have measured more, beside which there was no floor.
 * @param {Entry[]} entries @param {import('./options.mjs').Options} options @returns {import('./table.mjs').Row[]}
 */
function compare(entries, options) {
  const { only, brief } = options;
  return wanted(options)
    .map((workload) => {
      const figures = Object.fromEntries(
        only.map((name) => [name, figure(perRound(entries, name, workload.id))]),
      );
      const compared = beside(figures, 'daybook', workload.better);
      const [own, best] = [figures.daybook, compared && figures[compared.best]];
      const floor = (/** @type {string | undefined} */ name) => {
        if (!name || !own || !best) return null;
        const inTurns = ratios(entries, name, workload.inTurns);
        return floorBeside(figure(perRound(entries, 'daybook', name)), own, best, inTurns);
      };
      const [bare, chained] = [floor(workload.bare), floor(workload.chained)];
      const { target } = workload;
      const judged = judge({ target: brief ? null : target, compared, bare, chained });
      return { ...workload, figures, compared, ...judged };
    })
    .filter(({ figures }) => Object.values(figures).some((one) => one !== null));
}

/** The workloads that were asked for. @param {import('./options.mjs').Options} options */
const wanted = ({ workload }) => workloads.filter(({ id }) => workload.length === 0 || workload.includes(id));

/** The awaited appends, by how durable they are. */
const awaited = { appendOne: 'Relaxed', appendOneStrict: 'Strict' };

/** @param {Entry[]} entries @param {import('./options.mjs').Options} options @returns {import('./table.mjs').BareMachine[]} */
function compareBareMachine(entries, options) {
  const names = wanted(options).flatMap(({ id }) =>
    id in awaited ? [awaited[/** @type {keyof typeof awaited} */ (id)]] : [],
  );
  return names.flatMap((name) => {
    const each = ratios(entries, `awaited${name}`, `bare${name}`);
    if (each.length === 0) return [];
    const [append = Number.NaN, bare = Number.NaN] = ['awaited', 'bare'].map((figure) =>
      median(perRound(entries, 'daybook', `${figure}${name}`)),
    );
    const chained = median(ratios(entries, `awaited${name}`, `chained${name}`));
    const ratio = median(each);
    const [least, most] = [Math.min(...each), Math.max(...each)];
    const durability = name.toLowerCase();
    const met = options.brief ? null : ratio <= bareMachineTarget;
    return [{ durability, bare, append, ratio, least, most, loads: each.length, chained, met }];
  });
}

/**
 * What is measured in several pages, in the first of them only: there, some code runs for the first time.
 * @param {import('./table.mjs').Row[]} rows @param {Entry[]} entries @param {import('./options.mjs').Options} options
 */
function inFirstPage(rows, entries, { only }) {
  const key = (/** @type {Entry} */ { contender, round, job }) => `${contender} ${round} ${job}`;
  const firsts = entries.filter((entry, at) => entries.findIndex((one) => key(one) === key(entry)) === at);
  const isRepeated = (/** @type {string} */ job) =>
    repeated.includes(job) && entries.some((entry) => entry.job === job && !firsts.includes(entry));
  return rows
    .filter(({ job }) => isRepeated(job))
    .flatMap(({ id, title, better }) => {
      const figures = Object.fromEntries(only.map((name) => [name, figure(perRound(firsts, name, id))]));
      const compared = beside(figures, 'daybook', better);
      return compared ? [{ title, ratio: compared.ratio }] : [];
    });
}

/**
 * What is measured after others like it, as it was the first time in its page.
 * @param {import('./table.mjs').Row[]} rows @param {Entry[]} entries @param {import('./options.mjs').Options} options
 * @param {Record<string, string>} titles
 */
function firstTimeInPage(rows, entries, { only }, titles) {
  return rows.flatMap(({ id, title }) => {
    const figures = Object.fromEntries(
      only.map((name) => [name, figure(perRound(entries, name, `${id}First`))]),
    );
    const compared = beside(figures, 'daybook', 'more');
    const [own, other] = [figures.daybook, compared && figures[compared.best]];
    if (!compared || !own || !other) return [];
    const best = titles[compared.best] ?? compared.best;
    return [{ title, own: own.median, best, other: other.median, ratio: compared.ratio }];
  });
}

/** Of the jobs that are done in several pages of a browser, those that take longer in the first. */
const repeated = ['writeLongStream', 'readLongStream', 'foldLongStream', 'replay'];

/** What a contender could not do here, and why. @param {Entry[]} entries */
function failures(entries) {
  const lines = entries.flatMap(({ contender, job, error }) =>
    error ? [`${contender} could not do ${job}: ${error.split('\n')[0]}`] : [],
  );
  return [...new Set(lines)];
}

/** @param {Entry[]} entries @param {import('./options.mjs').Options} options */
function report(entries, options) {
  const rows = compare(entries, options);
  const bare = compareBareMachine(entries, options);
  const abouts = Object.fromEntries(
    entries.flatMap(({ contender, about }) => (about ? [[contender, about]] : [])),
  );
  const titles = Object.fromEntries(Object.entries(abouts).map(([name, { title }]) => [name, title]));
  console.log(`\n${table(rows, options.only, titles).join('\n')}\n`);
  for (const row of rows) if (row.limit) console.log(beyond(row, row.limit));
  for (const line of bareMachine(bare)) console.log(line);
  const [floors, opens, readies] = ['openFloor', 'open', 'openReady'].map((name) =>
    median(perRound(entries, 'daybook', name)),
  );
  if (floors && opens && readies) console.log(openingFloor(floors, opens, readies));
  const firsts = firstTimeInPage(rows, entries, options, titles);
  if (firsts.length > 0) console.log(firstTimes(firsts));
  const beginnings = inFirstPage(rows, entries, options);
  if (beginnings.length > 0) console.log(firstPages(beginnings));
  const failed = entries.filter(({ error }) => error).length;
  for (const line of failures(entries)) console.log(line);
  for (const [name, why] of Object.entries(options.leftOut)) {
    console.log(`${name} was left out: ${why}. --only ${name} measures it.`);
  }
  const verdict = options.brief
    ? 'Sizes are smaller than those that targets are for, and nothing is judged'
    : verdicts([...rows, ...bare]);
  console.log(`\n${verdict}${failed > 0 ? `; ${failed} jobs failed` : ''}.`);
  return { rows, bare, abouts };
}

await main(import.meta, async () => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const options = readOptions(
    process.argv.slice(2),
    workloads.map(({ id }) => id),
  );
  const jobs = [
    ...new Set(wanted(options).flatMap(({ job, floorJob }) => (floorJob ? [job, floorJob] : [job]))),
  ];
  await buildBench();
  if (options.scale) return await scale(options);
  const began = new Date();
  const entries = await measure(options, jobs);
  const { rows, bare, abouts } = report(entries, options);
  note(`${Math.round((Date.now() - began.getTime()) / 1_000)} s`);
  if (!options.json) return;
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length };
  const whole = { began, machine, options, abouts, workloads: rows, bareMachine: bare, entries };
  mkdirSync(dirname(resolve(options.json)), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify(whole, null, 2)}\n`);
});
