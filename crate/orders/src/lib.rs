//! The order domain: what a shop may do with an order, what then happened, and what is read from it.
//!
//! A command meets an order's state and is decided on by [`order`]; the [`events`] it gives are all
//! that is stored. Old events are brought up by [`upcast`]. The [`read_models`] are folded from the
//! log, and [`draft`] judges a form with the same rules before anything is sent.
//!
//! # How a domain is written
//! With four things, none of which knows of storage; this crate is the example of each:
//!
//! 1. the events, and how they are stored: a [`Domain`](daybook_core::domain::Domain), here
//!    [`Orders`], with the [upcasters](upcast) of every shape an event ever had;
//! 2. the commands, and an [`Aggregate`](daybook_core::aggregate::Aggregate), here [`Order`]: it
//!    decides by the rules, and evolves without them;
//! 3. the read models: each a [`Projection`](daybook_core::projection::Projection), all of them
//!    [`ReadModels`](daybook_core::projection::ReadModels), here
//!    [`OrderReadModels`](read_models::OrderReadModels);
//! 4. the examples, told with `daybook_core::testing::given`.
//!
//! A [`Repository`](daybook_core::repository::Repository) carries commands out, and a
//! [`Projector`](daybook_core::projection::Projector) keeps the read models up with the log:
//!
//! ```
//! use daybook_core::memory::MemoryStorage;
//! use daybook_core::projection::Projector;
//! use daybook_core::repository::{CommandContext, Repository};
//! use daybook_core::store::{Options, Store};
//! use daybook_core::Timestamp;
//! use daybook_core::json::FromJson;
//! use daybook_orders::read_models::OrderReadModels;
//! use daybook_orders::{Order, OrderCommand, stream_id};
//!
//! # daybook_core::testing::block_on(async {
//! let store = Store::open(MemoryStorage::new(), Options::default()).await?;
//! let orders = Repository::<Order, _>::new(store.clone());
//! let read_models = Projector::<OrderReadModels, _>::open(store).await?;
//!
//! let id = "0b3f2c1e-7a55-4c1e-9f0e-2d4b6a8c0e11";
//! let command = OrderCommand::from_json(&format!(
//!     r#"{{"placeOrder": {{"orderId": "{id}", "customerId": "Ada", "currency": "EUR",
//!         "items": [{{"productId": "tea", "quantity": 2, "unitPrice": "22.49"}}]}}}}"#
//! ))
//! .unwrap();
//! let context = CommandContext::new("command-1", Timestamp::parse("2026-01-31T09:30:00Z")?);
//! orders.execute(&stream_id(id), &command, &context).await?;
//!
//! while read_models.advance().await? {}
//! let row = read_models.read(|models| models.orders_summary.rows().order(id));
//! assert_eq!(row.map(|row| row.total_amount).as_deref(), Some("44.98"));
//! # Ok::<(), Box<daybook_core::Error>>(())
//! # }).unwrap();
//! ```
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
mod fields;
pub mod money;
pub mod order;
mod order_id;
pub mod read_models;
mod rules;
mod sorted;
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
pub use order_id::OrderId;

/// The event stream of the order `order_id`.
///
/// ```
/// assert_eq!(daybook_orders::stream_id("7d44"), "order-7d44");
/// ```
#[must_use]
pub fn stream_id(order_id: &str) -> String {
    format!("order-{order_id}")
}
