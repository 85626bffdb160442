//! Derived records of the caller's own, beside the log: snapshots, read models.

use futures_util::FutureExt as _;

use super::Store;
use crate::Result;
use crate::storage::{Change, Record, Storage};

impl<S: Storage + 'static> Store<S> {
    /// The derived record under `key`.
    ///
    /// # Errors
    /// `closed`, or why the store has ended, and whatever the storage says.
    pub async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.inner.check_open()?;
        self.inner.read_record(key).await
    }

    /// Every derived record whose key begins with `prefix`, ordered by key.
    ///
    /// # Errors
    /// As [`read_record`](Self::read_record).
    pub async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        self.inner.check_open()?;
        self.inner
            .retrying(|storage| storage.read_records(prefix).boxed_local())
            .await
    }

    /// Applies all of `changes`, or none. A store whose log is gone writes nothing: what it has
    /// derived belongs to no log any more.
    ///
    /// # Errors
    /// As [`read_record`](Self::read_record). After `connection_lost` the changes may be stored.
    pub async fn write_records(&self, changes: &[Change]) -> Result<()> {
        self.inner.check_open()?;
        // Writing the same records twice is the same as once.
        self.inner
            .retrying(|storage| storage.write_records(changes).boxed_local())
            .await
    }
}
