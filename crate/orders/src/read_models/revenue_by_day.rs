//! `revenue_by_day`: a row per day (UTC) and currency, with counts and exact sums.

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::projection::Projection;
use daybook_core::time::Day;
use daybook_core::{RecordedEvent, Result};

use super::order_ids::OrderIds;
use super::pages::{self, Applied, Changed, Column};
use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::money::Sum;

/// The read model. It keeps each order's currency, which only `OrderPlaced` says: about 27 bytes of
/// memory an order.
#[derive(Debug, Default)]
pub struct RevenueByDay {
    ids: OrderIds,
    currencies: Column<Currency>,
    changed_orders: Changed,
    days: Days,
    applied: Applied,
}

/// A row per day and currency.
#[derive(Debug, Default)]
struct Days {
    /// In the order they came up in, which is that of their pages.
    rows: Vec<DayRow>,
    /// Their places in `rows`, by day and currency.
    sorted: Vec<u32>,
    /// Where in `sorted` the last row counted in is: the next event is often of the same day.
    last: usize,
    changed: Changed,
}

#[derive(Debug)]
struct DayRow {
    day: Day,
    currency: Currency,
    placed: u32,
    paid: u32,
    refunded: u32,
    cancelled: u32,
    gross_paid: Sum,
    refunded_amount: Sum,
}

/// How far around the last row the next is looked for first: shops trade in few currencies.
const NEAR: usize = 2;

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
    pub const fn len(&self) -> usize {
        self.days.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.days.rows.is_empty()
    }

    /// About how many bytes of memory the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.ids.memory_bytes()
            + self.currencies.memory_bytes()
            + self.days.rows.capacity() * size_of::<DayRow>()
            + self.days.sorted.capacity() * size_of::<u32>()
    }

    /// The rows that match, by day and then by currency.
    #[must_use]
    pub fn query(&self, query: &RevenueQuery) -> Vec<RevenueView> {
        let mut found = Vec::new();
        for place in &self.days.sorted {
            let Some(row) = self.days.rows.get(*place as usize) else {
                continue;
            };
            let day = row.day.to_string();
            if (query.currency.as_ref()).is_none_or(|code| *code == row.currency.code())
                && query.from.as_ref().is_none_or(|from| day >= *from)
                && query.to.as_ref().is_none_or(|to| day <= *to)
            {
                found.push(row.view(day));
            }
        }
        found
    }

    /// The currency of the order `event` happened to; `None` when the event changes nothing.
    fn currency_of(&mut self, event: &OrderEvent<'_>) -> Option<Currency> {
        if let OrderEvent::OrderPlaced(placed) = event {
            let ordinal = self.ids.add(&placed.order_id)?;
            self.currencies.push(placed.currency);
            self.changed_orders.mark(ordinal);
            return Some(placed.currency);
        }
        let ordinal = self.ids.ordinal(event.id())?;
        self.currencies.get(ordinal).copied()
    }
}

impl Days {
    /// The row of a day and currency, which will change.
    fn row(&mut self, day: Day, currency: Currency) -> Option<&mut DayRow> {
        let place = self.near(day, currency).or_else(|| {
            let at = self.sorted.partition_point(|place| {
                let row = self.rows.get(*place as usize);
                row.is_some_and(|row| (row.day, row.currency) < (day, currency))
            });
            self.last = at;
            self.place_at(at, day, currency)
        });
        let place = place.unwrap_or_else(|| {
            let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
            self.sorted.insert(self.last, place);
            self.rows.push(DayRow::new(day, currency));
            place
        });
        self.changed.mark(place);
        self.rows.get_mut(place as usize)
    }

    /// The place of the row of a day and currency, if it is beside the last one counted in.
    fn near(&mut self, day: Day, currency: Currency) -> Option<u32> {
        let mut around = self.last.saturating_sub(NEAR)..=self.last + NEAR;
        around.find_map(|at| {
            let place = self.place_at(at, day, currency)?;
            self.last = at;
            Some(place)
        })
    }

    /// The place of the row of a day and currency, if that is the one at `at` in their order.
    fn place_at(&self, at: usize, day: Day, currency: Currency) -> Option<u32> {
        let place = *self.sorted.get(at)?;
        let row = self.rows.get(place as usize)?;
        ((row.day, row.currency) == (day, currency)).then_some(place)
    }

    /// Takes in a row as it was saved, behind the others.
    fn restore(&mut self, row: DayRow) -> Result<(), Damaged> {
        let len = self.rows.len();
        let place = self.row(row.day, row.currency).ok_or(Damaged)?;
        *place = row;
        if self.rows.len() == len {
            return Err(Damaged);
        }
        Ok(())
    }
}

impl Projection for RevenueByDay {
    type Domain = Orders;

    const NAME: &'static str = "revenue_by_day";
    const VERSION: u32 = 2;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &OrderEvent<'_>) -> Result<()> {
        if self.applied.includes(recorded.position) {
            return Ok(());
        }
        self.applied.advance(recorded.position);
        let Some(currency) = self.currency_of(event) else {
            return Ok(());
        };
        if let Some(row) = self.days.row(recorded.occurred_at.day(), currency) {
            row.count(event);
        }
        Ok(())
    }

    fn anew(&self) -> Self {
        Self {
            ids: self.ids.anew(),
            ..Self::default()
        }
    }

    fn changed(&mut self) -> Vec<u32> {
        let (orders, days) = (self.changed_orders.take(), self.days.changed.take());
        pages::together(orders, days, &mut self.applied)
    }

    fn write_page(&self, number: u32) -> Vec<u8> {
        let (currencies, rows) = (&self.currencies, &self.days.rows);
        pages::write(number, &self.applied, &mut |part, number| {
            if part == 0 {
                return pages::write_page(self.ids.len(), number, &mut |ordinal, writer| {
                    self.ids.write(ordinal, writer);
                    let currency = currencies.get(ordinal).copied();
                    writer.raw(&currency.unwrap_or(Currency::USD).bytes());
                });
            }
            let len = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            pages::write_page(len, number, &mut |place, writer| {
                if let Some(row) = rows.get(place as usize) {
                    row.write(writer);
                }
            })
        })
    }

    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool {
        let Self {
            ids,
            currencies,
            days,
            applied,
            ..
        } = self;
        let taken = pages::take(number, bytes, applied, &mut |part, number, bytes| {
            if part == 0 {
                return pages::load_page(ids.len(), number, bytes, &mut |reader| {
                    ids.read(reader)?;
                    let currency = Currency::from_bytes(reader.array()?);
                    currencies.push(currency.ok_or(Damaged)?);
                    Ok(())
                });
            }
            let len = u32::try_from(days.rows.len()).unwrap_or(u32::MAX);
            pages::load_page(len, number, bytes, &mut |reader| {
                days.restore(DayRow::read(reader)?)
            })
        });
        version == Self::VERSION && taken.is_ok()
    }

    fn loaded(&mut self) -> bool {
        self.days.changed = Changed::default();
        self.applied.is_any()
    }
}

impl DayRow {
    const fn new(day: Day, currency: Currency) -> Self {
        Self {
            day,
            currency,
            placed: 0,
            paid: 0,
            refunded: 0,
            cancelled: 0,
            gross_paid: Sum::from_millionths(0),
            refunded_amount: Sum::from_millionths(0),
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

    fn view(&self, day: String) -> RevenueView {
        RevenueView {
            day,
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

impl DayRow {
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
