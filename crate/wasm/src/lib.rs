//! The boundary between JavaScript and Rust: converts, calls, converts.
//!
//! Values cross as JSON text, which both sides read quickly, a page of events as rows in it; the face
//! in `js/` makes objects of that. Work is boxed, so that what runs it is there once.
//! Exports take `&self` and clone what they need before they await, so calls may overlap.
//!
//! This crate must **not** contain: rules of the log, rules of a domain, or anything a Rust caller
//! would miss.

mod error;
mod input;
#[cfg(feature = "orders")]
mod orders;
mod output;
mod place;
mod storage;
mod store;

#[cfg(feature = "orders")]
pub use orders::{BookHandle, DemoHandle, PastHandle, open_book};
pub use store::{StoreHandle, open_store};
