//! Going through the whole log, whole batches at a time, reading ahead.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, MaybeDone, maybe_done};

use super::read::decode_all;
use super::{Inner, Store};
use crate::batch::Batch;
use crate::storage::Storage;
use crate::{Error, Position, RecordedEvent, Result};

/// About so many bytes of batches are read at a time.
const CHUNK_BYTES: usize = 1024 * 1024;
/// So many batches are read at a time where their sizes are not known, and at most.
const CHUNK_BATCHES: usize = 16;
const MAX_CHUNK_BATCHES: usize = 64;

type Chunk = Vec<Rc<Batch>>;

/// How many chunks are being read while one is worked on: storage takes longer to answer than a
/// chunk takes to fold, but answers several at once.
const AHEAD: usize = 3;

/// A walk through the log from the beginning to the end, for those who want all of it. While one
/// chunk is being worked on the next ones are already being read.
pub struct Scan<S> {
    store: Store<S>,
    chunk: Chunk,
    /// The chunks after some positions, under way, in order.
    ahead: VecDeque<(Position, Pin<Box<MaybeDone<Reading>>>)>,
}

type Reading = LocalBoxFuture<'static, Result<Chunk>>;

impl<S: Storage + 'static> Scan<S> {
    /// A walk through what `store` knows of the log.
    #[must_use]
    pub const fn new(store: Store<S>) -> Self {
        Self {
            store,
            chunk: Vec::new(),
            ahead: VecDeque::new(),
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
            self.chunk = match self.ahead.pop_front() {
                Some((at, reading)) if at == after => finish(reading).await?,
                // Another tab has merged what was to be read: where chunks begin is another place.
                _ => {
                    self.ahead.clear();
                    self.store.read_batches(after).await?
                }
            };
            self.read_ahead().await;
        }
        Ok(&self.chunk)
    }

    /// Begins to read what follows the chunk, and those already under way.
    async fn read_ahead(&mut self) {
        let mut after = self.chunk.last().map_or(0, |batch| batch.last());
        for number in 0..AHEAD {
            if after >= self.store.tail() {
                return;
            }
            if self.ahead.get(number).is_none_or(|(at, _)| *at != after) {
                self.ahead.truncate(number);
                self.begin(after).await;
            }
            match self.store.inner.chunk_after(after).1 {
                Some(last) => after = last,
                None => return,
            }
        }
    }

    async fn begin(&mut self, after: Position) {
        let store = self.store.clone();
        let reading = async move { store.read_batches(after).await }.boxed_local();
        let mut reading = Box::pin(maybe_done(reading));
        // Asked for once, storage works on it by itself.
        poll_fn(|context| {
            let _ = reading.poll_unpin(context);
            Poll::Ready(())
        })
        .await;
        self.ahead.push_back((after, reading));
    }
}

async fn finish(mut reading: Pin<Box<MaybeDone<Reading>>>) -> Result<Chunk> {
    reading.as_mut().await;
    reading
        .as_mut()
        .take_output()
        .unwrap_or(Err(Error::Aborted.into()))
}

/// Gives the events of a chunk after `after` and up to `upto` to `take`, in order, until that fails.
///
/// Each is built where it is used: an event is a few hundred bytes, and iterators would move it.
pub(crate) fn each_event(
    chunk: &[Rc<Batch>],
    after: Position,
    upto: Position,
    take: &mut dyn FnMut(&RecordedEvent<'_>) -> Result<()>,
) -> Result<()> {
    let mut after = after;
    for batch in chunk {
        for position in batch.first().max(after + 1)..=batch.last().min(upto) {
            if let Some(event) = batch.event(position) {
                take(&event)?;
            }
        }
        // One that was merged meanwhile may begin before the end of the one read before it.
        after = after.max(batch.last());
    }
    Ok(())
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
        let (count, _) = self.inner.chunk_after(after);
        let stored = self.inner.read_after(after, count).await?;
        let chunk = decode_all(stored)?;
        if holds(&chunk, after) {
            let mut state = self.inner.state.borrow_mut();
            for batch in &chunk {
                // Another tab may have merged what the index knows as many.
                let (first, last) = (batch.first(), batch.last());
                state.index.merged(first, last, batch.plain_bytes());
            }
            drop(state);
            Ok(chunk)
        } else {
            let detail = format!("the event at position {} is gone", after + 1);
            Err(Error::data_lost(detail))
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

    /// How many batches after `after` make a chunk, and where it ends, as far as that is known.
    fn chunk_after(&self, after: Position) -> (usize, Option<Position>) {
        let state = self.state.borrow();
        let (mut bytes, mut count, mut last) = (0, 0, None);
        for batch in state.index.batches_after(after).take(MAX_CHUNK_BATCHES) {
            if bytes >= CHUNK_BYTES {
                break;
            }
            bytes += batch.bytes;
            count += 1;
            last = Some(batch.last);
        }
        (if count > 0 { count } else { CHUNK_BATCHES }, last)
    }
}
