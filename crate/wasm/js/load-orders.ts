/** Where the WebAssembly is, for browsers and bundlers: the one URL of it in their graph. */

export const load = (): Promise<URL> =>
  Promise.resolve(new URL('./wasm/orders/daybook_bg.wasm', import.meta.url));
