//! The order domain: what a shop may do with an order, what then happened, and what is read from it.
//!
//! A command meets an order's state and is decided on by [`order`]; the [`events`] it gives are all
//! that is stored. Old events are brought up by [`upcast`]. The [`read_models`] are folded from the
//! log, and [`draft`] judges a form with the same rules before anything is sent.
//!
//! This crate must **not** contain: a browser (`wasm-bindgen`, `js-sys`, `web-sys`), a clock, a
//! source of randomness, storage or anything asynchronous. Times and ids arrive as arguments, and
//! money is never a float. CI checks its dependencies.

mod check;
pub mod commands;
pub mod currency;
pub mod demo;
pub mod details;
pub mod draft;
pub mod events;
pub mod money;
pub mod order;
pub mod read_models;
mod rules;
mod splitmix;
mod text;
pub mod upcast;
pub mod words;

#[cfg(test)]
mod tests;

pub use commands::OrderCommand;
pub use currency::Currency;
pub use events::{OrderEvent, Orders};
pub use money::Amount;
pub use order::{Order, OrderState, Status};

/// The event stream of the order `order_id`.
///
/// ```
/// assert_eq!(daybook_orders::stream_id("7d44"), "order-7d44");
/// ```
#[must_use]
pub fn stream_id(order_id: &str) -> String {
    format!("order-{order_id}")
}
