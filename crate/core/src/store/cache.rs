//! Batches kept in memory for reading again, within a budget.

use std::rc::Rc;

use crate::Position;
use crate::batch::Batch;
use crate::sorted::SortedMap;

/// The batches last used, by the position of their last event. Events never change, so a batch
/// stays right even when storage has merged it with others since.
pub(super) struct Cache {
    budget: usize,
    bytes: usize,
    clock: u64,
    /// How many batches the next miss reads ahead.
    ahead: usize,
    batches: SortedMap<Position, (u64, Rc<Batch>)>,
}

impl Cache {
    pub(super) const fn new(budget: usize) -> Self {
        Self {
            budget,
            bytes: 0,
            clock: 0,
            ahead: 0,
            batches: SortedMap::new(),
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The batch that holds `position`, if it is here.
    pub(super) fn get(&mut self, position: Position) -> Option<Rc<Batch>> {
        let (_, (used, batch)) = self.batches.first_from(&position)?;
        if batch.first() > position {
            return None;
        }
        self.clock += 1;
        *used = self.clock;
        Some(Rc::clone(batch))
    }

    /// Whether the batch that holds `position` is here.
    pub(super) fn holds(&self, position: Position) -> bool {
        let next = self.batches.from(&position).first();
        next.is_some_and(|(_, (_, batch))| batch.first() <= position)
    }

    /// Notes that something was asked for that is not here, and gives how many batches to read
    /// beyond it: none the first time, then one, three, seven, and so on up to `limit`.
    pub(super) fn missed(&mut self, limit: usize) -> usize {
        let ahead = self.ahead.min(limit);
        self.ahead = 2 * ahead + 1;
        ahead
    }

    /// Keeps `batch`, letting go of those not used for longest. One too large for a quarter of the
    /// budget is not kept: it would push out everything else.
    pub(super) fn insert(&mut self, batch: &Rc<Batch>) {
        if batch.size_bytes() > self.budget / 4 {
            return;
        }
        // A merged batch takes the place of those it was made of.
        while let Some((&last, _)) = self.batches.first_from(&batch.first())
            && last < batch.last()
        {
            self.remove(last);
        }
        self.clock += 1;
        self.bytes += batch.size_bytes();
        if let Some((_, replaced)) = self
            .batches
            .insert(batch.last(), (self.clock, Rc::clone(batch)))
        {
            self.bytes -= replaced.size_bytes();
        }
        self.evict();
    }

    /// Makes room by letting go of the quarter that was not used for longest, so that eviction's
    /// cost is shared by many inserts.
    fn evict(&mut self) {
        while self.bytes > self.budget {
            let batches = self.batches.as_slice().iter();
            let mut uses: Vec<u64> = batches.map(|(_, (used, _))| *used).collect();
            uses.sort_unstable();
            let until = uses.get(uses.len() / 4).copied().unwrap_or(u64::MAX);
            self.batches.retain(|_, (used, _)| *used > until);
            let batches = self.batches.as_slice().iter();
            self.bytes = batches.map(|(_, (_, batch))| batch.size_bytes()).sum();
        }
    }

    /// Lets go of all of them.
    pub(super) fn clear(&mut self) {
        self.bytes = 0;
        self.batches = SortedMap::new();
    }

    fn remove(&mut self, last: Position) {
        if let Some((_, batch)) = self.batches.remove(&last) {
            self.bytes -= batch.size_bytes();
        }
    }
}
