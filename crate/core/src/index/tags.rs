//! Which events carry which tags, both ways: an event's tags, and a tag's events.

use super::chains::{Chains, Head, Link};
use super::column::Column;
use super::names::{NameHash, Names};

/// The start of an event's tags is noted once in this many events; between, counts are added up.
const STRIDE: u32 = 16;

/// The tags of every event, and each tag's chain of events.
#[derive(Debug)]
pub(super) struct Tagged {
    pub(super) names: Names,
    chains: Chains,
    /// Per event: how many tags it has.
    counts: Column<u8>,
    /// Per `STRIDE` events: how many postings there are before them.
    starts: Column<u32>,
    /// The tags of all events, in order of position.
    postings: Column<Posting>,
}

/// One tag of one event, and the position of the event before with the same tag.
#[derive(Debug, Clone, Copy, Default)]
struct Posting {
    tag: u32,
    previous: u32,
}

impl Tagged {
    pub(super) fn new(hash: NameHash) -> Self {
        Self {
            names: Names::new(hash),
            chains: Chains::default(),
            counts: Column::default(),
            starts: Column::default(),
            postings: Column::default(),
        }
    }

    /// Enters the tags of the event at `position`, which must be the next one. No tag comes twice,
    /// and there are at most 255.
    pub(super) fn push(&mut self, position: u32, tags: &[u32]) {
        self.begin(u8::try_from(tags.len()).unwrap_or(u8::MAX));
        for &tag in tags.iter().take(usize::from(u8::MAX)) {
            let previous = self.chains.push(tag, position);
            self.postings.push(Posting { tag, previous });
        }
    }

    /// Enters the events before the one at `position` that have no tags.
    pub(super) fn pass(&mut self, position: u32) {
        for _ in self.counts.len() + 1..position {
            self.begin(0);
        }
    }

    /// Enters the next event, with so many tags to come.
    #[inline]
    pub(super) fn begin(&mut self, count: u8) {
        if self.counts.len().is_multiple_of(STRIDE) {
            self.starts.push(self.postings.len());
        }
        self.counts.push(count);
    }

    /// Enters a tag of the event at `position`, which has begun. Its chain is kept by the caller until it is
    /// [set](Self::set). Returns whether it is the event's first with this tag.
    #[inline]
    pub(super) fn extend(&mut self, (tag, head): &mut Link, position: u32) -> bool {
        let previous = self.chains.extend(*tag, head, position);
        self.postings.push(Posting {
            tag: *tag,
            previous,
        });
        previous < position
    }

    /// Notes where a tag's chain stands.
    pub(super) fn set(&mut self, tag: u32, head: Head) {
        self.chains.set(tag, head);
    }

    /// The tags of the event at `position`.
    pub(super) fn of(&self, position: u32) -> impl Iterator<Item = u32> {
        self.postings_of(position).map(|posting| posting.tag)
    }

    /// Whether the event at `position` has a tag.
    pub(super) fn has(&self, position: u32, tag: u32) -> bool {
        self.of(position).any(|known| known == tag)
    }

    /// How many events have a tag, and the last of them.
    pub(super) fn head(&self, tag: u32) -> Head {
        self.chains.head(tag)
    }

    /// The positions in `after < position <= upto` of events with a tag that `wanted` accepts,
    /// ascending, at most `limit`.
    pub(super) fn ascending(
        &self,
        tag: u32,
        range: (u32, u32),
        limit: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let previous = |position| self.previous(position, tag);
        self.chains.ascending(tag, range, limit, previous, wanted)
    }

    /// The positions up to `upto` of events with a tag that `wanted` accepts, descending, at most
    /// `limit`.
    pub(super) fn descending(
        &self,
        tag: u32,
        upto: u32,
        limit: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let previous = |position| self.previous(position, tag);
        self.chains.descending(tag, upto, limit, previous, wanted)
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        self.names.memory_bytes()
            + self.chains.memory_bytes()
            + self.counts.memory_bytes()
            + self.starts.memory_bytes()
            + self.postings.memory_bytes()
    }

    /// The position before `position` with the same tag; 0 if there is none.
    fn previous(&self, position: u32, tag: u32) -> u32 {
        self.postings_of(position)
            .find(|posting| posting.tag == tag)
            .map_or(0, |posting| posting.previous)
    }

    fn postings_of(&self, position: u32) -> impl Iterator<Item = Posting> {
        let event = position.saturating_sub(1);
        let noted = event - event % STRIDE;
        let start = (noted..event).fold(self.starts.get(event / STRIDE), |start, before| {
            start + u32::from(self.counts.get(before))
        });
        let count = u32::from(self.counts.get(event));
        (start..start + count).map(|at| self.postings.get(at))
    }
}
