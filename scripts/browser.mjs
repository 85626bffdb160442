/** Which Chromium the tests run in, and how it is started. The one place that knows either. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toolsDir, which } from './lib/paths.mjs';
import { ask } from './lib/run.mjs';

/**
 * @typedef {object} Browser
 * @property {string} chromium
 * @property {string} chromedriver Of the same major version.
 */

/**
 * Quiet, and the same everywhere. The tests open nothing but our own pages, so they can do without
 * the sandbox, which containers, root and Ubuntu's AppArmor all refuse.
 */
export const browserFlags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromiums = ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];
const chromedrivers = [
  'chromedriver',
  '/usr/lib/chromium-browser/chromedriver',
  '/usr/lib/chromium/chromedriver',
];

/** The major version a browser or driver says it has; `null` when it does not run (a snap's stub, say). */
export function majorVersion(/** @type {string} */ program) {
  return ask(program, ['--version'])?.match(/(\d+)\.\d+\.\d+\.\d+/)?.[1] ?? null;
}

/** Playwright's own Chromium, when it has been downloaded. @returns {{ path: string, version: string } | null} */
export function playwrightChromium() {
  try {
    const require = createRequire(import.meta.url);
    const path = require('playwright-core').chromium.executablePath();
    if (!existsSync(path)) return null;
    const version = ask(path, ['--version'])?.match(/\d+\.\d+\.\d+\.\d+/)?.[0];
    return version ? { path, version } : null;
  } catch {
    return null;
  }
}

/** Where the driver for Playwright's Chromium is put. @param {string} version */
export const driverDir = (version) => join(toolsDir, `chromedriver-${version}`);

/** @param {string} version */
function downloadedDriver(version) {
  const path = join(driverDir(version), 'chromedriver');
  return existsSync(path) ? path : null;
}

/**
 * The first Chromium that runs, with a driver of its version: what DAYBOOK_CHROMIUM and
 * DAYBOOK_CHROMEDRIVER name, then what is on the PATH, then Playwright's.
 * @returns {Browser | null}
 */
export function findBrowser() {
  const { DAYBOOK_CHROMIUM, DAYBOOK_CHROMEDRIVER } = process.env;
  const drivers = (DAYBOOK_CHROMEDRIVER ? [DAYBOOK_CHROMEDRIVER] : chromedrivers)
    .map(which)
    .filter((path) => path !== null)
    .map((path) => ({ path, major: majorVersion(path) }));
  for (const chromium of (DAYBOOK_CHROMIUM ? [DAYBOOK_CHROMIUM] : chromiums).map(which)) {
    const major = chromium && majorVersion(chromium);
    const driver = major && drivers.find((candidate) => candidate.major === major);
    if (chromium && driver) return { chromium, chromedriver: driver.path };
  }
  const own = DAYBOOK_CHROMIUM ? null : playwrightChromium();
  const chromedriver = own && downloadedDriver(own.version);
  return own && chromedriver ? { chromium: own.path, chromedriver } : null;
}

/** The environment that makes every later {@link findBrowser} answer at once. @param {Browser} browser */
export const browserEnvironment = ({ chromium, chromedriver }) => ({
  DAYBOOK_CHROMIUM: chromium,
  DAYBOOK_CHROMEDRIVER: chromedriver,
});
