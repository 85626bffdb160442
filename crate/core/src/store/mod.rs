//! The store engine: appending, reading and following one log over a storage port.
//!
//! A store knows the log up to its *tail* and has the [`Index`] as far as that when it is asked, so checking
//! an append reads nothing. A commit has storage put the batch if the log still ends at the tail, in one
//! transaction; if something lies beyond it, the store reads that, checks what is waiting again, and
//! tries once more. Several stores over one storage are several tabs.

mod ahead;
mod append;
mod cache;
mod commit;
mod derived;
mod indexing;
mod maintain;
mod open;
mod read;
mod refresh;
mod scan;
mod stage;
mod subscription;
#[cfg(test)]
mod tests;
mod verify;
mod watch;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Waker;

pub use append::{Append, Appended, Payloads, StreamAppend};
pub use maintain::{Maintenance, SEALED_BYTES};
pub use read::{AllQuery, Direction, MAX_PAGE_EVENTS, PAGE_EVENTS, Page, StreamQuery};
pub use scan::Scan;
pub(crate) use scan::each_event;
pub use subscription::Subscription;
pub use verify::Verified;

use crate::index::Index;
use crate::storage::{Durability, Storage};
use crate::{Error, Hash, Position, Result, Timestamp, Version};
use cache::Cache;
use commit::{Round, Waiting};
use indexing::{Loading, Unloaded};
use maintain::SegmentRange;
use watch::Watchers;

/// How a store behaves.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// When an append counts as stored.
    pub durability: Durability,
    /// How many bytes of batches are kept in memory for reading again.
    pub cache_bytes: usize,
}

impl Default for Options {
    /// Strict durability, and 24 MiB of batches kept.
    fn default() -> Self {
        Self {
            durability: Durability::Strict,
            cache_bytes: 24 * 1024 * 1024,
        }
    }
}

/// An event store over a storage backend. Cheap to clone; clones are the same store.
///
/// ```
/// use daybook_core::{ExpectedVersion, NewEvent, Timestamp};
/// use daybook_core::memory::MemoryStorage;
/// use daybook_core::store::{Append, Options, Store, StreamQuery};
///
/// # daybook_core::testing::block_on(async {
/// let store = Store::open(MemoryStorage::new(), Options::default()).await?;
/// let now = Timestamp::parse("2026-01-31T09:30:00Z")?;
/// let opened = NewEvent::new(uuid::Uuid::from_u128(1), "AccountOpened", now, r#"{"owner":"Ada"}"#);
/// store.append(Append::to("account-1", ExpectedVersion::NoStream, vec![opened], now)).await?;
///
/// let page = store.read_stream(&StreamQuery::new("account-1")).await?;
/// assert_eq!(page.events().map(|event| event.event_type.to_owned()).collect::<Vec<_>>(), ["AccountOpened"]);
/// # Ok::<(), Box<daybook_core::Error>>(())
/// # }).unwrap();
/// ```
pub struct Store<S> {
    inner: Rc<Inner<S>>,
}

impl<S> Clone for Store<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Rc::clone(&self.inner),
        }
    }
}

struct Inner<S> {
    storage: S,
    options: Options,
    state: RefCell<State>,
}

/// What a store knows and has under way. Never borrowed across an await.
struct State {
    /// The position of the last event known, and the chain hash there.
    tail: Position,
    head: Hash,
    /// Comes as far as `tail` once what is `unloaded` is in it.
    index: Index,
    unloaded: Unloaded,
    loading: Option<Loading>,
    cache: Cache,
    /// `recorded_at` of the last event: later ones are never recorded before it.
    recorded_at: Timestamp,
    queue: VecDeque<Waiting>,
    round: Option<Round>,
    /// Whether an append commits by itself, and who wakes the round that waits for its end.
    has_turn: bool,
    after_turn: Option<Waker>,
    watchers: Watchers,
    /// Which parts of the log the stored index segments cover, in order.
    segments: Vec<SegmentRange>,
    ended: Option<Box<Error>>,
}

impl<S: Storage + 'static> Store<S> {
    /// The position of the last event this store knows of; 0 when there is none.
    #[must_use]
    pub fn tail(&self) -> Position {
        self.inner.state.borrow().tail
    }

    /// The version of a stream, as far as this store knows; [`crate::NO_STREAM`] when it does not exist.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub async fn version(&self, stream_id: &str) -> Result<Version> {
        Inner::indexed(&self.inner).await?;
        Ok(self.inner.state.borrow().index.version(stream_id))
    }

    /// Every event type in the log, with the number of its events.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub async fn event_types(&self) -> Result<Vec<(String, u64)>> {
        Inner::indexed(&self.inner).await?;
        let state = self.inner.state.borrow();
        let mut types = Vec::new();
        for (name, count) in state.index.event_types() {
            types.push((name.to_owned(), count));
        }
        Ok(types)
    }

    /// Bytes of memory held by the index and by cached batches.
    #[must_use]
    pub fn memory_bytes(&self) -> (usize, usize) {
        let state = self.inner.state.borrow();
        (state.index.memory_bytes(), state.cache.bytes())
    }

    /// The storage beneath, for derived records of the caller's own.
    #[must_use]
    pub fn storage(&self) -> &S {
        &self.inner.storage
    }

    /// Lets go of the storage. Appends still waiting fail with `closed`, and so do later calls.
    pub async fn close(&self) {
        self.inner.end(&Error::Closed);
        self.inner.storage.close().await;
    }

    /// Deletes the log and everything derived from it, for every store over the same data. This
    /// store is closed by it; open a new one to go on.
    ///
    /// # Errors
    /// Whatever the storage says; the log may then still be there.
    pub async fn destroy(&self) -> Result<()> {
        self.inner.check_open()?;
        self.inner.end(&Error::Closed);
        let storage = &self.inner.storage;
        let mut destroyed = storage.destroy().await;
        if let Err(error) = &destroyed
            && matches!(**error, Error::ConnectionLost { .. })
        {
            destroyed = match storage.reconnect().await {
                Ok(()) => storage.destroy().await,
                lost => lost,
            };
        }
        storage.close().await;
        destroyed
    }
}

impl<S> Inner<S> {
    fn check_open(&self) -> Result<()> {
        match &self.state.borrow().ended {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Ends the store for good: what waits fails with `error`, and so does whatever comes after.
    fn end(&self, error: &Error) {
        let mut state = self.state.borrow_mut();
        for waiting in state.queue.drain(..) {
            waiting.settle(Err(error.clone().into()));
        }
        state.ended.get_or_insert_with(|| error.clone().into());
        drop(state);
        self.wake_watchers();
    }
}
