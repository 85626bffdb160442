//! What the modules in `js` offer; it is documented there. What fails rejects, and never throws.

use js_sys::{Array, Float64Array, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/database.js")]
extern "C" {
    /// The layout of the database that this build reads.
    #[wasm_bindgen(catch)]
    pub(crate) fn version() -> Result<u32, JsValue>;
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

#[wasm_bindgen(module = "/js/requests.js")]
extern "C" {
    /// An open database.
    pub(crate) type Connection;

    #[wasm_bindgen(catch)]
    pub(crate) async fn open(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    pub(crate) fn commit(this: &Connection, tail: f64, batches: &Array, strict: bool) -> Promise;

    #[wasm_bindgen(method, js_name = readAt)]
    pub(crate) fn read_at(this: &Connection, positions: &Float64Array) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn replace(
        this: &Connection,
        before: f64,
        keys: &Float64Array,
        bytes: &[u8],
    ) -> Promise;

    #[wasm_bindgen(method, js_name = readRecord)]
    pub(crate) fn read_record(this: &Connection, key: &str) -> Promise;

    #[wasm_bindgen(method, js_name = readRecords)]
    pub(crate) fn read_records(this: &Connection, prefix: &str) -> Promise;

    #[wasm_bindgen(method, js_name = writeRecords)]
    pub(crate) fn write_records(this: &Connection, changes: &Array) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn clear(this: &Connection) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn delete(this: &Connection) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Connection);

    /// Why a request failed.
    pub(crate) type Failure;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn code(this: &Failure) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn detail(this: &Failure) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn found(this: &Failure) -> Option<f64>;
}
