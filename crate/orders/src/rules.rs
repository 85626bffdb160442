//! What is wrong with a command: which rule or argument, where, and in words.

use daybook_core::Error;

/// One thing that keeps a command from being accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The rule's stable name; `None` when the argument is malformed and no rule was reached.
    rule: Option<&'static str>,
    /// The argument, as a path such as `items.0.unitPrice`.
    pub(crate) field: String,
    /// A sentence for a person.
    pub(crate) message: String,
}

impl Fault {
    /// A rule of the order domain is broken.
    #[cold]
    pub(crate) fn rule(rule: &'static str, field: &str, message: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::malformed(field, message)
        }
    }

    /// An argument is not of the form required.
    #[cold]
    pub(crate) fn malformed(field: &str, message: &str) -> Self {
        Self {
            rule: None,
            field: field.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Whether no rule was reached. What is malformed is so whatever the order's state.
    pub(crate) const fn is_malformed(&self) -> bool {
        self.rule.is_none()
    }

    /// The error that `decide` gives: it names the rule, the order and its status.
    pub(crate) fn into_error(self, order_id: &str, status: &str) -> Box<Error> {
        match self.rule {
            Some(rule) => Box::new(Error::RuleBroken {
                rule: rule.to_owned(),
                subject: order_id.to_owned(),
                status: status.to_owned(),
                message: self.message,
            }),
            None => Error::invalid(self.field, self.message),
        }
    }
}

/// The order exists already.
pub(crate) const ALREADY_PLACED: &str = "already_placed";
/// An order without items.
pub(crate) const NO_ITEMS: &str = "no_items";
/// A quantity of 0 or less.
pub(crate) const QUANTITY_BELOW_ONE: &str = "quantity_below_one";
/// A price below 0.
pub(crate) const PRICE_NEGATIVE: &str = "price_negative";
/// A price with more decimals than its currency.
pub(crate) const PRICE_TOO_PRECISE: &str = "price_too_precise";
/// A payment for an order that does not wait for one.
pub(crate) const NOT_PENDING: &str = "not_pending";
/// A payment of another amount than the total.
pub(crate) const AMOUNT_DIFFERS: &str = "amount_differs";
/// A paid order, which must be refunded before it is cancelled.
pub(crate) const PAID_NOT_REFUNDED: &str = "paid_not_refunded";
/// A cancelled order, cancelled again.
pub(crate) const ALREADY_CANCELLED: &str = "already_cancelled";
/// A cancellation that does not say why.
pub(crate) const REASON_EMPTY: &str = "reason_empty";
/// A refund for an order that is not paid.
pub(crate) const NOT_PAID: &str = "not_paid";
