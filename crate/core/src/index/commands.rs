//! Which appends may have carried a command id: a hash table of hash fragments and positions.

/// The table is split by the top byte of the hash, so that it grows in small steps: no pause, and
/// no second copy of the whole while growing.
const PARTS: usize = 256;

/// A multimap from 32 bits of a command id's hash to positions. Eight bytes per entry in
/// open-addressed tables that are filled to seven eighths; who finds a position here reads the
/// event there to be sure.
#[derive(Debug, Default)]
pub(super) struct Commands {
    parts: Vec<Part>,
}

/// One open-addressed table with linear probing. A slot is hash and position in one integer; 0 is
/// an empty one, as no event stands at 0.
#[derive(Debug, Default, Clone)]
struct Part {
    slots: Vec<u64>,
    used: usize,
}

impl Commands {
    /// Enters the first position of an append.
    pub(super) fn insert(&mut self, hash: u32, position: u32) {
        self.split();
        if let Some(part) = self.parts.get_mut((hash >> 24) as usize) {
            part.insert(pack(hash, position));
        }
    }

    /// The positions entered under `hash`, ascending.
    pub(super) fn get(&self, hash: u32) -> Vec<u32> {
        let Some(part) = self.parts.get((hash >> 24) as usize) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for slot in part.probe(hash) {
            if let (own, position) = unpack(slot)
                && own == hash
            {
                found.push(position);
            }
        }
        found.sort_unstable();
        found
    }

    /// Makes room for `count` more entries at once.
    pub(super) fn reserve(&mut self, count: usize) {
        self.split();
        // Hashes fall evenly: a few more than the average will do for nearly every part.
        let each = count / PARTS + count / (8 * PARTS);
        for part in &mut self.parts {
            part.resize((part.used + each) * 8 / 7 + 1);
        }
    }

    /// Each entry in `after < position <= upto`, as (hash, position), ascending.
    pub(super) fn within(&self, after: u32, upto: u32) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for part in &self.parts {
            for &slot in &part.slots {
                let (hash, position) = unpack(slot);
                if position > after && position <= upto {
                    found.push((hash, position));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        let slots: usize = self.parts.iter().map(|part| part.slots.capacity()).sum();
        slots * size_of::<u64>() + self.parts.capacity() * size_of::<Part>()
    }

    fn split(&mut self) {
        if self.parts.is_empty() {
            self.parts.resize(PARTS, Part::default());
        }
    }
}

impl Part {
    fn insert(&mut self, entry: u64) {
        let size = self.slots.len();
        if (self.used + 1) * 8 > size * 7 {
            self.resize(size + (size / 4).max(4));
        }
        self.place(entry);
    }

    fn place(&mut self, entry: u64) {
        let home = self.home(unpack(entry).0);
        let (before, from_home) = self.slots.split_at_mut(home);
        let free = from_home.iter_mut().chain(before).find(|slot| **slot == 0);
        if let Some(slot) = free {
            *slot = entry;
            self.used += 1;
        }
    }

    /// Grows to `size` slots. Homes keep their order, so entries move almost in sequence.
    fn resize(&mut self, size: usize) {
        if size <= self.slots.len() {
            return;
        }
        let old = core::mem::replace(&mut self.slots, vec![0; size]);
        self.used = 0;
        for entry in old.into_iter().filter(|entry| *entry != 0) {
            self.place(entry);
        }
    }

    /// The slots from a hash's home up to the first empty one.
    fn probe(&self, hash: u32) -> impl Iterator<Item = u64> {
        let (before, from_home) = self.slots.split_at(self.home(hash));
        from_home
            .iter()
            .chain(before)
            .copied()
            .take_while(|slot| *slot != 0)
    }

    /// Where the search for a hash begins: its lower 24 bits, scaled to the size of the table
    /// (Lemire, "Fast random integer generation in an interval").
    fn home(&self, hash: u32) -> usize {
        let scaled = (u64::from(hash & 0x00ff_ffff) * self.slots.len() as u64) >> 24;
        usize::try_from(scaled).unwrap_or(0)
    }
}

fn pack(hash: u32, position: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(position)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the two halves of what `pack` put together"
)]
const fn unpack(slot: u64) -> (u32, u32) {
    ((slot >> 32) as u32, slot as u32)
}
