/** What the WebAssembly exports, as this face uses it. Texts named `json` are JSON. */

export interface StoreBindings {
  append(json: string): Promise<string>;
  readStream(json: string): Promise<string>;
  readAll(json: string): Promise<string>;
  readonly position: number;
  refresh(): Promise<number>;
  changed(after: number): Promise<number>;
  maintain(): Promise<boolean>;
  verify(restart: boolean): Promise<string>;
  destroy(): Promise<void>;
  close(): Promise<void>;
  free(): void;
}

export interface StoreModule {
  openStore(storage: string, name: string, durability: string): Promise<StoreBindings>;
}

/** How a WebAssembly module may be given; left out, it is loaded from beside this module. */
export type WasmSource = BufferSource | WebAssembly.Module | URL | string;
