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
const OTHER: [u8; 12] = [0xff; 12];

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
            (Asked::Uuid(asked), Some(Asked::Uuid(known))) => *asked == known,
            (Asked::Other(asked), Some(Asked::Other(known))) => *asked == known,
            _ => false,
        };
        self.index.find(hash, is_it)
    }
}

impl<'a> Asked<'a> {
    fn new(id: &'a str) -> Self {
        // Of the forms a UUID is read in, only the one it is written in is its text.
        let written = id.len() == 36 && !id.bytes().any(|byte| byte.is_ascii_uppercase());
        let uuid = written.then(|| Uuid::try_parse(id).ok()).flatten();
        match uuid.map(Uuid::into_bytes) {
            Some(bytes) if !bytes.starts_with(&OTHER) => Self::Uuid(bytes),
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
    match bytes.strip_prefix(&OTHER) {
        None => Some(Asked::Uuid(bytes)),
        Some(number) => {
            let number = u32::from_be_bytes(number.try_into().ok()?);
            Some(Asked::Other(others.get(number as usize)?))
        }
    }
}

fn other(number: u32) -> [u8; 16] {
    let mut bytes = [0xff; 16];
    if let Some(place) = bytes.last_chunk_mut() {
        *place = number.to_be_bytes();
    }
    bytes
}
