//! What is read: folds of the log into rows, held in memory and asked synchronously.
//!
//! Each takes an event in once: an event at or before the last position it applied changes nothing.
//! An order is placed by its first `OrderPlaced`; events of an order that was not placed are passed
//! over.

pub mod customer_order_history;
mod facts;
mod forms;
mod models;
mod order_ids;
mod orders;
pub mod orders_summary;
mod pages;
mod preview;
pub mod revenue_by_day;
mod search;
mod small_letters;
mod tallies;

#[cfg(test)]
mod tests;

pub use customer_order_history::CustomerOrderHistory;
pub use models::OrderReadModels;
pub use orders::OrderView;
pub use orders_summary::OrdersSummary;
pub use revenue_by_day::RevenueByDay;
