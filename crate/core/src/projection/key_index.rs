//! Finding rows by key, without keeping keys or hashes a second time.

use core::fmt;

use super::fingerprint::fingerprint;

/// Finds the ordinals of rows (0, 1, 2 …) by their keys' hashes, in 5 bytes a place and 7 to 10 a
/// row.
///
/// Open addressing with linear probing: a byte of each hash is kept, so that hardly a row is looked
/// at in vain. It holds no keys; whoever asks says whether a row is the one, and what a row's hash is
/// when the index grows, which it does by half, so that little of it is ever empty.
///
/// ```
/// use daybook_core::projection::KeyIndex;
///
/// let names = ["pen", "ink", "lamp"];
/// let mut index = KeyIndex::default();
/// for name in names {
///     index.push(KeyIndex::hash(name.as_bytes()), &mut |row| {
///         KeyIndex::hash(names[row as usize].as_bytes())
///     });
/// }
/// let find = |name: &str| {
///     index.find(KeyIndex::hash(name.as_bytes()), &mut |row| names[row as usize] == name)
/// };
/// assert_eq!((find("ink"), find("desk")), (Some(1), None));
/// ```
#[derive(Clone, Default)]
pub struct KeyIndex {
    // For each place a byte of the hash, never 0; 0 where the place is free.
    tags: Vec<u8>,
    ordinals: Vec<u32>,
    len: u32,
}

const FREE: u8 = 0;
const FIRST_PLACES: usize = 16;

impl KeyIndex {
    /// The hash of a key, the same in every tab and build.
    #[must_use]
    pub fn hash(key: &[u8]) -> u64 {
        fingerprint(key)
    }

    /// An index that need not grow before it has so many rows. Growing looks at every row.
    #[must_use]
    pub fn with_capacity(rows: u32) -> Self {
        let places = rows as usize + rows as usize / 3 + 1;
        Self {
            tags: vec![FREE; places],
            ordinals: vec![0; places],
            len: 0,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The ordinal whose key has this hash, and of which `is` says that it is the one.
    pub fn find(&self, hash: u64, is: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        self.look(hash, is).ok()
    }

    /// The ordinal, or the place where it would be: the first free one.
    fn look(&self, hash: u64, is: &mut dyn FnMut(u32) -> bool) -> Result<u32, usize> {
        let mut place = first_place(hash, self.tags.len());
        loop {
            let tag = self.tags.get(place).copied().unwrap_or(FREE);
            if tag == FREE {
                return Err(place);
            }
            if tag == tag_of(hash)
                && let Some(ordinal) = self.ordinals.get(place)
                && is(*ordinal)
            {
                return Ok(*ordinal);
            }
            place += 1;
            if place == self.tags.len() {
                place = 0;
            }
        }
    }

    /// The ordinal whose key has this hash, and of which `is` says that it is the one; where none is,
    /// the next ordinal, which is added under the hash. Tells whether it was. `hash_of` gives the hash
    /// of any row before.
    pub fn find_or_push(
        &mut self,
        hash: u64,
        is: &mut dyn FnMut(u32) -> bool,
        hash_of: &mut dyn FnMut(u32) -> u64,
    ) -> (u32, bool) {
        let place = match self.look(hash, is) {
            Ok(known) => return (known, false),
            Err(free) => free,
        };
        let ordinal = self.len;
        if self.is_full() {
            self.push(hash, hash_of);
        } else {
            self.put(place, hash, ordinal);
            self.len += 1;
        }
        (ordinal, true)
    }

    /// Adds the next ordinal under its key's hash; no row may have that key. `hash_of` gives the hash
    /// of any row before.
    pub fn push(&mut self, hash: u64, hash_of: &mut dyn FnMut(u32) -> u64) {
        if self.is_full() {
            self.grow(hash_of);
        }
        self.enter(hash, self.len);
        // Memory ends long before the ordinals do.
        self.len = self.len.saturating_add(1);
    }

    /// How many bytes it takes.
    #[must_use]
    pub const fn memory_bytes(&self) -> usize {
        self.tags.capacity() + self.ordinals.capacity() * size_of::<u32>()
    }

    /// Whether another row needs more places. Three in four are taken at most, so that a free one is
    /// never far.
    fn is_full(&self) -> bool {
        (self.len as usize + 1) * 4 > self.tags.len() * 3
    }

    fn grow(&mut self, hash_of: &mut dyn FnMut(u32) -> u64) {
        let places = (self.tags.len() + self.tags.len() / 2).max(FIRST_PLACES);
        // The old places go first: both together would be the most memory it ever takes.
        (self.tags, self.ordinals) = (Vec::new(), Vec::new());
        self.tags = vec![FREE; places];
        self.ordinals = vec![0; places];
        for ordinal in 0..self.len {
            self.enter(hash_of(ordinal), ordinal);
        }
    }

    fn enter(&mut self, hash: u64, ordinal: u32) {
        if let Err(free) = self.look(hash, &mut |_| false) {
            self.put(free, hash, ordinal);
        }
    }

    fn put(&mut self, place: usize, hash: u64, ordinal: u32) {
        if let (Some(tag), Some(slot)) = (self.tags.get_mut(place), self.ordinals.get_mut(place)) {
            (*tag, *slot) = (tag_of(hash), ordinal);
        }
    }
}

/// Where a hash is looked for first: the multiply-and-shift of Lemire, "Fast random integer
/// generation in an interval" (2019), on the hash's high half.
#[allow(clippy::cast_possible_truncation, reason = "less than `places`")]
const fn first_place(hash: u64, places: usize) -> usize {
    (((hash >> 32) * places as u64) >> 32) as usize
}

/// A byte of the hash's low half, and never that of a free place.
fn tag_of(hash: u64) -> u8 {
    let [low, ..] = hash.to_le_bytes();
    low.max(FREE + 1)
}

impl fmt::Debug for KeyIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyIndex")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
