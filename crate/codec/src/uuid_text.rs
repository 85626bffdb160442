//! UUIDs in their canonical text, lower case with hyphens: read and written by table, since every
//! event of a log has a few.

/// The length of a UUID's canonical text, in bytes.
pub const UUID_TEXT: usize = 36;

/// What a byte stands for as a lower-case hexadecimal digit; [`NO_DIGIT`] for any other.
#[allow(
    clippy::indexing_slicing,
    reason = "a constant: the compiler checks it"
)]
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0xff;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The offsets of the hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// The offset of each byte's two digits.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Splits a text that ends in a UUID in canonical form into what comes before, and the UUID's bytes.
#[must_use]
pub fn split_uuid(text: &str) -> Option<(&str, [u8; 16])> {
    let (rest, tail) = text.as_bytes().split_last_chunk::<UUID_TEXT>()?;
    if !HYPHENS.iter().all(|at| tail.get(*at) == Some(&b'-')) {
        return None;
    }
    let mut id = [0; 16];
    let mut wrong = 0;
    for (byte, at) in id.iter_mut().zip(&PAIRS) {
        let digit = |at: usize| VALUES.get(usize::from(*tail.get(at)?)).copied();
        let (high, low) = (digit(*at)?, digit(*at + 1)?);
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    // Only what is no digit has a value above 15.
    let prefix = text.get(..rest.len())?;
    (wrong < 16).then_some((prefix, id))
}

/// Appends the canonical text of the UUID with these bytes.
pub fn push_uuid(text: &mut String, id: &[u8; 16]) {
    let mut canonical = [b'-'; UUID_TEXT];
    for (byte, at) in id.iter().zip(&PAIRS) {
        let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
        if let Some([high, low]) = canonical.get_mut(*at..*at + 2) {
            *high = digit(byte >> 4);
            *low = digit(byte & 15);
        }
    }
    // Digits and hyphens are ASCII.
    text.push_str(core::str::from_utf8(&canonical).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{push_uuid, split_uuid};

    proptest! {
        #[test]
        fn a_uuid_is_read_and_written_as_the_library_does(id: u128, prefix in "[a-f0-9é-]{0,9}") {
            let id = uuid::Uuid::from_u128(id);
            let text = format!("{prefix}{id}");
            prop_assert_eq!(split_uuid(&text), Some((prefix.as_str(), id.into_bytes())));
            let mut written = prefix.clone();
            push_uuid(&mut written, id.as_bytes());
            prop_assert_eq!(written, text);
        }

        #[test]
        fn what_is_not_canonical_is_no_uuid(id: u128, at in 0..36_usize, other in "[g-zA-F_é]") {
            let mut text = uuid::Uuid::from_u128(id).to_string();
            text.replace_range(at..=at, &other);
            // A letter of two bytes moves the rest, so that nothing is where it should be either.
            prop_assert_eq!(split_uuid(&text), None);
        }
    }

    #[test]
    fn a_short_text_is_no_uuid() {
        for text in ["", "-", "0189f7e2-0000-7000-8000-00000000000"] {
            assert_eq!(split_uuid(text), None);
        }
    }
}
