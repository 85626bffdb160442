//! The index, loaded when it is first needed or when there is time.
//!
//! Opening reads where the log ends, and that is all: rows can be shown and the log be read before
//! the index is there. Whoever asks for a stream, a tag or a command, or appends, waits for it. Once it is
//! loaded, what is appended in bulk is indexed when somebody next asks: whoever appended need not wait.

use core::cmp::Ordering;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Shared};

use super::maintain::{SEGMENT_EVENTS, SegmentRange};
use super::refresh::{PAGE_BATCHES, index_batch};
use super::{Inner, State, Store};
use crate::batch::Batch;
use crate::index::Index;
use crate::storage::Storage;
use crate::{Error, Hash, Position, Result};

/// The loading under way, shared by all who wait for it.
pub(super) type Loading = Shared<LocalBoxFuture<'static, Result<()>>>;

/// What the index does not hold yet: what is stored of it, and batches.
#[derive(Default)]
pub(super) struct Unloaded {
    /// Whether loading is still to be done, or under way: what the index holds meanwhile may yet be
    /// let go of, however far it has come.
    pub(super) pending: bool,
    /// The stored segments, in order.
    pub(super) segments: Vec<SegmentRange>,
    /// Batches beyond what is indexed, in order: read since opening, or appended in bulk.
    pub(super) batches: Vec<Rc<Batch>>,
}

/// Whether `batch` holds, or comes right after, the event at `tail` with the hash `head`. One that
/// lies further on says nothing.
pub(super) fn continues(batch: &Batch, tail: Position, head: &Hash) -> bool {
    match batch.first().cmp(&(tail + 1)) {
        Ordering::Less => batch.last() < tail || batch.links_at(tail, head),
        Ordering::Equal => batch.previous() == head,
        Ordering::Greater => true,
    }
}

impl State {
    /// Whether the index has come as far as the log is known.
    const fn is_indexed(&self) -> bool {
        !self.unloaded.pending && self.index.tail() == self.tail
    }

    /// Lets go of an index that is damaged, or another log's: it is made anew from the log. Only
    /// while it is being loaded, when nobody can have decided by it.
    fn forget_index(&mut self) {
        self.index = Index::new();
        self.segments.clear();
        self.unloaded.segments.clear();
        self.unloaded.batches.clear();
    }

    /// Takes in a batch that goes on from the tail; the index does so too, if it has come so far, but for
    /// batches that are not `is_kept` in memory, for reading: of those it learns when somebody needs it.
    pub(super) fn extend(&mut self, batch: &Rc<Batch>, is_kept: bool) -> Result<()> {
        self.unloaded.batches.push(Rc::clone(batch));
        if is_kept {
            self.catch_up()?;
        }
        self.tail = batch.last();
        self.head = *batch.head();
        if let Some(event) = batch.event(batch.last()) {
            self.recorded_at = event.recorded_at;
        }
        if is_kept {
            self.cache.insert(batch);
        }
        Ok(())
    }

    /// Indexes what was appended in bulk since somebody last needed the index, unless that is yet to be
    /// loaded. Returns whether the index has come as far as the log is known.
    #[inline(never)]
    pub(super) fn catch_up(&mut self) -> Result<bool> {
        if !self.unloaded.pending {
            for batch in self.unloaded.batches.drain(..) {
                index_batch(&mut self.index, &batch)?;
            }
        }
        Ok(self.is_indexed())
    }
}

impl<S: Storage + 'static> Store<S> {
    /// Loads the index, if that takes a few milliseconds only: of a log with one stored segment of it and
    /// little beyond. That of a longer log is loaded when it is first needed, or by [`maintain`](Self::maintain).
    /// Once it is loaded, what was appended in bulk since is indexed.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub async fn prepare(&self) -> Result<()> {
        let is_soon_done = {
            let state = self.inner.state.borrow();
            match *state.unloaded.segments {
                // Loaded, but for what was appended in bulk since.
                [] => !state.unloaded.pending,
                [segment] => state.tail <= segment.upto.saturating_add(SEGMENT_EVENTS),
                _ => false,
            }
        };
        if is_soon_done {
            Inner::indexed(&self.inner).await?;
        }
        Ok(())
    }
}

impl<S: Storage + 'static> Inner<S> {
    /// Resolves once the index has come as far as the log is known.
    pub(super) async fn indexed(this: &Rc<Self>) -> Result<()> {
        loop {
            this.check_open()?;
            if this.state.borrow_mut().catch_up()? {
                return Ok(());
            }
            Self::loading(this).await?;
        }
    }

    fn loading(this: &Rc<Self>) -> Loading {
        let mut state = this.state.borrow_mut();
        if let Some(loading) = &state.loading {
            return loading.clone();
        }
        let inner = Rc::clone(this);
        let work = async move {
            let loaded = inner.load_stored_index().await;
            inner.state.borrow_mut().loading = None;
            loaded
        };
        let loading = work.boxed_local().shared();
        state.loading = Some(loading.clone());
        loading
    }

    /// Loads the stored segments, then what was read of the log since; a gap is read from the log.
    async fn load_stored_index(&self) -> Result<()> {
        self.state.borrow_mut().unloaded.pending = true;
        while let Some(range) = self.next_segment() {
            let key = SegmentRange::key(range.after);
            let bytes = self.read_record(&key).await?;
            // Merged with others by another tab since, or damaged: the log has what it held.
            let loaded = bytes.map(|bytes| self.state.borrow_mut().index.load(&bytes));
            if !matches!(loaded, Some(Ok(true))) {
                let mut state = self.state.borrow_mut();
                // After damage it is empty.
                if state.index.tail() == 0 {
                    state.forget_index();
                }
                break;
            }
            if self.indexed_beyond_tail() {
                // Another tab has seen more of the log, and saved the index.
                self.refresh().await?;
            }
            let beyond = self.indexed_beyond_tail();
            let mut state = self.state.borrow_mut();
            if beyond {
                state.forget_index();
                break;
            }
            state.unloaded.segments.retain(|other| *other != range);
            if state.segments.is_empty() {
                let tail = state.tail;
                state.index.expect(tail);
            }
            let upto = state.index.tail();
            state.segments.push(SegmentRange { upto, ..range });
        }
        if !self.index_recent()? {
            self.state.borrow_mut().forget_index();
        }
        self.index_log().await
    }

    fn indexed_beyond_tail(&self) -> bool {
        let state = self.state.borrow();
        state.index.tail() > state.tail
    }

    /// The next segment that adds to what is loaded.
    fn next_segment(&self) -> Option<SegmentRange> {
        let state = self.state.borrow();
        let loaded = state.index.tail();
        let mut segments = state.unloaded.segments.iter();
        segments.find(|range| range.upto > loaded).copied()
    }

    /// Indexes what was read of the log since opening; `false` when the segments are not this log's.
    fn index_recent(&self) -> Result<bool> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        for batch in core::mem::take(&mut state.unloaded.batches) {
            let tail = state.index.tail();
            if !continues(&batch, tail, &state.index.head()) {
                return Ok(false);
            }
            if batch.first() <= tail + 1 && batch.last() > tail {
                index_batch(&mut state.index, &batch)?;
            }
        }
        Ok(state.index.tail() != state.tail || state.index.head() == state.head)
    }

    /// Indexes what is missing from the log itself.
    async fn index_log(&self) -> Result<()> {
        while self.state.borrow().index.tail() != self.state.borrow().tail {
            let tail = self.state.borrow().index.tail();
            let page = self.read_after(tail, PAGE_BATCHES).await?;
            if page.is_empty() {
                let detail = format!("the log ends at {tail}, though it was longer");
                return Err(Error::data_lost(detail));
            }
            for stored in page {
                let batch = Rc::new(Batch::decode(stored.bytes)?);
                // Merged with events this store has not seen: they belong to the log's end.
                if batch.last() > self.state.borrow().tail {
                    self.take_in(&batch, true)?;
                }
                let mut state = self.state.borrow_mut();
                let tail = state.index.tail();
                if !continues(&batch, tail, &state.index.head()) {
                    if tail == 0 {
                        let detail = "the log does not begin as a log does";
                        return Err(Error::corrupt(batch.first(), detail));
                    }
                    state.forget_index();
                    break;
                }
                if batch.last() > tail {
                    index_batch(&mut state.index, &batch)?;
                }
            }
        }
        self.state.borrow_mut().unloaded = Unloaded::default();
        Ok(())
    }
}
