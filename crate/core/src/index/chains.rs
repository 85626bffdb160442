//! Backward chains through the log: the events of one stream, or with one tag.

use super::column::Column;
use crate::sorted::SortedMap;

/// Every chain's position is noted once in this many links, so that a place in the middle of a long
/// chain is found without walking from its end.
const BLOCK: u32 = 256;

/// A number of chains 0, 1, 2 …, each a run of ascending positions. Only the newest position and the
/// count are kept here; whoever owns the events keeps each one's link to the one before.
#[derive(Debug, Default)]
pub(super) struct Chains {
    heads: Column<Head>,
    /// (chain, block) → position of the last link of that block, for each block that is complete.
    block_ends: SortedMap<(u32, u32), u32>,
    used: usize,
}

/// A chain's newest position, 0 if it is empty, and its number of links.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Head {
    pub(super) last: u32,
    pub(super) count: u32,
}

/// A chain and where it stands, kept by whoever adds many links to it.
pub(super) type Link = (u32, Head);

impl Chains {
    /// How many chains have a link.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// A chain's newest position and count.
    #[inline]
    pub(super) fn head(&self, chain: u32) -> Head {
        self.heads.get(chain)
    }

    /// Adds a link at the end of a chain; returns the position of the one before, 0 if it is the first.
    pub(super) fn push(&mut self, chain: u32, position: u32) -> u32 {
        let mut head = self.head(chain);
        let previous = self.extend(chain, &mut head, position);
        self.set(chain, head);
        previous
    }

    /// Adds a link at the end of a chain that stands at `head`, which is kept by the caller until it is
    /// [set](Self::set); returns the position of the one before, 0 if it is the first.
    #[inline]
    pub(super) fn extend(&mut self, chain: u32, head: &mut Head, position: u32) -> u32 {
        head.count += 1;
        if head.count.is_multiple_of(BLOCK) {
            self.block_ends
                .insert((chain, head.count / BLOCK - 1), position);
        }
        core::mem::replace(&mut head.last, position)
    }

    /// Notes where a chain stands.
    pub(super) fn set(&mut self, chain: u32, head: Head) {
        while self.heads.len() <= chain {
            self.heads.push(Head::default());
        }
        if let Some(known) = self.heads.get_mut(chain) {
            self.used += usize::from(known.count == 0 && head.count > 0);
            *known = head;
        }
    }

    /// Takes back the last [`push`](Self::push), which returned `previous`.
    pub(super) fn undo(&mut self, chain: u32, previous: u32) {
        let Some(head) = self.heads.get_mut(chain) else {
            return;
        };
        if head.count.is_multiple_of(BLOCK) {
            self.block_ends.remove(&(chain, head.count / BLOCK - 1));
        }
        head.last = previous;
        head.count -= 1;
        if head.count == 0 {
            self.used -= 1;
        }
    }

    /// The positions of the links numbered `from..=to`, ascending. `previous` gives the position
    /// before a position.
    pub(super) fn range(
        &self,
        chain: u32,
        from: u32,
        to: u32,
        previous: impl Fn(u32) -> u32,
    ) -> Vec<u32> {
        let Some(newest) = self.head(chain).count.checked_sub(1) else {
            return Vec::new();
        };
        let to = to.min(newest);
        let block = to / BLOCK;
        let mut number = newest.min(block * BLOCK + (BLOCK - 1));
        let mut position = self.block_end(chain, block);
        let mut found = Vec::new();
        while position != 0 && number >= from {
            if number <= to {
                found.push(position);
            }
            position = previous(position);
            match number.checked_sub(1) {
                Some(below) => number = below,
                None => break,
            }
        }
        found.reverse();
        found
    }

    /// The positions in `after < position <= upto` that `wanted` accepts, ascending, at most `limit`.
    pub(super) fn ascending(
        &self,
        chain: u32,
        (after, upto): (u32, u32),
        limit: usize,
        previous: impl Fn(u32) -> u32,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        let mut floor = after;
        for block in self.first_block_ending_above(chain, after)..self.blocks(chain) {
            let end = self.block_end(chain, block);
            let start = found.len();
            let mut position = end;
            while position > floor {
                if position <= upto && wanted(position) {
                    found.push(position);
                }
                position = previous(position);
            }
            if let Some(block) = found.get_mut(start..) {
                block.reverse();
            }
            floor = end;
            if found.len() >= limit || end >= upto {
                break;
            }
        }
        found.truncate(limit);
        found
    }

    /// The positions up to `upto` that `wanted` accepts, descending, at most `limit`.
    pub(super) fn descending(
        &self,
        chain: u32,
        upto: u32,
        limit: usize,
        previous: impl Fn(u32) -> u32,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let block = self.first_block_ending_above(chain, upto.saturating_sub(1));
        let mut position = self.block_end(chain, block);
        let mut found = Vec::new();
        while position != 0 && found.len() < limit {
            if position <= upto && wanted(position) {
                found.push(position);
            }
            position = previous(position);
        }
        found
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        // A vector is three quarters full on average.
        self.heads.memory_bytes() + self.block_ends.len() * 16
    }

    fn blocks(&self, chain: u32) -> u32 {
        self.head(chain).count.div_ceil(BLOCK)
    }

    /// The position of a block's last link; the chain's last for one that is incomplete or beyond.
    fn block_end(&self, chain: u32, block: u32) -> u32 {
        self.block_ends
            .get(&(chain, block))
            .copied()
            .unwrap_or_else(|| self.head(chain).last)
    }

    /// The first block whose last position is above `position`; the number of blocks if there is none.
    fn first_block_ending_above(&self, chain: u32, position: u32) -> u32 {
        let (mut low, mut high) = (0, self.blocks(chain));
        while low < high {
            let middle = low.midpoint(high);
            if self.block_end(chain, middle) > position {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}
