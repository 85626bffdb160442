//! What the tests of this crate, of backends and of applications share.
//!
//! - [`storage`]: the conformance suite that every backend of the [storage port](crate::storage)
//!   must pass; [`store`]: that of the engine over any backend.
//! - [`given()`]: given–when–then, for the rules of an aggregate.
//! - [`FaultyStorage`]: a backend that fails where a test says so.
//! - [`Schedule`]: runs several futures in an order that a test chooses, so that several stores
//!   over one memory stand for several tabs; [`Yielding`] gives it places to switch at.
//!
//! Nothing here needs threads, timers or a runtime: it works natively and in a browser alike.
//! Outside this crate's own tests it needs the feature `testing`.
//!
//! # Testing a backend
//! Write a function that opens a connection to the data of a name: opened twice, a name gives two
//! connections to the same data; a new name, fresh data. [`memories`] is that function of
//! [`MemoryStorage`]. All cases of the suite, one after the other:
//!
//! ```
//! use daybook_core::testing::{block_on, memories, storage};
//!
//! block_on(storage::all(memories()));
//! ```
//!
//! One test for each, so that a failure names its case:
//!
//! ```ignore
//! mod conformance {
//!     daybook_core::storage_conformance!(#[test] fn, super::open);
//! }
//! ```
//!
//! And in a browser, where tests are asynchronous:
//!
//! ```ignore
//! daybook_core::storage_conformance!(#[wasm_bindgen_test] async fn, super::open);
//! ```
//!
//! [`store_conformance!`](crate::store_conformance) does the same with the engine over that backend.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics; nothing of this is part of a product"
)]

pub mod faulty;
pub mod given;
pub mod schedule;
pub mod storage;
pub mod store;

mod yielding;

use core::cell::RefCell;
use std::collections::BTreeMap;

pub use faulty::{Fault, Faults, FaultyStorage, Operation};
pub use given::{Given, When, given};
pub use schedule::{Schedule, Stuck, block_on, cancel_after, yield_now};
pub use yielding::Yielding;

use crate::Result;
use crate::memory::MemoryStorage;
use crate::storage::StoredBatch;

/// Batches as a [commit](crate::storage::Storage::commit) takes them, when they are there already.
pub fn ready(
    batches: &[StoredBatch],
) -> impl ExactSizeIterator<Item = Result<StoredBatch>> + use<> {
    let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
    batches.into_iter()
}

/// Opens memories by name, as the conformance suite asks for: each call of this function begins
/// without any; within one, a name always leads to the same memory.
pub fn memories() -> impl AsyncFn(&str) -> MemoryStorage {
    let memories = RefCell::new(BTreeMap::<String, MemoryStorage>::new());
    async move |name: &str| {
        let mut memories = memories.borrow_mut();
        memories.entry(name.to_owned()).or_default().connect()
    }
}
