/**
 * Short names where WebAssembly and its JavaScript meet. wasm-bindgen's are long, and end in
 * digests that no compression takes anything off, once in the module and once in the JavaScript.
 */

/** @typedef {[module: string, from: string, to: string]} Import */
/** @typedef {[from: string, to: string]} Export */
/** @typedef {{ imports: Import[], exports: Export[] }} Renamed What wasm-opt prints when it has renamed. */

/** The pass of wasm-opt that renames, and prints {@link Renamed} as JSON. */
export const renamingPass = '--minify-imports-and-exports-and-modules';

/** What wasm-opt calls the one module that everything is imported from. */
const importedModule = 'a';

/** @param {string} text */
const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Replaces what must be there.
 * @param {string} source @param {RegExp} pattern @param {string} by
 */
function replace(source, pattern, by) {
  const replaced = source.replace(pattern, () => by);
  if (replaced === source) throw new Error(`wasm-bindgen's JavaScript has nothing like ${pattern}`);
  return replaced;
}

/**
 * wasm-bindgen's JavaScript for a module whose imports and exports have been renamed.
 * @param {string} source @param {Renamed} renamed
 */
export function renameInJavaScript(source, { imports, exports }) {
  let result = source;
  for (const module of new Set(imports.map(([name]) => name))) {
    result = replace(result, new RegExp(`^ {8}"${literal(module)}": `, 'm'), `        ${importedModule}: `);
  }
  for (const [, from, to] of imports) {
    result = replace(result, new RegExp(`^ {8}${literal(from)}: `, 'm'), `        ${to}: `);
  }
  // In one go, as a new name may be another's old one. Not every export is used.
  const names = new Map(exports);
  return result.replace(/\bwasm\.(\w+)/g, (whole, name) =>
    names.has(name) ? `wasm.${names.get(name)}` : whole,
  );
}

/**
 * Its types, likewise.
 * @param {string} source @param {Renamed} renamed
 */
export function renameInTypes(source, { exports }) {
  const names = new Map(exports);
  return source.replace(/^( {4}readonly )(\w+)(?=: )/gm, (whole, start, name) =>
    names.has(name) ? `${start}${names.get(name)}` : whole,
  );
}
