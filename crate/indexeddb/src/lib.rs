//! The event store's [storage port](daybook_core::storage::Storage) on `IndexedDB`.
//!
//! One database for each store, with two object stores: `log`, the batches under their positions,
//! and `derived`, the derived records under their keys. Both hold bytes. It works in windows and
//! in workers. Where nothing is to outlive the page, the same requests are answered from memory.
//!
//! This crate must **not** contain any rule of the log: no hashing, no versions of streams, no
//! decoding, no retries. It moves bytes in transactions and says how that ended. In turn no other
//! crate knows `IndexedDB`.
//!
//! What a transaction costs is a round trip to the process that holds the data, not the bytes. So
//! requests that belong together are all issued before the first of them is answered; `js/requests.js`
//! issues them, one call for each operation of the port.

mod convert;
mod error;
mod promise;
mod requests;
mod storage;
mod tasks;

pub use storage::IndexedDbStorage;
pub use tasks::spawn;
