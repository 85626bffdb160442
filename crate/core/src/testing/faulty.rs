//! A backend that fails where a test says so.

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use crate::testing::ready;
use crate::{Error, Position, Result};

/// How an operation fails. A transaction is atomic: none of these stores half of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It does not happen and fails with this error; the connection stays.
    Refused(Error),
    /// It does not happen, and the connection is lost.
    LostBefore,
    /// It happens, but the connection is lost before the answer arrives.
    LostAfter,
}

impl Fault {
    /// The storage is full.
    #[must_use]
    pub fn quota_exceeded() -> Self {
        Self::Refused(Error::QuotaExceeded {
            detail: "planned".to_owned(),
        })
    }
}

/// The operations of the port that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the port's method of that name")]
pub enum Operation {
    Commit,
    ReadAfter,
    ReadAt,
    Replace,
    ReadRecord,
    ReadRecords,
    WriteRecords,
    Reconnect,
    Destroy,
}

impl Operation {
    /// Whether the operation may change what is stored.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Commit | Self::Replace | Self::WriteRecords | Self::Destroy
        )
    }
}

/// The plan by which one connection fails, and the record of what was asked of it. Clones share
/// both, so that a test keeps one while the store owns the storage.
#[derive(Debug, Clone, Default)]
pub struct Faults(Rc<RefCell<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    at: BTreeMap<usize, Fault>,
    on: Vec<(Operation, Fault)>,
    random: Option<Random>,
    lost: bool,
    calls: Vec<Operation>,
}

impl Faults {
    /// A plan without faults.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A plan in which about one operation of `one_in` fails, in every way an operation of its
    /// kind can. The same seed gives the same faults.
    #[must_use]
    pub fn seeded(seed: u64, one_in: u64) -> Self {
        let faults = Self::default();
        faults.0.borrow_mut().random = Some(Random {
            state: seed,
            one_in,
        });
        faults
    }

    /// Plans a fault for the operation before which `count` others were asked for, counted from
    /// the connection's beginning.
    pub fn after(&self, count: usize, fault: Fault) {
        self.0.borrow_mut().at.insert(count, fault);
    }

    /// Plans a fault for the next operation of this kind; when planned several times, for as many
    /// of them, one after the other.
    pub fn next(&self, operation: Operation, fault: Fault) {
        self.0.borrow_mut().on.push((operation, fault));
    }

    /// Loses the connection now: everything fails with `connection_lost` until `reconnect`.
    pub fn lose_connection(&self) {
        self.0.borrow_mut().lost = true;
    }

    /// Forgets what is planned. A lost connection stays lost.
    pub fn calm(&self) {
        let mut plan = self.0.borrow_mut();
        plan.at.clear();
        plan.on.clear();
        plan.random = None;
    }

    /// Every operation asked for so far, whether it failed or not.
    #[must_use]
    pub fn calls(&self) -> Vec<Operation> {
        self.0.borrow().calls.clone()
    }
}

impl Plan {
    /// Takes note of an operation, and says how it fails.
    fn take(&mut self, operation: Operation) -> Option<Fault> {
        let number = self.calls.len();
        self.calls.push(operation);
        if self.lost && operation != Operation::Reconnect {
            return Some(Fault::LostBefore);
        }
        if let Some(fault) = self.at.remove(&number) {
            return Some(fault);
        }
        if let Some(index) = self.on.iter().position(|(kind, _)| *kind == operation) {
            return Some(self.on.remove(index).1);
        }
        self.random.as_mut()?.fault(operation)
    }
}

#[derive(Debug)]
struct Random {
    state: u64,
    one_in: u64,
}

impl Random {
    fn fault(&mut self, operation: Operation) -> Option<Fault> {
        if self.below(self.one_in) != 0 {
            return None;
        }
        if !operation.writes() {
            return Some(Fault::LostBefore);
        }
        Some(match self.below(3) {
            0 => Fault::quota_exceeded(),
            1 => Fault::LostBefore,
            _ => Fault::LostAfter,
        })
    }

    /// A number below `bound`: `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom
    /// number generators", 2014).
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(bound).unwrap_or(1)
    }
}

/// One connection to `S` that fails as its [`Faults`] say.
///
/// ```
/// use daybook_core::memory::MemoryStorage;
/// use daybook_core::storage::{Durability, Storage, StoredBatch};
/// use daybook_core::testing::{Fault, Faults, FaultyStorage, Operation, block_on};
///
/// let faults = Faults::none();
/// let storage = FaultyStorage::new(MemoryStorage::new(), faults.clone());
/// faults.next(Operation::Commit, Fault::LostAfter);
/// # block_on(async {
/// let batch = StoredBatch { last: 1, bytes: vec![1] };
/// let batches = [Ok(batch.clone())].into_iter();
/// let lost = storage.commit(0, batches, Durability::Strict).await.unwrap_err();
/// assert_eq!(lost.code(), "connection_lost");
/// assert_eq!(storage.read_after(0, 1).await.unwrap_err(), lost);
///
/// storage.reconnect().await?;
/// assert_eq!(storage.read_after(0, 1).await?, [batch]); // it had been stored all the same
/// # Ok::<(), Box<daybook_core::Error>>(())
/// # })?;
/// # Ok::<(), Box<daybook_core::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyStorage<S> {
    inner: S,
    faults: Faults,
}

impl<S> FaultyStorage<S> {
    /// Wraps `inner`. Two connections need two plans.
    pub const fn new(inner: S, faults: Faults) -> Self {
        Self { inner, faults }
    }

    /// The wrapped backend, which never fails by plan.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    async fn run<T>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let fault = self.faults.0.borrow_mut().take(operation);
        match fault {
            None => return call.await,
            Some(Fault::Refused(error)) => return Err(error.into()),
            Some(Fault::LostBefore) => {}
            // Its answer is what gets lost.
            Some(Fault::LostAfter) => drop(call.await),
        }
        self.faults.lose_connection();
        let detail = "planned".to_owned();
        Err(Error::ConnectionLost { detail }.into())
    }
}

impl<S: Storage> Storage for FaultyStorage<S> {
    async fn commit(
        &self,
        tail: Position,
        batches: impl ExactSizeIterator<Item = Result<StoredBatch>>,
        durability: Durability,
    ) -> Result<Commit> {
        // They are made even if the connection is lost before any is stored.
        let batches = batches.collect::<Result<Vec<_>>>()?;
        let call = self.inner.commit(tail, ready(&batches), durability);
        self.run(Operation::Commit, call).await
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        let call = self.inner.read_after(after, limit);
        self.run(Operation::ReadAfter, call).await
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        let call = self.inner.read_at(positions);
        self.run(Operation::ReadAt, call).await
    }

    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        let call = self.inner.replace(after, keys, merged);
        self.run(Operation::Replace, call).await
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let call = self.inner.read_record(key);
        self.run(Operation::ReadRecord, call).await
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        let call = self.inner.read_records(prefix);
        self.run(Operation::ReadRecords, call).await
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        let call = self.inner.write_records(changes);
        self.run(Operation::WriteRecords, call).await
    }

    async fn reconnect(&self) -> Result<()> {
        let call = self.inner.reconnect();
        self.run(Operation::Reconnect, call).await?;
        self.faults.0.borrow_mut().lost = false;
        Ok(())
    }

    async fn destroy(&self) -> Result<()> {
        self.run(Operation::Destroy, self.inner.destroy()).await
    }

    /// Never fails; a closed connection answers `closed`, whatever is planned.
    async fn close(&self) {
        self.inner.close().await;
        self.faults.calm();
        self.faults.0.borrow_mut().lost = false;
    }
}

#[cfg(test)]
mod tests;
