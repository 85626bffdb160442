//! The general store.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use daybook_core::storage::Durability;
use daybook_core::store::{Maintenance, Options, Store, Verified};
use daybook_core::{Error, Result, Timestamp};
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use crate::error::{number, to_js};
use crate::input::{self, Defaults, parse};
use crate::output;
use crate::storage::AnyStorage;

/// Runs `work` as a promise; its error becomes the object the face makes a class of.
pub(crate) fn promise(work: impl Future<Output = Result<JsValue>> + 'static) -> Promise {
    boxed_promise(Box::pin(work))
}

/// One function for all kinds of work: what makes a promise of a future is long.
#[inline(never)]
fn boxed_promise(work: Pin<Box<dyn Future<Output = Result<JsValue>>>>) -> Promise {
    future_to_promise(async move { work.await.map_err(|error| to_js(&error)) })
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
    promise(async move {
        let store = StoreHandle::open(&storage, &name, durability?).await?;
        Ok(store.into())
    })
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

fn utf8(bytes: &[u8]) -> Result<&str> {
    str::from_utf8(bytes).map_err(|_| Error::invalid("input", "must be UTF-8"))
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a moment's milliseconds are whole and far below 2^53"
)]
fn from_millis(millis: f64) -> Timestamp {
    Timestamp::from_millis(millis as i64)
}

#[wasm_bindgen]
impl StoreHandle {
    /// Makes several appends, each for itself, at `now`, in milliseconds since 1970: JSON texts as
    /// UTF-8, one behind the other, of which each ends where `ends` says. Events without an id get
    /// one of `random`, 16 bytes for each.
    ///
    /// Gives the answers, as the JSON text of an array with `null` for appends that failed, and an
    /// array of those failures.
    pub fn append(&self, input: &[u8], ends: &[u32], random: &[u8], now: f64) -> Promise {
        let mut defaults = Defaults::new(random, from_millis(now));
        let (mut appends, mut malformed) = (Vec::with_capacity(ends.len()), Vec::new());
        let mut start = 0;
        for (place, end) in ends.iter().enumerate() {
            let bytes = input.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            let append = utf8(bytes).and_then(|text| {
                parse("append", text, |reader| {
                    input::append(reader, &mut defaults)
                })
            });
            match append {
                Ok(append) => appends.push(append),
                Err(error) => malformed.push((place, error)),
            }
        }
        let store = self.store.clone();
        promise(async move {
            let mut answers = store.append_each(appends).await;
            for (place, error) in malformed {
                answers.insert(place, Err(error));
            }
            Ok(output::answers(&answers))
        })
    }

    /// Reads a page of one stream; takes JSON text.
    #[wasm_bindgen(js_name = readStream)]
    pub fn read_stream(&self, query: &str) -> Promise {
        let query = parse("query", query, input::stream_query);
        let store = self.store.clone();
        promise(async move { Ok(output::page(&store.read_stream(&query?).await?)) })
    }

    /// Reads a page of the log; takes JSON text.
    #[wasm_bindgen(js_name = readAll)]
    pub fn read_all(&self, query: &str) -> Promise {
        let query = parse("query", query, input::all_query);
        let store = self.store.clone();
        promise(async move { Ok(output::page(&store.read_all(&query?).await?)) })
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
        promise(async move { Ok((store.maintain().await? != Maintenance::Idle).into()) })
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
            Ok(output::verified(&verified).into())
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
