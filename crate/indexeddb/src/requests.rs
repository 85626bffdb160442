//! What the modules in `js` offer; it is documented there. What fails rejects or is told; only a lack of memory throws.

use wasm_bindgen::prelude::*;

use crate::promise::Promise;

#[wasm_bindgen]
extern "C" {
    /// An array of keys and values, in turns, as requests take and give them.
    #[wasm_bindgen(js_name = Array)]
    pub(crate) type Entries;

    #[wasm_bindgen(constructor, js_class = Array)]
    pub(crate) fn new() -> Entries;

    #[wasm_bindgen(method)]
    pub(crate) fn push(this: &Entries, item: &JsValue);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn length(this: &Entries) -> u32;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn number(this: &Entries, index: u32) -> f64;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn text(this: &Entries, index: u32) -> String;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn bytes(this: &Entries, index: u32) -> Vec<u8>;

    /// Bytes that JavaScript may keep.
    #[wasm_bindgen(js_name = Uint8Array)]
    pub(crate) type Bytes;

    #[wasm_bindgen(constructor, js_class = Uint8Array)]
    pub(crate) fn copy(bytes: &[u8]) -> Bytes;

    /// All of them, from the first on.
    #[wasm_bindgen(method, js_name = subarray)]
    pub(crate) fn to_vec(this: &Bytes) -> Vec<u8>;

    /// Numbers that JavaScript may keep.
    #[wasm_bindgen(js_name = Float64Array)]
    pub(crate) type Keys;

    #[wasm_bindgen(constructor, js_class = Float64Array)]
    pub(crate) fn copy(numbers: &[f64]) -> Keys;
}

#[wasm_bindgen(module = "/js/memory.js")]
extern "C" {
    #[wasm_bindgen(js_name = openMemory)]
    pub(crate) fn open_memory(name: &str) -> Connection;
}

#[wasm_bindgen(module = "/js/reader.js")]
extern "C" {
    #[wasm_bindgen(js_name = readAfter)]
    pub(crate) fn read_after(connection: &Connection, after: f64, limit: u32) -> Promise;
}

#[wasm_bindgen(module = "/js/opening.js")]
extern "C" {
    pub(crate) fn open(name: &str) -> Promise;
}

#[wasm_bindgen(module = "/js/requests.js")]
extern "C" {
    /// An open database.
    pub(crate) type Connection;

    #[wasm_bindgen(method)]
    pub(crate) fn commit(this: &Connection, tail: f64, strict: bool) -> Adding;

    #[wasm_bindgen(method, js_name = commitOne)]
    pub(crate) fn commit_one(
        this: &Connection,
        tail: f64,
        last: f64,
        bytes: &[u8],
        strict: bool,
        settling: &JsValue,
        number: usize,
    );

    #[wasm_bindgen(method, js_name = readAt)]
    pub(crate) fn read_at(this: &Connection, positions: &Keys) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn replace(this: &Connection, before: f64, keys: &Keys, bytes: &Bytes) -> Promise;

    #[wasm_bindgen(method, js_name = readRecord)]
    pub(crate) fn read_record(this: &Connection, key: &str) -> Promise;

    #[wasm_bindgen(method, js_name = readRecords)]
    pub(crate) fn read_records(this: &Connection, prefix: &str) -> Promise;

    #[wasm_bindgen(method, js_name = writeRecords)]
    pub(crate) fn write_records(this: &Connection, changes: &Entries) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn clear(this: &Connection) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn delete(this: &Connection) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Connection);

    /// A commit of several batches, one after the other.
    pub(crate) type Adding;

    #[wasm_bindgen(method)]
    pub(crate) fn add(this: &Adding, last: f64, bytes: &[u8]);

    #[wasm_bindgen(method)]
    pub(crate) fn end(this: &Adding, is_whole: bool) -> Promise;

    /// Why a request failed.
    pub(crate) type Failure;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn code(this: &Failure) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn detail(this: &Failure) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn found(this: &Failure) -> f64;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn supported(this: &Failure) -> f64;
}
