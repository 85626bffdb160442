//! `orders_summary`: a row per order, searched, filtered, sorted and summed.

use core::cell::Cell;
use core::cmp::Ordering;

use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Result};

use super::order_ids::BUFFER;
use super::orders::{OrderView, OrdersTable};
use super::preview::{self, Newest};
use super::search::{NameKeys, Needle};
use super::tallies::Tallies;
use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::order::Status;
use crate::sorted::{Keys, Sorted, first_bytes, signed};

/// How many rows a page has when the query does not say.
const DEFAULT_LIMIT: usize = 100;

/// The read model.
#[derive(Default)]
pub struct OrdersSummary {
    table: OrdersTable,
    tallies: Tallies,
    /// The orders as last sorted. A `Cell`, so that a query takes `&self`.
    sorted: Cell<Option<Ranking>>,
}

/// Orders as a query sorts them, with the customers' order where it is that of the customers.
struct Ranking {
    by: OrderSort,
    orders: Sorted,
    customers: Sorted,
    /// The place of each customer among all, by their ordinals.
    ranks: Vec<u32>,
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
    pub const fn len(&self) -> usize {
        self.table.len() as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
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
        self.table.view(self.table.ids().ordinal(&order_id.into())?)
    }

    /// The orders that match, one page of them. Without a search, the work grows with what the page
    /// passes over, and not with how many orders there are.
    #[must_use]
    pub fn query(&self, query: &OrdersQuery) -> OrdersPage {
        let needle = query.search.as_deref().and_then(Needle::new);
        let found = needle.map(|needle| self.search(&needle, query.status));
        let matches = |ordinal: u32| match &found {
            Some((matching, _)) => matching.get(ordinal as usize) == Some(&true),
            None => {
                query.status == StatusFilter::All
                    || self
                        .table
                        .facts()
                        .get(ordinal)
                        .is_some_and(|fact| query.status.matches(fact.status))
            }
        };
        let ranking = self.ranking(query.sort);
        let rows = self.page(query, ranking.orders.ordinals(), &matches);
        self.sorted.set(Some(ranking));
        let tallies = found.as_ref().map_or(&self.tallies, |(_, tallies)| tallies);
        let totals = tallies.totals(query.status);
        OrdersPage {
            rows,
            count: totals.iter().map(|total| total.count).sum(),
            totals,
        }
    }

    /// Whether each order matches, by its ordinal, and what those that do come to. Orders are looked
    /// at as they lie in memory, which is several times faster than as they are sorted.
    fn search(&self, needle: &Needle, status: StatusFilter) -> (Vec<bool>, Tallies) {
        let customers = needle.customers(&self.table);
        let facts = self.table.facts();
        let mut tallies = Tallies::default();
        let mut matching = Vec::with_capacity(self.len());
        facts.each(&mut |ordinal, fact| {
            let matches = status.matches(fact.status)
                && (customers.get(fact.customer as usize) == Some(&true)
                    || needle.is_in_id(&self.table, ordinal));
            if matches {
                tallies.add(fact, facts.total(fact));
            }
            matching.push(matches);
        });
        (matching, tallies)
    }

    fn page(
        &self,
        query: &OrdersQuery,
        sorted: &[u32],
        matches: &dyn Fn(u32) -> bool,
    ) -> Vec<OrderView> {
        let mut rows = Vec::new();
        let mut left_out = 0;
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        for place in 0..sorted.len() {
            if rows.len() >= limit {
                break;
            }
            let place = if query.descending {
                sorted.len() - 1 - place
            } else {
                place
            };
            let Some(ordinal) = sorted.get(place).filter(|ordinal| matches(**ordinal)) else {
                continue;
            };
            if left_out < query.offset {
                left_out += 1;
            } else if let Some(row) = self.table.view(*ordinal) {
                rows.push(row);
            }
        }
        rows
    }

    /// The orders in the order asked for; what changed since they were last sorted is taken in.
    fn ranking(&self, by: OrderSort) -> Ranking {
        let kept = self.sorted.take().filter(|ranking| ranking.by == by);
        let mut ranking = kept.unwrap_or_else(|| Ranking {
            by,
            orders: Sorted::default(),
            customers: Sorted::default(),
            ranks: Vec::new(),
        });
        if by == OrderSort::CustomerId {
            ranking.rank_customers(&self.table);
        }
        let keys = OrderKeys {
            table: &self.table,
            by,
            ranks: &ranking.ranks,
        };
        ranking.orders.update(self.table.len(), &keys);
        ranking
    }
}

impl Ranking {
    fn rank_customers(&mut self, table: &OrdersTable) {
        let count = table.customers().len();
        if self.ranks.len() == count {
            return;
        }
        let len = u32::try_from(count).unwrap_or(u32::MAX);
        self.customers.update(len, &NameKeys(table));
        self.ranks.resize(count, 0);
        for (rank, ordinal) in (0..).zip(self.customers.ordinals()) {
            if let Some(place) = self.ranks.get_mut(*ordinal as usize) {
                *place = rank;
            }
        }
    }
}

struct OrderKeys<'a> {
    table: &'a OrdersTable,
    by: OrderSort,
    ranks: &'a [u32],
}

impl Keys for OrderKeys<'_> {
    fn key(&self, ordinal: u32) -> u64 {
        let facts = self.table.facts();
        let Some(fact) = facts.get(ordinal) else {
            return 0;
        };
        match self.by {
            OrderSort::PlacedAt => signed(fact.placed_at.as_millis()),
            OrderSort::OrderId => {
                let mut buffer = BUFFER;
                first_bytes(self.table.ids().text(ordinal, &mut buffer).bytes())
            }
            OrderSort::CustomerId => {
                let rank = self.ranks.get(fact.customer as usize);
                rank.map_or(0, |rank| u64::from(*rank))
            }
            OrderSort::Status => u64::from(fact.status.to_byte()),
            OrderSort::TotalAmount => signed(fact.clamped_total(facts)),
        }
    }

    fn tie(&self, a: u32, b: u32) -> Ordering {
        match self.by {
            OrderSort::OrderId => self.table.ids().compare(a, b),
            OrderSort::TotalAmount => {
                let facts = self.table.facts();
                let total = |ordinal| facts.get(ordinal).map(|fact| facts.total(fact));
                total(a).cmp(&total(b))
            }
            OrderSort::PlacedAt | OrderSort::CustomerId | OrderSort::Status => Ordering::Equal,
        }
    }
}

impl Projection for OrdersSummary {
    type Domain = Orders;

    const NAME: &'static str = "orders_summary";
    const VERSION: u32 = 2;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &OrderEvent<'_>) -> Result<()> {
        let Some(change) = self.table.apply(recorded, event) else {
            return Ok(());
        };
        let facts = self.table.facts();
        let Some(fact) = facts.get(change.ordinal) else {
            return Ok(());
        };
        match change.before {
            None => self.tallies.add(fact, facts.total(fact)),
            Some(before) => {
                self.tallies.enter(fact, before, facts.total(fact));
                // Nothing else that orders are sorted by ever changes.
                if let Some(ranking) = self.sorted.get_mut()
                    && ranking.by == OrderSort::Status
                {
                    ranking.orders.change(change.ordinal);
                }
            }
        }
        Ok(())
    }

    fn anew(&self) -> Self {
        Self {
            table: self.table.anew(),
            ..Self::default()
        }
    }

    fn changed(&mut self) -> Vec<u32> {
        self.table.changed()
    }

    fn write_page(&self, number: u32) -> Vec<u8> {
        self.table.write_page(number)
    }

    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool {
        version == Self::VERSION && self.table.load_page(number, bytes).is_ok()
    }

    fn loaded(&mut self) -> bool {
        let whole = self.table.is_whole();
        let facts = self.table.facts();
        facts.each(&mut |_, fact| self.tallies.add(fact, facts.total(fact)));
        whole
    }

    fn preview(&self) -> Vec<u8> {
        let mut newest = Newest::default();
        let facts = self.table.facts();
        facts.each(&mut |ordinal, fact| newest.consider((fact.placed_at, ordinal)));
        preview::write(&self.table, &self.tallies, &newest.ordinals())
    }

    fn show_preview(&mut self, version: u32, preview: &[u8]) {
        if version == Self::VERSION
            && let Ok((table, tallies)) = preview::read(preview)
        {
            (self.table, self.tallies) = (table, tallies);
        }
    }
}

impl StatusFilter {
    pub(super) fn matches(self, status: Status) -> bool {
        match self {
            Self::All => true,
            Self::Pending => status == Status::Pending,
            Self::Paid => status == Status::Paid,
            Self::Refunded => status == Status::Refunded,
            Self::Cancelled => status == Status::Cancelled,
        }
    }
}
