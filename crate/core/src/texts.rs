//! A map from borrowed texts to numbers.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use daybook_codec::hash64::hash64;

/// A hash map from texts to numbers. One kind for all that need one, with the index's hash: the
/// standard library's is several times slower on short texts, and each kind of it adds kilobytes of
/// WebAssembly. Texts chosen to collide make it slow, never wrong.
#[derive(Debug, Default)]
pub(crate) struct TextMap<'a>(HashTable<(&'a str, i64)>);

impl<'a> TextMap<'a> {
    /// An empty map with room for so many texts.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self(HashTable::with_capacity(count))
    }

    /// The number under `text`.
    pub(crate) fn get(&self, text: &str) -> Option<i64> {
        let found = self
            .0
            .find(hash64(text.as_bytes()), |(own, _)| *own == text)?;
        Some(found.1)
    }

    /// Puts `number` under `text`; returns what was there.
    pub(crate) fn insert(&mut self, text: &'a str, number: i64) -> Option<i64> {
        let hash = |(own, _): &(&str, i64)| hash64(own.as_bytes());
        match self
            .0
            .entry(hash(&(text, 0)), |(own, _)| *own == text, hash)
        {
            Entry::Occupied(mut known) => Some(core::mem::replace(&mut known.get_mut().1, number)),
            Entry::Vacant(free) => {
                free.insert((text, number));
                None
            }
        }
    }
}
