/** The package as its users get it: packed, installed in an empty project, in Node and through Vite in a browser. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { browserFlags, findBrowser } from '../scripts/browser.mjs';
import { at, root } from '../scripts/lib/paths.mjs';
import { filesUnder } from '../scripts/lib/stamp.mjs';
import { serve } from '../scripts/serve.mjs';
import { expected } from './fixtures/package/tour.js';

describe('the package, installed', () => {
  const project = mkdtempSync(join(tmpdir(), 'daybook-package-'));
  const installed = join(project, 'node_modules', 'daybook');

  /** @param {string} program @param {string[]} args @param {string} cwd */
  const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: 'utf8' });

  before(() => {
    const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', project], root));
    cpSync(at('tests', 'fixtures', 'package'), project, { recursive: true });
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'tour', private: true, type: 'module' }),
    );
    run('npm', ['install', '--offline', '--no-package-lock', join(project, filename)], project);
  });

  after(() => rmSync(project, { recursive: true, force: true }));

  test('holds the built files only, and needs no other package', () => {
    const paths = filesUnder(installed).map((path) => path.slice(installed.length + 1));
    const others = paths.filter((path) => !path.startsWith('dist/'));
    assert.deepEqual(
      others.filter((path) => !/^(package\.json|README\.md|LICENSE(\..*)?)$/.test(path)),
      [],
    );
    assert.ok(others.includes('LICENSE'));
    const { dependencies = {} } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual(dependencies, {});
  });

  test('has every file its entry points name', () => {
    const { exports, imports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const named = JSON.stringify([exports, imports]).match(/\.\/[^"]*?\.\w+(?=")/g) ?? [];
    const files = named.filter((path) => path.startsWith('./dist/') || path === './package.json');
    assert.ok(files.length > 6);
    assert.deepEqual(
      files.filter((path) => !existsSync(join(installed, path))),
      [],
    );
  });

  test('names its WebAssembly once per environment and entry point', () => {
    const sources = filesUnder(join(installed, 'dist')).filter((path) => path.endsWith('.js'));
    const urls = sources.flatMap(
      (path) => readFileSync(path, 'utf8').match(/new URL\([^)]*import\.meta\.url/g) ?? [],
    );
    assert.equal(urls.length, 4, urls.join('\n'));
  });

  test('says nothing of the machine it was built on', () => {
    const { CARGO_HOME, RUSTUP_HOME } = process.env;
    const places = [root, homedir(), CARGO_HOME, RUSTUP_HOME].map((path) => path?.replace(/\/$/, ''));
    for (const path of filesUnder(installed)) {
      const bytes = readFileSync(path);
      for (const place of places) if (place) assert.ok(!bytes.includes(`${place}/`), `${path}: ${place}`);
    }
  });

  test('touches nothing of a browser when it is imported', () => {
    const script = "await import('daybook'); await import('daybook/orders');";
    run(process.execPath, ['--input-type=module', '-e', script], project);
  });

  test('works in Node, in memory', () => {
    run(process.execPath, ['tour.node.js'], project);
  });

  test("runs the README's first example in Node", () => {
    const example = readFileSync(at('README.md'), 'utf8').match(/^```js\n(.*?)^```$/ms)?.[1];
    assert.ok(example, 'README.md has no example in JavaScript');
    const inMemory = example.replace("{ name: 'shop' }", "{ name: 'shop', storage: 'memory' }");
    assert.notEqual(inMemory, example, 'the example opens a store named shop');
    writeFileSync(join(project, 'readme.js'), inMemory);
    run(process.execPath, ['readme.js'], project);
  });

  test('works in a browser, bundled by Vite, on IndexedDB', async () => {
    const outDir = join(project, 'out');
    await build({ root: project, configFile: false, logLevel: 'error', build: { outDir, target: 'es2023' } });
    const modules = filesUnder(outDir).filter((path) => path.endsWith('.wasm'));
    assert.equal(modules.length, 1, 'the bundle holds exactly one WebAssembly module');

    const server = await serve(0, outDir);
    const path = findBrowser()?.chromium;
    const browser = await chromium.launch({ args: browserFlags, ...(path ? { executablePath: path } : {}) });
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${server.port}/`);
      const text = await page.locator('output').textContent();
      assert.equal(text, JSON.stringify(expected));
    } finally {
      await browser.close();
      server.close();
    }
  });
});
