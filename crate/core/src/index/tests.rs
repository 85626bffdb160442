//! The index against a plain model of the log.

mod damage;
mod model;
mod segments;

use std::iter;

use proptest::prelude::*;

use super::{Entry, Index};
use crate::event::Tags;
use crate::query::Query;
use crate::{Hash, Position};
use daybook_codec::hash64::hash64;
use model::{HASHES, Model, batches, events, queries};

proptest! {
    #[test]
    fn it_answers_what_a_scan_of_the_log_would(
        batches in batches(),
        queries in queries(),
        hash in 0..HASHES.len(),
        bounds in proptest::collection::vec((0_u64..120, 0_u64..120, 0_usize..20), 4),
    ) {
        let mut model = Model::default();
        let mut index = Index::with_hash(HASHES[hash]);
        for batch in &batches {
            model.push(&mut index, batch);
        }
        model.assert_same(&index);
        for query in &queries {
            model.assert_matches(&index, query, (0, Position::MAX, usize::MAX));
            for &bounds in &bounds {
                model.assert_matches(&index, query, bounds);
            }
        }
    }

    #[test]
    fn a_batch_that_does_not_follow_changes_nothing(
        batches in batches(),
        bad in events(),
        at in 0_usize..20,
        fault in 0..4,
    ) {
        let mut model = Model::default();
        let mut index = Index::new();
        for batch in &batches {
            model.push(&mut index, batch);
        }
        let before = index.segment(0);
        let owned = model.next(&bad);
        let mut entries: Vec<Entry<'_>> = owned.iter().map(model::Event::entry).collect();
        let at = at % entries.len();
        match fault {
            0 => entries[at].position += 1,
            1 => entries[at].version += 1,
            2 => entries[at].version -= 1,
            _ => entries.clear(),
        }
        let error = index.push_batch(entries.into_iter(), 1, Hash([9; 32])).unwrap_err();
        prop_assert_eq!(error.code(), "storage_corrupt");
        model.assert_same(&index);
        prop_assert_eq!(index.segment(0), before);
        // And the batch as it should be is still taken.
        model.push(&mut index, &bad);
        model.assert_same(&index);
    }

    #[test]
    fn the_directory_follows_merges(
        batches in batches(),
        merges in proptest::collection::vec((0_usize..12, 1_usize..6), 0..6),
    ) {
        let mut model = Model::default();
        let mut index = Index::new();
        for batch in &batches {
            model.push(&mut index, batch);
        }
        for (start, count) in merges {
            model.merge(&mut index, start, count);
            model.assert_same(&index);
        }
    }
}

#[test]
fn places_in_long_chains_are_found_from_anywhere() {
    let mut model = Model::default();
    let (mut index, mut half) = (Index::new(), Index::new());
    // Stream 0 and tag 0 are in every second event, so that chains span several blocks.
    for count in 0..8 {
        let batch: Vec<_> = (0..250)
            .map(|at| (usize::from(at % 2 == 1), at % 3, None, vec![at % 2]))
            .collect();
        model.push(&mut index, &batch);
        if count == 3 {
            assert!(half.load(&index.segment(0).bytes).unwrap());
        }
    }
    // A batch that is refused at its end has crossed the end of a block.
    let refused = model.next(&vec![(0, 0, None, Vec::new()); 100]);
    let mut entries: Vec<Entry<'_>> = refused.iter().map(model::Event::entry).collect();
    entries[99].version += 1;
    let pushed = index.push_batch(entries.into_iter(), 1, Hash::GENESIS);
    assert_eq!(pushed.unwrap_err().code(), "storage_corrupt");
    model.assert_stream(&index, model::STREAMS[0], 1_020, 1_030);

    // Loaded at once, and behind what is there, in the midst of blocks.
    let segment = index.segment(0).bytes;
    let mut loaded = Index::new();
    assert!(loaded.load(&segment).unwrap() && half.load(&segment).unwrap());
    for index in [&index, &loaded, &half] {
        assert_long_chains(&model, index);
    }
}

/// Asks for places in chains of a thousand links: those of stream 0, and of tag 0.
fn assert_long_chains(model: &Model, index: &Index) {
    let query = Query::tags([model::TAGS[0]]);
    for place in (0..=2_000)
        .step_by(37)
        .chain([255, 256, 257, 511, 512, 513, 1_999])
    {
        for limit in [1, 300, usize::MAX] {
            model.assert_matches(index, &query, (place, 2_000, limit));
            model.assert_matches(index, &query, (0, place, limit));
        }
        let version = i64::try_from(place / 2).unwrap();
        for width in [0, 1, 255, 256, 700] {
            model.assert_stream(index, model::STREAMS[0], version, version + width);
            model.assert_stream(index, model::STREAMS[0], version - width, version);
        }
    }
}

#[test]
fn an_append_across_streams_is_one_candidate_and_a_later_one_another() {
    let mut index = Index::new();
    let mut model = Model::default();
    let event = |stream, command| (stream, 0, command, Vec::new());
    let batch = [
        event(0, Some(1)),
        event(1, Some(1)),
        event(0, Some(2)),
        event(0, None),
        event(0, Some(1)),
    ];
    model.push(&mut index, &batch);
    assert_eq!(index.command_candidates(&model::command(1)), [1, 5]);
    assert_eq!(index.command_candidates(&model::command(2)), [3]);
    assert!(index.command_candidates("never sent").is_empty());
}

#[test]
fn what_is_beyond_the_limits_is_refused() {
    fn one<'a>(stream: &'a str, event_type: &'a str, tags: &'a [String]) -> Entry<'a> {
        Entry {
            position: 1,
            version: 0,
            stream,
            event_type,
            command: None,
            tags: tags.iter().map(String::as_str).collect(),
        }
    }
    let mut index = Index::new();
    let empty = index.segment(0);
    let long = "x".repeat(super::names::MAX_NAME_BYTES + 1);
    let tags: Vec<String> = (0..256).map(|number| format!("tag {number}")).collect();
    for entry in [
        one(&long, "t", &[]),
        one("s", "t", std::slice::from_ref(&long)),
        one("s", "t", &tags),
    ] {
        let error = index
            .push_batch([entry].into_iter(), 1, Hash::GENESIS)
            .unwrap_err();
        assert_eq!(error.code(), "invalid_input");
    }
    assert_eq!(index.segment(0), empty);
    let longest = &long[1..];
    index
        .push_batch(
            [one(longest, "t", &tags[1..])].into_iter(),
            1,
            Hash::GENESIS,
        )
        .unwrap();
    assert_eq!(index.version(longest), 0);
    assert_eq!(index.first_match(&Query::tags(["tag 255"]), 0), Some(1));
    assert_eq!(index.first_match(&Query::tags(["tag 0"]), 0), None);
}

#[test]
fn a_log_may_have_65_535_event_types_and_not_one_more() {
    let types: Vec<String> = (1..=65_536).map(|number| format!("T{number}")).collect();
    let mut entries = types
        .iter()
        .zip(0_i64..)
        .map(|(event_type, version)| Entry {
            position: version.unsigned_abs() + 1,
            version,
            stream: "s",
            event_type,
            command: None,
            tags: Tags::default(),
        });
    let mut index = Index::new();
    let most = entries.by_ref().take(65_535);
    index.push_batch(most, 1, Hash::GENESIS).unwrap();
    let error = index.push_batch(entries, 1, Hash::GENESIS).unwrap_err();
    assert_eq!(error.code(), "invalid_input");
    let mut restored = Index::new();
    assert!(restored.load(&index.segment(0).bytes).unwrap());
    for index in [index, restored] {
        assert_eq!(
            index.first_match(&Query::types(["T65535"]), 0),
            Some(65_535)
        );
        assert_eq!(index.event_types().count(), 65_535);
    }
}

#[test]
fn names_with_more_prefixes_than_are_kept_apart_are_still_told_apart() {
    let id = "0190f5c4-7a3b-7c1d-8e2f-0123456789ab";
    let names: Vec<String> = (0..300)
        .map(|number| format!("kind {number}-{id}"))
        .collect();
    let batch = |count| {
        names
            .iter()
            .take(count)
            .zip(1..)
            .map(|(name, position)| Entry {
                position,
                version: 0,
                stream: name,
                event_type: "T",
                command: None,
                tags: iter::once(name.as_str()).collect(),
            })
    };
    let mut whole = Index::new();
    whole.push_batch(batch(300), 1, Hash::GENESIS).unwrap();
    let segment = whole.segment(0);
    let (mut restored, mut completed) = (Index::new(), Index::new());
    completed.push_batch(batch(100), 1, Hash::GENESIS).unwrap();
    assert!(restored.load(&segment.bytes).unwrap());
    assert!(completed.load(&segment.bytes).unwrap());
    for index in [whole, restored, completed] {
        for (name, position) in names.iter().zip(1..) {
            assert_eq!(index.stream_positions(name, 0, 9), [position]);
            assert_eq!(index.first_match(&Query::tags([name]), 0), Some(position));
        }
        assert_eq!(index.version(&format!("kind 300-{id}")), -1);
        assert_eq!(index.stream_count(), 300);
    }
}

#[test]
fn the_hash_never_changes() {
    // Stored segments depend on it.
    assert_eq!(hash64(b""), 0);
    assert_eq!(hash64(b"order"), 0x1e3a_16fe_ab17_341e);
    assert_eq!(hash64(b"exactly8"), 0xf1c5_0b28_d184_84c0);
    assert_eq!(
        hash64(b"0190f5c4-7a3b-7c1d-8e2f-0123456789ab"),
        0x7634_c42d_2c8f_9b7e
    );
}
