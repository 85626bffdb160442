//! What must hold of orders, told as given, when, then.

mod history;
mod money;
mod rules;

use daybook_core::Error;
use daybook_core::aggregate::Aggregate;
use daybook_core::testing::{self, Given, When};

use crate::commands::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, RefundPayment,
};
use crate::order::Order;

pub(crate) const ID: &str = "0b3f2c1e-7a55-4c1e-9f0e-2d4b6a8c0e11";

pub(crate) fn item(product_id: &str, quantity: u32, unit_price: &str) -> DraftItem {
    DraftItem {
        product_id: product_id.into(),
        quantity: quantity.into(),
        unit_price: unit_price.into(),
    }
}

/// Two teas at 22.49 EUR, for Ada.
pub(crate) fn place() -> PlaceOrder {
    PlaceOrder {
        order_id: ID.into(),
        customer_id: "Ada".into(),
        items: vec![item("tea", 2, "22.49")],
        currency: "EUR".into(),
    }
}

pub(crate) fn pay(amount: &str) -> OrderCommand {
    OrderCommand::ConfirmPayment(ConfirmPayment {
        order_id: ID.into(),
        payment_reference: "7781".into(),
        amount: amount.into(),
    })
}

pub(crate) fn cancel(reason: &str) -> OrderCommand {
    OrderCommand::CancelOrder(CancelOrder {
        order_id: ID.into(),
        reason: reason.into(),
    })
}

pub(crate) fn refund(reason: &str) -> OrderCommand {
    OrderCommand::RefundPayment(RefundPayment {
        order_id: ID.into(),
        reason: reason.into(),
    })
}

/// An order after commands that were all accepted.
pub(crate) fn given(commands: &[OrderCommand]) -> Given<Order> {
    commands.iter().fold(testing::given([]), |order, command| {
        let events = Order::decide(order.state(), command).unwrap();
        order.when(command).then(events)
    })
}

/// What one more command gives.
pub(crate) fn when(before: &[OrderCommand], command: &OrderCommand) -> When<Order> {
    given(before).when(command)
}

/// Asserts that a rule was broken by the order in the tests, which was in `status`.
pub(crate) fn assert_broken(outcome: When<Order>, rule: &str, status: &str) {
    match outcome.then_error() {
        Error::RuleBroken {
            rule: broken,
            subject,
            status: was,
            message,
        } => {
            assert_eq!((broken.as_str(), was.as_str()), (rule, status));
            assert_eq!(subject, ID);
            assert!(message.ends_with('.'), "no sentence: {message}");
        }
        other => panic!("expected the rule {rule} to be broken, got {other:?}"),
    }
}
