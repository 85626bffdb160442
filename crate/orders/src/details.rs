//! One order as of any version, position or moment: its state, with when each thing happened.

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::understand;
use daybook_core::json::{ToJson, Writer};
use daybook_core::{NO_STREAM, RecordedEvent, Result, Timestamp, Version};

use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::money::Amount;
use crate::order::{Order, OrderState, PlacedOrder, Status, allowed, write_actions};

/// A fold of one order's stream. Whoever asks for the past stops earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDetails {
    /// What the rules see.
    pub state: OrderState,
    /// The version of the last event taken in, known or not; -1 before the first.
    pub version: Version,
    /// When it was placed.
    pub placed_at: Option<Timestamp>,
    /// When it was last paid.
    pub paid_at: Option<Timestamp>,
    /// When it was last refunded.
    pub refunded_at: Option<Timestamp>,
    /// When it was last cancelled.
    pub cancelled_at: Option<Timestamp>,
}

impl Default for OrderDetails {
    fn default() -> Self {
        Self {
            state: OrderState::default(),
            version: NO_STREAM,
            placed_at: None,
            paid_at: None,
            refunded_at: None,
            cancelled_at: None,
        }
    }
}

/// An order's details as JSON shows them. Amounts have their currency's decimals, times are
/// RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetailsView<'a> {
    order_id: &'a str,
    details: &'a OrderDetails,
}

/// What is shown of an order that was not placed yet.
const NOT_PLACED: &PlacedOrder = &PlacedOrder {
    order_id: String::new(),
    customer_id: String::new(),
    items: Vec::new(),
    currency: Currency::USD,
    total: Amount::ZERO,
    status: Status::Pending,
    payment_reference: None,
    cancel_reason: None,
    refund_reason: None,
};

impl OrderDetails {
    /// Takes in the stream's next event. An event this build does not know only counts as a version.
    ///
    /// # Errors
    /// `storage_corrupt` when the event's data is not of the shape it claims.
    #[inline(never)]
    pub fn apply(&mut self, recorded: &RecordedEvent<'_>) -> Result<()> {
        understand::<Orders, _>(recorded, |event| {
            self.version = recorded.version;
            if let Some(event) = event {
                self.note_time(event, recorded.occurred_at);
                Order::evolve(&mut self.state, event);
            }
        })
    }

    fn note_time(&mut self, event: &OrderEvent<'_>, at: Timestamp) {
        let slot = match (event, &self.state.placed) {
            (OrderEvent::OrderPlaced(_), None) => &mut self.placed_at,
            (OrderEvent::PaymentConfirmed(_), Some(_)) => &mut self.paid_at,
            (OrderEvent::PaymentRefunded(_), Some(_)) => &mut self.refunded_at,
            (OrderEvent::OrderCancelled(_), Some(_)) => &mut self.cancelled_at,
            (OrderEvent::OrderPlaced(_), Some(_)) | (_, None) => return,
        };
        *slot = Some(at);
    }

    /// The details of `order_id` for JSON; an order that was not placed yet has empty texts, and
    /// its status means nothing.
    #[must_use]
    pub const fn view<'a>(&'a self, order_id: &'a str) -> DetailsView<'a> {
        DetailsView {
            order_id,
            details: self,
        }
    }
}

impl ToJson for DetailsView<'_> {
    fn write_json(&self, json: &mut Writer) {
        let details = self.details;
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let placed = details.state.placed.as_ref();
        let order = placed.unwrap_or(NOT_PLACED);
        let total = placed.map(|order| order.total.in_currency(order.currency));
        json.begin_object().key("orderId").string(self.order_id);
        json.key("customerId").string(&order.customer_id);
        json.key("status").string(order.status.name());
        json.key("currency").string(order.currency.code());
        json.key("totalAmount").string(&total.unwrap_or_default());
        json.key("placedAt")
            .string(&time(details.placed_at).unwrap_or_default());
        for (key, at) in [
            ("paidAt", details.paid_at),
            ("refundedAt", details.refunded_at),
            ("cancelledAt", details.cancelled_at),
        ] {
            json.key(key).optional(time(at).as_deref());
        }
        json.key("items").begin_array();
        for item in &order.items {
            item.write_json(json);
        }
        json.end_array();
        for (key, text) in [
            ("paymentReference", &order.payment_reference),
            ("cancelReason", &order.cancel_reason),
            ("refundReason", &order.refund_reason),
        ] {
            json.key(key).optional(text.as_deref());
        }
        json.key("version").number(details.version);
        write_actions(json.key("allowed"), &allowed(&details.state));
        json.end_object();
    }
}
