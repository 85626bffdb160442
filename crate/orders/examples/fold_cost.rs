//! What folding the log into the read models costs, in time and memory. Prints a table:
//!
//! ```sh
//! cargo run --release --example fold_cost -- 300000
//! ```

use std::hint::black_box;
use std::time::Instant;

use daybook_core::domain::understand;
use daybook_core::event::Tags;
use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::events::Orders;
use daybook_orders::read_models::{CustomerOrderHistory, OrdersSummary, RevenueByDay};

fn main() {
    let orders = std::env::args()
        .nth(1)
        .and_then(|argument| argument.parse().ok())
        .unwrap_or(100_000);
    let until = Timestamp::from_millis(1_769_882_400_000);
    let plan = DemoPlan {
        seed: 7,
        orders,
        until,
    };
    let started = Instant::now();
    let events: Vec<DemoEvent> = DemoEvents::new(plan).collect();
    println!(
        "{orders} orders, {} events, made up in {:?}",
        events.len(),
        started.elapsed()
    );
    let today: Vec<DemoEvent> = events
        .iter()
        .filter(|event| {
            event.event.event_type != "OrderPlaced" || event.event.schema_version == Some(3)
        })
        .cloned()
        .collect();
    let decode_today = decode(&today);
    println!("understanding events in today's shape: {decode_today:.0} ns an event");
    let decoding = decode(&events);
    println!("understanding all: {decoding:.0} ns an event");
    let summary = fold::<OrdersSummary>(&events, decoding);
    println!(
        "{} bytes an order",
        summary.memory_bytes() / orders as usize
    );
    let history = fold::<CustomerOrderHistory>(&events, decoding);
    println!(
        "{} bytes an order",
        history.memory_bytes() / orders as usize
    );
    let revenue = fold::<RevenueByDay>(&events, decoding);
    println!(
        "{} bytes an order",
        revenue.memory_bytes() / orders as usize
    );
}

/// Nanoseconds an event.
fn decode(events: &[DemoEvent]) -> f64 {
    let started = Instant::now();
    each(events, |recorded| {
        understand::<Orders, _>(recorded, |event| {
            black_box(event);
        })
        .unwrap_or_default();
    });
    per_event(started, events)
}

fn fold<P: Projection<Domain = Orders>>(events: &[DemoEvent], decoding: f64) -> P {
    let mut projection = P::default();
    let started = Instant::now();
    each(events, |recorded| {
        let folded = understand::<Orders, _>(recorded, |event| {
            event.map_or(Ok(()), |event| projection.apply(recorded, event))
        });
        black_box(folded)
            .and_then(|folded| folded)
            .unwrap_or_default();
    });
    let nanos = per_event(started, events) - decoding;
    print!("{}: {nanos:.0} ns an event, ", P::NAME);
    projection
}

fn each(events: &[DemoEvent], mut visit: impl FnMut(&RecordedEvent<'_>)) {
    for (position, stored) in (1..).zip(events) {
        visit(&RecordedEvent {
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
        });
    }
}

#[allow(clippy::cast_precision_loss, reason = "a figure for a person")]
fn per_event(started: Instant, events: &[DemoEvent]) -> f64 {
    started.elapsed().as_nanos() as f64 / events.len().max(1) as f64
}
