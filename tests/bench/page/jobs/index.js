/** Every job a page can be given. */

import { appends, strictAppends } from './appends.js';
import { bareAtOnce, bareBulk, bareMachine } from './bare-machine.js';
import { importOrders } from './import.js';
import { foldLongStream, readLongStream, writeLongStream } from './long-stream.js';
import { openingFloor, showOrders } from './opening.js';
import { readStreams, replay } from './reads.js';
import { scaleAppend, scaleFill, scaleMemory, scaleOpen, scaleRead, scaleRebuild } from './scale.js';

/**
 * How much of everything.
 * @typedef {object} Plan
 * @property {number} warmUp Appends before the first that counts.
 * @property {number} sequential Appends one after the other.
 * @property {number} concurrent Appends at once.
 * @property {number} warmBursts How often so many, before the first that counts.
 * @property {number} bursts How often so many, to be measured.
 * @property {number} orders Imported.
 * @property {number} callEvents Events per call.
 * @property {number} longStream Events in the long stream.
 * @property {number} firstReads Small streams read just after opening.
 * @property {number} laterReads Small streams read after those.
 * @property {number} starting Milliseconds a browser that was just started is left to itself.
 * @property {number} [events] In the log, where growth is measured.
 * @property {number} settling Milliseconds a page that was loaded after another is left to itself.
 * @property {number} load Which of the browser's page loads with the same job this is, from 0.
 * @property {number} grace Milliseconds a contender is given for what it does when idle.
 */

/**
 * What a job measured. Times in milliseconds, rates per second.
 * @typedef {Record<string, number | string>} Results
 */

/** @typedef {(contender: import('../contenders/contender.js').ContenderModule, plan: Plan) => Promise<Results>} Job */

/** @type {Record<string, Job>} */
export const jobs = {
  appends,
  strictAppends,
  bareMachine,
  bareAtOnce,
  bareBulk,
  writeLongStream,
  readLongStream,
  foldLongStream,
  importOrders,
  readStreams,
  replay,
  showOrders,
  openingFloor,
  scaleFill,
  scaleOpen,
  scaleAppend,
  scaleRead,
  scaleMemory,
  scaleRebuild,
};
