//! The boundary between JavaScript and Rust: converts, calls, converts.
//!
//! Values cross as JSON text, which both sides read quickly, a page of events as rows in it; the face
//! in `js/` makes objects of that. Errors cross so too. Calls may overlap.
//!
//! This crate must **not** contain: rules of the log, rules of a domain, or anything a Rust caller
//! would miss.

mod error;
#[cfg(feature = "general")]
mod general;
mod handle;
mod input;
#[cfg(feature = "orders")]
mod orders;
mod output;
mod place;
mod storage;
mod store;

#[cfg(feature = "general")]
pub use general::open_store;
pub use handle::Handle;
#[cfg(feature = "orders")]
pub use orders::open_book;

/// More than a kilobyte smaller to download than the standard library's allocator; no difference in speed
/// was found.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
