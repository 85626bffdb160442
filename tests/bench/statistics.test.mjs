/** What is made of the figures of several rounds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.mjs';
import { inTurn } from './page/turns.js';
import { beside, figure, floorBeside, judge, median, spread } from './statistics.mjs';
import { columns, digits } from './table.mjs';

test('the median is the middle one, or lies between the two in the middle', () => {
  assert.equal(median([3, 100, 1]), 3);
  assert.equal(median([4, 1, 3, 100]), 3.5);
  assert.ok(Number.isNaN(median([])));
});

test('the spread is the range as a share of the median', () => {
  assert.equal(spread([8, 10, 12]), 0.4);
  assert.equal(spread([8]), 0);
});

test('more is better in a ratio, whatever is measured', () => {
  const figures = { ours: figure([30]), slow: figure([5]), quick: figure([10]), failed: figure([]) };
  assert.deepEqual(beside(figures, 'ours', 'more'), { best: 'quick', ratio: 3 });
  assert.deepEqual(beside(figures, 'ours', 'less'), { best: 'slow', ratio: 5 / 30 });
});

test('a ratio is that of the middle one of the rounds in which both were measured', () => {
  const ours = figure([30, 10, 20]);
  /** @param {number[]} rounds */
  const besidePeer = (rounds) => beside({ ours, peer: figure(rounds) }, 'ours', 'more')?.ratio;
  assert.equal(besidePeer([10, 5, 4]), 3);
  assert.equal(besidePeer([Number.NaN, 5, 4]), 3.5);
  assert.equal(besidePeer([Number.NaN, Number.NaN, 2]), 10);
  const early = beside({ ours: figure([30, Number.NaN]), peer: figure([Number.NaN, 5]) }, 'ours', 'more');
  assert.equal(early?.ratio, 6, 'of medians, when no round has both');
});

test('a round in which something failed counts for nothing', () => {
  assert.deepEqual(figure([4, Number.NaN, 8]), { median: 6, spread: 4 / 6, each: [4, Number.NaN, 8] });
  assert.equal(figure([Number.NaN, Number.NaN]), null);
});

test('a contender without figures, or alone, is beside nobody', () => {
  assert.equal(beside({ ours: figure([]), other: figure([1]) }, 'ours', 'more'), null);
  assert.equal(beside({ ours: figure([1]) }, 'ours', 'more'), null);
});

test('a target that the platform itself would miss is met near its floor, and only then', () => {
  /** @param {number} own @param {number | null} floor @param {number} [inAChain] */
  const judged = (own, floor, inAChain) => {
    const [ours, peer] = [figure([own]), figure([10])];
    const compared = beside({ daybook: ours, peer }, 'daybook', 'more');
    assert.ok(compared && ours && peer);
    const [bare = null, chained = null] = [floor, inAChain].map((rate) =>
      rate ? floorBeside(figure([rate]), ours, peer) : null,
    );
    return judge({ target: 4, compared, bare, chained });
  };
  assert.deepEqual(judged(40, 30), { met: true, limit: null });
  assert.deepEqual(judged(39, null), { met: false, limit: null });
  assert.deepEqual(judged(39, 41), { met: false, limit: null }, 'within the platform');
  const alone = { ratio: 3, bare: null };
  assert.deepEqual(judged(25, 30), { met: true, limit: { ...alone, factor: 1.2 } });
  assert.deepEqual(judged(31, 30), { met: false, limit: null }, 'no floor');
  assert.deepEqual(judged(20, 30), { met: false, limit: { ...alone, factor: 1.5 } });
  const chained = { ratio: 2.4, factor: 1.2 };
  assert.deepEqual(judged(20, 30, 24), { met: true, limit: { ...chained, bare: { ratio: 3, factor: 1.5 } } });
  const bare = { ratio: 4.1, factor: 2.05 };
  assert.deepEqual(judged(20, 41, 24), { met: true, limit: { ...chained, bare } }, 'beyond it with a chain');
  assert.deepEqual(judged(39, 60, 41), { met: false, limit: null }, 'within the platform, with a chain too');
  assert.deepEqual(judged(24, 30, 20), { met: false, limit: { ...alone, factor: 1.25 } }, 'no floor');
  const near = { ratio: 2.3, factor: 23 / 24, bare: { ratio: 3, factor: 1.25 } };
  assert.deepEqual(
    judged(24, 30, 23),
    { met: true, limit: near },
    'as quick as the floor, and rounds differ',
  );
});

test('how near a floor is comes from where they took turns, and what it reaches from its own rate', () => {
  const [own, peer] = [figure([20]), figure([10])];
  assert.ok(own && peer);
  assert.deepEqual(floorBeside(figure([30]), own, peer), { ratio: 3, factor: 1.5 });
  assert.deepEqual(floorBeside(figure([30]), own, peer, [1.1, 1.25, 9]), { ratio: 3, factor: 1.25 });
  assert.equal(floorBeside(null, own, peer), null);
  const [rounds, peers] = [figure([20, 40, 10]), figure([10, 10, 10])];
  assert.ok(rounds && peers);
  assert.deepEqual(floorBeside(figure([30, 20, 40]), rounds, peers), { ratio: 3, factor: 1.5 });
});

test('those that take turns come as often before each other as after', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const rounds = Array.from({ length: 2 * names.length }, (_, round) => inTurn(round, names));
  for (const one of names) {
    for (const other of names.filter((name) => name !== one)) {
      const before = rounds.filter((order) => order.indexOf(one) < order.indexOf(other));
      assert.equal(before.length, names.length);
    }
  }
});

test('numbers keep three digits', () => {
  assert.deepEqual([0.01234, 1.234, 12.34, 123.4, 1_234, 123_456].map(digits), [
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '1,230',
    '123,000',
  ]);
});

test('columns stand below each other', () => {
  assert.deepEqual(
    columns([
      ['', 'a'],
      ['name', '100'],
    ]),
    ['        a', 'name  100'],
  );
});

test('who is left out in a browser is said, and measured when named', () => {
  const all = readOptions(['--browser', 'firefox'], []);
  assert.ok(!all.only.includes('pglite') && all.leftOut.pglite);
  const named = readOptions(['--browser', 'firefox', '--only', 'pglite'], []);
  assert.deepEqual([named.only, named.leftOut], [['pglite'], {}]);
  assert.equal(readOptions([], []).only.length, 7);
});

test('options name contenders and workloads that exist, and a browser that can be started', () => {
  const options = readOptions(['--quick', '--only', 'raw,daybook', '--workload', 'x'], ['x', 'y']);
  assert.deepEqual([options.only, options.workload, options.rounds], [['daybook', 'raw'], ['x'], 1]);
  for (const wrong of [
    ['--only', 'nobody'],
    ['--workload', 'z'],
    ['--browser', 'lynx'],
    ['--rounds', '0'],
    ['--fast'],
  ]) {
    assert.throws(() => readOptions(wrong, ['x', 'y']), { name: 'Problem' });
  }
});
