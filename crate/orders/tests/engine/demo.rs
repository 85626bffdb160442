//! The demo year, appended through the store.

use std::collections::BTreeSet;

use daybook_core::memory::MemoryStorage;
use daybook_core::projection::{State, Status};
use daybook_core::storage::{Storage, StoredBatch};
use daybook_core::store::{Append, StreamAppend};
use daybook_core::testing::block_on;
use daybook_core::{ExpectedVersion, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::read_models::revenue_by_day::RevenueQuery;
use daybook_orders::read_models::{CustomerOrderHistory, OrdersSummary, RevenueByDay};

use crate::history::{assert_lawful, assert_sound};
use crate::shop::{Logged, Shown, Tab, fold};

fn until() -> Timestamp {
    Timestamp::parse("2026-01-31T18:00:00Z").unwrap()
}

/// Consecutive events as one append: each stream once, with its events in order.
fn together(events: &[DemoEvent]) -> Append {
    let mut streams: Vec<StreamAppend> = Vec::new();
    for DemoEvent {
        stream_id,
        expected,
        event,
    } in events.iter().cloned()
    {
        match streams.iter_mut().find(|part| part.stream_id == stream_id) {
            Some(part) => part.events.push(event),
            None => streams.push(StreamAppend {
                stream_id,
                expected,
                events: vec![event],
            }),
        }
    }
    Append {
        streams,
        condition: None,
        command_id: None,
        recorded_at: until(),
    }
}

async fn appended(seed: u64, orders: u32, at_once: usize) -> MemoryStorage {
    let memory = MemoryStorage::new();
    let tab = Tab::open(&memory, 1 << 20).await;
    let plan = DemoPlan {
        seed,
        orders,
        until: until(),
    };
    let events: Vec<DemoEvent> = DemoEvents::new(plan).collect();
    for chunk in events.chunks(at_once) {
        tab.store.append(together(chunk)).await.unwrap();
    }
    memory
}

async fn stored(memory: &MemoryStorage) -> Vec<StoredBatch> {
    memory.read_after(0, usize::MAX).await.unwrap()
}

#[test]
fn the_year_is_lawful_of_every_schema_and_ends_when_it_should() {
    for (seed, at_once) in [(1, 1), (2, 7), (3, 1000)] {
        let memory = block_on(appended(seed, 120, at_once));
        let log = assert_sound(&memory);
        assert_lawful(&log);
        assert!(log.iter().all(Logged::is_known));
        let orders: BTreeSet<&str> = log.iter().map(|logged| &*logged.stream_id).collect();
        assert_eq!(orders.len(), 120);
        let placed = log
            .iter()
            .filter(|logged| logged.event_type == "OrderPlaced");
        let schemas: BTreeSet<Option<u32>> = placed.map(|logged| logged.schema_version).collect();
        assert_eq!(schemas, [None, Some(1), Some(2), Some(3)].into());
        let last = log.iter().map(|logged| logged.occurred_at).max().unwrap();
        assert!(last <= until(), "{last} is after the year's end");
        let days = until().day().0 - last.day().0;
        assert!(
            (0..7).contains(&days),
            "nothing happened for the last {days} days"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    block_on(async {
        let year = stored(&appended(7, 60, 10).await).await;
        assert_eq!(year, stored(&appended(7, 60, 10).await).await);
        assert_ne!(year, stored(&appended(8, 60, 10).await).await);
    });
}

#[test]
fn the_read_models_of_the_year_agree_with_its_events() {
    block_on(async {
        let memory = appended(4, 120, 50).await;
        let tab = Tab::open(&memory, 0).await;
        while tab.models.advance().await.unwrap() {}
        let log = assert_sound(&memory);
        tab.models.read(|models| {
            let summary = models.orders_summary.rows();
            assert_eq!(summary.show(), fold::<OrdersSummary>(&log).show());
            let history = models.customer_order_history.rows();
            assert_eq!(history.show(), fold::<CustomerOrderHistory>(&log).show());
            let revenue = models.revenue_by_day.rows();
            assert_eq!(revenue.show(), fold::<RevenueByDay>(&log).show());
        });
        let placed = tab
            .models
            .read(|models| models.revenue_by_day.rows().query(&RevenueQuery::default()));
        let count: u32 = placed.iter().map(|day| day.placed).sum();
        assert_eq!(count, 120);
    });
}

#[test]
fn a_year_is_added_once() {
    block_on(async {
        let memory = appended(5, 20, 1000).await;
        let tab = Tab::open(&memory, 0).await;
        let plan = DemoPlan {
            seed: 5,
            orders: 20,
            until: until(),
        };
        let events: Vec<DemoEvent> = DemoEvents::new(plan).collect();
        let again = tab.store.append(together(&events)).await.unwrap();
        assert!(again.repeated);
        assert_eq!(tab.store.tail(), events.len() as u64);
        assert!(
            events
                .iter()
                .any(|event| event.expected == ExpectedVersion::NoStream)
        );
    });
}

#[test]
fn what_happens_during_a_rebuild_is_seen_before_it_ends() {
    block_on(async {
        let memory = appended(6, 1_500, 1_000).await;
        let tab = Tab::open(&memory, 1 << 20).await;
        while tab.models.advance().await.unwrap() {}
        assert!(tab.models.start_rebuild("revenue_by_day"));
        assert!(tab.models.advance().await.unwrap());

        let plan = DemoPlan {
            seed: 7,
            orders: 1,
            until: until(),
        };
        let new: Vec<DemoEvent> = DemoEvents::new(plan).collect();
        tab.store.append(together(&new)).await.unwrap();
        assert!(!tab.models.is_live());
        tab.models.advance().await.unwrap();

        assert!(tab.models.is_live());
        assert_eq!(
            tab.models.read(|models| models.orders_summary.rows().len()),
            1_501
        );
        let rebuilding = |status: &Status| matches!(status.state, State::Rebuilding { .. });
        assert!(
            tab.models.statuses().iter().any(rebuilding),
            "the rebuild goes on"
        );
        while tab.models.advance().await.unwrap() {}
        let live = |status: &Status| status.state == State::Live;
        assert!(tab.models.statuses().iter().all(live));
        let log = assert_sound(&memory);
        tab.models.read(|models| {
            let revenue = models.revenue_by_day.rows();
            assert_eq!(revenue.show(), fold::<RevenueByDay>(&log).show());
        });
    });
}
