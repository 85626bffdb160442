//! An order: what it is, what may be done with it, what follows.

use daybook_core::aggregate::Aggregate;
use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::{Error, Result, json};
use uuid::Uuid;

use crate::check::check;
use crate::commands::{CancelOrder, ConfirmPayment, OrderCommand, PlaceOrder, RefundPayment};
use crate::currency::Currency;
use crate::events::{
    Item, OrderCancelled, OrderEvent, OrderPlaced, Orders, PaymentConfirmed, PaymentRefunded,
};
use crate::money::{Amount, MoneyError};
use crate::rules::{
    ALREADY_CANCELLED, ALREADY_PLACED, AMOUNT_DIFFERS, Fault, NOT_PAID, NOT_PENDING,
    PAID_NOT_REFUNDED, REASON_EMPTY,
};
use crate::text;

/// What stands for the status of an order that was never placed, in errors.
const NOT_PLACED: &str = "NOT_PLACED";

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Placed, not paid.
    Pending,
    /// Paid.
    Paid,
    /// Paid, and the money given back.
    Refunded,
    /// Not to be carried out.
    Cancelled,
}

/// What can be done with an order that was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// [`OrderCommand::ConfirmPayment`]
    ConfirmPayment,
    /// [`OrderCommand::RefundPayment`]
    RefundPayment,
    /// [`OrderCommand::CancelOrder`]
    CancelOrder,
}

/// The aggregate.
#[derive(Debug, Clone, Copy)]
pub struct Order;

/// An order's state: nothing, until it is placed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderState {
    /// The order, once it is placed.
    pub placed: Option<PlacedOrder>,
}

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Its id.
    pub order_id: String,
    /// Who placed it.
    pub customer_id: String,
    /// What was ordered.
    pub items: Vec<Item<'static>>,
    /// What all amounts are in.
    pub currency: Currency,
    /// What it comes to.
    pub total: Amount,
    /// Where it stands.
    pub status: Status,
    /// What its payment is known by elsewhere.
    pub payment_reference: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Why the money was given back.
    pub refund_reason: Option<String>,
}

impl Aggregate for Order {
    type Domain = Orders;
    type State = OrderState;
    type Command = OrderCommand;

    const NAME: &'static str = "order";
    const STATE_VERSION: u32 = 1;

    /// Arguments are judged first (`invalid_input`), then whether the order exists (`not_found`),
    /// then the rules (`rule_broken`).
    fn decide(state: &OrderState, command: &OrderCommand) -> Result<Vec<OrderEvent<'static>>> {
        let order_id = parse_order_id(command.order_id())?;
        let event = match command {
            OrderCommand::PlaceOrder(command) => place(state, order_id, command)?,
            OrderCommand::ConfirmPayment(command) => confirm(state, &order_id, command)?,
            OrderCommand::CancelOrder(command) => cancel(state, &order_id, command)?,
            OrderCommand::RefundPayment(command) => refund(state, &order_id, command)?,
        };
        Ok(vec![event])
    }

    /// An order is placed once: whatever says so again changes nothing. Whatever else happens to
    /// an order that was not placed changes nothing either.
    fn evolve(state: &mut OrderState, event: &OrderEvent<'_>) {
        match (&mut state.placed, event) {
            (placed @ None, OrderEvent::OrderPlaced(event)) => *placed = Some(event.into()),
            (Some(order), OrderEvent::PaymentConfirmed(event)) => {
                order.status = Status::Paid;
                order.payment_reference = Some(event.payment_reference.to_string());
            }
            (Some(order), OrderEvent::OrderCancelled(event)) => {
                order.status = Status::Cancelled;
                order.cancel_reason = Some(event.reason.to_string());
            }
            (Some(order), OrderEvent::PaymentRefunded(event)) => {
                order.status = Status::Refunded;
                order.refund_reason = Some(event.reason.to_string());
            }
            (Some(_), OrderEvent::OrderPlaced(_)) | (None, _) => {}
        }
    }

    fn save(state: &OrderState) -> Vec<u8> {
        let mut writer = Writer::new();
        if let Some(order) = &state.placed {
            order.write(&mut writer);
        }
        writer.into_bytes()
    }

    fn restore(bytes: &[u8]) -> Option<OrderState> {
        let placed = if bytes.is_empty() {
            None
        } else {
            let mut reader = Reader::new(bytes);
            let order = PlacedOrder::read(&mut reader).ok()?;
            reader.end().ok()?;
            Some(order)
        };
        Some(OrderState { placed })
    }
}

/// What the rules allow in this state, whatever the arguments; nothing before it is placed.
#[must_use]
pub fn allowed(state: &OrderState) -> Vec<Action> {
    let placed = state.placed.as_ref();
    placed.map_or(Vec::new(), |order| allowed_in(order.status))
}

/// Writes the names of `actions`.
pub(crate) fn write_actions(json: &mut json::Writer, actions: &[Action]) {
    json.begin_array();
    for action in actions {
        json.string(action.name());
    }
    json.end_array();
}

/// What the rules allow with an order of this status, whatever the arguments.
#[must_use]
pub fn allowed_in(status: Status) -> Vec<Action> {
    let mut allowed = Vec::new();
    for action in [
        Action::ConfirmPayment,
        Action::RefundPayment,
        Action::CancelOrder,
    ] {
        if action.check(status).is_ok() {
            allowed.push(action);
        }
    }
    allowed
}

/// An order id as it is stored: a UUID in small letters, with hyphens.
///
/// # Errors
/// `invalid_input` when the text is no UUID.
pub fn parse_order_id(text: &str) -> Result<String> {
    let hyphenated = text.len() == 36;
    hyphenated
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
        .map(|id| id.to_string())
        .ok_or_else(|| invalid("orderId", "The order id must be a UUID."))
}

impl Action {
    /// Its name, such as `confirmPayment`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfirmPayment => "confirmPayment",
            Self::RefundPayment => "refundPayment",
            Self::CancelOrder => "cancelOrder",
        }
    }

    /// The rules on the status: which is broken, and in words.
    const fn check(self, status: Status) -> Result<(), (&'static str, &'static str)> {
        Err(match (self, status) {
            (Self::ConfirmPayment, Status::Pending)
            | (Self::RefundPayment, Status::Paid)
            | (Self::CancelOrder, Status::Pending | Status::Refunded) => return Ok(()),
            (Self::ConfirmPayment, Status::Paid) => (NOT_PENDING, "This order is already paid."),
            (Self::ConfirmPayment, Status::Refunded) => (
                NOT_PENDING,
                "This order was refunded and cannot be paid again.",
            ),
            (Self::ConfirmPayment, Status::Cancelled) => {
                (NOT_PENDING, "This order is cancelled and cannot be paid.")
            }
            (Self::RefundPayment, Status::Refunded) => {
                (NOT_PAID, "This order is already refunded.")
            }
            (Self::RefundPayment, Status::Pending | Status::Cancelled) => {
                (NOT_PAID, "Only a paid order can be refunded.")
            }
            (Self::CancelOrder, Status::Paid) => (
                PAID_NOT_REFUNDED,
                "This order is paid: refund it before cancelling it.",
            ),
            (Self::CancelOrder, Status::Cancelled) => {
                (ALREADY_CANCELLED, "This order is already cancelled.")
            }
        })
    }
}

fn place(
    state: &OrderState,
    order_id: String,
    command: &PlaceOrder,
) -> Result<OrderEvent<'static>> {
    let mut checked = check(&command.customer_id, &command.items, &command.currency);
    let malformed = checked.faults.iter().position(Fault::is_malformed);
    if let (None, Some(order)) = (malformed, &state.placed) {
        let fault = Fault::rule(ALREADY_PLACED, "orderId", "This order was already placed.");
        return Err(fault.into_error(&order_id, order.status.name()));
    }
    if !checked.faults.is_empty() {
        let fault = checked.faults.swap_remove(malformed.unwrap_or(0));
        return Err(fault.into_error(&order_id, NOT_PLACED));
    }
    let mut items = Vec::new();
    for (item, _) in checked.lines.into_iter().flatten() {
        items.push(item);
    }
    Ok(OrderEvent::OrderPlaced(OrderPlaced {
        order_id: order_id.into(),
        customer_id: checked.customer_id.into(),
        items,
        total_amount: checked.total,
        currency: checked.currency.unwrap_or(Currency::USD),
    }))
}

fn confirm(
    state: &OrderState,
    order_id: &str,
    command: &ConfirmPayment,
) -> Result<OrderEvent<'static>> {
    let reference = text::name(&command.payment_reference, "The payment reference")
        .map_err(|message| invalid("paymentReference", &message))?;
    let amount = Amount::payment(&command.amount);
    if let Err(error) = amount
        && error != MoneyError::Negative
    {
        return Err(invalid("amount", &error.to_string()));
    }
    let order = placed(state, order_id)?;
    order.may(Action::ConfirmPayment)?;
    if amount != Ok(order.total) {
        let message = format!(
            "The order comes to {}, and that is what must be paid.",
            order.shown_total()
        );
        return Err(order.broken(Fault::rule(AMOUNT_DIFFERS, "amount", &message)));
    }
    Ok(OrderEvent::PaymentConfirmed(PaymentConfirmed {
        order_id: order.order_id.clone().into(),
        payment_reference: reference.to_owned().into(),
        amount: order.total,
    }))
}

fn cancel(
    state: &OrderState,
    order_id: &str,
    command: &CancelOrder,
) -> Result<OrderEvent<'static>> {
    let reason = reason(&command.reason)?;
    let order = placed(state, order_id)?;
    order.may(Action::CancelOrder)?;
    if reason.is_empty() {
        let message = "Say why the order is cancelled.";
        return Err(order.broken(Fault::rule(REASON_EMPTY, "reason", message)));
    }
    Ok(OrderEvent::OrderCancelled(OrderCancelled {
        order_id: order.order_id.clone().into(),
        reason: reason.to_owned().into(),
    }))
}

fn refund(
    state: &OrderState,
    order_id: &str,
    command: &RefundPayment,
) -> Result<OrderEvent<'static>> {
    let reason = reason(&command.reason)?;
    let order = placed(state, order_id)?;
    order.may(Action::RefundPayment)?;
    Ok(OrderEvent::PaymentRefunded(PaymentRefunded {
        order_id: order.order_id.clone().into(),
        payment_reference: order.payment_reference.clone().unwrap_or_default().into(),
        amount: order.total,
        reason: reason.to_owned().into(),
    }))
}

#[cold]
fn invalid(field: &str, reason: &str) -> Box<Error> {
    Error::invalid(field, reason)
}

fn reason(text: &str) -> Result<&str> {
    text::reason(text).map_err(|message| invalid("reason", &message))
}

fn placed<'a>(state: &'a OrderState, order_id: &str) -> Result<&'a PlacedOrder> {
    state
        .placed
        .as_ref()
        .ok_or_else(|| Error::not_found("order", order_id))
}

impl PlacedOrder {
    fn may(&self, action: Action) -> Result<()> {
        action
            .check(self.status)
            .map_err(|(rule, message)| self.broken(Fault::rule(rule, "orderId", message)))
    }

    fn broken(&self, fault: Fault) -> Box<Error> {
        fault.into_error(&self.order_id, self.status.name())
    }

    fn shown_total(&self) -> String {
        format!(
            "{} {}",
            self.total.in_currency(self.currency),
            self.currency
        )
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.order_id);
        writer.text(&self.customer_id);
        writer.count(self.items.len());
        for item in &self.items {
            writer.text(&item.product_id);
            writer.uint(item.quantity.into());
            item.unit_price.write(writer);
        }
        writer.raw(&self.currency.bytes());
        self.total.write(writer);
        writer.byte(self.status.to_byte());
        for text in [
            &self.payment_reference,
            &self.cancel_reason,
            &self.refund_reason,
        ] {
            writer.byte(text.is_some().into());
            writer.text(text.as_deref().unwrap_or_default());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let order_id = reader.text()?;
        let customer_id = reader.text()?;
        let mut items = Vec::new();
        for _ in 0..reader.count()? {
            items.push(Item {
                product_id: reader.text()?.to_owned().into(),
                quantity: reader.uint32()?,
                unit_price: Amount::read_from(reader)?,
            });
        }
        let currency = Currency::from_bytes(reader.array()?).ok_or(Damaged)?;
        let total = Amount::read_from(reader)?;
        let status = Status::from_byte(reader.byte()?).ok_or(Damaged)?;
        let mut texts = [None; 3];
        for text in &mut texts {
            let is_some = reader.byte()? == 1;
            *text = Some(reader.text()?).filter(|_| is_some);
        }
        let [payment_reference, cancel_reason, refund_reason] =
            texts.map(|text| text.map(str::to_owned));
        Ok(Self {
            order_id: order_id.to_owned(),
            customer_id: customer_id.to_owned(),
            items,
            currency,
            total,
            status,
            payment_reference,
            cancel_reason,
            refund_reason,
        })
    }
}

impl From<&OrderPlaced<'_>> for PlacedOrder {
    fn from(event: &OrderPlaced<'_>) -> Self {
        let mut items = Vec::new();
        for item in &event.items {
            items.push(Item {
                product_id: item.product_id.to_string().into(),
                quantity: item.quantity,
                unit_price: item.unit_price,
            });
        }
        Self {
            order_id: event.order_id.to_string(),
            customer_id: event.customer_id.to_string(),
            items,
            currency: event.currency,
            total: event.total_amount,
            status: Status::Pending,
            payment_reference: None,
            cancel_reason: None,
            refund_reason: None,
        }
    }
}

impl Status {
    /// Each of them, in the order they are sorted in.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Paid, Self::Refunded, Self::Cancelled];

    /// Its name, such as `PENDING`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Paid => "PAID",
            Self::Refunded => "REFUNDED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Paid => 1,
            Self::Refunded => 2,
            Self::Cancelled => 3,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Pending),
            1 => Some(Self::Paid),
            2 => Some(Self::Refunded),
            3 => Some(Self::Cancelled),
            _ => None,
        }
    }
}
