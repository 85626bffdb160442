//! What can be asked of an order. Arguments arrive as typed; [`decide`] judges them.
//!
//! [`decide`]: daybook_core::aggregate::Aggregate::decide

mod read;

/// The most items one order may have.
pub const MAX_ITEMS: usize = 500;
/// The largest quantity of one item.
pub const MAX_QUANTITY: u32 = 1_000_000;

/// A command to one order.
///
/// As JSON, an object with one field named after the command, such as
/// `{"cancelOrder": {"orderId": "…", "reason": "…"}}`. Fields that are not known are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderCommand {
    /// Place the order.
    PlaceOrder(PlaceOrder),
    /// Record that it was paid.
    ConfirmPayment(ConfirmPayment),
    /// Cancel it.
    CancelOrder(CancelOrder),
    /// Give the money back.
    RefundPayment(RefundPayment),
}

/// Place an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceOrder {
    /// The order's own id, a UUID. May be left out of JSON, and is then empty: whoever calls makes
    /// one before deciding.
    pub order_id: String,
    /// Who places it: free text, 1 to 100 characters.
    pub customer_id: String,
    /// 1 to [`MAX_ITEMS`].
    pub items: Vec<DraftItem>,
    /// A code that [`Currency::from_code`](crate::Currency::from_code) knows.
    pub currency: String,
}

/// One line of an order, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftItem {
    /// The product: free text, 1 to 100 characters.
    pub product_id: String,
    /// How many: 1 to [`MAX_QUANTITY`].
    pub quantity: Quantity,
    /// The price of one, such as `44.98`.
    pub unit_price: String,
}

/// A quantity as typed: JSON may give a number or a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quantity(pub String);

/// Record that an order was paid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfirmPayment {
    /// Which order.
    pub order_id: String,
    /// What the payment is known by elsewhere: free text, 1 to 100 characters.
    pub payment_reference: String,
    /// What was paid; must equal the order's total as a number.
    pub amount: String,
}

/// Cancel an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CancelOrder {
    /// Which order.
    pub order_id: String,
    /// Why: free text, 1 to 500 characters.
    pub reason: String,
}

/// Give an order's money back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RefundPayment {
    /// Which order.
    pub order_id: String,
    /// Why: free text, at most 500 characters; may be empty.
    pub reason: String,
}

impl OrderCommand {
    /// The order it is for.
    #[must_use]
    pub fn order_id(&self) -> &str {
        match self {
            Self::PlaceOrder(command) => &command.order_id,
            Self::ConfirmPayment(command) => &command.order_id,
            Self::CancelOrder(command) => &command.order_id,
            Self::RefundPayment(command) => &command.order_id,
        }
    }
}

impl From<u32> for Quantity {
    fn from(quantity: u32) -> Self {
        Self(quantity.to_string())
    }
}
