//! `revenue_by_day`: a row per day (UTC) and currency, with counts and exact sums.

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::json::{self, FromJson, Malformed, ToJson};
use daybook_core::projection::{Projection, Row, Table};
use daybook_core::time::Day;
use daybook_core::{RecordedEvent, Result};

use super::order_id::OrderId;
use super::pages::{self, Applied};
use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::money::Sum;
use crate::text::optional;

/// The read model. It keeps each order's currency, which only `OrderPlaced` says: about 55 bytes of
/// memory an order.
#[derive(Debug, Default)]
pub struct RevenueByDay {
    orders: Table<OrderCurrency>,
    days: Table<DayRow>,
    applied: Applied,
}

#[derive(Debug)]
struct OrderCurrency {
    id: OrderId,
    currency: Currency,
}

#[derive(Debug)]
struct DayRow {
    /// Day and currency, such as `2026-01-31 EUR`: days sort as texts within the years 0 to 9999.
    key: String,
    day: Day,
    currency: Currency,
    placed: u32,
    paid: u32,
    refunded: u32,
    cancelled: u32,
    gross_paid: Sum,
    refunded_amount: Sum,
}

/// Which days are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevenueQuery {
    /// Only this currency, by its code.
    pub currency: Option<String>,
    /// The first day, such as `2026-01-31`.
    pub from: Option<String>,
    /// The last day, which is included.
    pub to: Option<String>,
}

/// A day as JSON shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueView {
    /// The day in UTC, such as `2026-01-31`.
    pub day: String,
    /// What the amounts are in.
    pub currency: Currency,
    /// How many orders were placed on it.
    pub placed: u32,
    /// How many payments were confirmed.
    pub paid: u32,
    /// How many payments were refunded.
    pub refunded: u32,
    /// How many orders were cancelled.
    pub cancelled: u32,
    /// What was paid.
    pub gross_paid: String,
    /// What was paid back.
    pub refunded_amount: String,
    /// The one less the other.
    pub net: String,
}

impl RevenueByDay {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// About how many bytes of memory the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.orders.memory_bytes() + self.days.memory_bytes()
    }

    /// The rows that match, by day and then by currency.
    #[must_use]
    pub fn query(&self, query: &RevenueQuery) -> Vec<RevenueView> {
        let mut rows: Vec<RevenueView> = self
            .days
            .iter()
            .filter(|row| {
                let code = row.currency.bytes();
                query
                    .currency
                    .as_ref()
                    .is_none_or(|wanted| wanted.as_bytes() == code)
            })
            .map(DayRow::view)
            .filter(|row| {
                query.from.as_ref().is_none_or(|from| row.day >= *from)
                    && query.to.as_ref().is_none_or(|to| row.day <= *to)
            })
            .collect();
        rows.sort_by(|a, b| (&a.day, a.currency).cmp(&(&b.day, b.currency)));
        rows
    }

    /// The currency of the order `event` happened to; `None` when the event changes nothing.
    fn currency_of(&mut self, event: &OrderEvent<'_>) -> Option<Currency> {
        let known = self.orders.get(event.order_id()).map(|row| row.currency);
        match (event, known) {
            (OrderEvent::OrderPlaced(_), Some(_)) => None,
            (OrderEvent::OrderPlaced(placed), None) => {
                self.orders.insert(OrderCurrency {
                    id: OrderId::new(&placed.order_id),
                    currency: placed.currency,
                });
                Some(placed.currency)
            }
            (_, known) => known,
        }
    }
}

impl Projection for RevenueByDay {
    type Domain = Orders;

    const NAME: &'static str = "revenue_by_day";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &OrderEvent<'_>) -> Result<()> {
        if self.applied.includes(recorded.position) {
            return Ok(());
        }
        self.applied.advance(recorded.position);
        let Some(currency) = self.currency_of(event) else {
            return Ok(());
        };
        let day = recorded.occurred_at.day();
        let key = day_key(day, currency);
        if self.days.get(&key).is_none() {
            self.days.insert(DayRow::new(day, currency));
        }
        self.days.edit(&key, |row| row.count(event));
        Ok(())
    }

    fn save(&mut self) -> Vec<(u32, Vec<u8>)> {
        pages::save(&mut self.orders, &mut self.days, &mut self.applied)
    }

    fn load(&mut self, version: u32, pages: &[(u32, Vec<u8>)]) -> bool {
        if version != Self::VERSION {
            return false;
        }
        let Ok((orders, days, applied)) = pages::load(pages) else {
            return false;
        };
        *self = Self {
            orders,
            days,
            applied,
        };
        true
    }
}

fn day_key(day: Day, currency: Currency) -> String {
    format!("{day} {currency}")
}

impl DayRow {
    fn new(day: Day, currency: Currency) -> Self {
        Self {
            key: day_key(day, currency),
            day,
            currency,
            placed: 0,
            paid: 0,
            refunded: 0,
            cancelled: 0,
            gross_paid: Sum::default(),
            refunded_amount: Sum::default(),
        }
    }

    fn count(&mut self, event: &OrderEvent<'_>) {
        // A log has fewer than 2^32 events, so no count overflows.
        match event {
            OrderEvent::OrderPlaced(_) => self.placed = self.placed.saturating_add(1),
            OrderEvent::PaymentConfirmed(event) => {
                self.paid = self.paid.saturating_add(1);
                self.gross_paid.add(event.amount);
            }
            OrderEvent::PaymentRefunded(event) => {
                self.refunded = self.refunded.saturating_add(1);
                self.refunded_amount.add(event.amount);
            }
            OrderEvent::OrderCancelled(_) => self.cancelled = self.cancelled.saturating_add(1),
        }
    }

    fn view(&self) -> RevenueView {
        RevenueView {
            day: self.day.to_string(),
            currency: self.currency,
            placed: self.placed,
            paid: self.paid,
            refunded: self.refunded,
            cancelled: self.cancelled,
            gross_paid: self.gross_paid.in_currency(self.currency),
            refunded_amount: self.refunded_amount.in_currency(self.currency),
            net: self
                .gross_paid
                .less(self.refunded_amount)
                .in_currency(self.currency),
        }
    }
}

impl Row for DayRow {
    fn key(&self) -> &str {
        &self.key
    }

    fn write(&self, writer: &mut Writer) {
        writer.int(self.day.0.into());
        writer.raw(&self.currency.bytes());
        for count in [self.placed, self.paid, self.refunded, self.cancelled] {
            writer.uint(count.into());
        }
        self.gross_paid.write(writer);
        self.refunded_amount.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let day = i32::try_from(reader.int()?).map_err(|_| Damaged)?;
        let currency = Currency::from_bytes(reader.array()?).ok_or(Damaged)?;
        Ok(Self {
            placed: reader.uint32()?,
            paid: reader.uint32()?,
            refunded: reader.uint32()?,
            cancelled: reader.uint32()?,
            gross_paid: Sum::read_from(reader)?,
            refunded_amount: Sum::read_from(reader)?,
            ..Self::new(Day(day), currency)
        })
    }
}

impl Row for OrderCurrency {
    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn write(&self, writer: &mut Writer) {
        self.id.write(writer);
        writer.raw(&self.currency.bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self {
            id: OrderId::read(reader)?,
            currency: Currency::from_bytes(reader.array()?).ok_or(Damaged)?,
        })
    }

    fn heap_bytes(&self) -> usize {
        self.id.heap_bytes()
    }
}

impl FromJson<'_> for RevenueQuery {
    fn read_json(reader: &mut json::Reader<'_>) -> Result<Self, Malformed> {
        let mut query = Self::default();
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "currency" => query.currency = optional(reader)?,
                "from" => query.from = optional(reader)?,
                "to" => query.to = optional(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(query)
    }
}

impl ToJson for RevenueView {
    fn write_json(&self, json: &mut json::Writer) {
        json.begin_object().key("day").string(&self.day);
        json.key("currency").string(self.currency.code());
        json.key("placed").number(self.placed);
        json.key("paid").number(self.paid);
        json.key("refunded").number(self.refunded);
        json.key("cancelled").number(self.cancelled);
        json.key("grossPaid").string(&self.gross_paid);
        json.key("refundedAmount").string(&self.refunded_amount);
        json.key("net").string(&self.net).end_object();
    }
}
