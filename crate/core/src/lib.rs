//! The event store: an append-only log of events, the engine over it, and what is folded from it.
//!
//! Events belong to streams. They are appended with an expected version, so that two writers who
//! both decided on the same state cannot both succeed. The log is kept as a sequence of batches
//! behind a small [`Storage`](storage::Storage) port; everything else, such as the index, snapshots and read
//! models, is derived from the log and may be thrown away.
//!
//! This crate must **not** contain: a browser (`wasm-bindgen`, `js-sys`, `web-sys`), a clock, a
//! source of randomness, spawned tasks or threads. Times and ids arrive as arguments, and the
//! caller drives every future. CI checks its dependencies.
//!
//! What goes through events or their bytes, or runs for each of them, is kept from being inlined
//! (`inline(never)`) into what calls it, and so is what it rarely calls. Chromium runs a function as it was
//! first compiled until it has optimised all of it, beside the page and for the function's next call: small
//! ones are soon done, and one of ten kilobytes keeps a processor busy for more than half as long as a
//! stream of ten thousand events takes to read.

pub mod aggregate;
pub mod batch;
pub mod domain;
pub mod error;
pub mod event;
pub mod expected;
pub mod hash;
pub mod index;
pub mod limits;
pub mod memory;
pub mod projection;
pub mod query;
pub mod repository;
mod snapshot;
mod sorted;
pub mod storage;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod texts;
pub mod time;
pub mod upcast;

pub use daybook_codec::{bytes as codec, json, uuid_text};
pub use error::{Error, Result};
pub use event::{NewEvent, RecordedEvent};
pub use expected::ExpectedVersion;
pub use hash::Hash;
pub use time::Timestamp;

/// A place in the whole log: 1, 2, 3 … without gaps. 0 stands for "before the first event".
pub type Position = u64;

/// A place in one stream: 0, 1, 2 … without gaps. [`NO_STREAM`] is the version of a stream that
/// does not exist.
pub type Version = i64;

/// The version of a stream that does not exist.
pub const NO_STREAM: Version = -1;
