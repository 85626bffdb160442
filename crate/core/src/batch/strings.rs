//! Building the string table: each distinct text of a batch once.

use daybook_codec::strings::{MAX_SHARED_BYTES, Strings};
use daybook_codec::uuid_text::split_uuid;

use crate::codec::Writer;
use crate::texts::TextMap;

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
            strings: Strings::with_capacity(2 * count + 8, 64 * count + 128),
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
        self.strings.shrink();
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
