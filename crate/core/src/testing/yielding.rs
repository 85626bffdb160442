use super::yield_now;
use crate::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use crate::{Position, Result};

/// A backend whose operations let others run before they take effect, and again before they
/// answer, as a real backend's do.
#[derive(Debug, Default)]
pub struct Yielding<S>(S);

impl<S> Yielding<S> {
    /// Wraps `inner`.
    pub const fn new(inner: S) -> Self {
        Self(inner)
    }

    /// The wrapped backend.
    pub const fn inner(&self) -> &S {
        &self.0
    }
}

async fn between_yields<T>(operation: impl Future<Output = T>) -> T {
    yield_now().await;
    let answer = operation.await;
    yield_now().await;
    answer
}

impl<S: Storage> Storage for Yielding<S> {
    async fn commit(
        &self,
        tail: Position,
        batch: &StoredBatch,
        durability: Durability,
    ) -> Result<Commit> {
        between_yields(self.0.commit(tail, batch, durability)).await
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        between_yields(self.0.read_after(after, limit)).await
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        between_yields(self.0.read_at(positions)).await
    }

    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        between_yields(self.0.replace(after, keys, merged)).await
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        between_yields(self.0.read_record(key)).await
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        between_yields(self.0.read_records(prefix)).await
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        between_yields(self.0.write_records(changes)).await
    }

    async fn reconnect(&self) -> Result<()> {
        between_yields(self.0.reconnect()).await
    }

    async fn destroy(&self) -> Result<()> {
        between_yields(self.0.destroy()).await
    }

    async fn close(&self) {
        between_yields(self.0.close()).await;
    }
}
