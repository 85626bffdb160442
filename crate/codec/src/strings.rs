//! A table of strings: each distinct text once, those that end in a UUID with its 16 bytes.

use crate::bytes::{Damaged, Reader};
use crate::uuid_text::push_uuid;

/// The most bytes an entry takes over from another one. It bounds what a table expands to.
pub const MAX_SHARED_BYTES: usize = 64;

/// The texts of a table, by number from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strings {
    /// All texts, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    /// An empty table, with room for so many texts of so many bytes.
    #[must_use]
    pub fn with_capacity(count: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(count),
        }
    }

    /// Gives back the memory that was not needed.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
    }

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

    /// Each text, in order of number. There may be some that nothing refers to: the beginnings
    /// others share.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().scan(0, |start, end| {
            let text = self.text.get(*start..*end as usize);
            *start = *end as usize;
            text
        })
    }

    /// Adds a text; returns its number. There are far fewer than 2^32, for each came from memory.
    pub fn push(&mut self, text: &str) -> u32 {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(narrow(self.text.len()));
        narrow(self.ends.len() - 1)
    }

    /// The memory they take, in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Reads a table, whose form is described in `daybook_core::batch`, and which is written there.
    ///
    /// # Errors
    /// [`Damaged`] when it is no such table.
    #[inline(never)]
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
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
        strings.shrink();
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

/// Zigzag, as in [`bytes`](crate::bytes), for a number that shares its varint with a flag.
const fn signed(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
