//! The general store: appending and reading events of any kind. The order book's module does without
//! it: there commands append, and what is read is read models.

mod append;
mod input;
mod output;

use daybook_core::Result;
use daybook_core::json::Writer;
use daybook_core::store::Store;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handle::{Answer, Handle, carry_out, unknown};
use crate::input::parse;
use crate::storage::AnyStorage;
use crate::store::{StorePart, open};

/// Opens a store: `storage` is `indexeddb` or `memory`, `durability` is `strict` or `relaxed`.
#[wasm_bindgen(js_name = openStore)]
pub fn open_store(storage: String, name: String, durability: String, answer: Answer) {
    let work = async move {
        let store = open(&storage, &name, &durability).await?;
        Ok(Handle::new(StorePart::of(store)).into())
    };
    carry_out(Box::pin(work), answer);
}

/// Answers what is asked of a general store beyond what is asked of any log.
pub(crate) async fn answer(
    store: &Store<AnyStorage>,
    name: &str,
    query: &str,
    json: &mut Writer,
) -> Result<()> {
    let page = match name {
        "readStream" => {
            let query = parse("query", query, input::stream_query)?;
            store.read_stream(&query).await?
        }
        "readAll" => {
            let query = parse("query", query, input::all_query)?;
            store.read_all(&query).await?
        }
        _ => return Err(unknown(name)),
    };
    output::page(json, &page);
    Ok(())
}
