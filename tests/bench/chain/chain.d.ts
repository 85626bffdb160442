/** What wasm-bindgen makes of the crate: for who checks types before it is built. */

/** Loads the module. */
export default function init(): Promise<unknown>;

export class Chain {
  constructor();
  link(lines: Uint8Array): Uint8Array<ArrayBuffer>;
}
