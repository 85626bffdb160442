/** What can be asked of a run, and how much of everything it does. */

import { parseArgs } from 'node:util';
import { Problem } from '../../scripts/lib/say.mjs';

/** @typedef {import('./page/jobs/index.js').Plan} Plan */

/** In the order they take turns. */
export const contenders = ['daybook', 'raw', 'dexie', 'rxdb', 'pouchdb', 'sqlite', 'pglite'];

/**
 * Who takes minutes where others take seconds, and why; measured there when named by `--only`.
 * @type {Record<string, Record<string, string>>}
 */
export const slow = {
  firefox: {
    pglite:
      'opening takes it 20 s there and closing 16 s, as it holds a thousand access handles, each of which Firefox takes some 20 ms for',
  },
};

/** @type {Plan} */
const full = {
  warmUp: 200,
  sequential: 500,
  concurrent: 2_000,
  warmBursts: 6,
  bursts: 5,
  orders: 20_000,
  callEvents: 500,
  longStream: 10_000,
  firstReads: 300,
  laterReads: 2_000,
  starting: 1_500,
  settling: 300,
  load: 0,
  grace: 2_000,
};

/** @type {Plan} */
const quick = {
  ...full,
  warmUp: 100,
  sequential: 100,
  concurrent: 300,
  warmBursts: 2,
  bursts: 3,
  orders: 1_000,
  longStream: 1_500,
  firstReads: 100,
  laterReads: 400,
  starting: 300,
  settling: 100,
  grace: 300,
};

/**
 * @typedef {object} Options
 * @property {Plan} plan
 * @property {boolean} scale Whether growth is measured instead of comparing.
 * @property {number} rounds
 * @property {number} loads How often long writes, what is read and what appends are beside the bare machine
 *   are measured, each time in a page loaded anew.
 * @property {number} openings The same for opening the store.
 * @property {boolean} brief Whether sizes are smaller than those that targets are for: nothing is judged then, one
 *   browser does all that reads what was imported, and peers are not asked for `strict`.
 * @property {number} after Milliseconds a browser is left to its own work before it is ended.
 * @property {'chromium' | 'firefox'} browser
 * @property {string[]} only Contenders.
 * @property {Record<string, string>} leftOut Contenders that are not measured, and why.
 * @property {string[]} workload Ids of workloads; all of them when empty.
 * @property {number[]} events The sizes at which growth is measured.
 * @property {string[]} measure What of it is measured.
 * @property {string | undefined} json Where the figures are written to.
 */

/** What is measured of growth: the job, in how many turns of each size, and in how many page loads each. */
export const growth = {
  open: { job: 'scaleOpen', turns: 1, loads: 5 },
  rebuild: { job: 'scaleRebuild', turns: 1, loads: 2 },
  memory: { job: 'scaleMemory', turns: 1, loads: 1 },
  read: { job: 'scaleRead', turns: 3, loads: 1 },
  append: { job: 'scaleAppend', turns: 5, loads: 1 },
};

/** Each size is measured in a profile of its own, in browsers that did not write it. */
const sizes = [1_000, 10_000, 100_000, 1_000_000];

const usage =
  'npm run bench -- [--scale [--events 1000,1000000] [--measure open,rebuild]] [--quick] [--rounds N] [--browser chromium|firefox] [--only a,b] [--workload x,y] [--json FILE]';

/** @param {string | undefined} list @param {readonly string[]} known @returns {string[]} */
function chosen(list, known) {
  const names = list?.split(',').filter(Boolean) ?? [];
  const strange = names.find((name) => !known.includes(name));
  if (strange) throw new Problem(`There is no '${strange}'; there are ${known.join(', ')}.`, usage);
  return names;
}

/** @param {string | undefined} list @param {boolean} brief @returns {number[]} */
function chosenSizes(list, brief) {
  if (list === undefined) return brief ? sizes.slice(0, 3) : sizes;
  const chosen = list.split(',').map(Number);
  if (chosen.every((events) => Number.isInteger(events) && events >= 200)) return chosen;
  throw new Problem('--events takes whole numbers from 200 on.', usage);
}

/** @param {string} name */
function browserNamed(name) {
  if (name === 'chromium' || name === 'firefox') return name;
  throw new Problem(`There is no browser '${name}'.`, usage);
}

/** All of `ids` when none is chosen. @param {string[]} list @param {readonly string[]} ids */
const orAll = (list, ids) => (list.length > 0 ? ids.filter((id) => list.includes(id)) : [...ids]);

/** What is measured of growth, unless less is asked for. */
const grown = Object.keys(growth);

const thoroughly = { plan: full, loads: 3, openings: 9, brief: false, after: 500 };
const quickly = { plan: quick, loads: 1, openings: 2, brief: true, after: 150 };

/** Who is not measured in a browser, and why; nobody when contenders are named. @param {string} browser @param {string[]} named */
const leftOutIn = (browser, named) => (named.length > 0 ? {} : (slow[browser] ?? {}));

/**
 * @param {string[]} args @param {readonly string[]} workloads The ids that can be named.
 * @returns {Options}
 */
export function readOptions(args, workloads) {
  /** @type {{ values: Record<string, string | boolean | undefined> }} */
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        quick: { type: 'boolean' },
        scale: { type: 'boolean' },
        rounds: { type: 'string' },
        browser: { type: 'string' },
        only: { type: 'string' },
        workload: { type: 'string' },
        events: { type: 'string' },
        measure: { type: 'string' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error), usage);
  }
  const text = (/** @type {string} */ name) => /** @type {string | undefined} */ (parsed.values[name]);
  const brief = parsed.values.quick === true;
  const rounds = Number(text('rounds') ?? (brief ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Problem('--rounds takes a whole number.', usage);
  const browser = browserNamed(text('browser') ?? 'chromium');
  const only = chosen(text('only'), contenders);
  const leftOut = leftOutIn(browser, only);
  return {
    ...(brief ? quickly : thoroughly),
    scale: parsed.values.scale === true,
    rounds,
    browser,
    only: contenders.filter((name) => (only.length > 0 ? only.includes(name) : !(name in leftOut))),
    leftOut,
    workload: chosen(text('workload'), workloads),
    events: chosenSizes(text('events'), brief),
    measure: orAll(chosen(text('measure'), grown), grown),
    json: text('json'),
  };
}
