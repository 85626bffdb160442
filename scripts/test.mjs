/**
 * `npm test`: sets up, builds, and runs every test there is. The last line counts them all.
 * With `--lint`, what `npm run lint` checks is counted too.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { browserEnvironment, browserFlags } from './browser.mjs';
import { buildAll } from './build.mjs';
import { buildBoth } from './build-wasm.mjs';
import { choose, crates } from './lib/crates.mjs';
import { main } from './lib/main.mjs';
import { at, buildDir, root } from './lib/paths.mjs';
import { countCargo, countPlaywright, countTap, judge, sentence, sum } from './lib/results.mjs';
import { run, runAndKeep } from './lib/run.mjs';
import { note, sayError, step } from './lib/say.mjs';
import { filesUnder } from './lib/stamp.mjs';
import { lint } from './lint.mjs';
import { setUpLint, setUpTest } from './setup/index.mjs';
import { ensureWasmBindgen, ensureWasmPack } from './setup/tools.mjs';

/** @typedef {import('./lib/results.mjs').Counts} Counts */
/** @typedef {import('./browser.mjs').Browser} Browser */
/** @typedef {{ title: string, work: () => Promise<Counts> }} Runner */

/** Until a crate's browser tests are given up; a busy machine may need long for them. */
const browserTestSeconds = 600;

const reports = join(buildDir, 'reports');

/** The crates that need no browser, documentation's examples included. @returns {Runner} */
const native = () => ({
  title: 'Rust, natively',
  work: async () => {
    const chosen = choose(crates().filter(({ browser }) => !browser));
    const { code, output } = await runAndKeep('cargo', [
      'test',
      '--no-fail-fast',
      '--all-features',
      ...chosen,
    ]);
    return judge(countCargo(output), code);
  },
});

/** @param {import('./lib/crates.mjs').Crate} crate @param {Browser} browser @returns {Runner} */
const inBrowser = (crate, browser) => ({
  title: `${crate.name}, in Chromium`,
  work: async () => {
    const options = { binary: browser.chromium, args: ['--headless', ...browserFlags] };
    writeFileSync(join(crate.directory, 'webdriver.json'), JSON.stringify({ 'goog:chromeOptions': options }));
    const path = [await ensureWasmBindgen(), await ensureWasmPack()];
    const args = [
      'test',
      '--headless',
      '--chrome',
      '--chromedriver',
      browser.chromedriver,
      '--mode',
      'no-install',
    ];
    const { code, output } = await runAndKeep('wasm-pack', [...args, relative(root, crate.directory)], {
      path,
      env: { WASM_BINDGEN_TEST_TIMEOUT: String(browserTestSeconds) },
    });
    return judge(countCargo(output), code);
  },
});

/** @param {string} title @param {string} name Names the report. @param {string[]} files @returns {Runner} */
const inNode = (title, name, files) => ({
  title,
  work: async () => {
    const report = join(reports, `${name}.tap`);
    const reporters = [
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
    ];
    if (files.length === 0) return judge({ passed: 0, failed: 0 }, 0);
    const code = await run(process.execPath, ['--test', ...reporters, ...files]);
    return judge(countTap(readFileSync(report, 'utf8')), code);
  },
});

/** The order book as a person uses it. @returns {Runner} */
const endToEnd = () => ({
  title: 'The order book, end to end',
  work: async () => {
    const report = join(reports, 'playwright.json');
    const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
    const code = await run('node_modules/.bin/playwright', ['test', '--reporter=list,json'], { env });
    return judge(countPlaywright(readFileSync(report, 'utf8')), code);
  },
});

/** @param {Browser} browser @returns {Runner[]} */
function runners(browser) {
  const files = [at('tests'), at('crate/wasm/js')]
    .flatMap((directory) => filesUnder(directory, (path) => path.endsWith('node_modules')))
    .filter((path) => path.endsWith('.test.mjs'));
  const packaging = at('tests', 'package.test.mjs');
  return [
    native(),
    ...crates()
      .filter(({ browserTests }) => browserTests)
      .map((crate) => inBrowser(crate, browser)),
    inNode(
      'The package, in Node',
      'node',
      files.filter((file) => file !== packaging),
    ),
    inNode('The package, packed and installed', 'packaging', [packaging]),
    endToEnd(),
  ];
}

/** A runner that cannot even run has failed once; the others go on. @param {Runner} runner @returns {Promise<Counts>} */
async function attempt({ title, work }) {
  step(title);
  try {
    const counts = await work();
    note(sentence(counts));
    return counts;
  } catch (error) {
    sayError(error);
    return { passed: 0, failed: 1 };
  }
}

/** @returns {Promise<Counts>} */
async function everything() {
  const browser = await setUpTest();
  const withLint = process.argv.includes('--lint');
  if (withLint) await setUpLint();
  await buildAll();
  await buildBoth();
  Object.assign(process.env, browserEnvironment(browser));
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  const all = withLint ? [{ title: 'Lint', work: lint }, ...runners(browser)] : runners(browser);
  /** @type {{ title: string, counts: Counts }[]} */
  const results = [];
  for (const runner of all) results.push({ title: runner.title, counts: await attempt(runner) });

  step('In all');
  for (const { title, counts } of results) note(`${title}: ${sentence(counts)}`);
  return sum(results.map(({ counts }) => counts));
}

await main(import.meta, async () => {
  const counts = await everything().catch((error) => {
    sayError(error);
    return { passed: 0, failed: 1 };
  });
  console.log(sentence(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
});
