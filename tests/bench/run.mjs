/** `npm run bench`: Daybook and what a web developer could pick instead, in turns, in one browser. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { main } from '../../scripts/lib/main.mjs';
import { note, step } from '../../scripts/lib/say.mjs';
import { findBrowser } from './browsers.mjs';
import { buildBench, pageDirectory } from './build.mjs';
import { readOptions } from './options.mjs';
import { scale } from './scale.mjs';
import { serveTasks } from './server.mjs';
import { takeTurn } from './sessions.mjs';
import { beside, figure, judge, median } from './statistics.mjs';
import { bareMachine, beyond, firstBurst, firstPages, openingFloor, table } from './table.mjs';
import { bareMachineTarget, workloads } from './targets.mjs';

/** @typedef {import('./sessions.mjs').Done & { contender: string, round: number }} Entry */

/** Rounds, each begun by another contender. @param {import('./options.mjs').Options} options @param {string[]} jobs @returns {Promise<Entry[]>} */
async function measure(options, jobs) {
  const browser = findBrowser(options.browser);
  note(browser.version);
  const server = await serveTasks(pageDirectory);
  /** @type {Entry[]} */
  const entries = [];
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [index] of options.only.entries()) {
        const contender = options.only[(index + round) % options.only.length] ?? '';
        step(`Round ${round + 1} of ${options.rounds}: ${contender}`);
        const began = Date.now();
        for (const done of await takeTurn({ browser, server, options, jobs }, contender)) {
          entries.push({ contender, round, ...done });
          if (done.error) note(`${done.job} failed: ${done.error}`);
        }
        note(`${((Date.now() - began) / 1_000).toFixed(1)} s`);
      }
    }
  } finally {
    server.close();
  }
  return entries;
}

/** The numbers of one name, a median for each round. @param {Entry[]} entries @param {string} contender @param {string} name */
function perRound(entries, contender, name) {
  const own = entries.filter((entry) => entry.contender === contender);
  const rounds = [...new Set(own.map(({ round }) => round))];
  return rounds
    .map((round) =>
      median(
        own.flatMap(({ round: other, results }) => {
          const value = other === round ? results?.[name] : undefined;
          return typeof value === 'number' ? [value] : [];
        }),
      ),
    )
    .filter((value) => !Number.isNaN(value));
}

/** @param {Entry[]} entries @param {import('./options.mjs').Options} options @returns {import('./table.mjs').Row[]} */
function compare(entries, { only }) {
  return workloads
    .map((workload) => {
      const figures = Object.fromEntries(
        only.map((name) => [name, figure(perRound(entries, name, workload.id))]),
      );
      const compared = beside(figures, 'daybook', workload.better);
      const floor = (/** @type {string | undefined} */ name) =>
        name ? figure(perRound(entries, 'daybook', name)) : null;
      const bare = floor(workload.bare);
      const [chained, inTurns] = [floor(workload.chained), floor(workload.inTurns)];
      const judged = judge({ workload, figures, compared, bare, chained, inTurns });
      return { ...workload, figures, compared, ...judged };
    })
    .filter(({ figures }) => Object.values(figures).some((one) => one !== null));
}

/**
 * Of every page load by itself: how quick the machine is differs between them more than Daybook and the bare
 * machine do.
 * @param {Entry[]} entries @returns {import('./table.mjs').BareMachine[]}
 */
function compareBareMachine(entries) {
  return ['Relaxed', 'Strict'].flatMap((name) => {
    const each = (/** @type {string} */ figure) =>
      entries.flatMap(({ results }) => {
        const value = results?.[`${figure}${name}`];
        return typeof value === 'number' ? [value] : [];
      });
    const [appends, bares, chains] = [each('awaited'), each('bare'), each('chained')];
    if (bares.length === 0) return [];
    const ratios = (/** @type {number[]} */ floors) =>
      appends.map((append, index) => append / (floors[index] ?? Number.NaN));
    const beside = ratios(bares);
    const ratio = median(beside);
    const [least, most] = [Math.min(...beside), Math.max(...beside)];
    const met = ratio <= bareMachineTarget;
    const durability = name.toLowerCase();
    const middle = { bare: median(bares), append: median(appends), chained: median(ratios(chains)) };
    return [{ durability, ...middle, ratio, least, most, loads: bares.length, met }];
  });
}

/**
 * What is read in several pages, in the first of them only: there, some code runs for the first time.
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

/** The jobs that are done in several pages of the browser that reads. */
const repeated = ['readLongStream', 'foldLongStream', 'replay'];

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
  const bare = compareBareMachine(entries);
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
  const firsts = options.only.map((name) => ({
    title: titles[name] ?? name,
    first: median(perRound(entries, name, 'appendManyFirst')),
  }));
  const [own, ...peers] = firsts.filter(({ first }) => first > 0);
  const best = peers.toSorted((a, b) => b.first - a.first)[0];
  if (own && best) console.log(firstBurst(own.first, best.title, best.first));
  const beginnings = inFirstPage(rows, entries, options);
  if (beginnings.length > 0) console.log(firstPages(beginnings));
  const judged = [...rows, ...bare].filter(({ met }) => met !== null);
  const failed = entries.filter(({ error }) => error).length;
  for (const line of failures(entries)) console.log(line);
  for (const [name, why] of Object.entries(options.leftOut)) {
    console.log(`${name} was left out: ${why}. --only ${name} measures it.`);
  }
  console.log(
    `\n${judged.filter(({ met }) => met).length} of ${judged.length} targets met${failed > 0 ? `; ${failed} jobs failed` : ''}.`,
  );
  return { rows, bare, abouts };
}

await main(import.meta, async () => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const options = readOptions(
    process.argv.slice(2),
    workloads.map(({ id }) => id),
  );
  const wanted = workloads.filter(({ id }) => options.workload.length === 0 || options.workload.includes(id));
  const floors = ['bareMachine', 'bareAtOnce', 'bareBulk', 'openingFloor'];
  const jobs = [...new Set(wanted.map(({ job }) => job)), ...floors];
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
