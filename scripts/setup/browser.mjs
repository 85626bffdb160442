/** Gets a Chromium and its driver. */

import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { driverDir, findBrowser, playwrightChromium } from '../browser.mjs';
import { at } from '../lib/paths.mjs';
import { ask, run } from '../lib/run.mjs';
import { note, Problem, step } from '../lib/say.mjs';
import { aptCommand, aptInstall } from './system.mjs';

/** Debian's browser and driver. Ubuntu's packages of that name are stubs for a snap. */
const packages = ['chromium', 'chromium-driver'];

/** Unpacks Chrome for Testing's archives; fetched by npx only where it is needed. */
const downloader = '@puppeteer/browsers@2.10.10';

const isDebian = () => ask('sh', ['-c', '. /etc/os-release && echo "$ID"']) === 'debian';

/** Playwright's Chromium with its libraries, and the driver of exactly that version. */
async function download() {
  step("Downloading Playwright's Chromium");
  const install = ['--no-install', 'playwright', 'install', 'chromium'];
  const allowed = { env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: undefined } };
  // With the system's libraries where we may install them, else hoping that they are there.
  const done =
    (await run('npx', [...install, '--with-deps'], allowed)) === 0 ||
    (await run('npx', install, allowed)) === 0;
  const own = done ? playwrightChromium() : null;
  if (!own) return;
  const home = driverDir(own.version);
  const scratch = `${home}.part`;
  mkdirSync(scratch, { recursive: true });
  const fetched = ['--yes', downloader, 'install', `chromedriver@${own.version}`, '--path', scratch];
  if ((await run('npx', fetched)) !== 0) return;
  const found = ask('find', [scratch, '-type', 'f', '-name', 'chromedriver']);
  if (!found) return;
  rmSync(home, { recursive: true, force: true });
  renameSync(dirname(found), home);
  rmSync(scratch, { recursive: true, force: true });
}

/** Finds a browser, or installs one. @returns {Promise<import('../browser.mjs').Browser>} */
export async function ensureBrowser() {
  let browser = findBrowser();
  if (!browser && isDebian() && (await aptInstall(packages))) browser = findBrowser();
  if (!browser && !process.env.DAYBOOK_CHROMIUM) {
    await download();
    browser = findBrowser();
  }
  if (!browser) {
    throw new Problem(
      'The tests need Chromium and a chromedriver of the same version. DAYBOOK_CHROMIUM and DAYBOOK_CHROMEDRIVER may name them.',
      isDebian()
        ? aptCommand(packages)
        : `cd ${at()} && npx playwright install --with-deps chromium && npm test`,
    );
  }
  note(`Chromium: ${browser.chromium}, driver: ${browser.chromedriver}`);
  return browser;
}
