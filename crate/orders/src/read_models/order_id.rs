//! Order ids in little memory: 40 bytes for a UUID and nothing on the heap.

use daybook_core::codec::{Damaged, Reader, Writer};
use uuid::Uuid;

/// An order's id as recorded. History may hold ids that are not UUIDs; they are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OrderId {
    /// A UUID in small letters with hyphens, as text: tables find rows by text.
    Uuid([u8; 36]),
    /// Anything else.
    Other(Box<str>),
}

const UUID: u8 = 0;
const OTHER: u8 = 1;

impl OrderId {
    pub(super) fn new(text: &str) -> Self {
        match Uuid::try_parse(text).map(Self::from_uuid) {
            Ok(id) if id.as_str() == text => id,
            _ => Self::Other(text.into()),
        }
    }

    fn from_uuid(id: Uuid) -> Self {
        let mut text = [0; 36];
        id.hyphenated().encode_lower(&mut text);
        Self::Uuid(text)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Uuid(text) => core::str::from_utf8(text).unwrap_or_default(),
            Self::Other(text) => text,
        }
    }

    pub(super) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Uuid(_) => 0,
            Self::Other(text) => text.len(),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Uuid(_) => {
                writer.byte(UUID);
                let id = Uuid::try_parse(self.as_str()).unwrap_or_default();
                writer.raw(id.as_bytes());
            }
            Self::Other(text) => {
                writer.byte(OTHER);
                writer.text(text);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        match reader.byte()? {
            UUID => Ok(Self::from_uuid(Uuid::from_bytes(reader.array()?))),
            OTHER => Ok(Self::Other(reader.text()?.into())),
            _ => Err(Damaged),
        }
    }
}
