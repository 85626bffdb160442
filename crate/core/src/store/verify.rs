//! Verifying the hash chain of the whole log.

use super::Store;
use super::refresh::PAGE_BATCHES;
use crate::batch::Batch;
use crate::storage::Storage;
use crate::{Error, Hash, Position, Result};

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Every event up to this position holds.
    pub position: Position,
    /// The hash of the event at that position.
    pub head: Hash,
    /// Whether that is the end of the log.
    pub complete: bool,
}

impl<S: Storage + 'static> Store<S> {
    /// Verifies the next few batches after what `so_far` covers (begin with the default). Reads
    /// storage itself, never the cache.
    ///
    /// # Errors
    /// `storage_corrupt` naming the first position that does not hold, `data_lost` when events this
    /// store knows of are missing at the end, and whatever the storage says.
    pub async fn verify(&self, so_far: Verified) -> Result<Verified> {
        self.inner.check_open()?;
        let known = self.tail();
        let mut at = so_far;
        let page = self
            .inner
            .retrying(async |storage| storage.read_after(so_far.position, PAGE_BATCHES).await)
            .await?;
        at.complete = page.len() < PAGE_BATCHES;
        for stored in page {
            let batch =
                Batch::decode(stored.bytes).map_err(|error| placed(error, at.position + 1))?;
            if batch.last() != stored.last || batch.first() > at.position + 1 {
                return Err(Error::corrupt(at.position + 1, "events are missing"));
            }
            // A batch merged since the last page holds events that were verified before.
            let (previous, from) = (*batch.previous(), batch.first());
            let linked = if from == at.position + 1 {
                previous == at.head
            } else {
                batch.links_at(at.position, &at.head)
            };
            if !linked {
                return Err(Error::corrupt(
                    at.position + 1,
                    "the hash chain does not hold",
                ));
            }
            at.head = batch.verify(&previous)?;
            at.position = batch.last();
        }
        if at.complete && at.position < known {
            return Err(Error::DataLost {
                detail: format!("the log ends at {}, not at {known}", at.position),
            });
        }
        Ok(at)
    }
}

/// A damaged batch's position is not known from its bytes.
fn placed(error: Error, position: Position) -> Error {
    match error {
        Error::StorageCorrupt {
            position: 0,
            detail,
        } => Error::StorageCorrupt { position, detail },
        other => other,
    }
}
