//! `orders_summary`: a row per order, searched, filtered, sorted and summed.

use core::cell::Cell;
use core::cmp::Ordering;

use daybook_core::json::{FromJson, Malformed, Reader, ToJson, Writer};
use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Result};

use super::orders::{OrderRow, OrderView, OrdersTable};
use super::search::Needle;
use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::money::Sum;
use crate::order::Status;
use crate::text::{count, optional, optional_count};

/// How many rows a page has when the query does not say.
const DEFAULT_LIMIT: usize = 100;

/// The read model.
#[derive(Default)]
pub struct OrdersSummary {
    table: OrdersTable,
    /// The orders as last sorted, until a row changes. A `Cell`, so that a query takes `&self`.
    sorted: Cell<Option<Sorted>>,
}

struct Sorted {
    by: OrderSort,
    ordinals: Vec<u32>,
}

/// What orders are sorted by. Equal ones keep the order of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderSort {
    /// When they were placed.
    #[default]
    PlacedAt,
    /// Their ids, as texts.
    OrderId,
    /// Their customers' ids, whatever the case.
    CustomerId,
    /// Pending, paid, refunded, cancelled.
    Status,
    /// Their totals as numbers, whatever the currency.
    TotalAmount,
}

/// Which statuses are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFilter {
    /// Any.
    #[default]
    All,
    /// Only pending ones.
    Pending,
    /// Only paid ones.
    Paid,
    /// Only refunded ones.
    Refunded,
    /// Only cancelled ones.
    Cancelled,
}

/// Which orders are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrdersQuery {
    /// A part of the order's or the customer's id, whatever the case.
    pub search: Option<String>,
    /// Their status.
    pub status: StatusFilter,
    /// What they are sorted by.
    pub sort: OrderSort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// How many of those that match are left out at the start.
    pub offset: usize,
    /// How many rows are returned at most; 100 when left out.
    pub limit: Option<usize>,
}

/// The orders found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersPage {
    /// Those on this page.
    pub rows: Vec<OrderView>,
    /// How many match in all.
    pub count: usize,
    /// Over all that match, by currency.
    pub totals: Vec<Total>,
}

/// The exact sum of the orders of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// How many orders.
    pub count: usize,
    /// What they come to.
    pub amount: String,
}

impl OrdersSummary {
    /// How many orders there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.orders().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many bytes of memory the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.table.memory_bytes()
    }

    /// One order.
    #[must_use]
    pub fn order(&self, order_id: &str) -> Option<OrderView> {
        let row = self.table.orders().get(order_id)?;
        Some(self.table.view(row))
    }

    /// The orders that match, one page of them.
    #[must_use]
    pub fn query(&self, query: &OrdersQuery) -> OrdersPage {
        // Matched in the order they lie in memory, which is several times faster than as sorted.
        let matching = self.matching(query);
        let (mut count, mut totals) = (0, Totals::default());
        for (row, matches) in self.table.orders().iter().zip(&matching) {
            if *matches {
                count += 1;
                totals.add(row);
            }
        }
        let sorted = self.sorted_by(query.sort);
        let rows = if query.descending {
            self.page(query, &matching, sorted.ordinals.iter().rev())
        } else {
            self.page(query, &matching, sorted.ordinals.iter())
        };
        self.sorted.set(Some(sorted));
        OrdersPage {
            rows,
            count,
            totals: totals.finish(),
        }
    }

    /// Whether each order matches, by its ordinal.
    fn matching(&self, query: &OrdersQuery) -> Vec<bool> {
        let needle = query.search.as_deref().and_then(Needle::new);
        let customers = needle
            .as_ref()
            .map_or_else(Vec::new, |needle| needle.customers(&self.table));
        let matches = |row: &OrderRow| {
            query.status.matches(row.status)
                && needle
                    .as_ref()
                    .is_none_or(|needle| needle.matches(row, &customers))
        };
        self.table.orders().iter().map(matches).collect()
    }

    fn page<'a>(
        &self,
        query: &OrdersQuery,
        matching: &[bool],
        sorted: impl Iterator<Item = &'a u32>,
    ) -> Vec<OrderView> {
        sorted
            .map(|ordinal| *ordinal as usize)
            .filter(|ordinal| matching.get(*ordinal) == Some(&true))
            .skip(query.offset)
            .take(query.limit.unwrap_or(DEFAULT_LIMIT))
            .filter_map(|ordinal| self.table.orders().row(ordinal))
            .map(|row| self.table.view(row))
            .collect()
    }

    fn sorted_by(&self, by: OrderSort) -> Sorted {
        match self.sorted.take() {
            Some(sorted) if sorted.by == by => sorted,
            _ => Sorted {
                by,
                ordinals: self.sort(by),
            },
        }
    }

    /// Every order's ordinal. Keys of 8 bytes are computed once and tell most orders apart; the sort
    /// is stable, and quick on runs, such as orders in the order they were placed in.
    fn sort(&self, by: OrderSort) -> Vec<u32> {
        let ranks = match by {
            OrderSort::CustomerId => self.customer_ranks(),
            _ => Vec::new(),
        };
        let key = |row: &OrderRow| match by {
            OrderSort::PlacedAt => ordered(row.placed_at.as_millis()),
            OrderSort::OrderId => first_bytes(row.id()),
            OrderSort::CustomerId => ranks
                .get(row.customer as usize)
                .map_or(0, |rank| u64::from(*rank)),
            OrderSort::Status => u64::from(row.status.to_byte()),
            OrderSort::TotalAmount => ordered(clamped(row.total.millionths())),
        };
        let orders = self.table.orders();
        let mut keyed: Vec<(u64, u32)> = orders.iter().map(key).zip(0..).collect();
        let row = |ordinal: u32| orders.row(ordinal as usize);
        keyed.sort_by(|(a_key, a), (b_key, b)| {
            a_key.cmp(b_key).then_with(|| match by {
                OrderSort::OrderId => row(*a).map(OrderRow::id).cmp(&row(*b).map(OrderRow::id)),
                OrderSort::TotalAmount if [u64::MIN, u64::MAX].contains(a_key) => row(*a)
                    .map(|row| row.total)
                    .cmp(&row(*b).map(|row| row.total)),
                _ => Ordering::Equal,
            })
        });
        keyed.into_iter().map(|(_, ordinal)| ordinal).collect()
    }

    /// The place of each customer among all, by their ordinals.
    fn customer_ranks(&self) -> Vec<u32> {
        let customers = self.table.customers();
        let mut names: Vec<(String, usize)> = customers
            .iter()
            .map(|row| row.0.to_lowercase())
            .zip(0..)
            .collect();
        names.sort();
        let mut ranks = vec![0; names.len()];
        for (rank, (_, ordinal)) in (0..).zip(names) {
            if let Some(place) = ranks.get_mut(ordinal) {
                *place = rank;
            }
        }
        ranks
    }
}

impl Projection for OrdersSummary {
    type Domain = Orders;

    const NAME: &'static str = "orders_summary";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &OrderEvent<'_>) -> Result<()> {
        if self.table.apply(recorded, event).is_some() {
            self.sorted.set(None);
        }
        Ok(())
    }

    fn save(&mut self) -> Vec<(u32, Vec<u8>)> {
        self.table.save()
    }

    fn load(&mut self, version: u32, pages: &[(u32, Vec<u8>)]) -> bool {
        if version != Self::VERSION {
            return false;
        }
        let Ok(table) = OrdersTable::load(pages) else {
            return false;
        };
        *self = Self {
            table,
            sorted: Cell::default(),
        };
        true
    }
}

impl StatusFilter {
    fn matches(self, status: Status) -> bool {
        match self {
            Self::All => true,
            Self::Pending => status == Status::Pending,
            Self::Paid => status == Status::Paid,
            Self::Refunded => status == Status::Refunded,
            Self::Cancelled => status == Status::Cancelled,
        }
    }
}

/// Sums by currency; there are few, so a list is searched fastest.
#[derive(Default)]
struct Totals(Vec<(Currency, usize, Sum)>);

impl Totals {
    fn add(&mut self, row: &OrderRow) {
        let known = self.0.iter_mut().find(|(known, ..)| *known == row.currency);
        if let Some((_, count, sum)) = known {
            *count += 1;
            sum.add(row.total);
        } else {
            let mut sum = Sum::default();
            sum.add(row.total);
            self.0.push((row.currency, 1, sum));
        }
    }

    fn finish(mut self) -> Vec<Total> {
        self.0.sort_unstable_by_key(|(currency, ..)| *currency);
        self.0
            .into_iter()
            .map(|(currency, count, sum)| Total {
                currency,
                count,
                amount: sum.in_currency(currency),
            })
            .collect()
    }
}

/// A key that sorts as the signed number does.
const fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// The number, or the least or greatest of 64 bits where it lies beyond.
fn clamped(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// A key that sorts as the text does, as far as 8 bytes tell.
fn first_bytes(text: &str) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u64::from_be_bytes(first)
}

impl FromJson<'_> for OrdersQuery {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut query = Self::default();
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "search" => query.search = optional(reader)?,
                "status" => query.status = StatusFilter::read_json(reader)?,
                "sort" => query.sort = OrderSort::read_json(reader)?,
                "descending" => query.descending = reader.boolean()?,
                "offset" => query.offset = count(reader)?,
                "limit" => query.limit = optional_count(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(query)
    }
}

impl FromJson<'_> for OrderSort {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match &*reader.string()? {
            "placedAt" => Self::PlacedAt,
            "orderId" => Self::OrderId,
            "customerId" => Self::CustomerId,
            "status" => Self::Status,
            "totalAmount" => Self::TotalAmount,
            _ => {
                return Err(reader
                    .malformed("'placedAt', 'orderId', 'customerId', 'status' or 'totalAmount'"));
            }
        })
    }
}

impl FromJson<'_> for StatusFilter {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match &*reader.string()? {
            "ALL" => Self::All,
            "PENDING" => Self::Pending,
            "PAID" => Self::Paid,
            "REFUNDED" => Self::Refunded,
            "CANCELLED" => Self::Cancelled,
            _ => {
                return Err(reader.malformed("'ALL', 'PENDING', 'PAID', 'REFUNDED' or 'CANCELLED'"));
            }
        })
    }
}

impl OrdersPage {
    /// Writes the fields of its object.
    pub fn write_fields(&self, json: &mut Writer) {
        json.key("rows").begin_array();
        for row in &self.rows {
            row.write_json(json);
        }
        json.end_array().key("count").number(self.count);
        json.key("totals").begin_array();
        for total in &self.totals {
            json.begin_object()
                .key("currency")
                .string(total.currency.code());
            json.key("count").number(total.count);
            json.key("amount").string(&total.amount).end_object();
        }
        json.end_array();
    }
}

impl ToJson for OrdersPage {
    fn write_json(&self, json: &mut Writer) {
        self.write_fields(json.begin_object());
        json.end_object();
    }
}
