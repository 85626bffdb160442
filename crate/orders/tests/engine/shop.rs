//! What the tests share: tabs over one memory, the log read back, and folds of it.

use daybook_core::domain::understand;
use daybook_core::event::Tags;
use daybook_core::json::{FromJson, ToJson};
use daybook_core::memory::MemoryStorage;
use daybook_core::projection::{Projection, Projector};
use daybook_core::repository::Repository;
use daybook_core::storage::Storage;
use daybook_core::store::{AllQuery, Options, Store, Verified};
use daybook_core::testing::{Yielding, block_on};
use daybook_core::{Position, RecordedEvent, Timestamp, Version};
use daybook_orders::read_models::customer_order_history::CustomersQuery;
use daybook_orders::read_models::orders_summary::OrdersQuery;
use daybook_orders::read_models::revenue_by_day::RevenueQuery;
use daybook_orders::read_models::{
    CustomerOrderHistory, OrderReadModels, OrdersSummary, RevenueByDay,
};
use daybook_orders::{Order, Orders};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const NOW: i64 = 1_790_000_000_000;

/// A connection with places to switch at.
pub(crate) type Connection = Yielding<MemoryStorage>;

/// A store of its own over shared memory, with what a page builds on it.
pub(crate) struct Tab {
    pub(crate) store: Store<Connection>,
    pub(crate) orders: Repository<Order, Connection>,
    pub(crate) models: Projector<OrderReadModels, Connection>,
}

impl Tab {
    pub(crate) async fn open(memory: &MemoryStorage, cache_bytes: usize) -> Self {
        let options = Options {
            cache_bytes,
            ..Options::default()
        };
        let storage = Yielding::new(memory.connect());
        let store = Store::open(storage, options).await.unwrap();
        let models = Projector::open(store.clone()).await.unwrap();
        models.restored().await.unwrap();
        Self {
            orders: Repository::new(store.clone()),
            models,
            store,
        }
    }
}

pub(crate) fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millis(NOW + ms)
}

/// An event of the log, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) event_id: Uuid,
    pub(crate) event_type: String,
    pub(crate) schema_version: Option<u32>,
    pub(crate) stream_id: String,
    pub(crate) version: Version,
    pub(crate) position: Position,
    pub(crate) occurred_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) command_id: Option<String>,
    pub(crate) data: String,
}

impl Logged {
    fn of(event: &RecordedEvent<'_>) -> Self {
        Self {
            event_id: event.event_id,
            event_type: event.event_type.to_owned(),
            schema_version: event.schema_version,
            stream_id: event.stream_id.to_owned(),
            version: event.version,
            position: event.position,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            command_id: event.command_id.map(str::to_owned),
            data: event.data.to_owned(),
        }
    }

    pub(crate) fn recorded(&self) -> RecordedEvent<'_> {
        RecordedEvent {
            event_id: self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            stream_id: &self.stream_id,
            version: self.version,
            position: self.position,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            correlation_id: None,
            causation_id: None,
            command_id: self.command_id.as_deref(),
            tags: Tags::default(),
            metadata: None,
            data: &self.data,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        understand::<Orders, _>(&self.recorded(), |event| event.is_some()).unwrap()
    }
}

/// The whole log, read by a store opened anew.
pub(crate) fn log_of(memory: &MemoryStorage) -> Vec<Logged> {
    block_on(async {
        let store = Store::open(memory.connect(), Options::default())
            .await
            .unwrap();
        let mut query = AllQuery::default();
        let mut log = Vec::new();
        loop {
            let page = store.read_all(&query).await.unwrap();
            log.extend(page.events().map(|event| Logged::of(&event)));
            match page.next {
                Some(next) => query.from = Some(next),
                None => return log,
            }
        }
    })
}

/// How many events the log truly holds, whatever any store knows.
pub(crate) async fn true_length(memory: &MemoryStorage) -> usize {
    let batches = memory.connect().read_after(0, usize::MAX).await.unwrap();
    let last = batches.last().map_or(0, |batch| batch.last);
    usize::try_from(last).unwrap()
}

/// Walks the hash chain, and returns how far it holds.
pub(crate) fn verified(memory: &MemoryStorage) -> Position {
    block_on(async {
        let store = Store::open(memory.connect(), Options::default())
            .await
            .unwrap();
        let mut so_far = Verified::default();
        while !so_far.complete {
            so_far = store.verify(so_far).await.unwrap();
        }
        so_far.position
    })
}

/// What JavaScript is given.
pub(crate) fn shown(view: &dyn ToJson) -> Value {
    serde_json::from_str(&view.to_json()).unwrap()
}

/// A read model that a person can look at.
pub(crate) trait Shown: Projection<Domain = Orders> {
    fn show(&self) -> Value;
}

impl Shown for OrdersSummary {
    fn show(&self) -> Value {
        let page = |query: &str| shown(&self.query(&OrdersQuery::from_json(query).unwrap()));
        json!([
            page(r#"{"limit":10000}"#),
            page(r#"{"status":"PAID","sort":"totalAmount","descending":true}"#),
            page(r#"{"search":"ad","sort":"orderId","offset":1,"limit":2}"#),
        ])
    }
}

impl Shown for CustomerOrderHistory {
    fn show(&self) -> Value {
        let page = self.query(&CustomersQuery::default());
        let customers: Vec<_> = page
            .rows
            .iter()
            .map(|row| shown(&self.customer(&row.customer_id).unwrap()))
            .collect();
        json!([shown(&page), customers])
    }
}

impl Shown for RevenueByDay {
    fn show(&self) -> Value {
        let rows = self.query(&RevenueQuery::default());
        rows.iter().map(|row| shown(row)).collect()
    }
}

pub(crate) fn apply<P: Shown>(rows: &mut P, logged: &Logged) {
    let recorded = logged.recorded();
    understand::<Orders, _>(&recorded, |event| {
        event.map_or(Ok(()), |event| rows.apply(&recorded, event))
    })
    .unwrap()
    .unwrap();
}

/// A fold from nothing.
pub(crate) fn fold<'a, P: Shown>(log: impl IntoIterator<Item = &'a Logged>) -> P {
    let mut rows = P::default();
    for logged in log {
        apply(&mut rows, logged);
    }
    rows
}
