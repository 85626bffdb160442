use super::yield_now;
use crate::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use crate::{Position, Result};

/// A backend whose operations let others run before they take effect, and again before they
/// answer, as a real backend's do.
#[derive(Debug, Default)]
pub struct Yielding<S> {
    inner: S,
    times: usize,
}

impl<S> Yielding<S> {
    /// Wraps `inner`; each operation yields once before its effect and once after.
    pub const fn new(inner: S) -> Self {
        Self::slow(inner, 1)
    }

    /// Wraps `inner`; each operation yields `times` times before its effect and as often after, so
    /// that so many others come to their turn meanwhile.
    pub const fn slow(inner: S, times: usize) -> Self {
        Self { inner, times }
    }

    /// The wrapped backend.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    async fn between_yields<T>(&self, operation: impl Future<Output = T>) -> T {
        for _ in 0..self.times {
            yield_now().await;
        }
        let answer = operation.await;
        for _ in 0..self.times {
            yield_now().await;
        }
        answer
    }
}

impl<S: Storage> Storage for Yielding<S> {
    async fn commit(
        &self,
        tail: Position,
        batches: impl ExactSizeIterator<Item = Result<StoredBatch>>,
        durability: Durability,
    ) -> Result<Commit> {
        self.between_yields(self.inner.commit(tail, batches, durability))
            .await
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        self.between_yields(self.inner.read_after(after, limit))
            .await
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        self.between_yields(self.inner.read_at(positions)).await
    }

    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        self.between_yields(self.inner.replace(after, keys, merged))
            .await
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.between_yields(self.inner.read_record(key)).await
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        self.between_yields(self.inner.read_records(prefix)).await
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        self.between_yields(self.inner.write_records(changes)).await
    }

    async fn reconnect(&self) -> Result<()> {
        self.between_yields(self.inner.reconnect()).await
    }

    async fn destroy(&self) -> Result<()> {
        self.between_yields(self.inner.destroy()).await
    }

    async fn close(&self) {
        self.between_yields(self.inner.close()).await;
    }
}
