//! Batches as earlier builds wrote them: each must stay readable for ever, and version 2 must be
//! written exactly so.
//!
//! `tests/golden/<name>.bin` is a batch, `<name>.json` says what is in it. Files are added, never
//! changed: `cargo test -p daybook-core write_golden -- --ignored` writes those that are missing.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use uuid::Uuid;

use super::of_version_1;
use super::samples::{Sample, recorded};
use crate::batch::{Batch, encode_with};
use crate::{Error, Hash, RecordedEvent};

const ENCODED_ALIKE: [&str; 6] = [
    "batch-v2-one-event",
    "batch-v2-streams-and-tags",
    "batch-v2-unicode",
    "batch-v2-no-schema-version",
    "batch-v2-compressed",
    // Merged with events of version 1.
    "batch-v2-continued",
];
const VERSION_1: [&str; 5] = [
    "batch-v1-one-event",
    "batch-v1-streams-and-tags",
    "batch-v1-unicode",
    "batch-v1-no-schema-version",
    "batch-v1-compressed",
];
/// How many events of [`ENCODED_ALIKE`]'s last are hashed as in version 1.
const OLD: usize = 3;
/// What is compressed by now, as it was written when nothing was.
const PLAIN: &str = "batch-v1-many-events";
const EXTENDED: &str = "batch-v1-unknown-extension";
const CRITICAL: &str = "batch-v1-critical-extension";
const NEWER: &str = "batch-v3-unknown-format";

fn path(name: &str, ending: &str) -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.extend(["tests", "golden", name]);
    path.set_extension(ending);
    path
}

fn stored(name: &str) -> Vec<u8> {
    fs::read(path(name, "bin")).expect("a golden file")
}

fn stated(name: &str) -> Value {
    let text = fs::read_to_string(path(name, "json")).expect("a golden file's description");
    serde_json::from_str(&text).expect("JSON")
}

/// An event as the descriptions state it.
fn describe(event: &RecordedEvent<'_>) -> Value {
    json!({
        "event_id": event.event_id.to_string(),
        "event_type": event.event_type,
        "schema_version": event.schema_version,
        "stream_id": event.stream_id,
        "version": event.version,
        "position": event.position,
        "occurred_at": event.occurred_at.to_string(),
        "recorded_at": event.recorded_at.to_string(),
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "command_id": event.command_id,
        "tags": event.tags.iter().collect::<Vec<_>>(),
        "metadata": event.metadata,
        "data": event.data,
    })
}

fn describe_batch(batch: &Batch) -> Value {
    json!({
        "previous": batch.previous().to_string(),
        "head": batch.head().to_string(),
        "events": batch.events().map(|event| describe(&event)).collect::<Vec<_>>(),
    })
}

#[test]
fn golden_batches_hold_what_is_stated() {
    for name in [&ENCODED_ALIKE[..], &VERSION_1, &[EXTENDED, PLAIN]].concat() {
        let batch = Batch::decode(stored(name)).expect(name);
        assert_eq!(describe_batch(&batch), stated(name), "{name}");
        assert_eq!(batch.verify(batch.previous()).as_ref(), Ok(batch.head()));
    }
}

#[test]
fn golden_batches_are_written_again_byte_for_byte() {
    for name in ENCODED_ALIKE {
        let batch = Batch::decode(stored(name)).expect(name);
        let events: Vec<_> = batch.events().collect();
        let again = encode_with(&events, batch.previous(), batch.old()).expect(name);
        assert_eq!(again.stored.bytes, stored(name), "{name}");
    }
}

/// What other tests take for a batch of version 1 is one.
#[test]
fn batches_of_version_1_are_made_as_they_were() {
    for name in VERSION_1 {
        let batch = Batch::decode(stored(name)).expect(name);
        assert_eq!(batch.old(), batch.len(), "{name}");
        let events: Vec<_> = batch.events().collect();
        let again = of_version_1(&events, batch.previous());
        assert_eq!(again.bytes, stored(name), "{name}");
    }
}

#[test]
fn a_compressed_batch_holds_the_same_events_in_fewer_bytes() {
    let [plain, compressed] =
        [PLAIN, "batch-v1-compressed"].map(|name| Batch::decode(stored(name)).expect(name));
    assert!(plain.events().eq(compressed.events()));
    assert_eq!(plain.plain_bytes(), compressed.plain_bytes());
    assert!(stored("batch-v1-compressed").len() * 2 < stored(PLAIN).len());
}

#[test]
fn golden_batches_of_the_future_are_refused() {
    for name in [CRITICAL, NEWER] {
        let error = Batch::decode(stored(name)).expect_err(name);
        assert!(matches!(*error, Error::UnsupportedFormat { .. }), "{name}");
    }
}

fn uuid(n: u128) -> Uuid {
    // Spreads small numbers over all digits.
    Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn placed(n: u32) -> Sample {
    let (order, customer) = (uuid(n.into()), uuid((n % 7 + 1000).into()));
    Sample {
        event_id: uuid(u128::from(n) + 2000),
        event_type: "OrderPlaced".to_owned(),
        schema_version: Some(3),
        stream_id: format!("order-{order}"),
        occurred_at: 1_767_225_600_000 + i64::from(n) * 61_003,
        recorded_at: 1_767_225_600_004 + i64::from(n) * 61_003,
        correlation_id: Some(format!("till-{}", n % 3)),
        command_id: Some(uuid(u128::from(n) + 3000).to_string()),
        tags: vec![format!("customer:{customer}"), format!("shop:{}", n % 2)],
        data: format!(
            r#"{{"order_id":"{order}","customer_id":"{customer}","items":[{{"productId":"tea-{n}","quantity":2,"unitPrice":"22.49"}}],"total_amount":"44.98","currency":"EUR"}}"#
        ),
        ..Sample::default()
    }
}

fn paid(n: u32) -> Sample {
    let order = placed(n);
    Sample {
        event_id: uuid(u128::from(n) + 4000),
        event_type: "PaymentConfirmed".to_owned(),
        schema_version: Some(1),
        version: 1,
        correlation_id: None,
        causation_id: order.command_id.clone(),
        occurred_at: order.occurred_at + 600_000,
        recorded_at: order.recorded_at + 600_017,
        command_id: Some(format!("pay-{n}")),
        metadata: Some(format!(r#"{{"by":"cashier-{}"}}"#, n % 4)),
        data: format!(
            r#"{{"order_id":"{}","payment_reference":"pay-{n}","amount":"44.98"}}"#,
            uuid(n.into())
        ),
        ..order
    }
}

fn unicode() -> Vec<Sample> {
    let texts = [
        ("日記-1", "客:佐藤", r#"{"名":"佐藤 花子"}"#),
        ("日記-2", "زبون:ليلى", r#"{"الاسم":"ليلى"}"#),
        ("café-ß", "mood:👩‍👩‍👧‍👦", r#"{"note":"\ud83d\ude00 is 😀"}"#),
    ];
    let sample = |(stream, tag, data): (&str, &str, &str)| Sample {
        event_type: "Notiert✓".to_owned(),
        stream_id: stream.to_owned(),
        tags: vec![tag.to_owned()],
        metadata: Some(r#"{"grüße":"שלום"}"#.to_owned()),
        data: data.to_owned(),
        ..placed(1)
    };
    texts.into_iter().map(sample).collect()
}

#[test]
#[ignore = "writes the golden files that are missing"]
fn write_golden() {
    let streams: Vec<_> = (1..6).map(placed).chain((1..6).map(paid)).collect();
    let many: Vec<_> = (1..80).map(placed).chain((1..80).map(paid)).collect();
    let old = Sample {
        schema_version: None,
        data: r#"{"order_id":"o-1","product_ids":["tea","tea"]}"#.to_owned(),
        ..placed(9)
    };
    let batches = [
        vec![placed(1)],
        streams,
        unicode(),
        vec![old, placed(9)],
        many,
        (1..4).map(placed).chain((1..4).map(paid)).collect(),
    ];
    for (name, samples) in ENCODED_ALIKE.into_iter().zip(&batches) {
        let old = if name == "batch-v2-continued" { OLD } else { 0 };
        write(name, &bytes(samples, old));
        describe_file(name);
    }
    let newer = [&[3], b"whatever a third format may hold".as_slice()].concat();
    write(NEWER, &newer);
}

fn bytes(samples: &[Sample], old: usize) -> Vec<u8> {
    let events = recorded(samples, 41);
    let encoded = encode_with(&events, &Hash([0x5a; 32]), old).unwrap();
    encoded.stored.bytes
}

fn describe_file(name: &str) {
    let batch = Batch::decode(stored(name)).unwrap();
    let text = serde_json::to_string_pretty(&describe_batch(&batch)).unwrap();
    if !path(name, "json").exists() {
        fs::write(path(name, "json"), text + "\n").unwrap();
    }
}

fn write(name: &str, bytes: &[u8]) {
    if !path(name, "bin").exists() {
        fs::create_dir_all(path(name, "bin").parent().unwrap()).unwrap();
        fs::write(path(name, "bin"), bytes).unwrap();
    }
}
