/** Work that waits until nobody is busy. */

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { whenIdle } from '../dist/idle.js';

const QUIET = 200;
/** How long it waits at most. */
const LATEST = 3 * QUIET;
/** Where there is no `requestIdleCallback`, there is time after so many milliseconds. */
const IDLE = 50;

test('work waits until nobody has asked for it, or delayed it, for a while', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => mock.timers.reset());
  const pass = async (/** @type {number} */ milliseconds) => {
    mock.timers.tick(milliseconds);
    await settled();
  };
  let times = 0;
  const work = whenIdle(
    async () => {
      times += 1;
    },
    QUIET,
    LATEST,
  );

  work.delay();
  await pass(10 * QUIET);
  assert.equal(times, 0, 'a delay asks for nothing');

  work.ask();
  await pass(QUIET - 1);
  work.delay();
  await pass(1);
  await pass(QUIET - 1);
  await pass(IDLE);
  await pass(1);
  assert.equal(times, 0, 'a delay begins the wait anew');
  await pass(IDLE);
  assert.equal(times, 1);

  work.ask();
  for (let time = 0; time < LATEST; time += QUIET) {
    work.delay();
    await pass(QUIET);
    assert.equal(times, 1, 'as long as it is put off');
  }
  await pass(IDLE);
  assert.equal(times, 2, 'it is not put off for ever');
  await work.stop();
});
