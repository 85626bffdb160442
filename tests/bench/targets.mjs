/** The workloads, in the order of the table, and what Daybook is to reach. */

/**
 * @typedef {object} Workload
 * @property {string} id Also the name of the figure a job reports.
 * @property {string} title
 * @property {string} unit
 * @property {'more' | 'less'} better
 * @property {number | null} target What the ratio to the best peer must be at least; with `less`, the
 *   ratio is the best peer's figure to Daybook's, so that more is always better. `null`: only reported.
 * @property {string} job That measures it.
 * @property {string} [floorJob] That measures the platform's own floor.
 * @property {string} [bare] The figure of that floor, as a rate.
 * @property {string} [chained] That of the floor for events that are checked, made JSON and hashed in a chain.
 * @property {string} [inTurns] Daybook's own figure beside that, where it was measured in turns with it.
 */

/** @type {Workload[]} */
export const workloads = [
  {
    id: 'appendOne',
    title: 'append one event, awaited, one after the other',
    unit: '/s',
    better: 'more',
    target: 1.3,
    job: 'appends',
    floorJob: 'bareMachine',
    bare: 'bareOne',
    chained: 'bareOneChained',
    inTurns: 'awaitedOne',
  },
  {
    id: 'appendMany',
    title: 'such appends at once, on different streams',
    unit: '/s',
    better: 'more',
    target: 25,
    job: 'appends',
    floorJob: 'bareAtOnce',
    bare: 'bareMany',
    chained: 'bareManyChained',
    inTurns: 'atOnce',
  },
  {
    id: 'importOrders',
    title: 'import of orders, 500 events a call',
    unit: 'events/s',
    better: 'more',
    target: 3,
    job: 'importOrders',
    floorJob: 'bareBulk',
    bare: 'bareImport',
  },
  {
    id: 'longWrite',
    title: 'one long stream, 500 events a call',
    unit: 'events/s',
    better: 'more',
    target: 4,
    job: 'writeLongStream',
    floorJob: 'bareBulk',
    bare: 'bareLong',
  },
  {
    id: 'readFirst',
    title: 'read one small stream, just after opening',
    unit: '/s',
    better: 'more',
    target: 1,
    job: 'readStreams',
  },
  {
    id: 'readLater',
    title: 'read one small stream, later',
    unit: '/s',
    better: 'more',
    target: 3,
    job: 'readStreams',
  },
  {
    id: 'longRead',
    title: 'read the long stream as objects',
    unit: 'events/s',
    better: 'more',
    target: 2.5,
    job: 'readLongStream',
  },
  {
    id: 'fold',
    title: 'fold the long stream into its aggregate',
    unit: 'events/s',
    better: 'more',
    target: 5,
    job: 'foldLongStream',
  },
  {
    id: 'replay',
    title: 'replay the log into orders_summary',
    unit: 'events/s',
    better: 'more',
    target: 4,
    job: 'replay',
  },
  {
    id: 'open',
    title: 'open the store, show the first 50 orders',
    unit: 'ms',
    better: 'less',
    target: 1,
    job: 'showOrders',
    floorJob: 'openingFloor',
  },
  { id: 'disk', title: 'space on disk', unit: 'MB', better: 'less', target: 2, job: 'importOrders' },
  {
    id: 'appendOneStrict',
    title: 'append one event, awaited, strict',
    unit: '/s',
    better: 'more',
    target: null,
    job: 'strictAppends',
    floorJob: 'bareMachine',
  },
];

/** The time of an awaited append to that of a bare transaction with one put, at most. */
export const bareMachineTarget = 1.25;
