//! One order as of any version, position or moment: its state, with when each thing happened.

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::understand;
use daybook_core::json::{ToJson, Writer};
use daybook_core::{NO_STREAM, RecordedEvent, Result, Timestamp, Version};

use crate::currency::Currency;
use crate::events::{Item, OrderEvent, Orders};
use crate::order::{Action, Order, OrderState, Status, allowed, write_actions};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailsView {
    order_id: String,
    customer_id: String,
    status: Status,
    currency: Currency,
    total_amount: String,
    placed_at: String,
    paid_at: Option<String>,
    refunded_at: Option<String>,
    cancelled_at: Option<String>,
    items: Vec<Item<'static>>,
    payment_reference: Option<String>,
    cancel_reason: Option<String>,
    refund_reason: Option<String>,
    version: Version,
    allowed: Vec<Action>,
}

impl OrderDetails {
    /// Takes in the stream's next event. An event this build does not know only counts as a version.
    ///
    /// # Errors
    /// `storage_corrupt` when the event's data is not of the shape it claims.
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
    pub fn view(&self, order_id: &str) -> DetailsView {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let order = self.state.placed.as_ref();
        let currency = order.map_or(Currency::USD, |order| order.currency);
        DetailsView {
            order_id: order_id.to_owned(),
            customer_id: order.map_or(String::new(), |order| order.customer_id.clone()),
            status: order.map_or(Status::Pending, |order| order.status),
            currency,
            total_amount: order.map_or(String::new(), |order| order.total.in_currency(currency)),
            placed_at: text(self.placed_at).unwrap_or_default(),
            paid_at: text(self.paid_at),
            refunded_at: text(self.refunded_at),
            cancelled_at: text(self.cancelled_at),
            items: order.map_or(Vec::new(), |order| order.items.clone()),
            payment_reference: order.and_then(|order| order.payment_reference.clone()),
            cancel_reason: order.and_then(|order| order.cancel_reason.clone()),
            refund_reason: order.and_then(|order| order.refund_reason.clone()),
            version: self.version,
            allowed: allowed(&self.state),
        }
    }
}

impl ToJson for DetailsView {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("orderId").string(&self.order_id);
        json.key("customerId").string(&self.customer_id);
        json.key("status").string(self.status.name());
        json.key("currency").string(self.currency.code());
        json.key("totalAmount").string(&self.total_amount);
        json.key("placedAt").string(&self.placed_at);
        json.key("paidAt").optional(self.paid_at.as_deref());
        json.key("refundedAt").optional(self.refunded_at.as_deref());
        json.key("cancelledAt")
            .optional(self.cancelled_at.as_deref());
        json.key("items").begin_array();
        for item in &self.items {
            item.write_json(json);
        }
        json.end_array();
        json.key("paymentReference")
            .optional(self.payment_reference.as_deref());
        json.key("cancelReason")
            .optional(self.cancel_reason.as_deref());
        json.key("refundReason")
            .optional(self.refund_reason.as_deref());
        json.key("version").number(self.version);
        write_actions(json.key("allowed"), &self.allowed);
        json.end_object();
    }
}
