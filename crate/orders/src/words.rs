//! Events in words, for a timeline.

use crate::currency::Currency;
use crate::events::{OrderEvent, OrderPlaced};
use crate::money::Amount;

/// What happened, in one line. `currency` is the order's, when it is known: only `OrderPlaced`
/// says it itself.
///
/// ```
/// use daybook_orders::events::{OrderEvent, PaymentConfirmed};
/// use daybook_orders::{Amount, Currency, words::describe};
/// let paid = OrderEvent::PaymentConfirmed(PaymentConfirmed {
///     order_id: "1".into(),
///     payment_reference: "7781".into(),
///     amount: Amount::recorded("44.98").unwrap(),
/// });
/// assert_eq!(describe(&paid, Some(Currency::USD)), "Paid 44.98 USD, reference 7781");
/// ```
#[must_use]
pub fn describe(event: &OrderEvent<'_>, currency: Option<Currency>) -> String {
    match event {
        OrderEvent::OrderPlaced(event) => describe_placed(event),
        OrderEvent::PaymentConfirmed(event) => {
            let paid = format!("Paid {}", money(event.amount, currency));
            with(&paid, ", reference ", &event.payment_reference)
        }
        OrderEvent::OrderCancelled(event) => with("Cancelled", ": ", &event.reason),
        OrderEvent::PaymentRefunded(event) => {
            let refunded = format!("Refunded {}", money(event.amount, currency));
            with(&refunded, ": ", &event.reason)
        }
    }
}

/// An event of a type or schema version this build does not know.
#[must_use]
pub fn describe_unknown(event_type: &str, schema_version: u32) -> String {
    format!("Unknown event {event_type} (schema {schema_version})")
}

fn describe_placed(event: &OrderPlaced<'_>) -> String {
    let count = event.item_count();
    let items = if count == 1 { "item" } else { "items" };
    let total = money(event.total_amount, Some(event.currency));
    format!(
        "Placed by {}: {count} {items} for {total}",
        event.customer_id
    )
}

fn money(amount: Amount, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => format!("{} {currency}", amount.in_currency(currency)),
        None => amount.to_string(),
    }
}

fn with(start: &str, between: &str, detail: &str) -> String {
    if detail.is_empty() {
        start.to_owned()
    } else {
        format!("{start}{between}{detail}")
    }
}
