//! Batches kept in memory for reading again, within a budget.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::Position;
use crate::batch::Batch;

/// The batches last used, by the position of their last event. Events never change, so a batch
/// stays right even when storage has merged it with others since.
pub(super) struct Cache {
    budget: usize,
    bytes: usize,
    clock: u64,
    batches: BTreeMap<Position, (u64, Rc<Batch>)>,
}

impl Cache {
    pub(super) const fn new(budget: usize) -> Self {
        Self {
            budget,
            bytes: 0,
            clock: 0,
            batches: BTreeMap::new(),
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The batch that holds `position`, if it is here.
    pub(super) fn get(&mut self, position: Position) -> Option<Rc<Batch>> {
        let (_, (used, batch)) = self.batches.range_mut(position..).next()?;
        if batch.first() > position {
            return None;
        }
        self.clock += 1;
        *used = self.clock;
        Some(Rc::clone(batch))
    }

    /// Keeps `batch`, letting go of those not used for longest. One too large for a quarter of the
    /// budget is not kept: it would push out everything else.
    pub(super) fn insert(&mut self, batch: &Rc<Batch>) {
        if batch.size_bytes() > self.budget / 4 {
            return;
        }
        // A merged batch takes the place of those it was made of.
        let within = self.batches.range(batch.first()..batch.last());
        let within: Vec<Position> = within.map(|(last, _)| *last).collect();
        for last in within {
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
        if self.bytes > self.budget {
            self.evict();
        }
    }

    /// Makes room down to three quarters, so that eviction's cost is shared by many inserts.
    fn evict(&mut self) {
        let mut by_use: Vec<(u64, Position)> = self
            .batches
            .iter()
            .map(|(last, (used, _))| (*used, *last))
            .collect();
        by_use.sort_unstable();
        for (_, last) in by_use {
            if self.bytes <= self.budget / 4 * 3 {
                break;
            }
            self.remove(last);
        }
    }

    fn remove(&mut self, last: Position) {
        if let Some((_, batch)) = self.batches.remove(&last) {
            self.bytes -= batch.size_bytes();
        }
    }
}
