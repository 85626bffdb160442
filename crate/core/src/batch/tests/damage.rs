//! Bytes that are not what was written.

use proptest::prelude::*;

use super::samples::{Sample, any_samples, recorded};
use crate::batch::payloads::{LZ4, unpack};
use crate::batch::{Batch, FORMAT, encode};
use crate::{Error, Hash};
use daybook_codec::checksum::checksum;

/// The same bytes with the checksum that goes with them.
pub(super) fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(8));
    let sum = checksum(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

fn encoded(samples: &[Sample]) -> Vec<u8> {
    let events = recorded(samples, 900);
    encode(&events, &Hash::GENESIS).unwrap().stored.bytes
}

/// Reads everything there is to read, which must not panic.
fn read_all(batch: &Batch) {
    for columns in batch.columns() {
        let event = batch.event(columns.position).unwrap();
        assert_eq!(event.tags.iter().count(), columns.tags.len());
    }
    assert!(batch.events().rev().count() > 0);
    assert_eq!(batch.strings().iter().count(), batch.strings().len());
    let _ = batch.verify(&Hash::GENESIS);
}

/// What `bytes` decode to holds no more than a multiple of their size, which bounds what damaged
/// bytes can make a reader allocate.
fn holds_little(batch: &Batch, bytes: usize) -> bool {
    batch.size_bytes() <= 1000 + 64 * bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_byte_is_noticed(
        samples in any_samples(1..12), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
    ) {
        let mut bytes = encoded(&samples);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let error = Batch::decode(bytes.clone()).unwrap_err();
        // A changed format byte cannot be told from a newer format.
        let expected = if at == 0 && bytes[0] > FORMAT { "unsupported_format" } else { "storage_corrupt" };
        prop_assert_eq!(error.code(), expected);
    }

    #[test]
    fn a_torn_batch_is_noticed(samples in any_samples(1..12), at in any::<prop::sample::Index>()) {
        let mut bytes = encoded(&samples);
        bytes.truncate(at.index(bytes.len()));
        prop_assert_eq!(Batch::decode(bytes).unwrap_err().code(), "storage_corrupt");
    }

    #[test]
    fn bytes_changed_under_a_right_checksum_do_no_harm(
        samples in any_samples(1..12),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encoded(&samples);
        for (at, byte) in changes {
            let at = at.index(bytes.len() - 8);
            bytes[at] = byte;
        }
        let size = bytes.len();
        if let Ok(batch) = Batch::decode(resealed(bytes)) {
            prop_assert!(holds_little(&batch, size));
            read_all(&batch);
        }
    }

    #[test]
    fn bytes_cut_out_under_a_right_checksum_do_no_harm(
        samples in any_samples(1..12),
        from in any::<prop::sample::Index>(),
        count in 1..50_usize,
    ) {
        let mut bytes = encoded(&samples);
        let from = from.index(bytes.len());
        let end = bytes.len().min(from + count);
        bytes.drain(from..end);
        if let Ok(batch) = Batch::decode(resealed(bytes)) {
            read_all(&batch);
        }
    }

    #[test]
    fn any_bytes_do_no_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..400), version in 0..=2_u8) {
        match version {
            1 => drop(bytes.splice(0..0, [1, 0, 0, 1, 2])),
            2 => drop(bytes.splice(0..0, [2, 0, 0, 1, 2, 1])),
            _ => {}
        }
        let size = bytes.len() + 8;
        bytes.extend([0; 8]);
        if let Ok(batch) = Batch::decode(resealed(bytes)) {
            prop_assert!(holds_little(&batch, size));
            read_all(&batch);
        }
    }
}

/// Events alike enough to be compressed.
fn compressed() -> Vec<u8> {
    let alike = Sample {
        data: format!("{{\"text\":\"{}\"}}", "the same again, ".repeat(20)),
        ..Sample::default()
    };
    let bytes = encoded(&vec![alike; 40]);
    assert_eq!(bytes[1], LZ4);
    bytes
}

#[test]
fn a_changed_byte_of_a_compressed_batch_does_no_harm() {
    let bytes = compressed();
    for at in 0..bytes.len() - 8 {
        for changed in [0, 1, 0x7f, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] = changed;
            if let Ok(batch) = Batch::decode(resealed(bytes)) {
                read_all(&batch);
            }
        }
    }
}

#[test]
fn a_compressed_batch_that_claims_more_than_it_can_hold_is_refused_before_it_is_expanded() {
    let mut stored = vec![0; 100];
    assert!(unpack(LZ4, &mut stored, 0, usize::MAX).is_err());
}

/// A length in it is a sum of bytes: of more of them, it could be beyond 32 bits.
#[test]
fn a_compressed_batch_of_more_than_sixteen_megabytes_is_refused() {
    // All of these bytes are one literal, but for those that say how long it is.
    let literal = |length: usize| {
        let (whole, rest) = ((length - 15) / 255, (length - 15) % 255);
        let mut stored = vec![0xf0];
        stored.extend(core::iter::repeat_n(0xff, whole));
        stored.push(u8::try_from(rest).unwrap());
        stored.extend(core::iter::repeat_n(b'x', length));
        stored
    };
    let length = (1 << 24) / 256 * 255 - 100;
    let mut stored = literal(length);
    assert!(stored.len() < 1 << 24);
    assert_eq!(
        unpack(LZ4, &mut stored, 0, length).map(|plain| plain.len()),
        Ok(length)
    );
    let mut stored = literal(1 << 24);
    assert!(unpack(LZ4, &mut stored, 0, 1 << 24).is_err());
}

#[test]
fn damage_names_the_batchs_first_position_where_the_bytes_still_tell_it() {
    let mut bytes = encoded(&[Sample::default()]);
    bytes[50] ^= 1;
    let error = Batch::decode(bytes).unwrap_err();
    assert!(matches!(
        *error,
        Error::StorageCorrupt { position: 900, .. }
    ));
    let error = Batch::decode(Vec::new()).unwrap_err();
    assert!(matches!(*error, Error::StorageCorrupt { position: 0, .. }));
}

#[test]
fn huge_counts_in_few_bytes_allocate_nothing_of_the_kind() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let honest = encoded(&[Sample::default()]);
    for at in 3..honest.len() - 8 {
        let mut bytes = honest.clone();
        bytes.splice(at..=at, huge);
        let size = bytes.len();
        if let Ok(batch) = Batch::decode(resealed(bytes)) {
            assert!(holds_little(&batch, size));
            read_all(&batch);
        }
    }
}

/// Puts extension fields into a batch that has none.
pub(super) fn with_extensions(bytes: &[u8], fields: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = u8::try_from(fields.len()).unwrap();
    assert_eq!(bytes[2], 0, "the batch has extension fields already");
    bytes.splice(2..3, [&[length], fields].concat());
    resealed(bytes)
}

#[test]
fn an_unknown_extension_field_is_skipped_and_a_critical_one_refused() {
    let samples = [Sample::default()];
    let plain = encoded(&samples);
    let skipped = Batch::decode(with_extensions(&plain, &[5, 3, 1, 2, 3, 127, 0])).unwrap();
    assert!(skipped.events().eq(recorded(&samples, 900)));

    let critical = Batch::decode(with_extensions(&plain, &[5, 1, 9, 128, 1, 9])).unwrap_err();
    assert!(matches!(
        *critical,
        Error::UnsupportedFormat { found: 128, .. }
    ));
    let torn = Batch::decode(with_extensions(&plain, &[5, 4, 1])).unwrap_err();
    assert_eq!(torn.code(), "storage_corrupt");
}

#[test]
fn more_events_of_version_1_than_there_are_is_damage() {
    let mut bytes = encoded(&[Sample::default(), Sample::default()]);
    // Behind format, codec, extension fields, two bytes of position and the number of events.
    assert_eq!(bytes[3..7], [0x84, 0x07, 2, 0]);
    for (old, expected) in [(1, Ok(1)), (2, Ok(2)), (3, Err("storage_corrupt"))] {
        bytes[6] = old;
        let batch = Batch::decode(resealed(bytes.clone()));
        let found = batch.map(|batch| batch.old());
        assert_eq!(found.map_err(|error| error.code()), expected);
    }
}

#[test]
fn an_unknown_codec_is_refused() {
    let mut bytes = encoded(&[Sample::default()]);
    bytes[1] = 2;
    let error = Batch::decode(resealed(bytes)).unwrap_err();
    assert!(matches!(*error, Error::UnsupportedFormat { found: 2, .. }));
}

#[test]
fn the_checksum_is_the_documented_one() {
    assert_eq!(checksum(b""), 0);
    let word = u64::from_le_bytes(*b"daybook!");
    let spread = (8_u64.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (spread ^ (spread >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    assert_eq!(checksum(b"daybook!"), mixed ^ (mixed >> 33));
    assert_ne!(checksum(b"daybook!\0"), checksum(b"daybook!"));
}
