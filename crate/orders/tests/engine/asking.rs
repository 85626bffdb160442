//! What people and older builds do, as generated: valid and invalid, new and repeated.

use daybook_core::{ExpectedVersion, NewEvent, Timestamp};
use daybook_orders::commands::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, Quantity, RefundPayment,
};
use proptest::prelude::*;
use uuid::Uuid;

const ORDERS: u8 = 3;

/// A command to one of a few orders.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) order: u8,
    /// What is asked.
    kind: u8,
    /// With which arguments; some are invalid.
    variant: u8,
    /// Its command id; some come several times, also with other commands.
    id: u8,
    /// When it happened, in no order.
    pub(crate) at: i64,
}

pub(crate) fn any_ask() -> impl Strategy<Value = Ask> {
    (
        0..ORDERS,
        0..5_u8,
        0..16_u8,
        any::<u8>(),
        0..400_000_000_i64,
    )
        .prop_map(|(order, kind, variant, id, at)| Ask {
            order,
            kind,
            variant,
            id,
            at,
        })
}

pub(crate) fn order_id(order: u8) -> String {
    Uuid::from_u128((u128::from(order) + 0xa0) << 96 | u128::from(order)).to_string()
}

pub(crate) fn stream_id(order: u8) -> String {
    daybook_orders::stream_id(&order_id(order))
}

/// Three of one piece: what every order of the tests comes to is known, so it can be paid.
fn price(order: u8) -> (&'static str, &'static str, &'static str) {
    match order {
        0 => ("EUR", "22.49", "67.47"),
        1 => ("JPY", "450", "1350"),
        2 => ("KWD", "1.005", "3.015"),
        _ => ("USD", "0.1", "0.3"),
    }
}

impl Ask {
    pub(crate) fn command_id(&self) -> String {
        format!("command-{}", self.id % 120)
    }

    pub(crate) fn command(&self) -> OrderCommand {
        let order_id = order_id(self.order);
        match self.kind {
            0 | 1 => OrderCommand::PlaceOrder(self.place(order_id)),
            2 => OrderCommand::ConfirmPayment(self.pay(order_id)),
            3 => OrderCommand::CancelOrder(CancelOrder {
                order_id,
                reason: self.reason(),
            }),
            _ => OrderCommand::RefundPayment(RefundPayment {
                order_id,
                reason: self.reason(),
            }),
        }
    }

    fn place(&self, order_id: String) -> PlaceOrder {
        let (currency, unit_price, _) = price(self.order);
        let mut item = DraftItem {
            product_id: "tea".to_owned(),
            quantity: 3.into(),
            unit_price: unit_price.to_owned(),
        };
        let mut customer_id = ["Ada", "bob", "Zoë 🌻"][usize::from(self.id % 3)].to_owned();
        let mut items = Vec::new();
        match self.variant {
            3 => item.quantity = Quantity("0".to_owned()),
            4 => item.quantity = Quantity("1.5".to_owned()),
            5 => item.unit_price = "0.00001".to_owned(),
            6 => customer_id = " ".to_owned(),
            _ => {}
        }
        if self.variant != 7 {
            items.push(item);
        }
        PlaceOrder {
            order_id,
            customer_id,
            items,
            currency: currency.to_owned(),
        }
    }

    fn pay(&self, order_id: String) -> ConfirmPayment {
        let (_, _, total) = price(self.order);
        let amount = match self.variant {
            5 => "12.34",
            6 => "1e5",
            7 => "-1",
            _ => total,
        };
        let reference = if self.variant == 4 { "" } else { "7781" };
        ConfirmPayment {
            order_id,
            payment_reference: reference.to_owned(),
            amount: amount.to_owned(),
        }
    }

    fn reason(&self) -> String {
        match self.variant {
            6 => String::new(),
            7 => "x".repeat(501),
            _ => "changed their mind".to_owned(),
        }
    }
}

/// An event that this build would not write: of an old schema, or of a build to come.
#[derive(Debug, Clone)]
pub(crate) struct Foreign {
    pub(crate) order: u8,
    kind: u8,
    at: i64,
}

pub(crate) fn any_foreign() -> impl Strategy<Value = Foreign> {
    (0..ORDERS, 0..6_u8, 0..400_000_000_i64).prop_map(|(order, kind, at)| Foreign {
        order,
        kind,
        at,
    })
}

impl Foreign {
    /// What it may be appended to: an order is placed at a stream's beginning.
    pub(crate) fn expected(&self) -> ExpectedVersion {
        if self.kind < 3 {
            ExpectedVersion::NoStream
        } else {
            ExpectedVersion::Any
        }
    }

    /// The event; its bytes are those of no encoder of today.
    pub(crate) fn event(&self, id: Uuid) -> NewEvent {
        let order_id = order_id(self.order);
        let (_, _, total) = price(self.order);
        let (event_type, schema, data) = match self.kind {
            kind @ (0 | 1) => (
                "OrderPlaced",
                (kind == 1).then_some(1),
                format!(
                    r#"{{ "total_amount" : "{total}", "product_ids":["tea","tea","jam"],"customer_id":"Ada","order_id":"{order_id}"}}"#
                ),
            ),
            2 => (
                "OrderPlaced",
                Some(2),
                format!(
                    r#"{{"order_id":"{order_id}","customer_id":"bob", "items":[{{"productId":"tea","quantity":2,"unitPrice":"1.5"}}],"total_amount":"{total}"}}"#
                ),
            ),
            3 => ("OrderPlaced", Some(4), "[ 1,2 ]".to_owned()),
            4 => ("PaymentConfirmed", Some(2), r#"{"to":"come"}"#.to_owned()),
            _ => ("OrderShipped", None, "\t\"by sea\" ".to_owned()),
        };
        let at = Timestamp::from_millis(crate::shop::NOW + self.at);
        NewEvent {
            schema_version: schema,
            ..NewEvent::new(id, event_type, at, data)
        }
    }
}
