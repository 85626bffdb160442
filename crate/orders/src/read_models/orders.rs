//! The orders table that `orders_summary` and `customer_order_history` are both made of.

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::projection::{Row, Table};
use daybook_core::{RecordedEvent, Timestamp};

use super::facts::{Facts, Moment};
use super::order_ids::{BUFFER, OrderIds};
use super::pages::{self, Applied, Changed};
use crate::currency::Currency;
use crate::events::{OrderEvent, OrderPlaced};
use crate::order::{Action, Status, allowed_in};

/// Every order, with its customer by number: about 60 bytes of memory an order.
#[derive(Debug, Default)]
pub(super) struct OrdersTable {
    ids: OrderIds,
    facts: Facts,
    changed: Changed,
    customers: Table<CustomerRow>,
    applied: Applied,
}

/// One customer's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CustomerRow(pub(super) Box<str>);

/// What an event did to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The order's ordinal.
    pub(super) ordinal: u32,
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
    /// A table without orders, made for as many as `self` has.
    pub(super) fn anew(&self) -> Self {
        Self {
            ids: self.ids.anew(),
            ..Self::default()
        }
    }

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
        let ordinal = self.ids.ordinal(order_id)?;
        let before = self.facts.enter(ordinal, status, at)?;
        self.changed.mark(ordinal);
        Some(Change {
            ordinal,
            before: Some(before),
        })
    }

    fn place(&mut self, placed: &OrderPlaced<'_>, at: Timestamp) -> Option<Change> {
        let ordinal = self.ids.add(&placed.order_id)?;
        let customer = self.customer_ordinal(&placed.customer_id);
        self.facts.place(placed, customer, at);
        self.changed.mark(ordinal);
        Some(Change {
            ordinal,
            before: None,
        })
    }

    fn customer_ordinal(&mut self, customer_id: &str) -> u32 {
        let ordinal = self.customers.position_of(customer_id).unwrap_or_else(|| {
            self.customers.insert(CustomerRow(customer_id.into()));
            self.customers.len().saturating_sub(1)
        });
        // Memory ends long before the ordinals do.
        u32::try_from(ordinal).unwrap_or(u32::MAX)
    }

    /// How many orders there are.
    pub(super) const fn len(&self) -> u32 {
        self.ids.len()
    }

    /// Their ids.
    pub(super) const fn ids(&self) -> &OrderIds {
        &self.ids
    }

    /// What is known of them.
    pub(super) const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Every customer, in order of their first orders.
    pub(super) const fn customers(&self) -> &Table<CustomerRow> {
        &self.customers
    }

    /// The id of a customer.
    pub(super) fn customer_id(&self, customer: u32) -> &str {
        let row = self.customers.row(customer as usize);
        row.map_or("", |row| &row.0)
    }

    /// About how many bytes of memory it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.ids.memory_bytes() + self.facts.memory_bytes() + self.customers.memory_bytes()
    }

    /// An order as JSON shows it.
    pub(super) fn view(&self, ordinal: u32) -> Option<OrderView> {
        let fact = self.facts.get(ordinal)?;
        let moments = self.facts.moments(fact);
        let text = |moment: Moment| moment.get().map(|at| at.to_string());
        Some(OrderView {
            order_id: self.ids.text(ordinal, &mut BUFFER.clone()).to_owned(),
            customer_id: self.customer_id(fact.customer).to_owned(),
            status: fact.status,
            currency: fact.currency,
            total_amount: self.facts.total(fact).in_currency(fact.currency),
            item_count: fact.item_count,
            placed_at: fact.placed_at.to_string(),
            paid_at: text(moments.paid),
            refunded_at: text(moments.refunded),
            cancelled_at: text(moments.cancelled),
            allowed: allowed_in(fact.status),
        })
    }

    /// The numbers of the pages that changed.
    pub(super) fn changed(&mut self) -> Vec<u32> {
        let customers = self.customers.changed_pages();
        pages::together(self.changed.take(), customers, &mut self.applied)
    }

    /// Writes a page.
    pub(super) fn write_page(&self, number: u32) -> Vec<u8> {
        pages::write(number, &self.applied, &mut |part, number| match part {
            0 => pages::write_page(self.len(), number, &mut |ordinal, writer| {
                self.ids.write(ordinal, writer);
                self.facts.write(ordinal, writer);
            }),
            _ => self.customers.write_page(number),
        })
    }

    /// Writes an order with its customer's id, so that it can be read without the others.
    pub(super) fn write_alone(&self, ordinal: u32, writer: &mut Writer) {
        self.ids.write(ordinal, writer);
        self.facts.write(ordinal, writer);
        let fact = self.facts.get(ordinal);
        writer.text(fact.map_or("", |fact| self.customer_id(fact.customer)));
    }

    /// Reads what [`write_alone`](Self::write_alone) wrote, as the next order.
    pub(super) fn read_alone(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let ordinal = self.len();
        self.ids.read(reader)?;
        self.facts.read(reader)?;
        let customer = self.customer_ordinal(reader.text()?);
        self.facts.set_customer(ordinal, customer);
        Ok(())
    }

    /// Takes in the next page, as [`write_page`](Self::write_page) wrote it.
    pub(super) fn load_page(&mut self, number: u32, bytes: &[u8]) -> Result<(), Damaged> {
        let Self {
            ids,
            facts,
            customers,
            applied,
            ..
        } = self;
        pages::take(
            number,
            bytes,
            applied,
            &mut |part, number, bytes| match part {
                0 => pages::load_page(ids.len(), number, bytes, &mut |reader| {
                    ids.read(reader)?;
                    facts.read(reader)
                }),
                _ => customers.load_page(number, bytes),
            },
        )
    }

    /// Whether the pages taken in go together.
    pub(super) fn is_whole(&self) -> bool {
        let mut whole = self.applied.is_any();
        self.facts.each(&mut |_, fact| {
            whole &= (fact.customer as usize) < self.customers.len();
        });
        whole
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
