//! The orders table that `orders_summary` and `customer_order_history` are both made of.

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::json::{self, ToJson};
use daybook_core::projection::{Row, Table};
use daybook_core::{RecordedEvent, Timestamp};

use super::order_id::OrderId;
use super::pages::{self, Applied};
use crate::currency::Currency;
use crate::events::{OrderEvent, OrderPlaced};
use crate::money::Amount;
use crate::order::{Action, Status, allowed_in, write_actions};

/// Every order, with its customer by number: about 125 bytes of memory an order.
#[derive(Debug, Default)]
pub(super) struct OrdersTable {
    orders: Table<OrderRow>,
    customers: Table<CustomerRow>,
    applied: Applied,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OrderRow {
    id: OrderId,
    /// The ordinal of its row among the customers.
    pub(super) customer: u32,
    pub(super) item_count: u32,
    pub(super) total: Amount,
    pub(super) placed_at: Timestamp,
    paid_at: Moment,
    refunded_at: Moment,
    cancelled_at: Moment,
    pub(super) currency: Currency,
    pub(super) status: Status,
}

/// One customer's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CustomerRow(pub(super) Box<str>);

/// A moment that may not have come, in 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment(i64);

/// What an event did to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The order's ordinal.
    pub(super) ordinal: usize,
    /// Its status before; `None` when it was placed now.
    pub(super) before: Option<Status>,
}

/// An order as JSON shows it. Amounts have their currency's decimals, times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// Its id.
    pub order_id: String,
    /// Who placed it.
    pub customer_id: String,
    /// Where it stands.
    pub status: Status,
    /// What its total is in.
    pub currency: Currency,
    /// What it comes to.
    pub total_amount: String,
    /// How many pieces were ordered, over all items.
    pub item_count: u32,
    /// When it was placed.
    pub placed_at: String,
    /// When it was last paid.
    pub paid_at: Option<String>,
    /// When it was last refunded.
    pub refunded_at: Option<String>,
    /// When it was last cancelled.
    pub cancelled_at: Option<String>,
    /// Which commands the rules allow.
    pub allowed: Vec<Action>,
}

impl OrdersTable {
    /// Takes in one event; `None` when no order changed.
    pub(super) fn apply(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: &OrderEvent<'_>,
    ) -> Option<Change> {
        if self.applied.includes(recorded.position) {
            return None;
        }
        self.applied.advance(recorded.position);
        let at = recorded.occurred_at;
        let (status, order_id) = match event {
            OrderEvent::OrderPlaced(placed) => return self.place(placed, at),
            OrderEvent::PaymentConfirmed(event) => (Status::Paid, &event.order_id),
            OrderEvent::PaymentRefunded(event) => (Status::Refunded, &event.order_id),
            OrderEvent::OrderCancelled(event) => (Status::Cancelled, &event.order_id),
        };
        let ordinal = self.orders.position_of(order_id)?;
        let before = self.orders.edit(order_id, |row| row.enter(status, at))?;
        Some(Change {
            ordinal,
            before: Some(before),
        })
    }

    fn place(&mut self, placed: &OrderPlaced<'_>, at: Timestamp) -> Option<Change> {
        if self.orders.position_of(&placed.order_id).is_some() {
            return None;
        }
        let ordinal = self.orders.len();
        let customer = self.customer_ordinal(&placed.customer_id)?;
        self.orders.insert(OrderRow {
            id: OrderId::new(&placed.order_id),
            customer,
            item_count: placed.item_count(),
            total: placed.total_amount,
            placed_at: at,
            paid_at: Moment::NEVER,
            refunded_at: Moment::NEVER,
            cancelled_at: Moment::NEVER,
            currency: placed.currency,
            status: Status::Pending,
        });
        Some(Change {
            ordinal,
            before: None,
        })
    }

    fn customer_ordinal(&mut self, customer_id: &str) -> Option<u32> {
        let ordinal = self.customers.position_of(customer_id).unwrap_or_else(|| {
            self.customers.insert(CustomerRow(customer_id.into()));
            self.customers.len().saturating_sub(1)
        });
        u32::try_from(ordinal).ok()
    }

    /// About how many bytes of memory it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.orders.memory_bytes() + self.customers.memory_bytes()
    }

    /// Every order, in the order of the log.
    pub(super) const fn orders(&self) -> &Table<OrderRow> {
        &self.orders
    }

    /// Every customer, in order of their first orders.
    pub(super) const fn customers(&self) -> &Table<CustomerRow> {
        &self.customers
    }

    /// The id of a customer.
    pub(super) fn customer_id(&self, customer: u32) -> &str {
        self.customers
            .row(customer as usize)
            .map_or("", |row| &row.0)
    }

    /// A row as JSON shows it.
    pub(super) fn view(&self, row: &OrderRow) -> OrderView {
        OrderView {
            order_id: row.id().to_owned(),
            customer_id: self.customer_id(row.customer).to_owned(),
            status: row.status,
            currency: row.currency,
            total_amount: row.total.in_currency(row.currency),
            item_count: row.item_count,
            placed_at: row.placed_at.to_string(),
            paid_at: row.paid_at.text(),
            refunded_at: row.refunded_at.text(),
            cancelled_at: row.cancelled_at.text(),
            allowed: allowed_in(row.status),
        }
    }

    pub(super) fn save(&mut self) -> Vec<(u32, Vec<u8>)> {
        pages::save(&mut self.orders, &mut self.customers, &mut self.applied)
    }

    pub(super) fn load(pages: &[(u32, Vec<u8>)]) -> Result<Self, Damaged> {
        let (orders, customers, applied) = pages::load(pages)?;
        let table = Self {
            orders,
            customers,
            applied,
        };
        let known = |row: &OrderRow| (row.customer as usize) < table.customers.len();
        if table.orders.iter().all(known) {
            Ok(table)
        } else {
            Err(Damaged)
        }
    }
}

impl OrderRow {
    pub(super) fn id(&self) -> &str {
        self.id.as_str()
    }

    /// What a UUID's text is searched in; other ids may hold any letters.
    pub(super) const fn has_uuid(&self) -> bool {
        matches!(self.id, OrderId::Uuid(_))
    }

    /// Enters a status, and returns the one before.
    fn enter(&mut self, status: Status, at: Timestamp) -> Status {
        match status {
            Status::Pending => {}
            Status::Paid => self.paid_at = Moment::at(at),
            Status::Refunded => self.refunded_at = Moment::at(at),
            Status::Cancelled => self.cancelled_at = Moment::at(at),
        }
        core::mem::replace(&mut self.status, status)
    }
}

impl Moment {
    const NEVER: Self = Self(i64::MIN);

    const fn at(at: Timestamp) -> Self {
        Self(at.as_millis())
    }

    fn get(self) -> Option<Timestamp> {
        (self != Self::NEVER).then(|| Timestamp::from_millis(self.0))
    }

    fn text(self) -> Option<String> {
        self.get().map(|at| at.to_string())
    }

    /// Writes how long after `start` it was.
    fn write(self, writer: &mut Writer, start: Timestamp) {
        writer.byte(self.get().is_some().into());
        if let Some(at) = self.get() {
            writer.int(at.as_millis() - start.as_millis());
        }
    }

    fn read(reader: &mut Reader<'_>, start: Timestamp) -> Result<Self, Damaged> {
        if reader.byte()? == 0 {
            return Ok(Self::NEVER);
        }
        let at = start.as_millis().saturating_add(reader.int()?);
        Ok(Self::at(Timestamp::from_millis(at)))
    }
}

impl Row for OrderRow {
    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn write(&self, writer: &mut Writer) {
        self.id.write(writer);
        writer.uint(self.customer.into());
        writer.uint(self.item_count.into());
        self.total.write(writer);
        writer.int(self.placed_at.as_millis());
        for moment in [self.paid_at, self.refunded_at, self.cancelled_at] {
            moment.write(writer, self.placed_at);
        }
        writer.raw(&self.currency.bytes());
        writer.byte(self.status.to_byte());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let id = OrderId::read(reader)?;
        let customer = reader.uint32()?;
        let item_count = reader.uint32()?;
        let total = Amount::read_from(reader)?;
        let placed_at = Timestamp::from_millis(reader.int()?);
        Ok(Self {
            id,
            customer,
            item_count,
            total,
            placed_at,
            paid_at: Moment::read(reader, placed_at)?,
            refunded_at: Moment::read(reader, placed_at)?,
            cancelled_at: Moment::read(reader, placed_at)?,
            currency: Currency::from_bytes(reader.array()?).ok_or(Damaged)?,
            status: Status::from_byte(reader.byte()?).ok_or(Damaged)?,
        })
    }

    fn heap_bytes(&self) -> usize {
        self.id.heap_bytes()
    }
}

impl Row for CustomerRow {
    fn key(&self) -> &str {
        &self.0
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self(reader.text()?.into()))
    }
}

impl ToJson for OrderView {
    fn write_json(&self, json: &mut json::Writer) {
        json.begin_object().key("orderId").string(&self.order_id);
        json.key("customerId").string(&self.customer_id);
        json.key("status").string(self.status.name());
        json.key("currency").string(self.currency.code());
        json.key("totalAmount").string(&self.total_amount);
        json.key("itemCount").number(self.item_count);
        json.key("placedAt").string(&self.placed_at);
        json.key("paidAt").optional(self.paid_at.as_deref());
        json.key("refundedAt").optional(self.refunded_at.as_deref());
        json.key("cancelledAt")
            .optional(self.cancelled_at.as_deref());
        write_actions(json.key("allowed"), &self.allowed);
        json.end_object();
    }
}
