//! Seeing what other stores have appended, and finding the log again after a lost connection.

use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::indexing::continues;
use super::{Inner, SEALED_BYTES, Store};
use crate::batch::Batch;
use crate::event::Tags;
use crate::index::Entry;
use crate::storage::{Storage, StoredBatch};
use crate::{Error, Position, Result};

/// How many batches are read at a time: about a megabyte, when they are sealed.
pub(super) const PAGE_BATCHES: usize = 8;
/// How many at most, while they are small. Those behind them may be large: once, some eight megabytes of sealed
/// ones are read.
const MAX_PAGE_BATCHES: usize = 64;

/// How many batches to read after a page of `limit`: of small ones, such as appends one by one leave until house
/// is kept, what a page costs is asking for it.
pub(super) fn next_limit(page: &[StoredBatch], limit: usize) -> usize {
    let bytes: usize = page.iter().map(|batch| batch.bytes.len()).sum();
    if bytes < SEALED_BYTES {
        MAX_PAGE_BATCHES.min(2 * limit)
    } else if bytes < PAGE_BATCHES * SEALED_BYTES {
        limit
    } else {
        PAGE_BATCHES
    }
}

impl<S: Storage + 'static> Store<S> {
    /// Looks at the end of the log for what other tabs have appended, and returns the tail.
    ///
    /// # Errors
    /// `connection_lost`, `data_lost`, `storage_corrupt`, `unsupported_format` or `closed`.
    pub async fn refresh(&self) -> Result<Position> {
        self.inner.check_open()?;
        self.inner.refresh().await
    }
}

impl<S: Storage> Inner<S> {
    /// Reads whatever lies beyond the tail.
    pub(super) async fn refresh(&self) -> Result<Position> {
        let mut limit = PAGE_BATCHES;
        loop {
            let tail = self.state.borrow().tail;
            let page = self.read_after(tail, limit).await?;
            let full = page.len() == limit;
            limit = next_limit(&page, limit);
            for stored in page {
                self.take_in(&Rc::new(Batch::decode(stored.bytes)?), true)?;
            }
            if !full {
                return Ok(self.state.borrow().tail);
            }
        }
    }

    /// Takes in a batch of the log, as [`State::extend`](super::State::extend) does; what is known already is
    /// skipped.
    #[inline(never)]
    pub(super) fn take_in(&self, batch: &Rc<Batch>, is_kept: bool) -> Result<()> {
        let mut state = self.state.borrow_mut();
        let tail = state.tail;
        if batch.last() <= tail {
            return Ok(());
        }
        // What lies further on, with a gap before it, is not this log's either.
        if batch.first() > tail + 1 || !continues(batch, tail, &state.head) {
            drop(state);
            let error = Error::data_lost(format!("the log after position {tail} is another one"));
            self.end_if_lost(&error);
            return Err(error);
        }
        state.extend(batch, is_kept)?;
        drop(state);
        self.wake_watchers();
        Ok(())
    }

    /// [`Storage::read_after`], and once more after a lost connection.
    pub(super) fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StoredBatch>>> {
        self.retrying(move |storage| storage.read_after(after, limit).boxed_local())
    }

    /// [`Storage::read_at`], and once more after a lost connection.
    pub(super) fn read_at<'a>(
        &'a self,
        positions: &'a [Position],
    ) -> impl Future<Output = Result<Vec<StoredBatch>>> {
        self.retrying(move |storage| storage.read_at(positions).boxed_local())
    }

    /// [`Storage::read_record`], and once more after a lost connection.
    pub(super) fn read_record<'a>(
        &'a self,
        key: &'a str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>>> {
        self.retrying(move |storage| storage.read_record(key).boxed_local())
    }

    /// Runs a read; after a lost connection connects anew and runs it once more. What waits in it is
    /// boxed, since all of this is compiled anew for each kind of read.
    pub(super) async fn retrying<'a, T>(
        &'a self,
        read: impl Fn(&'a S) -> LocalBoxFuture<'a, Result<T>>,
    ) -> Result<T> {
        let mut tried = false;
        loop {
            let error = match read(&self.storage).await {
                Err(error) => error,
                found => return found,
            };
            self.recover(error, tried).await?;
            tried = true;
        }
    }

    /// Connects anew, if `error` is a lost connection and that was not `tried` before.
    fn recover(&self, error: Box<Error>, tried: bool) -> LocalBoxFuture<'_, Result<()>> {
        let work = async move {
            match *error {
                Error::ConnectionLost { .. } if !tried => self.reconnect().await,
                _ => Err(error),
            }
        };
        work.boxed_local()
    }

    /// Connects anew, and makes sure that the log found then is the one this store knows.
    pub(super) async fn reconnect(&self) -> Result<()> {
        self.check_open()?;
        self.storage.reconnect().await?;
        let (tail, head) = {
            let state = self.state.borrow();
            (state.tail, state.head)
        };
        let found = self.storage.read_at(&[tail]).await?;
        let stands = match found.into_iter().next() {
            None => tail == 0,
            Some(stored) => tail == 0 || Batch::decode(stored.bytes)?.links_at(tail, &head),
        };
        if stands {
            return Ok(());
        }
        let error = Error::data_lost(format!("the log no longer holds position {tail}"));
        self.end_if_lost(&error);
        Err(error)
    }

    /// A store whose log is gone must not go on: what it knows is of no use any more.
    pub(super) fn end_if_lost(&self, error: &Error) {
        if let Error::DataLost { .. } = error {
            self.end(error);
        }
    }
}

/// Takes the events beyond the index's tail into the index.
#[inline(never)]
pub(super) fn index_batch(index: &mut crate::index::Index, batch: &Batch) -> Result<()> {
    let tail = index.tail();
    let strings = batch.strings();
    let text = |number| strings.get(number).unwrap_or_default();
    let beyond = batch.columns().filter(|event| event.position > tail);
    let entries = beyond.map(|event| Entry {
        position: event.position,
        version: event.version,
        stream: text(event.stream),
        event_type: text(event.event_type),
        command: event.command.map(text),
        tags: Tags::numbered(strings, event.tags),
    });
    index.push_batch(entries, batch.plain_bytes(), *batch.head())?;
    // Another store may have merged events this one knew with those it did not.
    index.merged(batch.first(), batch.last(), batch.plain_bytes());
    Ok(())
}
