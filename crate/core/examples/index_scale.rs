//! What the index costs at a million events in 300,000 streams: memory, segment, time.
//!
//! `cargo run --release --example index_scale`

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use daybook_core::index::{Entry, Index};
use daybook_core::query::Query;
use daybook_core::{Hash, Position, Result, Version};

const EVENTS: u64 = 1_000_000;
const STREAMS: u64 = 300_000;
const PER_BATCH: usize = 500;
const TYPES: [&str; 4] = [
    "OrderPlaced",
    "PaymentConfirmed",
    "PaymentRefunded",
    "OrderCancelled",
];

struct Owned {
    version: Version,
    stream: String,
    event_type: &'static str,
    command: String,
    tag: String,
}

fn main() -> Result<()> {
    for tagged in [false, true] {
        measure(tagged)?;
    }
    Ok(())
}

fn measure(tagged: bool) -> Result<()> {
    let events = events();
    let mut index = Index::new();
    let started = now();
    let mut position = 0;
    for batch in events.chunks(PER_BATCH) {
        let entries = batch.iter().zip(position + 1..).map(|(event, at)| Entry {
            position: at,
            version: event.version,
            stream: &event.stream,
            event_type: event.event_type,
            command: Some(&event.command),
            tags: tagged.then_some(event.tag.as_str()).into_iter().collect(),
        });
        index.push_batch(entries, 120_000, Hash::GENESIS)?;
        position += batch.len() as Position;
    }
    let push = since(started);
    println!(
        "{}: {} events, {} streams",
        if tagged { "one tag each" } else { "no tags" },
        index.tail(),
        index.stream_count()
    );
    println!("  memory   {:>7.1} MB", megabytes(index.memory_bytes()));
    println!(
        "  push     {:>7} ns an event",
        push.as_nanos() / u128::from(EVENTS)
    );

    let started = now();
    let segment = index.segment(0);
    println!(
        "  segment  {:>7.1} MB, written in {:.0?}",
        megabytes(segment.bytes.len()),
        since(started)
    );
    let started = now();
    let recent = index.segment(EVENTS - 1_000);
    println!(
        "  the same of the last 1,000 events: {} bytes, {:.0?}",
        recent.bytes.len(),
        since(started)
    );
    for _ in 0..3 {
        let mut restored = Index::new();
        let started = now();
        let loaded = restored.load(&segment.bytes)?;
        println!(
            "  load     {:>7.0?} ({loaded}), {:.1} MB",
            since(started),
            megabytes(restored.memory_bytes())
        );
    }

    let started = now();
    let found: Version = events
        .iter()
        .map(|event| index.version(&event.stream))
        .sum();
    println!(
        "  version  {:>7} ns a stream ({found})",
        since(started).as_nanos() / u128::from(EVENTS)
    );
    let started = now();
    let found: usize = events
        .iter()
        .map(|event| index.command_candidates(&event.command).len())
        .sum();
    println!(
        "  command  {:>7} ns an id ({found})",
        since(started).as_nanos() / u128::from(EVENTS)
    );
    let started = now();
    let found = index.first_match(&Query::types(["NeverSeen", "OrderCancelled"]), 0);
    let scan = index
        .matches_after(&Query::types(["OrderCancelled"]), 0, EVENTS, usize::MAX)
        .len();
    println!(
        "  types    {:.0?} for all of one type ({found:?}, {scan})",
        since(started)
    );
    Ok(())
}

/// Orders as a shop has them: most events concern recent streams, each append is one event.
fn events() -> Vec<Owned> {
    let mut random = 1_u64;
    let mut next = move || {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random ^ (random >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
    };
    let mut versions: Vec<Version> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut events = Vec::new();
    for at in 0..EVENTS {
        let fresh =
            versions.len() as u64 * EVENTS <= at * STREAMS && (versions.len() as u64) < STREAMS;
        if fresh {
            versions.push(-1);
            ids.push(format!("order-{}", uuid(next(), next())));
        }
        let newest = versions.len() as u64 - 1;
        let stream = if fresh {
            newest
        } else {
            newest - (next() % 2_000).min(newest)
        };
        let stream = usize::try_from(stream).unwrap_or(0);
        let (Some(version), Some(id)) = (versions.get_mut(stream), ids.get(stream)) else {
            continue;
        };
        *version += 1;
        events.push(Owned {
            version: *version,
            stream: id.clone(),
            event_type: TYPES
                .get(usize::try_from(*version).unwrap_or(0))
                .unwrap_or(&TYPES[1]),
            command: uuid(next(), next()),
            tag: format!("customer:{}", next() % 50_000),
        });
    }
    events
}

fn uuid(high: u64, low: u64) -> String {
    let digits = format!("{high:016x}{low:016x}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let hyphen = if matches!(at, 8 | 12 | 16 | 20) {
            "-"
        } else {
            ""
        };
        let _ = write!(text, "{hyphen}{digit}");
    }
    text
}

#[allow(clippy::cast_precision_loss, reason = "for display")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The processor time spent so far where the system tells it (Linux), so that a busy machine does
/// not blur the figures; otherwise the time since the first call.
fn now() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(
        || START.get_or_init(Instant::now).elapsed(),
        Duration::from_nanos,
    )
}

fn since(started: Duration) -> Duration {
    now().saturating_sub(started)
}
