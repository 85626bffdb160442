/**
 * What is left out of wasm-bindgen's JavaScript: its ways of loading a module, some of them deprecated,
 * which the package has its own of (`crate/wasm/js/instantiate.ts`), what nobody asks for, and what
 * stands in for functions that every browser has which runs the package.
 */

/** @param {string} source @param {RegExp} pattern @param {string} by */
function replace(source, pattern, by) {
  const replaced = source.replace(pattern, by);
  if (replaced === source) throw new Error(`wasm-bindgen's JavaScript has nothing like ${pattern}`);
  return replaced;
}

/** wasm-bindgen's JavaScript, to be given an instance by whoever loads it. @param {string} source */
export function withoutLoading(source) {
  const exported = 'export { __wbg_get_imports as imports, __wbg_finalize_init as finish };\n';
  const loaded = replace(source, /^async function __wbg_load\([\s\S]*$/m, exported);
  const needed = unneeded.reduce((rest, pattern) => replace(rest, pattern, ''), loaded);
  return shorter.reduce((rest, [pattern, by]) => replace(rest, pattern, by), needed);
}

const unneeded = [
  // Browsers have both wherever they have the WebAssembly that is asked of them.
  /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{[\s\S]*?^\}\n/m,
  /\(typeof FinalizationRegistry === 'undefined'\)\s*\? \{ register: [^\n]* \}\s*: /g,
  // Memory is always given that can grow.
  /^ {4}if \(realloc === undefined\) \{[\s\S]*?^ {4}\}\n/m,
  // An instance is made once: there are no views of another's memory, and nobody asks for it again.
  /^ {4}(wasmInstance|wasmModule|cached\w+) = (instance|module|null);\n/gm,
  // The package calls `free`.
  /^if \(Symbol\.dispose\) .*\n/gm,
  // And of what promises are settled by, nobody does: it is kept for as long as the module.
  /(?<=^export class Settling \{[\s\S]*?) {4}free\(\) \{[\s\S]*?^ {4}\}\n/m,
  // What is imported is asked for by names that objects have none of by themselves.
  /^ +__proto__: null,\n/gm,
  // A decoder needs no warming up.
  /^ *cachedTextDecoder\.decode\(\);\n/gm,
  // Memory for an argument is had, or the module traps: then nothing is left to free the others for.
  /^ +try \{\n(?=( +(ptr|len)\d+ = .*\n)+ +\} catch \(e\) \{\n( +if \(ptr.*\n)+ +throw e;\n)/gm,
  /^ +\} catch \(e\) \{\n( +if \(ptr.*\n)+ +throw e;\n +\}\n/gm,
];

/** What says the same in fewer words. @type {[pattern: RegExp, by: string][]} */
const shorter = [
  // Views of memory that has grown since are empty.
  [/(cached\w+Memory0) === null \|\| \1\.byteLength === 0/g, '!$1?.byteLength'],
  [/(cachedDataViewMemory0) === null \|\| .*\.buffer !== (wasm\.\w+\.buffer)\)/, '$1?.buffer !== $2'],
  [/^( {8}.*): function\((.*)\) \{$/gm, '$1: ($2) => {'],
];

/** Its types, likewise. @param {string} source */
export const typesWithoutLoading = (source) =>
  replace(
    source,
    /^export type SyncInitInput [\s\S]*$/m,
    `export declare function imports(): WebAssembly.Imports;
export declare function finish(instance: WebAssembly.Instance): unknown;
`,
  );
