//! An order's id as an event holds it, ready to be looked up in the read models' tables.

use core::cell::Cell;
use core::fmt;
use core::ops::Deref;
use std::borrow::Cow;

use daybook_core::projection::KeyIndex;

/// The id of an order, as recorded: any text, and nearly always a UUID.
///
/// Each read model finds its row by it. So it is read and hashed once, when the event is read, and
/// remembers the number under which a table last found it: tables that have folded the same log have
/// given it the same one, and look there first.
///
/// ```
/// use daybook_orders::OrderId;
/// let id = OrderId::from("0189f7e2-0000-7000-8000-000000000000");
/// assert_eq!(&*id, "0189f7e2-0000-7000-8000-000000000000");
/// ```
#[derive(Clone)]
pub struct OrderId<'a> {
    text: Cow<'a, str>,
    key: Key,
    hash: u64,
    hint: Cell<u32>,
}

/// What an id is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The UUID that has this very text: small letters, with hyphens.
    Uuid([u8; 16]),
    /// Any other text.
    Text,
}

/// No number of an order.
const NO_HINT: u32 = u32::MAX;

impl<'a> OrderId<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        let (key, hash) = match read_uuid(&text) {
            Some(bytes) => (Key::Uuid(bytes), Self::hash_uuid(&bytes)),
            None => (Key::Text, Self::hash_text(&text)),
        };
        Self {
            text,
            key,
            hash,
            hint: Cell::new(NO_HINT),
        }
    }

    pub(crate) const fn key(&self) -> Key {
        self.key
    }

    /// The same for equal ids, in every table.
    pub(crate) const fn hash(&self) -> u64 {
        self.hash
    }

    fn hash_text(text: &str) -> u64 {
        KeyIndex::hash(text.as_bytes())
    }

    /// The hash of the id with the text of this UUID.
    pub(crate) fn hash_uuid(bytes: &[u8; 16]) -> u64 {
        KeyIndex::hash(bytes)
    }

    /// The number a table last found it under; any number, when none did.
    pub(crate) const fn hint(&self) -> u32 {
        self.hint.get()
    }

    /// Notes that a table has it under `number`.
    pub(crate) fn found_at(&self, number: u32) {
        self.hint.set(number);
    }
}

impl<'a> From<Cow<'a, str>> for OrderId<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&'a str> for OrderId<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(Cow::Borrowed(text))
    }
}

impl From<String> for OrderId<'_> {
    fn from(text: String) -> Self {
        Self::new(Cow::Owned(text))
    }
}

impl Deref for OrderId<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for OrderId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for OrderId<'_> {}

impl fmt::Debug for OrderId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for OrderId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// The UUID that has this very text: small letters, with hyphens. Every event is looked up by one,
/// so eight digits are read at a time.
fn read_uuid(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let is_hyphen = |at: usize| text.get(at) == Some(&b'-');
    if ![8, 13, 18, 23].into_iter().all(is_hyphen) {
        return None;
    }
    let four = |at: usize| -> Option<u64> {
        let digits = text.get(at..)?.first_chunk()?;
        Some(u32::from_be_bytes(*digits).into())
    };
    let mut id = [0; 16];
    let places = [(0, 4), (9, 14), (19, 24), (28, 32)];
    for (part, (high, low)) in id.as_chunks_mut().0.iter_mut().zip(places) {
        *part = eight_digits(four(high)? << 32 | four(low)?)?.to_be_bytes();
    }
    Some(id)
}

/// The number of eight hexadecimal digits in small letters, all at once in a word of a byte each,
/// the first one highest.
fn eight_digits(word: u64) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Letters, and not digits, have the bit 0x40; the low bits of 'a' are 1.
    let digits = (word & (ONES * 0x0f)) + (word >> 6 & ONES) * 9;
    // What these digits are written with, where 10 and more are letters.
    let letters = (digits + ONES * (0x80 - 10)) >> 7 & ONES;
    let written = digits + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10);
    if written != word || digits & (ONES * 0xf0) != 0 {
        return None;
    }
    let bytes = (digits | digits >> 4) & 0x00ff_00ff_00ff_00ff;
    let pairs = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    u32::try_from((pairs | pairs >> 16) & 0xffff_ffff).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn the_texts_of_uuids_are_read_as_such_and_no_others(id: u128, at in 0..36_usize, other in "[g-zA-F_é]") {
            let uuid = Uuid::from_u128(id);
            prop_assert_eq!(OrderId::from(uuid.to_string()).key(), Key::Uuid(uuid.into_bytes()));
            let mut text = uuid.to_string();
            text.replace_range(at..=at, &other);
            prop_assert_eq!(OrderId::from(text).key(), Key::Text);
        }

        #[test]
        fn eight_digits_are_a_number(text in "[0-9a-z\\PC]{8}", number in any::<u32>()) {
            if let Ok(text) = <[u8; 8]>::try_from(text.as_bytes()) {
                let number = core::str::from_utf8(&text).ok()
                    .and_then(|text| u32::from_str_radix(text, 16).ok())
                    .filter(|number| format!("{number:08x}").as_bytes() == text);
                prop_assert_eq!(eight_digits(u64::from_be_bytes(text)), number);
            }
            let text: [u8; 8] = format!("{number:08x}").into_bytes().try_into().unwrap();
            prop_assert_eq!(eight_digits(u64::from_be_bytes(text)), Some(number));
        }
    }
}
