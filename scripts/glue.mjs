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

/** What does the same in fewer words. @type {[pattern: RegExp, by: string][]} */
const shorter = [
  // Most texts that cross are short and ASCII: a loop takes less time than the encoder does to be called.
  // What is not all ASCII is encoded from its beginning.
  [
    /^function passStringToWasm0\([\s\S]*?^\}\n/m,
    `function passStringToWasm0(arg, malloc, realloc) {
    const { length } = arg;
    let ptr = malloc(length, 1) >>> 0;
    const memory = getUint8ArrayMemory0();
    let written = 0;
    for (let code; (code = arg.charCodeAt(written)) < 128; written++) memory[ptr + written] = code;
    if (written < length) {
        ptr = realloc(ptr, length, length * 3, 1) >>> 0;
        ({ written } = cachedTextEncoder.encodeInto(arg, getUint8ArrayMemory0().subarray(ptr, ptr + length * 3)));
        ptr = realloc(ptr, length * 3, written, 1) >>> 0;
    }
    WASM_VECTOR_LEN = written;
    return ptr;
}
`,
  ],
  // Of memory, one view is kept; the others are asked for too seldom.
  [
    /^let cached(Float64Array|Uint32Array|DataView)Memory0 = null;\n(function .*\n)[\s\S]*?(wasm\.\w+\.buffer)\);\n[\s\S]*?^\}\n/gm,
    '$2    return new $1($3);\n}\n',
  ],
  // Of memory that has grown since, it is empty.
  [/(cachedUint8ArrayMemory0) === null \|\| \1\.byteLength === 0/, '!$1?.byteLength'],
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
