//! What a batch promises: events come back as they were, the chain survives merging, and damage is
//! noticed and harmless.

mod damage;
mod golden;
mod samples;

use proptest::prelude::*;

use super::*;
use crate::codec::Reader;
use crate::limits::{
    MAX_DATA_BYTES, MAX_EVENT_TYPE_BYTES, MAX_ID_BYTES, MAX_METADATA_BYTES, MAX_STREAM_ID_BYTES,
    MAX_TAG_BYTES, MAX_TAGS,
};
use crate::storage::StoredBatch;
use samples::{Sample, any_hash, any_samples, recorded};

fn batch(events: &[RecordedEvent<'_>], previous: &Hash) -> Batch {
    let encoded = encode(events, previous).expect("valid events");
    Batch::decode(encoded.stored.bytes).expect("what was just encoded")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn events_come_back_as_they_were(
        samples in any_samples(1..40), first in 1..1_000_000_u64, previous in any_hash(),
    ) {
        let events = recorded(&samples, first);
        let encoded = encode(&events, &previous).unwrap();
        prop_assert_eq!(encoded.stored.last, events.last().unwrap().position);
        prop_assert_eq!(&encode(&events, &previous).unwrap(), &encoded);

        let batch = Batch::decode(encoded.stored.bytes.clone()).unwrap();
        prop_assert_eq!(&batch, &encoded.batch);
        prop_assert!(encoded.stored.bytes.len() <= batch.plain_bytes());
        prop_assert_eq!((batch.first(), batch.last()), (first, encoded.stored.last));
        prop_assert_eq!(batch.len(), events.len());
        prop_assert_eq!(batch.previous(), &previous);
        prop_assert_eq!(batch.head(), encoded.batch.head());
        prop_assert!(batch.size_bytes() >= batch.plain_bytes());
        prop_assert_eq!(&batch.verify(&previous).unwrap(), batch.head());

        prop_assert_eq!(batch.events().len(), events.len());
        prop_assert!(batch.events().eq(events.iter().cloned()));
        prop_assert!(batch.events().rev().eq(events.iter().rev().cloned()));
        for event in &events {
            prop_assert_eq!(batch.event(event.position), Some(event.clone()));
        }
        prop_assert_eq!(batch.event(first - 1), None);
        prop_assert_eq!(batch.event(batch.last() + 1), None);
    }

    #[test]
    fn columns_say_the_same_as_events(samples in any_samples(1..40)) {
        let events = recorded(&samples, 1);
        let batch = batch(&events, &Hash::GENESIS);
        prop_assert_eq!(batch.columns().len(), events.len());
        let text = |number| batch.strings().get(number);
        for (columns, event) in batch.columns().zip(&events) {
            prop_assert_eq!(columns.position, event.position);
            prop_assert_eq!(columns.version, event.version);
            prop_assert_eq!(text(columns.stream), Some(event.stream_id));
            prop_assert_eq!(text(columns.event_type), Some(event.event_type));
            prop_assert_eq!(columns.command.and_then(text), event.command_id);
            let tags: Vec<_> = columns.tags.iter().copied().filter_map(text).collect();
            prop_assert!(event.tags.iter().eq(tags));
        }
    }

    #[test]
    fn each_distinct_string_is_there_once(samples in any_samples(1..40)) {
        let events = recorded(&samples, 1);
        let batch = batch(&events, &Hash::GENESIS);
        let strings: Vec<_> = batch.strings().iter().collect();
        let distinct: std::collections::HashSet<_> = strings.iter().collect();
        prop_assert_eq!(distinct.len(), strings.len());
        prop_assert_eq!(batch.strings().len(), strings.len());
        for (number, text) in (0..).zip(&strings) {
            prop_assert_eq!(batch.strings().get(number), Some(*text));
        }
    }

    /// Sealing: however a run of events was cut into batches, the merged one is the same.
    #[test]
    fn merging_batches_keeps_events_and_chain(
        samples in any_samples(2..40), previous in any_hash(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let events = recorded(&samples, 7);
        let whole = encode(&events, &previous).unwrap();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(events.len())).collect();
        cuts.extend([0, events.len()]);
        cuts.sort_unstable();
        cuts.dedup();

        let mut head = previous;
        let mut batches = Vec::new();
        for ends in cuts.windows(2) {
            let part = encode(&events[ends[0]..ends[1]], &head).unwrap();
            head = *part.batch.head();
            batches.push(Batch::decode(part.stored.bytes).unwrap());
        }
        let read: Vec<_> = batches.iter().flat_map(Batch::events).collect();
        let merged = encode(&read, batches[0].previous()).unwrap();
        prop_assert_eq!(&head, merged.batch.head());
        prop_assert_eq!(merged, whole);
    }

    /// What was stored by an earlier build goes on in the chain of today's.
    #[test]
    fn a_chain_begun_in_version_1_goes_on(
        samples in any_samples(3..40), previous in any_hash(),
        (one, other) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let events = recorded(&samples, 7);
        let mut cuts = [one.index(events.len() - 1) + 1, other.index(events.len() - 1) + 1];
        cuts.sort_unstable();
        let (old, rest) = events.split_at(cuts[0]);
        let mut batches = vec![Batch::decode(of_version_1(old, &previous).bytes).unwrap()];
        let (newer, newest) = rest.split_at(cuts[1] - cuts[0]);
        for part in [newer, newest] {
            if !part.is_empty() {
                let before = batches[batches.len() - 1].head();
                batches.push(batch(part, before));
            }
        }
        let mut head = previous;
        for batch in &batches {
            prop_assert_eq!(&batch.verify(&head).unwrap(), batch.head());
            head = *batch.head();
        }
        let merged = encode_with(&events, &previous, old.len()).unwrap();
        let merged = Batch::decode(merged.stored.bytes).unwrap();
        prop_assert_eq!(merged.old(), old.len());
        prop_assert_eq!(merged.verify(&previous).unwrap(), head);
    }

    #[test]
    fn verify_names_the_first_event_that_was_changed(
        samples in any_samples(1..20),
        change in any::<prop::sample::Index>(),
        other in any_samples(1..2),
    ) {
        let mut events = recorded(&samples, 5);
        let honest = encode(&events, &Hash::GENESIS).unwrap();
        let honest = Batch::decode(honest.stored.bytes).unwrap();
        let hashes: Vec<_> = chain(&events, Hash::GENESIS);

        let changed = change.index(events.len());
        let replaced = recorded(&other, events[changed].position).remove(0);
        prop_assume!(replaced != events[changed]);
        events[changed] = replaced;
        let forged = forged(&events, &hashes);
        let forged = Batch::decode(forged.stored.bytes).unwrap();

        prop_assert_eq!(forged.head(), honest.head());
        let found = match forged.verify(&Hash::GENESIS).map_err(|error| *error) {
            Err(Error::StorageCorrupt { position, .. }) => Some(position),
            _ => None,
        };
        prop_assert_eq!(found, Some(events[changed].position));
    }
}

/// A batch of these events that states these hashes.
fn forged(events: &[RecordedEvent<'_>], hashes: &[Hash]) -> EncodedBatch {
    let chained = encode::Chained {
        previous: &Hash::GENESIS,
        hashes,
        old: 0,
    };
    encode::write(events, chained, &[])
}

/// The batch as version 1 of the format has it.
pub(crate) fn of_version_1(events: &[RecordedEvent<'_>], previous: &Hash) -> StoredBatch {
    let mut stored = encode_with(events, previous, events.len()).unwrap().stored;
    // Nothing of it is an extension field; behind position and number of events is what is new.
    let mut reader = Reader::new(&stored.bytes);
    reader.raw(3).unwrap();
    reader.uint().unwrap();
    reader.count().unwrap();
    let at = stored.bytes.len() - reader.remaining();
    assert_eq!(reader.count(), Ok(events.len()));
    let after = stored.bytes.len() - reader.remaining();
    stored.bytes.drain(at..after);
    stored.bytes[0] = 1;
    stored.bytes = damage::resealed(stored.bytes);
    stored
}

fn chain(events: &[RecordedEvent<'_>], mut hash: Hash) -> Vec<Hash> {
    let next = |event| {
        hash = hash.next(event);
        hash
    };
    events.iter().map(next).collect()
}

#[test]
fn verify_notices_a_batch_that_does_not_continue_the_log() {
    let samples = [Sample::default(), Sample::default()];
    let batch = batch(&recorded(&samples, 3), &Hash([7; 32]));
    let error = batch.verify(&Hash([8; 32])).unwrap_err();
    assert!(matches!(*error, Error::StorageCorrupt { position: 3, .. }));
}

#[test]
fn verify_notices_a_head_that_is_not_the_last_events_hash() {
    let samples = [Sample::default(), Sample::default()];
    let events = recorded(&samples, 3);
    let mut hashes = chain(&events, Hash::GENESIS);
    hashes[1].0[31] ^= 1;
    let forged = forged(&events, &hashes);
    let error = Batch::decode(forged.stored.bytes)
        .unwrap()
        .verify(&Hash::GENESIS)
        .unwrap_err();
    assert!(matches!(*error, Error::StorageCorrupt { position: 4, .. }));
}

#[test]
fn an_event_as_large_as_the_limits_allow_comes_back() {
    let tags = (0..MAX_TAGS).map(|n| format!("{n:0>MAX_TAG_BYTES$}"));
    let sample = Sample {
        event_type: "T".repeat(MAX_EVENT_TYPE_BYTES),
        stream_id: "é".repeat(MAX_STREAM_ID_BYTES / 2),
        schema_version: Some(u32::MAX),
        version: crate::Version::MAX,
        tags: tags.collect(),
        correlation_id: Some("a".repeat(MAX_ID_BYTES)),
        causation_id: Some("b".repeat(MAX_ID_BYTES)),
        command_id: Some("c".repeat(MAX_ID_BYTES)),
        metadata: Some("😀".repeat(MAX_METADATA_BYTES / 4)),
        data: "x".repeat(MAX_DATA_BYTES),
        occurred_at: i64::MIN,
        recorded_at: i64::MAX,
        ..Sample::default()
    };
    let samples = [sample];
    let events = recorded(&samples, u64::MAX - 1);
    let batch = batch(&events, &Hash::GENESIS);
    assert_eq!(batch.event(u64::MAX - 1).as_ref(), events.first());
}

#[test]
fn what_a_batch_cannot_hold_is_refused() {
    let sample = Sample::default();
    let (one, two) = (sample.recorded(1), sample.recorded(2));
    let refused = |events: &[RecordedEvent<'_>], named: &str| {
        let error = encode(events, &Hash::GENESIS).unwrap_err();
        assert!(matches!(*error, Error::InvalidInput { field, .. } if field == named));
    };
    refused(&[], "events");
    refused(&[sample.recorded(0)], "events");
    refused(&[one.clone(), one.clone()], "events.1.position");
    refused(&[two.clone(), one.clone()], "events.1.position");
    refused(&[one.clone(), sample.recorded(3)], "events.1.position");
    let negative = RecordedEvent {
        version: -1,
        ..two.clone()
    };
    refused(&[one.clone(), negative], "events.1.version");
    let zero = RecordedEvent {
        schema_version: Some(0),
        ..two
    };
    refused(&[one, zero], "events.1.schemaVersion");
}

#[test]
fn a_uuid_in_a_string_takes_sixteen_bytes() {
    let stream = |n: u128| format!("order-{}", Uuid::from_u128(n << 64 | n));
    let encoded = |count: u128| {
        let samples: Vec<_> = (1..=count)
            .map(|n| Sample {
                stream_id: stream(n),
                ..Sample::default()
            })
            .collect();
        let events = recorded(&samples, 1);
        encode(&events, &Hash::GENESIS).unwrap().stored.bytes.len()
    };
    // 17 bytes of stream id, 16 of event id, 4 of hash; every column repeats.
    assert_eq!(encoded(60) - encoded(50), 10 * (17 + 16 + 4));
}
