//! Verifying the hash chain of the whole log.

use super::refresh::PAGE_BATCHES;
use super::{Inner, Store};
use crate::batch::Batch;
use crate::storage::{Storage, StoredBatch};
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
        let page = self.inner.read_after(so_far.position, PAGE_BATCHES).await?;
        at.complete = page.len() < PAGE_BATCHES;
        for stored in page {
            self.inner.verify_batch(stored, &mut at)?;
        }
        if at.complete && at.position < known {
            let detail = format!("the log ends at {}, not at {known}", at.position);
            return Err(Error::data_lost(detail));
        }
        Ok(at)
    }
}

impl<S> Inner<S> {
    /// Verifies a batch that goes on from `at`, and moves `at` to its end.
    fn verify_batch(&self, stored: StoredBatch, at: &mut Verified) -> Result<()> {
        let next = at.position + 1;
        let last = stored.last;
        let batch = Batch::decode(stored.bytes).map_err(|error| placed(error, next))?;
        if batch.last() != last || batch.first() > next {
            return Err(Error::corrupt(next, "events are missing"));
        }
        let linked = if batch.first() == next {
            *batch.previous() == at.head
        } else {
            // Merged since the last page: it holds events that were verified before.
            batch.links_at(at.position, &at.head)
        };
        if !linked {
            return Err(Error::corrupt(next, "the hash chain does not hold"));
        }
        let state = self.state.borrow();
        let (known, head) = (state.tail, state.head);
        if (batch.first()..=last).contains(&known) && !batch.links_at(known, &head) {
            return Err(Error::corrupt(
                known,
                "it is not the event this store has seen",
            ));
        }
        at.head = batch.verify(batch.previous())?;
        at.position = last;
        Ok(())
    }
}

/// A damaged batch's position is not known from its bytes.
fn placed(mut error: Box<Error>, next: Position) -> Box<Error> {
    if let Error::StorageCorrupt { position, .. } = &mut *error
        && *position == 0
    {
        *position = next;
    }
    error
}
