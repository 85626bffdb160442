/** The page of every run: asks the server for a job, does it, reports, and loads anew for the next. */

import { jobs } from './jobs/index.js';
import { pause } from './jobs/measure.js';

/** @type {Record<string, () => Promise<import('./contenders/contender.js').ContenderModule>>} */
const contenders = {
  daybook: () => import('./contenders/daybook.js'),
  raw: () => import('./contenders/raw-indexeddb.js'),
  dexie: () => import('./contenders/dexie.js'),
  rxdb: () => import('./contenders/rxdb.js'),
  pouchdb: () => import('./contenders/pouchdb.js'),
  sqlite: () => import('./contenders/sqlite.js'),
  pglite: () => import('./contenders/pglite.js'),
};

/** @param {string} path @param {unknown} [body] */
async function ask(path, body) {
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return await (await fetch(path, request)).json();
}

/**
 * @param {{ contender: string, job: string, plan: import('./jobs/index.js').Plan }} task
 * @param {boolean} first Whether the browser was just started.
 */
async function work({ contender, job, plan }, first) {
  const module = await contenders[contender]?.();
  const doing = jobs[job];
  if (!module || !doing) throw new Error(`there is no ${contender}, or no ${job}`);
  await module.prepare?.();
  // The browser's own beginning, or taking apart the page before, may still keep both processors busy.
  await pause(first ? plan.starting : plan.settling);
  return { about: module.about, results: await doing(module, plan) };
}

const { number, first, task } = await ask('/task');
if (task) {
  /** @type {object} */
  let report;
  try {
    report = await work(task, first);
  } catch (error) {
    report = { error: error instanceof Error ? (error.stack ?? String(error)) : String(error) };
  }
  const { more } = await ask('/report', { number, ...report });
  if (more) location.reload();
}
