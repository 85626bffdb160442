/** The scripts' own judgement: what counts as a failure, what is built again, what the page may import. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { importsOf, judgeImport } from '../scripts/architecture.mjs';
import { at } from '../scripts/lib/paths.mjs';
import { portFrom } from '../scripts/lib/port.mjs';
import { countCargo, countPlaywright, countTap, judge, sum } from '../scripts/lib/results.mjs';
import { digest } from '../scripts/lib/stamp.mjs';
import { rustFlags } from '../scripts/rust-flags.mjs';
import { serve } from '../scripts/serve.mjs';
import { contents } from '../scripts/service-worker.mjs';
import { renameInJavaScript, renameInTypes } from '../scripts/short-names.mjs';

describe('counting', () => {
  test("adds up the results of cargo's test programs, coloured or not", () => {
    const output = [
      'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s',
      'test result: \u001b[31mFAILED\u001b[0m. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out',
    ];
    assert.deepEqual(countCargo(output.join('\n')), { passed: 15, failed: 2 });
  });

  test("reads node:test's summary; a cancelled test has failed", () => {
    assert.deepEqual(countTap('# tests 6\n# pass 3\n# fail 1\n# cancelled 2\n'), { passed: 3, failed: 3 });
  });

  test("reads Playwright's report; a test that passed at the second try has failed", () => {
    const report = { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] };
    assert.deepEqual(countPlaywright(JSON.stringify(report)), { passed: 4, failed: 2 });
  });

  test('a runner that ran nothing, or ended badly without naming a test, has failed once', () => {
    assert.deepEqual(judge({ passed: 0, failed: 0 }, 0), { passed: 0, failed: 1 });
    assert.deepEqual(judge({ passed: 5, failed: 0 }, 101), { passed: 5, failed: 1 });
    assert.deepEqual(judge({ passed: 5, failed: 2 }, 1), { passed: 5, failed: 2 });
    assert.deepEqual(judge({ passed: 5, failed: 0 }, 0), { passed: 5, failed: 0 });
  });

  test('the sum is over all runners', () => {
    assert.deepEqual(
      sum([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
      { passed: 3, failed: 3 },
    );
  });
});

describe('a stage is done again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'daybook-stamp-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  /** @param {string} name @param {string} text */
  const file = (name, text) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  test("when a file's contents, its name or a tool's version change, and not otherwise", () => {
    const first = digest([file('a', 'x'), file('b', 'y')], ['1.0']);
    assert.equal(digest([file('a', 'x'), file('b', 'y')], ['1.0']), first);
    assert.notEqual(digest([file('a', 'xy'), file('b', '')], ['1.0']), first);
    assert.notEqual(digest([file('a', 'x'), file('c', 'y')], ['1.0']), first);
    assert.notEqual(digest([file('a', 'x'), file('b', 'y')], ['1.1']), first);
  });
});

describe('the page', () => {
  const file = at('www', 'src', 'main.js');
  /** @param {string} specifier */
  const judged = (specifier) => judgeImport(specifier, file, ['preact', '@scope/library']) === null;

  test('may import the entry points, its own files and its libraries', () => {
    for (const specifier of ['daybook', 'daybook/orders', './book.js', '../public/x.svg', 'preact/hooks']) {
      assert.ok(judged(specifier), specifier);
    }
    assert.ok(judged('@scope/library'));
  });

  test("must not reach into the package or the repository, nor use what package.json doesn't name", () => {
    const specifiers = ['daybook/dist/store.js', 'daybook/store.wasm', '../../dist/index.js', 'lodash'];
    for (const specifier of specifiers) assert.ok(!judged(specifier), specifier);
  });

  test('is searched for every kind of import', () => {
    const source = `
      import a from 'a'; import 'b'; export * from "c"; const d = await import('d');
      const e = new URL('e', import.meta.url);`;
    assert.deepEqual(importsOf(source).sort(), ['a', 'b', 'c', 'd', 'e']);
  });

  test('is not taken to import what only looks like it', () => {
    assert.deepEqual(importsOf("const from = query.get('from') ?? 'always';"), []);
    assert.deepEqual(importsOf("import {\n  one,\n  two,\n} from 'many';"), ['many']);
  });
});

describe('the standard library is taken as it comes, and why is said,', () => {
  const directory = mkdtempSync(join(tmpdir(), 'daybook-rust-'));
  const { PATH, CARGO_HOME } = process.env;
  before(() => Object.assign(process.env, { PATH: directory, CARGO_HOME: directory }));
  after(() => {
    Object.assign(process.env, { PATH, CARGO_HOME });
    if (CARGO_HOME === undefined) delete process.env.CARGO_HOME;
    rmSync(directory, { recursive: true, force: true });
  });

  /** A compiler that answers one question, and fails at all others. @param {string} question @param {string} answer */
  const compiler = (question, answer) => {
    const script = `#!/bin/sh\ncase "$*" in *"${question}"*) echo '${answer}';; *) exit 1;; esac\n`;
    writeFileSync(join(directory, 'rustc'), script, { mode: 0o755 });
  };

  test('by a compiler that does not know the flags', async () => {
    compiler('--version', 'rustc 1.89.0');
    const { cargo, env, shortcoming } = await rustFlags(true);
    assert.deepEqual([cargo, Object.keys(env)], [[], ['CARGO_ENCODED_RUSTFLAGS']]);
    assert.equal(shortcoming, 'rustc 1.89.0 does not know the flags');
  });

  test("where Rust's own sources are not and cannot be had", async () => {
    compiler('--print', directory);
    assert.match((await rustFlags(true)).shortcoming ?? '', /rust-src/);
  });

  test('in a build that is not shipped; that is no shortcoming', async () => {
    const { cargo, shortcoming } = await rustFlags(false);
    assert.deepEqual([cargo, shortcoming], [[], null]);
  });
});

describe('short names', () => {
  /** @type {import('../scripts/short-names.mjs').Renamed} */
  const renamed = {
    imports: [['./glue.js', '__wbg_now_12ab', 'a']],
    exports: [
      ['open', 'close'],
      ['close', 'b'],
    ],
  };
  const source = [
    'const imports = {',
    '        __wbg_now_12ab: function() { return now(); },',
    '        "./glue.js": import0,',
    '};',
    'export function open(name) { return wasm.open(name) || wasm.close(wasm.other); }',
  ];

  test("take the place of the module's imports and exports, and of nothing else", () => {
    assert.deepEqual(renameInJavaScript(source.join('\n'), renamed).split('\n'), [
      'const imports = {',
      '        a: function() { return now(); },',
      '        a: import0,',
      '};',
      'export function open(name) { return wasm.close(name) || wasm.b(wasm.other); }',
    ]);
  });

  test('are refused when an import is not where it was looked for', () => {
    assert.throws(() => renameInJavaScript('const imports = {};', renamed), /glue/);
  });

  test('are in the types too', () => {
    const types = '    readonly open: (a: number) => any;\n    readonly other: any;\n';
    const expected = '    readonly close: (a: number) => any;\n    readonly other: any;\n';
    assert.equal(renameInTypes(types, renamed), expected);
  });
});

describe('what the service worker keeps', () => {
  /** @type {[string, string][]} */
  const files = [
    ['index.html', 'page'],
    ['assets/a.js', 'code'],
  ];

  test('is every file, the page by its directory, in whatever order they were made', () => {
    assert.deepEqual(contents(files).files, ['assets/a.js', './']);
    assert.deepEqual(contents([...files].reverse()), contents(files));
  });

  test('is another version when any file is another', () => {
    const { version } = contents(files);
    assert.notEqual(contents([...files, ['icon.svg', '']]).version, version);
    assert.notEqual(contents([files[0] ?? ['', ''], ['assets/a.js', 'other']]).version, version);
    assert.notEqual(contents([files[0] ?? ['', ''], ['assets/b.js', 'code']]).version, version);
  });
});

describe('the port', () => {
  test('is the one asked for, or the usual one', () => {
    assert.equal(portFrom('8080', 4173), 8080);
    for (const nothing of [undefined, '']) assert.equal(portFrom(nothing, 4173), 4173);
  });

  test('is refused in words when it is none, with a command that works', () => {
    for (const wrong of ['abc', '-1', '65536', '80.5', '1e3', ' ']) {
      assert.throws(() => portFrom(wrong, 4173), {
        name: 'Problem',
        message: /whole number from 0 to 65535/,
        remedy: 'PORT=4173 npm start',
      });
    }
  });
});

describe('the server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'daybook-serve-'));
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    mkdirSync(join(directory, 'page', 'assets'), { recursive: true });
    writeFileSync(join(directory, 'page', 'index.html'), 'the page');
    writeFileSync(join(directory, 'page', 'assets', 'a.wasm'), 'wasm');
    writeFileSync(join(directory, 'secret.txt'), 'secret');
    server = await serve(0, join(directory, 'page'));
  });
  after(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  /** @param {string} path */
  const get = (path) => fetch(`http://127.0.0.1:${server.port}${path}`);

  test('answers the root and deep links with the page', async () => {
    for (const path of ['/', '/orders/42', '/?a=1']) assert.equal(await (await get(path)).text(), 'the page');
  });

  test('serves WebAssembly so that it can be compiled while it loads', async () => {
    assert.equal((await get('/assets/a.wasm')).headers.get('content-type'), 'application/wasm');
  });

  test('answers 404 for a file that is not there, and never leaves its directory', async () => {
    for (const path of ['/assets/b.js', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%2e%2e%2fsecret.txt']) {
      const response = await get(path);
      assert.equal(response.status, 404, path);
      assert.notEqual(await response.text(), 'secret');
    }
  });

  test('refuses a port that is in use, naming another', async () => {
    await assert.rejects(serve(server.port, directory), { name: 'Problem', remedy: /PORT=/ });
  });
});
