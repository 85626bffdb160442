//! The string table: each distinct text of a batch once.

use crate::codec::{Damaged, Reader, Writer};
use crate::texts::TextMap;
use crate::uuid_text::{push_uuid, split_uuid};

/// The most bytes an entry takes over from another one. It bounds what a table expands to.
const MAX_SHARED_BYTES: usize = 64;

/// The texts of a batch, by number from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strings {
    /// All texts, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with `number`.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&str> {
        let index = number as usize;
        let end = *self.ends.get(index)?;
        let before = index.checked_sub(1).and_then(|i| self.ends.get(i));
        let start = before.copied().unwrap_or(0);
        self.text.get(start as usize..end as usize)
    }

    /// Each text, in order of number. There may be some that no event refers to: the beginnings
    /// others share.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().scan(0, |start, end| {
            let text = self.text.get(*start..*end as usize);
            *start = *end as usize;
            text
        })
    }

    /// Adds a text; returns its number. There are far fewer than 2^32, for each came from memory.
    fn push(&mut self, text: &str) -> u32 {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(narrow(self.text.len()));
        narrow(self.ends.len() - 1)
    }

    pub(super) const fn size_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Reads a table; the format is described in [`batch`](crate::batch).
    #[inline(never)]
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let count = reader.count()?;
        let mut strings = Self {
            text: String::new(),
            ends: Vec::with_capacity(count),
        };
        let (mut start, mut prefix) = (0, 0_i64);
        for _ in 0..count {
            let end = strings.text.len();
            let head = reader.uint()?;
            if head & 1 == 0 {
                let shared = usize::try_from(head >> 1).map_err(|_| Damaged)?;
                strings.push_shared(start..end, shared)?;
                strings.text.push_str(reader.text()?);
            } else {
                prefix = prefix.checked_add(signed(head >> 1)).ok_or(Damaged)?;
                strings.push_prefix(prefix)?;
                push_uuid(&mut strings.text, &reader.array()?);
            }
            start = end;
            let end = u32::try_from(strings.text.len()).map_err(|_| Damaged)?;
            strings.ends.push(end);
        }
        strings.text.shrink_to_fit();
        Ok(strings)
    }

    /// Appends the first `shared` bytes of the entry at `before`.
    fn push_shared(
        &mut self,
        before: core::ops::Range<usize>,
        shared: usize,
    ) -> Result<(), Damaged> {
        if shared > MAX_SHARED_BYTES || shared > before.len() {
            return Err(Damaged);
        }
        let range = before.start..before.start + shared;
        if self.text.get(range.clone()).is_none() {
            return Err(Damaged);
        }
        self.text.extend_from_within(range);
        Ok(())
    }

    /// Appends the entry before number `prefix`; nothing when that is 0.
    fn push_prefix(&mut self, prefix: i64) -> Result<(), Damaged> {
        let Some(number) = u32::try_from(prefix).map_err(|_| Damaged)?.checked_sub(1) else {
            return Ok(());
        };
        let length = self.get(number).ok_or(Damaged)?.len();
        let end = *self.ends.get(number as usize).ok_or(Damaged)? as usize;
        self.push_shared(end - length..end, length)
    }
}

/// Builds a string table.
pub(super) struct Interner<'a> {
    numbers: TextMap<'a>,
    strings: Strings,
    entries: Writer,
    before: &'a str,
    prefix: u32,
}

impl<'a> Interner<'a> {
    /// An empty table, with room for what so many events usually hold.
    pub(super) fn for_events(count: usize) -> Self {
        Self {
            numbers: TextMap::with_capacity(2 * count + 8),
            strings: Strings {
                text: String::with_capacity(64 * count + 128),
                ends: Vec::with_capacity(2 * count + 8),
            },
            entries: Writer::with_capacity(40 * count + 128),
            before: "",
            prefix: 0,
        }
    }

    /// The number of `text`, plus 1.
    pub(super) fn reference(&mut self, text: &'a str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return narrow(number) + 1;
        }
        match split_uuid(text) {
            Some((prefix, id)) if prefix.len() <= MAX_SHARED_BYTES => self.add_uuid(prefix, &id),
            _ => self.add_plain(text),
        }
        self.before = text;
        let number = self.strings.push(text);
        self.numbers.insert(text, number.into());
        number + 1
    }

    fn add_uuid(&mut self, prefix: &'a str, id: &[u8; 16]) {
        let prefix = if prefix.is_empty() {
            0
        } else {
            self.reference(prefix)
        };
        let difference = i64::from(prefix) - i64::from(self.prefix);
        self.prefix = prefix;
        self.entries.uint(unsigned(difference) << 1 | 1);
        self.entries.raw(id);
    }

    fn add_plain(&mut self, text: &'a str) {
        let pairs = text.bytes().zip(self.before.bytes()).take(MAX_SHARED_BYTES);
        let same = pairs.take_while(|(a, b)| a == b).count();
        let shared = (0..=same).rfind(|at| text.is_char_boundary(*at));
        let shared = shared.unwrap_or(0);
        self.entries.uint((shared as u64) << 1);
        self.entries.text(text.get(shared..).unwrap_or_default());
    }

    /// Writes the table; returns what reading it would give.
    pub(super) fn finish(mut self, writer: &mut Writer) -> Strings {
        writer.count(self.strings.len());
        writer.raw(self.entries.as_bytes());
        self.strings.text.shrink_to_fit();
        self.strings
    }
}

/// A string's number, as the map holds it; all of them came from a `u32`.
fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Zigzag, as in [`codec`](crate::codec), for a number that shares its varint with a flag.
const fn unsigned(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn signed(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
