/** Starting a browser on a profile of its own, and ending it. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserFlags, majorVersion, playwrightChromium } from '../../scripts/browser.mjs';
import { which } from '../../scripts/lib/paths.mjs';
import { ask } from '../../scripts/lib/run.mjs';
import { Problem } from '../../scripts/lib/say.mjs';
import { filesUnder } from '../../scripts/lib/stamp.mjs';

/**
 * @typedef {object} Browser
 * @property {string} version
 * @property {string[]} storage Folders of a profile that hold what pages have stored.
 * @property {(profile: string, url: string) => string[]} command
 * @property {(profile: string) => void} prepare
 */

/** Until a browser that was asked to end is killed, in milliseconds. */
const ENDING = 15_000;

/** A first run asks, updates and reports nothing, and the disk's space is not what limits storage. */
const firefoxPreferences = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** @returns {Browser | null} */
function chromium() {
  const named = process.env.DAYBOOK_CHROMIUM;
  const names = named ? [named] : ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];
  const paths = names.map(which).filter((path) => path !== null && majorVersion(path) !== null);
  const path = paths[0] ?? playwrightChromium()?.path;
  if (!path) return null;
  return {
    version: ask(path, ['--version']) ?? path,
    storage: ['IndexedDB', 'File System', 'WebStorage'].map((folder) => join('Default', folder)),
    prepare: (profile) => mkdirSync(profile, { recursive: true }),
    command: (profile, url) => [
      path,
      ...['--headless=new', ...browserFlags, `--user-data-dir=${profile}`, '--no-default-browser-check'],
      '--js-flags=--expose-gc',
      ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding', url],
    ],
  };
}

/** @returns {Browser | null} */
function firefox() {
  const path = ['firefox-esr', 'firefox'].map(which).find((found) => found !== null);
  if (!path) return null;
  return {
    version: ask(path, ['--version']) ?? path,
    storage: [join('storage', 'default')],
    prepare: (profile) => {
      mkdirSync(profile, { recursive: true });
      const lines = Object.entries(firefoxPreferences).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
      );
      writeFileSync(join(profile, 'user.js'), lines.join(''));
    },
    command: (profile, url) => [path, '--headless', '--no-remote', '--profile', profile, url],
  };
}

/** @param {'chromium' | 'firefox'} name @returns {Browser} */
export function findBrowser(name) {
  const found = name === 'chromium' ? chromium() : firefox();
  if (found) return found;
  const named = name === 'chromium' ? 'chromium' : 'firefox-esr';
  throw new Problem(`The benchmark needs ${named}.`, `sudo apt-get install ${named}`);
}

/**
 * Starts a browser on a profile, and resolves with what ends it: as a person does who closes the
 * window, so that it writes what it has to.
 * @param {Browser} browser @param {string} profile @param {string} url
 * @returns {{ ended: Promise<void>, end: () => Promise<void> }}
 */
export function start(browser, profile, url) {
  if (!existsSync(profile)) browser.prepare(profile);
  const [program = '', ...args] = browser.command(profile, url);
  // In a group of its own, so that its children can be ended with it.
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const signalGroup = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  // Should the run itself be ended: before anybody removes what the browser writes to.
  const kill = () => signalGroup('SIGKILL');
  process.prependOnceListener('exit', kill);
  return {
    ended,
    end: async () => {
      child.kill('SIGTERM');
      const killer = setTimeout(kill, ENDING);
      await ended;
      clearTimeout(killer);
      kill();
      process.off('exit', kill);
    },
  };
}

/** Bytes of what pages have stored; the browser must have ended. @param {Browser} browser @param {string} profile */
export function storedBytes(browser, profile) {
  const files = browser.storage.flatMap((folder) => filesUnder(join(profile, folder)));
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}
