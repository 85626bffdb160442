//! Events of every kind to try the format on.

use core::ops::Range;

use proptest::prelude::*;
use uuid::Uuid;

use crate::{Hash, Position, RecordedEvent, Timestamp, Version};

/// A recorded event that owns its texts.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) event_id: Uuid,
    pub(super) event_type: String,
    pub(super) schema_version: Option<u32>,
    pub(super) stream_id: String,
    pub(super) version: Version,
    pub(super) occurred_at: i64,
    pub(super) recorded_at: i64,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) command_id: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) metadata: Option<String>,
    pub(super) data: String,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            event_id: Uuid::from_u128(1),
            event_type: "Happened".to_owned(),
            schema_version: Some(1),
            stream_id: "stream-1".to_owned(),
            version: 0,
            occurred_at: 0,
            recorded_at: 0,
            correlation_id: None,
            causation_id: None,
            command_id: None,
            tags: Vec::new(),
            metadata: None,
            data: String::new(),
        }
    }
}

impl Sample {
    pub(super) fn recorded(&self, position: Position) -> RecordedEvent<'_> {
        RecordedEvent {
            event_id: self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            stream_id: &self.stream_id,
            version: self.version,
            position,
            occurred_at: Timestamp::from_millis(self.occurred_at),
            recorded_at: Timestamp::from_millis(self.recorded_at),
            correlation_id: self.correlation_id.as_deref(),
            causation_id: self.causation_id.as_deref(),
            command_id: self.command_id.as_deref(),
            tags: self.tags.iter().map(String::as_str).collect(),
            metadata: self.metadata.as_deref(),
            data: &self.data,
        }
    }
}

/// `samples` from position `first` on.
pub(super) fn recorded(samples: &[Sample], first: Position) -> Vec<RecordedEvent<'_>> {
    (first..)
        .zip(samples)
        .map(|(position, sample)| sample.recorded(position))
        .collect()
}

pub(super) fn any_hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

pub(super) fn any_samples(count: Range<usize>) -> impl Strategy<Value = Vec<Sample>> {
    prop::collection::vec(any_sample(), count)
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let whence = (
        any::<u128>(),
        any_name(),
        prop_oneof![Just(None), Just(Some(1)), (1..=u32::MAX).prop_map(Some)],
        any_name(),
        prop_oneof![0..20_i64, 0..=Version::MAX],
    );
    let times = (any_millis(), any_millis());
    let ids = (
        prop::option::of(any_name()),
        prop::option::of(any_name()),
        prop::option::of(any_name()),
    );
    let rest = (
        prop::collection::vec(any_name(), 0..6),
        prop::option::of(any_payload()),
        any_payload(),
    );
    (whence, times, ids, rest).prop_map(|(whence, times, ids, rest)| Sample {
        event_id: Uuid::from_u128(whence.0),
        event_type: whence.1,
        schema_version: whence.2,
        stream_id: whence.3,
        version: whence.4,
        occurred_at: times.0,
        recorded_at: times.1,
        correlation_id: ids.0,
        causation_id: ids.1,
        command_id: ids.2,
        tags: rest.0,
        metadata: rest.1,
        data: rest.2,
    })
}

/// Names that recur, that share beginnings, that hold UUIDs in and out of canonical form, that
/// reach the limits.
fn any_name() -> impl Strategy<Value = String> {
    let uuid = prop_oneof![0..4_u128, any::<u128>()]
        .prop_map(|n| Uuid::from_u128(n | 0xabcd_ef00 << 96).to_string());
    prop_oneof![
        4 => (0..5).prop_map(|n| format!("name-{n}")),
        1 => any::<u32>().prop_map(|n| format!("customer:{n}")),
        4 => ("(order-|customer:|é|)", uuid.clone()).prop_map(|(prefix, uuid)| prefix + &uuid),
        1 => uuid.clone().prop_map(|uuid| uuid.to_uppercase()),
        1 => uuid.clone().prop_map(|uuid| format!("{uuid}-after")),
        1 => uuid.clone().prop_map(|uuid| format!("{uuid}{uuid}")),
        1 => uuid.clone().prop_map(|uuid| uuid.replace('-', "")),
        1 => uuid.prop_map(|uuid| "long ".repeat(20) + &uuid),
        1 => "\\PC{0,12}",
        1 => (60..70_usize, "[ab]").prop_map(|(count, end)| "é".repeat(count) + &end),
        1 => Just("x".repeat(256)),
    ]
}

fn any_payload() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(r#"{"name":"مرحبا بالعالم","mood":"👩‍👩‍👧‍👦🏳️‍🌈"}"#.to_owned()),
        "\\PC{0,80}",
        ".{0,300}",
    ]
}

fn any_millis() -> impl Strategy<Value = i64> {
    prop_oneof![
        1_700_000_000_000..1_700_000_100_000_i64,
        Just(0),
        any::<i64>(),
    ]
}
