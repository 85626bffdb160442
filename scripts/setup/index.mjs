/** What each command needs before it can work; the cheap checks first. */

import { step } from '../lib/say.mjs';
import { ensureBrowser } from './browser.mjs';
import { ensurePackages } from './packages.mjs';
import { checkRust, ensureLinters, ensureWasmTarget } from './rust.mjs';
import { checkNode, ensureCompiler } from './system.mjs';
import { ensureWasmBindgen, ensureWasmPack } from './tools.mjs';

/** For building the package and the page. */
export async function setUpBuild() {
  step('Checking what is needed');
  checkNode();
  checkRust();
  await ensureCompiler();
  await ensurePackages();
  await ensureWasmTarget();
  await ensureWasmBindgen();
}

/** For `npm run lint`. */
export async function setUpLint() {
  await setUpBuild();
  await ensureLinters();
}

/** For `npm test`. @returns {Promise<import('../browser.mjs').Browser>} */
export async function setUpTest() {
  await setUpBuild();
  const browser = await ensureBrowser();
  await ensureWasmPack();
  return browser;
}
