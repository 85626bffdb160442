use std::collections::{BTreeMap, HashMap, HashSet};

use daybook_core::domain::understand;
use daybook_core::event::Tags;
use daybook_core::{NO_STREAM, RecordedEvent, Timestamp};

use super::{DemoEvent, DemoEvents, DemoPlan};
use crate::details::OrderDetails;
use crate::events::Orders;

fn plan(seed: u64, orders: u32) -> DemoPlan {
    DemoPlan {
        seed,
        orders,
        until: Timestamp::parse("2026-01-31T18:00:00Z").unwrap(),
    }
}

pub(crate) fn recorded(event: &DemoEvent, version: i64, position: u64) -> RecordedEvent<'_> {
    RecordedEvent {
        event_id: event.event.event_id,
        event_type: &event.event.event_type,
        schema_version: event.event.schema_version,
        stream_id: &event.stream_id,
        version,
        position,
        occurred_at: event.event.occurred_at,
        recorded_at: event.event.occurred_at,
        correlation_id: None,
        causation_id: None,
        command_id: None,
        tags: Tags::default(),
        metadata: None,
        data: &event.event.data,
    }
}

#[test]
fn the_same_seed_gives_the_same_year() {
    let year = |seed| DemoEvents::new(plan(seed, 300)).collect::<Vec<_>>();
    assert_eq!(year(1), year(1));
    assert_ne!(year(1), year(2));
}

#[test]
fn every_event_can_be_appended_as_it_comes() {
    let plan = plan(42, 1000);
    let (mut versions, mut ids) = (HashMap::new(), HashSet::new());
    let mut before = Timestamp::from_millis(0);
    for event in DemoEvents::new(plan) {
        event.event.check("event").unwrap();
        assert!(before <= event.event.occurred_at && event.event.occurred_at <= plan.until);
        before = event.event.occurred_at;
        let version = versions.entry(event.stream_id.clone()).or_insert(NO_STREAM);
        assert!(event.expected.holds(*version));
        *version += 1;
        assert!(ids.insert(event.event.event_id), "an id came twice");
    }
    assert_eq!(versions.len(), 1000);
}

#[test]
fn the_trade_looks_like_a_shops() {
    let mut orders: BTreeMap<String, OrderDetails> = BTreeMap::new();
    let mut shapes: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for (position, event) in (1..).zip(DemoEvents::new(plan(3, 4000))) {
        let recorded = recorded(&event, 0, position);
        if recorded.event_type == "OrderPlaced" {
            *shapes.entry(recorded.schema_version).or_default() += 1;
        }
        assert!(understand::<Orders, _>(&recorded, |event| event.is_some()).unwrap());
        let order = orders.entry(event.stream_id.clone()).or_default();
        order.apply(&recorded).unwrap();
    }
    assert_eq!(shapes[&None], 200);
    assert_eq!(shapes[&Some(1)], 200);
    assert_eq!(shapes[&Some(2)], 600);
    let placed = || {
        orders
            .values()
            .filter_map(|order| order.state.placed.as_ref())
    };
    let share = |status: &str| {
        placed()
            .filter(|order| order.status.name() == status)
            .count()
            * 100
            / orders.len()
    };
    assert!((75..95).contains(&share("PAID")));
    assert!((5..13).contains(&share("CANCELLED")));
    assert!(orders.values().any(|order| order.refunded_at.is_some()));
    assert!(placed().any(|order| order.status.name() == "PENDING"));
    let customers: HashSet<_> = placed().map(|order| &order.customer_id).collect();
    assert!((150..=200).contains(&customers.len()));
    let currencies: HashSet<_> = placed().map(|order| order.currency).collect();
    assert_eq!(currencies.len(), 4);
    assert!(placed().all(|order| !order.total.in_currency(order.currency).starts_with("0.00")));
}

#[test]
fn odd_plans_end_too() {
    for orders in [0, 1, 3] {
        let placed: HashSet<_> = DemoEvents::new(plan(9, orders))
            .map(|event| event.stream_id)
            .collect();
        assert_eq!(placed.len(), orders as usize);
    }
    let midnight = DemoPlan {
        until: Timestamp::parse("2026-02-01T00:00:00Z").unwrap(),
        ..plan(9, 500)
    };
    assert!(DemoEvents::new(midnight).all(|event| event.event.occurred_at <= midnight.until));
}
