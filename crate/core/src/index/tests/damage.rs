//! Damaged segments: refused, and nothing of them is left.

use proptest::prelude::*;

use super::model::{Model, batches};
use crate::index::Index;
use daybook_codec::hash64::hash64;

/// Writes the hash that the bytes should end in, as a writer gone wrong would.
fn seal(bytes: &mut [u8]) {
    if let Some(body) = bytes.len().checked_sub(8) {
        let hash = hash64(&bytes[..body]);
        bytes[body..].copy_from_slice(&hash.to_le_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn damage_never_passes(
        batches in batches(),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
        cut in any::<bool>(),
    ) {
        let mut model = Model::default();
        let mut whole = Index::new();
        for batch in &batches {
            model.push(&mut whole, batch);
        }
        let mut bytes = whole.segment(0).bytes;
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= flip;
        }
        let mut index = Index::new();
        prop_assert!(index.load(&bytes).is_err());
        Model::default().assert_same(&index);
        prop_assert_eq!(index.segment(0), Index::new().segment(0));
    }

    #[test]
    fn a_segment_written_wrongly_is_harmless(
        batches in batches(),
        known in 0_usize..14,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut model = Model::default();
        let mut known_model = Model::default();
        let mut whole = Index::new();
        let mut index = Index::new();
        for (number, batch) in batches.iter().enumerate() {
            model.push(&mut whole, batch);
            if number < known {
                known_model.push(&mut index, batch);
            }
        }
        let mut bytes = whole.segment(0).bytes;
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            let keep = cut.index(bytes.len());
            bytes.truncate(keep);
        }
        seal(&mut bytes);
        let before = index.segment(0);
        match index.load(&bytes) {
            Ok(true) => {
                // What it says is not what was, but it can be asked, written and read.
                let segment = index.segment(0);
                prop_assert!(Index::new().load(&segment.bytes).unwrap());
            }
            Err(error) if error.code() == "storage_corrupt" => {
                Model::default().assert_same(&index);
                prop_assert_eq!(index.segment(0), Index::new().segment(0));
            }
            _ => {
                known_model.assert_same(&index);
                prop_assert_eq!(index.segment(0), before);
            }
        }
    }

    #[test]
    fn noise_is_harmless(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut index = Index::new();
        prop_assert!(index.load(&bytes).is_err());
        if let Some(format) = bytes.first_mut() {
            *format = 1;
        }
        seal(&mut bytes);
        let _ = index.load(&bytes);
        Model::default().assert_same(&index);
    }
}

#[test]
fn a_segment_that_names_a_tag_twice_is_refused() {
    let mut whole = Index::new();
    Model::default().push(&mut whole, &[(0, 0, None, vec![0, 1])]);
    let mut bytes = whole.segment(0).bytes;
    let at = bytes.windows(10).position(|text| text == b"customer:2");
    bytes[at.unwrap() + 9] = b'1';
    seal(&mut bytes);
    let mut index = Index::new();
    assert_eq!(index.load(&bytes).unwrap_err().code(), "storage_corrupt");
    Model::default().assert_same(&index);
}

#[test]
fn a_newer_format_is_named_as_such() {
    let mut bytes = Index::new().segment(0).bytes;
    bytes[0] += 1;
    assert_eq!(
        Index::new().load(&bytes).unwrap_err().code(),
        "unsupported_format"
    );
    bytes[0] = 0;
    seal(&mut bytes);
    assert_eq!(
        Index::new().load(&bytes).unwrap_err().code(),
        "storage_corrupt"
    );
}
