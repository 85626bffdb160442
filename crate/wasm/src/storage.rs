//! Either backend, as the caller chose.

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

macro_rules! forward {
    ($self:ident . $method:ident ( $($argument:expr),* )) => {
        match $self {
            AnyStorage::Memory(storage) => storage.$method($($argument),*).await,
            AnyStorage::IndexedDb(storage) => storage.$method($($argument),*).await,
        }
    };
}

impl Storage for AnyStorage {
    async fn commit(
        &self,
        tail: Position,
        batch: &StoredBatch,
        durability: Durability,
    ) -> Result<Commit> {
        forward!(self.commit(tail, batch, durability))
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
