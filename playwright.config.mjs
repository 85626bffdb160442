/** End-to-end tests of the built order book, in the Chromium that scripts/browser.mjs finds. */

import { defineConfig } from '@playwright/test';
import { browserFlags, findBrowser } from './scripts/browser.mjs';

const port = Number(process.env.DAYBOOK_E2E_PORT || 4183);
const baseURL = `http://localhost:${port}`;
const chromium = findBrowser()?.chromium;

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: '.build/test-results',
  forbidOnly: true,
  // A test may add a year of trade, on a machine that has other things to do.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  retries: 0,
  // Two at once are enough to load a small machine; each test has its own browser context.
  workers: 2,
  reporter: 'list',
  use: {
    baseURL,
    launchOptions: { args: browserFlags, ...(chromium ? { executablePath: chromium } : {}) },
    trace: 'retain-on-failure',
  },
  webServer: {
    command: 'node scripts/serve.mjs',
    env: { PORT: String(port) },
    url: baseURL,
    reuseExistingServer: false,
  },
});
