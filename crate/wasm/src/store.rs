//! The general store.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use daybook_core::storage::Durability;
use daybook_core::store::{Maintenance, Options, Store, Verified};
use daybook_core::{Error, Result};
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use crate::error::{number, to_js};
use crate::input::{AllQueryInput, AppendInput, StreamQueryInput, parse};
use crate::output;
use crate::storage::AnyStorage;

/// Runs `work` as a promise; its error becomes the object the face makes a class of.
pub(crate) fn promise<T: Into<JsValue>>(
    work: impl Future<Output = Result<T>> + 'static,
) -> Promise {
    future_to_promise(async move { work.await.map(Into::into).map_err(|error| to_js(&error)) })
}

/// An open store.
#[wasm_bindgen]
pub struct StoreHandle {
    pub(crate) store: Store<AnyStorage>,
    verified: Rc<Cell<Verified>>,
}

/// Opens a store: `storage` is `indexeddb` or `memory`, `durability` is `strict` or `relaxed`.
#[wasm_bindgen(js_name = openStore)]
pub fn open_store(storage: String, name: String, durability: &str) -> Promise {
    let durability = durability_of(durability);
    promise(async move { StoreHandle::open(&storage, &name, durability?).await })
}

pub(crate) fn durability_of(word: &str) -> Result<Durability> {
    match word {
        "strict" => Ok(Durability::Strict),
        "relaxed" => Ok(Durability::Relaxed),
        _ => Err(Error::invalid(
            "durability",
            "must be 'strict' or 'relaxed'",
        )),
    }
}

impl StoreHandle {
    pub(crate) async fn open(storage: &str, name: &str, durability: Durability) -> Result<Self> {
        let storage = AnyStorage::open(storage, name).await?;
        let options = Options {
            durability,
            ..Options::default()
        };
        Ok(Self::over(Store::open(storage, options).await?))
    }

    pub(crate) fn over(store: Store<AnyStorage>) -> Self {
        Self {
            store,
            verified: Rc::default(),
        }
    }
}

#[wasm_bindgen]
impl StoreHandle {
    /// Appends; takes and gives JSON text.
    pub fn append(&self, input: String) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let input: AppendInput = parse("append", &input)?;
            Ok(output::appended(&store.append(input.into_append()?).await?))
        })
    }

    /// Reads a page of one stream; takes and gives JSON text.
    #[wasm_bindgen(js_name = readStream)]
    pub fn read_stream(&self, query: String) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let page = store
                .read_stream(&parse::<StreamQueryInput>("query", &query)?.into())
                .await?;
            Ok(output::page(&page))
        })
    }

    /// Reads a page of the log; takes and gives JSON text.
    #[wasm_bindgen(js_name = readAll)]
    pub fn read_all(&self, query: String) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let page = store
                .read_all(&parse::<AllQueryInput>("query", &query)?.into())
                .await?;
            Ok(output::page(&page))
        })
    }

    /// The position of the last event this store knows of.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn position(&self) -> JsValue {
        number(self.store.tail().cast_signed())
    }

    /// Looks for what other tabs have appended; gives the position of the last event.
    pub fn refresh(&self) -> Promise {
        let store = self.store.clone();
        promise(async move { Ok(number(store.refresh().await?.cast_signed())) })
    }

    /// Resolves once there are events after a position; gives the position of the last.
    pub fn changed(&self, after: u32) -> Promise {
        let store = self.store.clone();
        promise(async move { Ok(number(store.changed(u64::from(after)).await?.cast_signed())) })
    }

    /// Does a step of maintenance; gives whether there may be more to do.
    pub fn maintain(&self) -> Promise {
        let store = self.store.clone();
        promise(async move { Ok(store.maintain().await? != Maintenance::Idle) })
    }

    /// Verifies the next part of the log, from the start when `restart` is true; gives JSON text.
    pub fn verify(&self, restart: bool) -> Promise {
        let (store, so_far) = (self.store.clone(), Rc::clone(&self.verified));
        promise(async move {
            let from = if restart {
                Verified::default()
            } else {
                so_far.get()
            };
            let verified = store.verify(from).await?;
            so_far.set(verified);
            Ok(output::verified(&verified))
        })
    }

    /// Deletes the log for every tab; this store is closed by it.
    pub fn destroy(&self) -> Promise {
        let store = self.store.clone();
        promise(async move { store.destroy().await.map(|()| JsValue::UNDEFINED) })
    }

    /// Saves the index, when there is something to save, and lets go of the storage.
    pub fn close(&self) -> Promise {
        let store = self.store.clone();
        promise(async move {
            // The index is derived: closing goes on when it cannot be saved.
            let _ = store.save_index().await;
            store.close().await;
            Ok(JsValue::UNDEFINED)
        })
    }
}
