//! Going through the whole log, whole batches at a time, reading ahead.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, MaybeDone, maybe_done};

use super::{Inner, Store};
use crate::batch::Batch;
use crate::storage::Storage;
use crate::{Error, Position, Result};

/// About so many bytes of batches are read at a time.
const CHUNK_BYTES: usize = 1024 * 1024;
/// So many batches are read at a time where their sizes are not known, and at most.
const CHUNK_BATCHES: usize = 16;
const MAX_CHUNK_BATCHES: usize = 1024;

type Chunk = Vec<Rc<Batch>>;

/// A walk through the log from the beginning to the end, for those who want all of it. While one
/// chunk is being worked on the next is already being read.
pub struct Scan<S> {
    store: Store<S>,
    chunk: Chunk,
    /// The chunk after a position, under way.
    ahead: Option<(Position, Pin<Box<MaybeDone<Reading>>>)>,
}

type Reading = LocalBoxFuture<'static, Result<Chunk>>;

impl<S: Storage + 'static> Scan<S> {
    /// A walk through what `store` knows of the log.
    #[must_use]
    pub const fn new(store: Store<S>) -> Self {
        Self {
            store,
            chunk: Vec::new(),
            ahead: None,
        }
    }

    /// The batches that hold the next events after `after`, ascending and without a gap; the first
    /// may begin before them, and the last may hold events beyond the tail. Empty when there is
    /// nothing after it.
    ///
    /// # Errors
    /// `data_lost` when events are gone, `closed`, and whatever the storage says.
    pub async fn after(&mut self, after: Position) -> Result<&[Rc<Batch>]> {
        if !holds(&self.chunk, after) {
            self.chunk = match self.ahead.take() {
                Some((at, reading)) if at == after => finish(reading).await?,
                _ => self.store.read_batches(after).await?,
            };
            self.read_ahead().await;
        }
        Ok(&self.chunk)
    }

    /// Begins to read what follows the chunk.
    async fn read_ahead(&mut self) {
        let Some(last) = self.chunk.last().map(|batch| batch.last()) else {
            return;
        };
        if last >= self.store.tail() {
            return;
        }
        let store = self.store.clone();
        let reading = async move { store.read_batches(last).await }.boxed_local();
        let mut reading = Box::pin(maybe_done(reading));
        // Asked for once, storage works on it by itself.
        poll_fn(|context| {
            let _ = reading.poll_unpin(context);
            Poll::Ready(())
        })
        .await;
        self.ahead = Some((last, reading));
    }
}

async fn finish(mut reading: Pin<Box<MaybeDone<Reading>>>) -> Result<Chunk> {
    reading.as_mut().await;
    reading
        .as_mut()
        .take_output()
        .unwrap_or(Err(Error::Aborted))
}

fn holds(chunk: &[Rc<Batch>], after: Position) -> bool {
    let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else {
        return false;
    };
    (first.first()..=last.last()).contains(&(after + 1))
}

impl<S: Storage + 'static> Store<S> {
    /// The id of the event at `position`; `None` when there is none.
    pub(crate) async fn event_id(&self, position: Position) -> Result<Option<uuid::Uuid>> {
        self.inner.check_open()?;
        let batches = self.inner.load(&[position]).await?;
        let event = batches.first().and_then(|batch| batch.event(position));
        Ok(event.map(|event| event.event_id))
    }

    /// The batches that hold the events after `after`, about a megabyte of them: from memory, if
    /// the first of them is there, and from storage otherwise. They are not kept in memory.
    pub(super) async fn read_batches(&self, after: Position) -> Result<Chunk> {
        self.inner.check_open()?;
        if after >= self.tail() {
            return Ok(Vec::new());
        }
        let cached = self.inner.cached_after(after);
        if !cached.is_empty() {
            return Ok(cached);
        }
        let count = self.inner.batches_in_chunk(after);
        let stored = self
            .inner
            .retrying(async |storage| storage.read_after(after, count).await)
            .await?;
        let chunk = stored
            .into_iter()
            .map(|stored| Batch::decode(stored.bytes).map(Rc::new))
            .collect::<Result<Chunk>>()?;
        if holds(&chunk, after) {
            Ok(chunk)
        } else {
            let detail = format!("the event at position {} is gone", after + 1);
            Err(Error::DataLost { detail })
        }
    }
}

impl<S> Inner<S> {
    /// The batches from the one that holds the event after `after`, as far as they are in memory.
    pub(super) fn cached_after(&self, mut after: Position) -> Chunk {
        let mut state = self.state.borrow_mut();
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while bytes < CHUNK_BYTES
            && let Some(batch) = state.cache.get(after + 1)
        {
            after = batch.last();
            bytes += batch.size_bytes();
            chunk.push(batch);
        }
        chunk
    }

    /// How many batches after `after` make a chunk.
    fn batches_in_chunk(&self, after: Position) -> usize {
        let state = self.state.borrow();
        if state.index.tail() <= after {
            return CHUNK_BATCHES;
        }
        let mut bytes = 0;
        let within = state.index.batches_after(after).take_while(|batch| {
            let fits = bytes < CHUNK_BYTES;
            bytes += batch.bytes;
            fits
        });
        within.take(MAX_CHUNK_BATCHES).count().max(1)
    }
}
