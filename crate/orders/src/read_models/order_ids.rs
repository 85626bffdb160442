//! The ids of orders, by the number of the order: 16 bytes for a UUID, and about 8 to find it by.

use core::cmp::Ordering;

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::projection::KeyIndex;
use uuid::Uuid;

use super::pages::Column;
use crate::order_id::{Key, OrderId};

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
    pub(super) fn ordinal(&self, id: &OrderId<'_>) -> Option<u32> {
        let is_it = &mut |ordinal| is_at(&self.ids, &self.others, ordinal, id);
        if is_it(id.hint()) {
            return Some(id.hint());
        }
        let found = self.index.find(id.hash(), is_it)?;
        id.found_at(found);
        Some(found)
    }

    /// Adds an order and returns its number; `None` when it is known.
    pub(super) fn add(&mut self, id: &OrderId<'_>) -> Option<u32> {
        let is_it = &mut |ordinal| is_at(&self.ids, &self.others, ordinal, id);
        let hash_of = &mut |ordinal| hash_at(&self.ids, &self.others, ordinal);
        let (ordinal, is_new) = self.index.find_or_push(id.hash(), is_it, hash_of);
        id.found_at(ordinal);
        if !is_new {
            return None;
        }
        let bytes = uuid_of(id).unwrap_or_else(|| {
            let number = u32::try_from(self.others.len()).unwrap_or(u32::MAX);
            self.others.push((**id).into());
            other(number)
        });
        self.ids.push(bytes);
        Some(ordinal)
    }

    /// The id of an order; `buffer` is where its text is made.
    pub(super) fn text<'a>(&'a self, ordinal: u32, buffer: &'a mut Buffer) -> &'a str {
        match stored(&self.ids, &self.others, ordinal) {
            Some(Stored::Uuid(bytes)) => Uuid::from_bytes(*bytes).hyphenated().encode_lower(buffer),
            Some(Stored::Other(text)) => text,
            None => "",
        }
    }

    /// Whether an order's id is a UUID, and not any text.
    pub(super) fn is_uuid(&self, ordinal: u32) -> bool {
        matches!(
            stored(&self.ids, &self.others, ordinal),
            Some(Stored::Uuid(_))
        )
    }

    /// Compares two ids as texts. UUIDs compare as their texts do.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        let (ids, others) = (&self.ids, &self.others);
        match (stored(ids, others, a), stored(ids, others, b)) {
            (Some(Stored::Uuid(a)), Some(Stored::Uuid(b))) => a.cmp(b),
            _ => self
                .text(a, &mut BUFFER.clone())
                .cmp(self.text(b, &mut BUFFER.clone())),
        }
    }

    /// Writes the id of an order.
    pub(super) fn write(&self, ordinal: u32, writer: &mut Writer) {
        match stored(&self.ids, &self.others, ordinal) {
            Some(Stored::Uuid(bytes)) => {
                writer.byte(UUID_FORM);
                writer.raw(bytes);
            }
            Some(Stored::Other(text)) => {
                writer.byte(OTHER_FORM);
                writer.text(text);
            }
            None => {}
        }
    }

    /// Reads what [`write`](Self::write) wrote, as the next order's.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let added = match reader.byte()? {
            UUID_FORM => self.add_uuid(reader.array()?),
            OTHER_FORM => self.add(&OrderId::from(reader.text()?)),
            _ => None,
        };
        added.map(|_| ()).ok_or(Damaged)
    }

    /// Adds an order by what its id is kept as; `None` when it is known.
    fn add_uuid(&mut self, bytes: [u8; 16]) -> Option<u32> {
        if number_among_others(&bytes).is_some() {
            return None;
        }
        let is_it = &mut |ordinal| self.ids.get(ordinal) == Some(&bytes);
        let hash_of = &mut |ordinal| hash_at(&self.ids, &self.others, ordinal);
        let hash = OrderId::hash_uuid(&bytes);
        let (ordinal, is_new) = self.index.find_or_push(hash, is_it, hash_of);
        is_new.then(|| {
            self.ids.push(bytes);
            ordinal
        })
    }

    /// About how many bytes of memory they take.
    pub(super) fn memory_bytes(&self) -> usize {
        let others = self
            .others
            .iter()
            .map(|id| size_of::<Box<str>>() + id.len());
        self.ids.memory_bytes() + self.index.memory_bytes() + others.sum::<usize>()
    }
}

/// Whether the order `ordinal` has this id.
fn is_at(ids: &Column<[u8; 16]>, others: &[Box<str>], ordinal: u32, id: &OrderId<'_>) -> bool {
    let Some(known) = ids.get(ordinal) else {
        return false;
    };
    if let Some(bytes) = uuid_of(id) {
        // As numbers, which are compared at once, and not byte by byte. No other id has the bytes of
        // one that is kept as a UUID.
        return u128::from_ne_bytes(bytes) == u128::from_ne_bytes(*known);
    }
    let number = number_among_others(known);
    let text = number.and_then(|number| others.get(number as usize));
    text.is_some_and(|text| **text == **id)
}

/// The hash of the id of the order `ordinal`.
fn hash_at(ids: &Column<[u8; 16]>, others: &[Box<str>], ordinal: u32) -> u64 {
    match stored(ids, others, ordinal) {
        Some(Stored::Uuid(bytes)) => OrderId::hash_uuid(bytes),
        Some(Stored::Other(text)) => OrderId::from(text).hash(),
        None => 0,
    }
}

/// An id as it is kept.
enum Stored<'a> {
    Uuid(&'a [u8; 16]),
    Other(&'a str),
}

/// The id of the order `ordinal`.
fn stored<'a>(
    ids: &'a Column<[u8; 16]>,
    others: &'a [Box<str>],
    ordinal: u32,
) -> Option<Stored<'a>> {
    let bytes = ids.get(ordinal)?;
    match number_among_others(bytes) {
        None => Some(Stored::Uuid(bytes)),
        Some(number) => Some(Stored::Other(others.get(number as usize)?)),
    }
}

/// The UUID an id is kept as; `None` when it stands among the others.
fn uuid_of(id: &OrderId<'_>) -> Option<[u8; 16]> {
    match id.key() {
        Key::Uuid(bytes) if number_among_others(&bytes).is_none() => Some(bytes),
        _ => None,
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
                prop_assert_eq!(table.ordinal(&id.as_str().into()).map(|place| place as usize), place);
                prop_assert_eq!(table.add(&id.as_str().into()).is_some(), place.is_none());
                if place.is_none() {
                    known.push(id);
                }
            }
            let mut writer = Writer::new();
            for (ordinal, id) in (0..).zip(&known) {
                let mut buffer = BUFFER;
                prop_assert_eq!(table.text(ordinal, &mut buffer), *id);
                prop_assert_eq!(table.ordinal(&(*id).into()), Some(ordinal));
                for (other, text) in (0..).zip(&known) {
                    prop_assert_eq!(table.compare(ordinal, other), (*id).cmp(*text));
                }
                table.write(ordinal, &mut writer);
            }
            let bytes = writer.into_bytes();
            let (mut reader, mut again) = (Reader::new(&bytes), OrderIds::default());
            for (ordinal, id) in (0..).zip(&known) {
                again.read(&mut reader).unwrap();
                prop_assert_eq!(again.ordinal(&(*id).into()), Some(ordinal));
            }
            // One that was made for as many, and for fewer.
            let mut anew = again.anew();
            prop_assert_eq!(anew.len(), 0);
            for id in known.iter().copied().chain(["one", "more"]) {
                let is_new = anew.ordinal(&id.into()).is_none();
                prop_assert_eq!(anew.add(&id.into()).is_some(), is_new);
                prop_assert!(anew.ordinal(&id.into()).is_some());
            }
            // The same ids in another order: where one table has them is not where the other has.
            let mut turned = OrderIds::default();
            for id in known.iter().rev() {
                let id = OrderId::from(*id);
                prop_assert_eq!(table.ordinal(&id).is_some(), true);
                prop_assert!(turned.add(&id).is_some());
                prop_assert!(turned.add(&id).is_none());
                prop_assert!(table.ordinal(&id) == again.ordinal(&id));
            }
            for (ordinal, id) in (0..).zip(known.iter().rev()) {
                let id = OrderId::from(*id);
                let last = u32::try_from(known.len() - 1).unwrap();
                prop_assert_eq!(table.ordinal(&id), Some(last - ordinal));
                prop_assert_eq!(turned.ordinal(&id), Some(ordinal));
            }
            prop_assert!(known.iter().all(|id| anew.ordinal(&(*id).into()) == again.ordinal(&(*id).into())));
        }
    }
}
