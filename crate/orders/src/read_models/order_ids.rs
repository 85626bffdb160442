//! The ids of orders, by the number of the order: 16 bytes for a UUID, and about 8 to find it by.

use core::cmp::Ordering;

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::projection::KeyIndex;
use uuid::Uuid;

use super::pages::Column;

/// The ids of orders as recorded, each found by its text. History may hold ids that are not UUIDs;
/// they are kept as they are.
#[derive(Debug, Default)]
pub(super) struct OrderIds {
    /// A UUID, or [`OTHER`] with a number among the others.
    ids: Column<[u8; 16]>,
    others: Vec<Box<str>>,
    index: KeyIndex,
}

/// What the bytes of ids begin with that stand among the others. A UUID that begins so is one of
/// them.
const OTHER: u128 = u128::MAX >> 32;

/// An id that is asked for.
enum Asked<'a> {
    Uuid([u8; 16]),
    Other(&'a str),
}

/// Room for the text of a UUID.
pub(super) type Buffer = [u8; 36];
pub(super) const BUFFER: Buffer = [0; 36];

const UUID_FORM: u8 = 0;
const OTHER_FORM: u8 = 1;

impl OrderIds {
    /// No ids yet, and room to find as many as `self` has.
    pub(super) fn anew(&self) -> Self {
        Self {
            index: KeyIndex::with_capacity(self.len()),
            ..Self::default()
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> u32 {
        self.index.len()
    }

    /// The number of the order `id`.
    pub(super) fn ordinal(&self, id: &str) -> Option<u32> {
        let asked = Asked::new(id);
        self.find(asked.hash(), &asked)
    }

    /// Adds an order and returns its number; `None` when it is known.
    pub(super) fn add(&mut self, id: &str) -> Option<u32> {
        let asked = Asked::new(id);
        let hash = asked.hash();
        if self.find(hash, &asked).is_some() {
            return None;
        }
        let ordinal = self.len();
        let (ids, others) = (&self.ids, &self.others);
        let hash_of = &mut |ordinal| stored(ids, others, ordinal).map_or(0, |id| id.hash());
        self.index.push(hash, hash_of);
        let bytes = match asked {
            Asked::Uuid(bytes) => bytes,
            Asked::Other(text) => {
                let number = u32::try_from(self.others.len()).unwrap_or(u32::MAX);
                self.others.push(text.into());
                other(number)
            }
        };
        self.ids.push(bytes);
        Some(ordinal)
    }

    /// The id of an order; `buffer` is where its text is made.
    pub(super) fn text<'a>(&'a self, ordinal: u32, buffer: &'a mut Buffer) -> &'a str {
        match stored(&self.ids, &self.others, ordinal) {
            Some(Asked::Uuid(bytes)) => Uuid::from_bytes(bytes).hyphenated().encode_lower(buffer),
            Some(Asked::Other(text)) => text,
            None => "",
        }
    }

    /// Whether an order's id is a UUID, and not any text.
    pub(super) fn is_uuid(&self, ordinal: u32) -> bool {
        matches!(
            stored(&self.ids, &self.others, ordinal),
            Some(Asked::Uuid(_))
        )
    }

    /// Compares two ids as texts. UUIDs compare as their texts do.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        let (ids, others) = (&self.ids, &self.others);
        match (stored(ids, others, a), stored(ids, others, b)) {
            (Some(Asked::Uuid(a)), Some(Asked::Uuid(b))) => a.cmp(&b),
            _ => self
                .text(a, &mut BUFFER.clone())
                .cmp(self.text(b, &mut BUFFER.clone())),
        }
    }

    /// Writes the id of an order.
    pub(super) fn write(&self, ordinal: u32, writer: &mut Writer) {
        match stored(&self.ids, &self.others, ordinal) {
            Some(Asked::Uuid(bytes)) => {
                writer.byte(UUID_FORM);
                writer.raw(&bytes);
            }
            Some(Asked::Other(text)) => {
                writer.byte(OTHER_FORM);
                writer.text(text);
            }
            None => {}
        }
    }

    /// Reads what [`write`](Self::write) wrote, as the next order's.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let added = match reader.byte()? {
            UUID_FORM => {
                let id = Uuid::from_bytes(reader.array()?);
                self.add(id.hyphenated().encode_lower(&mut BUFFER.clone()))
            }
            OTHER_FORM => self.add(reader.text()?),
            _ => None,
        };
        added.map(|_| ()).ok_or(Damaged)
    }

    /// About how many bytes of memory they take.
    pub(super) fn memory_bytes(&self) -> usize {
        let others = self
            .others
            .iter()
            .map(|id| size_of::<Box<str>>() + id.len());
        self.ids.memory_bytes() + self.index.memory_bytes() + others.sum::<usize>()
    }

    fn find(&self, hash: u64, asked: &Asked<'_>) -> Option<u32> {
        let is_it = &mut |ordinal| match (asked, stored(&self.ids, &self.others, ordinal)) {
            // As numbers, which are compared at once, and not byte by byte.
            (Asked::Uuid(asked), Some(Asked::Uuid(known))) => {
                u128::from_ne_bytes(*asked) == u128::from_ne_bytes(known)
            }
            (Asked::Other(asked), Some(Asked::Other(known))) => *asked == known,
            _ => false,
        };
        self.index.find(hash, is_it)
    }
}

impl<'a> Asked<'a> {
    fn new(id: &'a str) -> Self {
        match read_uuid(id) {
            Some(bytes) if number_among_others(&bytes).is_none() => Self::Uuid(bytes),
            _ => Self::Other(id),
        }
    }

    fn hash(&self) -> u64 {
        match self {
            Self::Uuid(bytes) => KeyIndex::hash(bytes),
            Self::Other(text) => KeyIndex::hash(text.as_bytes()),
        }
    }
}

/// The id of the order `ordinal`, as it would be asked for.
fn stored<'a>(ids: &Column<[u8; 16]>, others: &'a [Box<str>], ordinal: u32) -> Option<Asked<'a>> {
    let bytes = *ids.get(ordinal)?;
    match number_among_others(&bytes) {
        None => Some(Asked::Uuid(bytes)),
        Some(number) => Some(Asked::Other(others.get(number as usize)?)),
    }
}

/// What the bytes of an id stand for that is not a UUID.
fn number_among_others(bytes: &[u8; 16]) -> Option<u32> {
    let id = u128::from_be_bytes(*bytes);
    let number = u32::try_from(id & u128::from(u32::MAX)).ok()?;
    (id >> 32 == OTHER).then_some(number)
}

fn other(number: u32) -> [u8; 16] {
    (OTHER << 32 | u128::from(number)).to_be_bytes()
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

    use super::*;

    proptest! {
        #[test]
        fn ids_are_found_by_their_texts_and_by_no_others(
            ids in prop::collection::vec(
                prop_oneof![
                    any::<u128>().prop_map(|id| Uuid::from_u128(id).to_string()),
                    (0_u32..9).prop_map(|low| Uuid::from_bytes(other(low)).to_string()),
                    any::<u128>().prop_map(|id| Uuid::from_u128(id).to_string().to_uppercase()),
                    "[0-9a-g-]{0,40}",
                    "\\PC{0,9}",
                ],
                0..60,
            ),
        ) {
            let mut known: Vec<&str> = Vec::new();
            let mut table = OrderIds::default();
            for id in &ids {
                let place = known.iter().position(|known| known == id);
                prop_assert_eq!(table.ordinal(id).map(|place| place as usize), place);
                prop_assert_eq!(table.add(id).is_some(), place.is_none());
                if place.is_none() {
                    known.push(id);
                }
            }
            let mut writer = Writer::new();
            for (ordinal, id) in (0..).zip(&known) {
                let mut buffer = BUFFER;
                prop_assert_eq!(table.text(ordinal, &mut buffer), *id);
                prop_assert_eq!(table.ordinal(id), Some(ordinal));
                for (other, text) in (0..).zip(&known) {
                    prop_assert_eq!(table.compare(ordinal, other), (*id).cmp(*text));
                }
                table.write(ordinal, &mut writer);
            }
            let bytes = writer.into_bytes();
            let (mut reader, mut again) = (Reader::new(&bytes), OrderIds::default());
            for (ordinal, id) in (0..).zip(&known) {
                again.read(&mut reader).unwrap();
                prop_assert_eq!(again.ordinal(id), Some(ordinal));
            }
            // One that was made for as many, and for fewer.
            let mut anew = again.anew();
            prop_assert_eq!(anew.len(), 0);
            for id in known.iter().copied().chain(["one", "more"]) {
                let is_new = anew.ordinal(id).is_none();
                prop_assert_eq!(anew.add(id).is_some(), is_new);
                prop_assert!(anew.ordinal(id).is_some());
            }
            prop_assert!(known.iter().all(|id| anew.ordinal(id) == again.ordinal(id)));
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
