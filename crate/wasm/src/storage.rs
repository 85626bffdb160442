//! Either backend, as the caller chose.

use std::future::Future;
use std::pin::Pin;

use daybook_core::Result;
use daybook_core::memory::MemoryStorage;
use daybook_core::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use daybook_core::{Error, Position};
use daybook_indexeddb::IndexedDbStorage;

/// The backends of the package.
pub(crate) enum AnyStorage {
    Memory(MemoryStorage),
    IndexedDb(IndexedDbStorage),
}

impl AnyStorage {
    /// Opens `kind`: `indexeddb` or `memory`.
    pub(crate) async fn open(kind: &str, name: &str) -> Result<Self> {
        match kind {
            "indexeddb" => Ok(Self::IndexedDb(IndexedDbStorage::open(name).await?)),
            "memory" => Ok(Self::Memory(MemoryStorage::new())),
            _ => Err(Error::invalid("storage", "must be 'indexeddb' or 'memory'")),
        }
    }
}

/// A boxed future, so that what calls the storage holds, drops and polls a pointer instead of either
/// backend's work: a quarter of the code depends on it.
type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

macro_rules! forward {
    ($self:ident . $method:ident ( $($argument:expr),* )) => {
        {
            let work: Work<'_, _> = match $self {
                AnyStorage::Memory(storage) => Box::pin(storage.$method($($argument),*)),
                AnyStorage::IndexedDb(storage) => Box::pin(storage.$method($($argument),*)),
            };
            work.await
        }
    };
}

impl Storage for AnyStorage {
    async fn commit(
        &self,
        tail: Position,
        batches: &[StoredBatch],
        durability: Durability,
    ) -> Result<Commit> {
        forward!(self.commit(tail, batches, durability))
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        forward!(self.read_after(after, limit))
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        forward!(self.read_at(positions))
    }

    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        forward!(self.replace(after, keys, merged))
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        forward!(self.read_record(key))
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        forward!(self.read_records(prefix))
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        forward!(self.write_records(changes))
    }

    async fn reconnect(&self) -> Result<()> {
        forward!(self.reconnect())
    }

    async fn destroy(&self) -> Result<()> {
        forward!(self.destroy())
    }

    async fn close(&self) {
        forward!(self.close());
    }
}
