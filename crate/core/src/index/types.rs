//! The event types, and how many events of each there are.

/// The most event types one log may hold: an event's type is kept in 16 bits.
const MAX_TYPES: usize = u16::MAX as usize;

/// An interning table for event types, which stay readable as texts. There are tens of them, hardly ever
/// thousands: a sorted list finds one as quickly as a hash table would, with less code.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// In order of first appearance.
    entries: Vec<(Box<str>, u64)>,
    /// Their numbers, in the order of their names.
    order: Vec<u16>,
}

impl Types {
    /// The number of a type, if it is known.
    pub(super) fn find(&self, name: &str) -> Option<u16> {
        let at = self.place(name).ok()?;
        self.order.get(at).copied()
    }

    /// The number of a type, which is taken in if it is new; `None` when there are too many.
    pub(super) fn intern(&mut self, name: &str) -> Option<u16> {
        match self.place(name) {
            Ok(at) => self.order.get(at).copied(),
            Err(at) => {
                let ordinal = u16::try_from(self.entries.len()).ok()?;
                if usize::from(ordinal) == MAX_TYPES {
                    return None;
                }
                self.entries.push((name.into(), 0));
                self.order.insert(at, ordinal);
                Some(ordinal)
            }
        }
    }

    /// Where a type stands in the order of names, or would.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.order
            .binary_search_by(|&ordinal| self.name(ordinal).cmp(name))
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
        self.entries
            .get(usize::from(ordinal))
            .map_or("", |(name, _)| name)
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
            + self.order.capacity() * size_of::<u16>()
    }
}
