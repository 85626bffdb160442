//! The three read models together, for a projector to drive.

use daybook_core::projection::{Follow, Follower, ReadModels};
use daybook_core::storage::Record;

use super::{CustomerOrderHistory, OrdersSummary, RevenueByDay};
use crate::events::Orders;

/// The order book's read models, each with its follower.
#[derive(Default)]
pub struct OrderReadModels {
    /// A row for each order.
    pub orders_summary: Follower<OrdersSummary>,
    /// A row for each customer.
    pub customer_order_history: Follower<CustomerOrderHistory>,
    /// A row for each day and currency.
    pub revenue_by_day: Follower<RevenueByDay>,
}

impl ReadModels for OrderReadModels {
    type Domain = Orders;

    fn restore(checkpoints: &[Record]) -> Self {
        Self {
            orders_summary: Follower::restore(checkpoints),
            customer_order_history: Follower::restore(checkpoints),
            revenue_by_day: Follower::restore(checkpoints),
        }
    }

    fn followers(&mut self) -> Vec<&mut dyn Follow<Orders>> {
        vec![
            &mut self.orders_summary,
            &mut self.customer_order_history,
            &mut self.revenue_by_day,
        ]
    }
}

impl OrderReadModels {
    /// How many rows the read model `name` has.
    #[must_use]
    pub fn row_count(&self, name: &str) -> usize {
        match name {
            "orders_summary" => self.orders_summary.rows().len(),
            "customer_order_history" => self.customer_order_history.rows().len(),
            "revenue_by_day" => self.revenue_by_day.rows().len(),
            _ => 0,
        }
    }
}
