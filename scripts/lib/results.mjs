/** Counting passed and failed tests, whoever ran them. */

/** @typedef {{ passed: number, failed: number }} Counts */

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** From the output of `cargo test` or of wasm-bindgen's test runner. @param {string} output @returns {Counts} */
export function countCargo(output) {
  const counts = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output
    .replace(ansi, '')
    .matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return counts;
}

/** From node:test's TAP output. @param {string} tap @returns {Counts} */
export function countTap(tap) {
  /** @param {string} word */
  const number = (word) => Number(tap.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  return { passed: number('pass'), failed: number('fail') + number('cancelled') };
}

/** From Playwright's JSON report. @param {string} json @returns {Counts} */
export function countPlaywright(json) {
  const { stats, errors } = JSON.parse(json);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + (errors?.length ?? 0) };
}

/**
 * What a runner's counts and exit code amount to: one that ran nothing, or that failed without
 * naming a test, has failed once.
 * @param {Counts} counts @param {number} code @returns {Counts}
 */
export function judge({ passed, failed }, code) {
  const silent = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}

/** @param {Counts[]} all @returns {Counts} */
export const sum = (all) => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
});

/** The line that ends a test run. @param {Counts} counts */
export const sentence = ({ passed, failed }) => `${passed} passed, ${failed} failed`;
