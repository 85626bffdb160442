//! The event types, and how many events of each there are.

use hashbrown::HashTable;

use super::names::NameHash;

/// The most event types one log may hold: an event's type is kept in 16 bits.
pub(super) const MAX_TYPES: usize = u16::MAX as usize;

/// An interning table for event types, which stay readable as texts.
#[derive(Debug)]
pub(super) struct Types {
    entries: Vec<(Box<str>, u64)>,
    table: HashTable<u16>,
    hash: NameHash,
}

impl Types {
    pub(super) const fn new(hash: NameHash) -> Self {
        Self {
            entries: Vec::new(),
            table: HashTable::new(),
            hash,
        }
    }

    /// The number of a type, if it is known.
    pub(super) fn find(&self, name: &str) -> Option<u16> {
        self.find_hashed(name, (self.hash)(name.as_bytes()))
    }

    /// The number of a type, which is taken in if it is new; `None` when there are too many.
    pub(super) fn intern(&mut self, name: &str) -> Option<u16> {
        let hash = (self.hash)(name.as_bytes());
        if let Some(known) = self.find_hashed(name, hash) {
            return Some(known);
        }
        if self.entries.len() >= MAX_TYPES {
            return None;
        }
        let ordinal = u16::try_from(self.entries.len()).ok()?;
        self.entries.push((name.into(), 0));
        let (entries, function) = (&self.entries, self.hash);
        self.table
            .insert_unique(hash, ordinal, |&at| function(text(entries, at).as_bytes()));
        Some(ordinal)
    }

    /// Counts one more event of a type.
    pub(super) fn count(&mut self, ordinal: u16) {
        if let Some((_, count)) = self.entries.get_mut(usize::from(ordinal)) {
            *count += 1;
        }
    }

    /// How many types there are, with those no event has yet.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// A type's name.
    pub(super) fn name(&self, ordinal: u16) -> &str {
        text(&self.entries, ordinal)
    }

    /// Each type that has events, and how many, in order of first appearance.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.entries
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (&**name, *count))
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        self.entries
            .iter()
            .map(|(name, _)| name.len())
            .sum::<usize>()
            + self.entries.capacity() * size_of::<(Box<str>, u64)>()
            + self.table.allocation_size()
    }

    fn find_hashed(&self, name: &str, hash: u64) -> Option<u16> {
        self.table
            .find(hash, |&at| text(&self.entries, at) == name)
            .copied()
    }
}

fn text(entries: &[(Box<str>, u64)], ordinal: u16) -> &str {
    entries
        .get(usize::from(ordinal))
        .map_or("", |(name, _)| name)
}
