//! The events of an order: what happened, in today's shape.
//!
//! Reading is tolerant: fields this build does not know are passed over, whatever they hold.

mod stored;

use std::borrow::Cow;

use daybook_core::codec::same_bytes;
use daybook_core::domain::{Domain, EncodedEvent};
use daybook_core::json::ToJson;
use daybook_core::upcast::Upcaster;
use daybook_core::{Error, Result};

use crate::currency::Currency;
use crate::money::Amount;
use crate::order_id::OrderId;
use crate::upcast::UPCASTERS;

/// The type of [`OrderEvent::OrderPlaced`].
pub const ORDER_PLACED: &str = "OrderPlaced";
/// The type of [`OrderEvent::PaymentConfirmed`].
pub const PAYMENT_CONFIRMED: &str = "PaymentConfirmed";
/// The type of [`OrderEvent::OrderCancelled`].
pub const ORDER_CANCELLED: &str = "OrderCancelled";
/// The type of [`OrderEvent::PaymentRefunded`].
pub const PAYMENT_REFUNDED: &str = "PaymentRefunded";

/// The type of an event, as a value that is compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    OrderPlaced,
    PaymentConfirmed,
    OrderCancelled,
    PaymentRefunded,
}

/// Each type with the schema version this build writes.
const CURRENT: [(Kind, &str, u32); 4] = [
    (Kind::OrderPlaced, ORDER_PLACED, 3),
    (Kind::PaymentConfirmed, PAYMENT_CONFIRMED, 1),
    (Kind::OrderCancelled, ORDER_CANCELLED, 1),
    (Kind::PaymentRefunded, PAYMENT_REFUNDED, 1),
];

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEvent<'a> {
    /// A customer placed the order.
    OrderPlaced(OrderPlaced<'a>),
    /// The customer paid.
    PaymentConfirmed(PaymentConfirmed<'a>),
    /// The order will not be carried out.
    OrderCancelled(OrderCancelled<'a>),
    /// The customer got the money back.
    PaymentRefunded(PaymentRefunded<'a>),
}

/// A customer placed the order (schema 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPlaced<'a> {
    /// The order.
    pub order_id: OrderId<'a>,
    /// Who placed it.
    pub customer_id: Cow<'a, str>,
    /// What was ordered.
    pub items: Vec<Item<'a>>,
    /// The sum over the items when it was placed.
    pub total_amount: Amount,
    /// What all its amounts are in.
    pub currency: Currency,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// The product.
    pub product_id: Cow<'a, str>,
    /// How many of it.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Amount,
}

/// The customer paid (schema 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentConfirmed<'a> {
    /// The order.
    pub order_id: OrderId<'a>,
    /// What the payment is known by elsewhere.
    pub payment_reference: Cow<'a, str>,
    /// What was paid, in the order's currency.
    pub amount: Amount,
}

/// The order will not be carried out (schema 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCancelled<'a> {
    /// The order.
    pub order_id: OrderId<'a>,
    /// Why.
    pub reason: Cow<'a, str>,
}

/// The customer got the money back (schema 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRefunded<'a> {
    /// The order.
    pub order_id: OrderId<'a>,
    /// What the payment was known by.
    pub payment_reference: Cow<'a, str>,
    /// What was paid back, in the order's currency.
    pub amount: Amount,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl OrderEvent<'_> {
    /// The order it happened to.
    #[must_use]
    pub fn order_id(&self) -> &str {
        self.id()
    }

    /// The same, ready to be looked up.
    pub(crate) const fn id(&self) -> &OrderId<'_> {
        match self {
            Self::OrderPlaced(event) => &event.order_id,
            Self::PaymentConfirmed(event) => &event.order_id,
            Self::OrderCancelled(event) => &event.order_id,
            Self::PaymentRefunded(event) => &event.order_id,
        }
    }

    /// Its type.
    #[must_use]
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::OrderPlaced(_) => ORDER_PLACED,
            Self::PaymentConfirmed(_) => PAYMENT_CONFIRMED,
            Self::OrderCancelled(_) => ORDER_CANCELLED,
            Self::PaymentRefunded(_) => PAYMENT_REFUNDED,
        }
    }
}

impl OrderPlaced<'_> {
    /// How many pieces were ordered, over all items.
    #[must_use]
    pub fn item_count(&self) -> u32 {
        self.items
            .iter()
            .fold(0, |count, item| count.saturating_add(item.quantity))
    }
}

/// The order domain: the events above and how they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Orders;

impl Domain for Orders {
    type Event<'a> = OrderEvent<'a>;

    const UPCASTERS: &'static [Upcaster] = UPCASTERS;

    fn knows(event_type: &str, schema_version: u32) -> bool {
        current(event_type).is_some_and(|(_, current)| (1..=current).contains(&schema_version))
    }

    fn decode<'a>(
        event_type: &str,
        schema_version: u32,
        data: &'a str,
    ) -> Result<Option<OrderEvent<'a>>> {
        let Some((kind, _)) = current(event_type).filter(|(_, now)| *now == schema_version) else {
            return Ok(None);
        };
        let event = stored::read(kind, data);
        event.map(Some).map_err(|error| {
            let reason = format!("is not an {event_type}: {error} at byte {}", error.at);
            Error::invalid("data", reason)
        })
    }

    fn encode(event: &OrderEvent<'_>) -> EncodedEvent {
        let (data, tags) = match event {
            OrderEvent::OrderPlaced(placed) => {
                (placed.to_json(), vec![customer_tag(&placed.customer_id)])
            }
            OrderEvent::PaymentConfirmed(paid) => (paid.to_json(), Vec::new()),
            OrderEvent::OrderCancelled(cancelled) => (cancelled.to_json(), Vec::new()),
            OrderEvent::PaymentRefunded(refunded) => (refunded.to_json(), Vec::new()),
        };
        let event_type = event.event_type();
        EncodedEvent {
            event_type,
            schema_version: current(event_type).map_or(1, |(_, schema)| schema),
            tags,
            data,
        }
    }
}

/// The tag by which everything a customer ordered can be found.
#[must_use]
pub fn customer_tag(customer_id: &str) -> String {
    format!("customer:{customer_id}")
}

/// What this build knows by the name of a type, and the schema version it writes.
fn current(event_type: &str) -> Option<(Kind, u32)> {
    let is_it = |(_, known, _): &&(Kind, &str, u32)| {
        // No two are of the same length.
        known.len() == event_type.len() && same_bytes(known.as_bytes(), event_type.as_bytes())
    };
    let (kind, _, schema) = CURRENT.iter().find(is_it)?;
    Some((*kind, *schema))
}
