//! Bytes and JSON text, and what both are made of: what is done for each event of a log, and for each
//! byte of it.
//!
//! A crate of its own, since in the order book it is compiled with less regard to its size than what is
//! built on it: going through a log is mostly this, and it is small. docs/performance.md has the figures.
//!
//! This crate must **not** contain: types or rules of events, streams or logs, nor whatever the crates built
//! on it do without (a browser, a clock, randomness, tasks or threads). CI checks its dependencies.

pub mod bytes;
pub mod checksum;
pub mod columns;
pub mod hash64;
pub mod json;
pub mod strings;
pub mod uuid_text;
