//! `customer_order_history`: a row per customer, with their orders and lifetime value.

use core::cell::Cell;
use core::cmp::Ordering;

use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Result, Timestamp};

use super::facts::Fact;
use super::orders::{Change, OrderView, OrdersTable};
use super::search::{NameKeys, Needle};
use crate::currency::Currency;
use crate::events::{OrderEvent, Orders};
use crate::money::Sum;
use crate::order::Status;
use crate::sorted::{Keys, Sorted, signed, sorted};

/// How many rows a page has when the query does not say.
const DEFAULT_LIMIT: usize = 100;

/// The read model. Only the orders are saved; what each customer comes to is summed up on loading.
#[derive(Default)]
pub struct CustomerOrderHistory {
    table: OrdersTable,
    /// By the customers' ordinals.
    customers: Vec<Account>,
    /// The customers as last sorted. A `Cell`, so that a query takes `&self`.
    sorted: Cell<Option<(CustomerSort, Sorted)>>,
}

/// One customer.
#[derive(Debug, Default)]
struct Account {
    /// The ordinals of their orders, in the order of the log.
    orders: Vec<u32>,
    /// What is paid and not refunded.
    value: Vec<(Currency, Sum)>,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// What customers are sorted by. Equal ones keep the order of their first orders in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomerSort {
    /// Their ids, whatever the case.
    #[default]
    CustomerId,
    /// How many orders they placed.
    OrderCount,
    /// When they placed the last one.
    LastOrderAt,
}

/// Which customers are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomersQuery {
    /// A part of the id, whatever the case.
    pub search: Option<String>,
    /// What they are sorted by.
    pub sort: CustomerSort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// How many of those that match are left out at the start.
    pub offset: usize,
    /// How many rows are returned at most; 100 when left out.
    pub limit: Option<usize>,
}

/// The customers found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomersPage {
    /// Those on this page.
    pub rows: Vec<CustomerView>,
    /// How many match in all.
    pub count: usize,
}

/// A customer as JSON shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerView {
    /// Who it is.
    pub customer_id: String,
    /// How many orders they placed.
    pub order_count: usize,
    /// The sum of their orders that are paid and not refunded, by currency; nothing where none is.
    pub lifetime_value: Vec<Value>,
    /// When they placed the first order.
    pub first_order_at: String,
    /// When they placed the last one.
    pub last_order_at: String,
}

/// An exact amount in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The currency.
    pub currency: Currency,
    /// The amount.
    pub amount: String,
}

/// A customer with their orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The customer.
    pub customer: CustomerView,
    /// In order of placement.
    pub orders: Vec<OrderView>,
}

impl CustomerOrderHistory {
    /// How many customers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// About how many bytes of memory the rows take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let accounts = self.customers.iter().map(|account| {
            size_of::<Account>()
                + account.orders.capacity() * size_of::<u32>()
                + account.value.capacity() * size_of::<(Currency, Sum)>()
        });
        self.table.memory_bytes() + accounts.sum::<usize>()
    }

    /// One customer with their orders, in order of placement.
    #[must_use]
    pub fn customer(&self, customer_id: &str) -> Option<Customer> {
        let ordinal = self.table.customers().position_of(customer_id)?;
        let account = self.customers.get(ordinal)?;
        let placed = &mut account.orders.iter().copied();
        let mut orders = Vec::new();
        for (_, order) in sorted(placed, &ByPlacement(&self.table)) {
            if let Some(order) = self.table.view(order) {
                orders.push(order);
            }
        }
        Some(Customer {
            customer: account.view(customer_id),
            orders,
        })
    }

    /// The customers that match, one page of them.
    #[must_use]
    pub fn query(&self, query: &CustomersQuery) -> CustomersPage {
        let needle = query.search.as_deref().and_then(Needle::new);
        let matching = needle.map(|needle| needle.customers(&self.table));
        let sorted = self.sorted_by(query.sort);
        let ordinals = sorted.ordinals();
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        let (mut rows, mut count) = (Vec::new(), 0);
        for place in 0..ordinals.len() {
            let place = if query.descending {
                ordinals.len() - 1 - place
            } else {
                place
            };
            let Some(ordinal) = ordinals.get(place) else {
                break;
            };
            if let Some(matching) = &matching
                && matching.get(*ordinal as usize) != Some(&true)
            {
                continue;
            }
            if count >= query.offset && rows.len() < limit {
                if let Some(account) = self.customers.get(*ordinal as usize) {
                    rows.push(account.view(self.table.customer_id(*ordinal)));
                }
            } else if matching.is_none() && rows.len() >= limit {
                count = ordinals.len();
                break;
            }
            count += 1;
        }
        self.sorted.set(Some((query.sort, sorted)));
        CustomersPage { rows, count }
    }

    /// The customers in the order asked for; what changed since they were last sorted is taken in.
    fn sorted_by(&self, by: CustomerSort) -> Sorted {
        let kept = self.sorted.take().filter(|(kept, _)| *kept == by);
        let mut sorted = kept.map_or_else(Sorted::default, |(_, sorted)| sorted);
        let len = u32::try_from(self.customers.len()).unwrap_or(u32::MAX);
        sorted.update(len, &CustomerKeys { history: self, by });
        sorted
    }

    /// Brings the customer of a changed order up to date.
    fn account(&mut self, change: Change) {
        let facts = self.table.facts();
        let Some(fact) = facts.get(change.ordinal) else {
            return;
        };
        let customer = fact.customer as usize;
        if customer >= self.customers.len() {
            self.customers.resize_with(customer + 1, Account::default);
        }
        let Some(account) = self.customers.get_mut(customer) else {
            return;
        };
        if change.before.is_none() {
            account.add_order(change.ordinal, fact.placed_at);
            // Nothing else that customers are sorted by changes.
            if let Some((_, sorted)) = self.sorted.get_mut() {
                sorted.change(fact.customer);
            }
        }
        if (change.before == Some(Status::Paid)) != (fact.status == Status::Paid) {
            account.revalue(fact, facts.total(fact));
        }
    }
}

/// Orders by when they were placed.
struct ByPlacement<'a>(&'a OrdersTable);

impl Keys for ByPlacement<'_> {
    fn key(&self, ordinal: u32) -> u64 {
        let fact = self.0.facts().get(ordinal);
        fact.map_or(0, |fact| signed(fact.placed_at.as_millis()))
    }
}

struct CustomerKeys<'a> {
    history: &'a CustomerOrderHistory,
    by: CustomerSort,
}

impl Keys for CustomerKeys<'_> {
    fn key(&self, ordinal: u32) -> u64 {
        let account = self.history.customers.get(ordinal as usize);
        match (self.by, account) {
            (CustomerSort::CustomerId, _) => NameKeys(&self.history.table).key(ordinal),
            (CustomerSort::OrderCount, Some(account)) => account.orders.len() as u64,
            (CustomerSort::LastOrderAt, Some(account)) => signed(account.last_at.as_millis()),
            (_, None) => 0,
        }
    }

    fn tie(&self, a: u32, b: u32) -> Ordering {
        match self.by {
            CustomerSort::CustomerId => NameKeys(&self.history.table).tie(a, b),
            CustomerSort::OrderCount | CustomerSort::LastOrderAt => Ordering::Equal,
        }
    }
}

impl Account {
    fn add_order(&mut self, ordinal: u32, placed_at: Timestamp) {
        if self.orders.is_empty() {
            (self.first_at, self.last_at) = (placed_at, placed_at);
        }
        self.first_at = self.first_at.min(placed_at);
        self.last_at = self.last_at.max(placed_at);
        self.orders.push(ordinal);
    }

    /// Counts a paid order in, and out again when it is paid no longer.
    fn revalue(&mut self, fact: &Fact, total: Sum) {
        let at = self
            .value
            .partition_point(|(known, _)| *known < fact.currency);
        let is_known = |(known, _): &(Currency, Sum)| *known == fact.currency;
        if !self.value.get(at).is_some_and(is_known) {
            self.value.insert(at, (fact.currency, Sum::default()));
        }
        if let Some((_, sum)) = self.value.get_mut(at) {
            if fact.status == Status::Paid {
                sum.plus(total);
            } else {
                *sum = sum.less(total);
            }
        }
    }

    fn view(&self, customer_id: &str) -> CustomerView {
        let mut lifetime_value = Vec::new();
        for (currency, sum) in &self.value {
            if !sum.is_zero() {
                lifetime_value.push(Value {
                    currency: *currency,
                    amount: sum.in_currency(*currency),
                });
            }
        }
        CustomerView {
            customer_id: customer_id.to_owned(),
            order_count: self.orders.len(),
            lifetime_value,
            first_order_at: self.first_at.to_string(),
            last_order_at: self.last_at.to_string(),
        }
    }
}

impl Projection for CustomerOrderHistory {
    type Domain = Orders;

    const NAME: &'static str = "customer_order_history";
    const VERSION: u32 = 2;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &OrderEvent<'_>) -> Result<()> {
        if let Some(change) = self.table.apply(recorded, event) {
            self.account(change);
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
        if !self.table.is_whole() {
            return false;
        }
        for ordinal in 0..self.table.len() {
            self.account(Change {
                ordinal,
                before: None,
            });
        }
        true
    }
}
