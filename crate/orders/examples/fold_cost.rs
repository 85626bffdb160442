//! What folding the log into the read models costs, in time and memory. Prints a table:
//!
//! ```sh
//! cargo run --release --example fold_cost -- 300000
//! ```

use std::hint::black_box;
use std::time::Instant;

use daybook_core::domain::{Domain, understand};
use daybook_core::event::Tags;
use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::events::{OrderEvent, Orders};
use daybook_orders::read_models::orders_summary::{OrderSort, OrdersQuery};
use daybook_orders::read_models::{CustomerOrderHistory, OrdersSummary, RevenueByDay};

/// Of so many runs the quickest is shown: others had the machine to share.
const RUNS: u32 = 5;

fn main() {
    let orders = std::env::args()
        .nth(1)
        .and_then(|argument| argument.parse().ok())
        .unwrap_or(100_000);
    let plan = DemoPlan {
        seed: 7,
        orders,
        until: Timestamp::from_millis(1_769_882_400_000),
    };
    let stored: Vec<DemoEvent> = DemoEvents::new(plan).collect();
    println!("{orders} orders, {} events", stored.len());
    let decoding = quickest(stored.len(), || {
        for recorded in stored.iter().zip(1..).map(recorded) {
            black_box(understand::<Orders, _>(&recorded, |event| event.is_some())).ok();
        }
    });
    println!("understanding a year with old schemas in it: {decoding:.0} ns an event");

    let today: Vec<DemoEvent> = stored.into_iter().map(in_todays_shape).collect();
    let mut events = Vec::new();
    let decoding = quickest(today.len(), || {
        events.clear();
        events.extend(today.iter().map(decoded));
    });
    println!("understanding the same in today's shape: {decoding:.0} ns an event");

    let events: Vec<_> = today.iter().zip(1..).map(recorded).zip(&events).collect();
    let summary = fold::<OrdersSummary>(&events);
    println!(
        "{} bytes an order",
        summary.memory_bytes() / orders as usize
    );
    let history = fold::<CustomerOrderHistory>(&events);
    println!(
        "{} bytes an order",
        history.memory_bytes() / orders as usize
    );
    let revenue = fold::<RevenueByDay>(&events);
    println!(
        "{} bytes an order",
        revenue.memory_bytes() / orders as usize
    );
    ask(&events);
}

/// The first page of orders, before and after one more event.
fn ask(events: &[(RecordedEvent<'_>, &Option<OrderEvent<'_>>)]) {
    let (before, last) = events.split_at(events.len().saturating_sub(1));
    for sort in [
        OrderSort::PlacedAt,
        OrderSort::OrderId,
        OrderSort::CustomerId,
        OrderSort::Status,
        OrderSort::TotalAmount,
    ] {
        let query = OrdersQuery {
            sort,
            limit: Some(50),
            ..OrdersQuery::default()
        };
        let mut summary = folded::<OrdersSummary>(before);
        let first = Instant::now();
        black_box(summary.query(&query));
        let first = first.elapsed();
        take(&mut summary, last);
        let second = Instant::now();
        black_box(summary.query(&query));
        let second = second.elapsed();
        println!("by {sort:?}: {first:?}, after one more event {second:?}");
    }
}

fn fold<P: Projection<Domain = Orders>>(
    events: &[(RecordedEvent<'_>, &Option<OrderEvent<'_>>)],
) -> P {
    let nanos = quickest(events.len(), || {
        black_box(folded::<P>(events));
    });
    print!("{}: {nanos:.0} ns an event, ", P::NAME);
    folded(events)
}

fn folded<P: Projection<Domain = Orders>>(
    events: &[(RecordedEvent<'_>, &Option<OrderEvent<'_>>)],
) -> P {
    let mut rows = P::default();
    take(&mut rows, events);
    rows
}

fn take<P: Projection<Domain = Orders>>(
    rows: &mut P,
    events: &[(RecordedEvent<'_>, &Option<OrderEvent<'_>>)],
) {
    for (recorded, event) in events {
        if let Some(event) = event {
            rows.apply(recorded, event).unwrap_or_default();
        }
    }
}

fn in_todays_shape(mut stored: DemoEvent) -> DemoEvent {
    let encoded =
        understand::<Orders, _>(&recorded((&stored, 1)), |event| event.map(Orders::encode));
    if let Ok(Some(encoded)) = encoded {
        stored.event.schema_version = Some(encoded.schema_version);
        stored.event.data = encoded.data;
    }
    stored
}

fn decoded(stored: &DemoEvent) -> Option<OrderEvent<'_>> {
    let schema_version = stored.event.schema_version.unwrap_or(1);
    Orders::decode(&stored.event.event_type, schema_version, &stored.event.data)
        .ok()
        .flatten()
}

fn recorded((stored, position): (&DemoEvent, u64)) -> RecordedEvent<'_> {
    RecordedEvent {
        event_id: stored.event.event_id,
        event_type: &stored.event.event_type,
        schema_version: stored.event.schema_version,
        stream_id: &stored.stream_id,
        version: 0,
        position,
        occurred_at: stored.event.occurred_at,
        recorded_at: stored.event.occurred_at,
        correlation_id: None,
        causation_id: None,
        command_id: None,
        tags: Tags::default(),
        metadata: None,
        data: &stored.event.data,
    }
}

/// Nanoseconds an event.
#[allow(clippy::cast_precision_loss, reason = "a figure for a person")]
fn quickest(events: usize, mut work: impl FnMut()) -> f64 {
    let runs = (0..RUNS).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    runs.min().unwrap_or_default().as_nanos() as f64 / events.max(1) as f64
}
