//! Segments: written by one tab, read by another.

use proptest::prelude::*;

use super::model::{HASHES, Model, Spec, batches, queries};
use crate::index::Index;

/// The indexes of a log after each of its batches, the empty one first.
fn histories(batches: &[Vec<Spec>], hash: usize) -> (Model, Vec<Index>) {
    let mut histories = vec![Index::with_hash(HASHES[hash])];
    let mut model = Model::default();
    for count in 1..=batches.len() {
        model = Model::default();
        let mut index = Index::with_hash(HASHES[hash]);
        for batch in &batches[..count] {
            model.push(&mut index, batch);
        }
        histories.push(index);
    }
    (model, histories)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn overlapping_segments_in_order_give_the_index_of_the_log(
        batches in batches(),
        cuts in proptest::collection::vec((0_usize..14, 0_usize..14), 0..8),
        queries in queries(),
        hash in 0..HASHES.len(),
    ) {
        let (model, histories) = histories(&batches, hash);
        let newest = histories.len() - 1;
        // Each of `cuts` is a segment between two ends of batches; the last reaches the tail.
        let mut segments: Vec<_> = cuts
            .into_iter()
            .map(|(one, other)| (one.min(other).min(newest), one.max(other).min(newest)))
            .chain([(0, newest / 2), (newest / 3, newest)])
            .map(|(from, to)| histories[to].segment(histories[from].tail()))
            .collect();
        segments.sort_by_key(|segment| segment.after);
        let mut restored = Index::with_hash(HASHES[hash]);
        for segment in &segments {
            prop_assert!(restored.load(&segment.bytes).unwrap());
        }
        model.assert_same(&restored);
        for query in &queries {
            model.assert_matches(&restored, query, (0, u64::MAX, usize::MAX));
        }
        prop_assert_eq!(restored.segment(0), histories[newest].segment(0));
    }

    #[test]
    fn a_segment_cut_short_is_the_one_that_was_written_then(
        batches in batches(),
        from in 0_usize..14,
        to in 0_usize..14,
    ) {
        let (_, histories) = histories(&batches, 0);
        let newest = histories.len() - 1;
        let to = to.clamp(1, newest.max(1)).min(newest);
        let from = from.min(to.saturating_sub(1));
        let (after, upto) = (histories[from].tail(), histories[to].tail());
        let then = histories[to].segment(after);
        prop_assert_eq!(histories[newest].segment_of(after, upto), then);
    }

    #[test]
    fn a_segment_beyond_the_tail_is_left_alone(batches in batches(), at in 0_usize..14) {
        let (_, histories) = histories(&batches, 0);
        let at = at % histories.len();
        let segment = histories[histories.len() - 1].segment(histories[at].tail());
        for mut index in histories.into_iter().take(at) {
            let before = index.segment(0);
            prop_assert_eq!(index.load(&segment.bytes), Ok(false));
            prop_assert_eq!(index.segment(0), before);
        }
    }

    #[test]
    fn a_segment_is_the_same_whoever_writes_it(batches in batches(), from in 0_usize..14) {
        let (model, histories) = histories(&batches, 0);
        let newest = &histories[histories.len() - 1];
        let from = histories[from % histories.len()].tail();
        // One that was loaded from segments has seen the names in another order.
        let mut restored = Index::new();
        let seen = ["z", "Never"];
        restored.streams.intern(seen[0]);
        restored.types.intern(seen[1]);
        restored.tags.names.intern("order:0190f5c4-7a3b-7c1d-8e2f-0123456789ab");
        restored.load(&newest.segment(0).bytes).unwrap();
        model.assert_same(&restored);
        prop_assert_eq!(restored.segment(from), newest.segment(from));
    }
}

#[test]
fn a_segment_of_another_log_is_refused() {
    let mut one = Index::new();
    let mut other = Index::new();
    let event = |stream| vec![(stream, 0, None, Vec::new())];
    Model::default().push(&mut one, &event(0));
    let mut model = Model::default();
    model.push(&mut other, &event(1));
    let of_other = other.segment(0);
    model.push(&mut other, &event(1));
    // Beyond the common length, versions do not continue.
    let error = one.load(&other.segment(1).bytes).unwrap_err();
    assert_eq!(error.code(), "storage_corrupt");
    // At the same length, heads differ.
    let entry = crate::index::Entry {
        position: 1,
        version: 0,
        stream: "s",
        event_type: "T",
        command: None,
        tags: std::iter::empty().collect(),
    };
    let mut third = Index::new();
    third
        .push_batch([entry].into_iter(), 1, crate::Hash([1; 32]))
        .unwrap();
    assert_eq!(
        third.load(&of_other.bytes).unwrap_err().code(),
        "storage_corrupt"
    );
}

#[test]
fn format_2_stays_readable() {
    let mut model = Model::default();
    let mut index = Index::new();
    model.push(
        &mut index,
        &[(0, 0, Some(1), vec![0, 2]), (7, 1, Some(1), vec![])],
    );
    model.push(&mut index, &[(0, 1, Some(2), vec![2, 3])]);
    let golden: Vec<u8> = GOLDEN
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert_eq!(index.segment(0).bytes, golden);
    let mut restored = Index::new();
    assert!(restored.load(&golden).unwrap());
    model.assert_same(&restored);
}

const GOLDEN: &str = "\
02000303000000000000000707070707070707070707070707070707070707070707070206506c616365640450\
61696401066f726465722d02010190f5c47a3b7c1d8e2f0123456789ab000161000001066f726465723a03000a\
637573746f6d65723a31010190f5c47a3b7c1d8e2f0123456789ab00037669700202c801020000000000000007\
070707070707070707070707070707070707070707070701640300000000000000070707070707070707070707\
07070707070707070707070703000002030001010801020000020201000cbca7a6b00201acb9d0f806039888f7\
89bddfb568";
