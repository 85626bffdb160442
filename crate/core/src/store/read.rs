//! Reading: pages of events from one consistent view of the log.

use std::cmp::Reverse;
use std::rc::Rc;

use super::{Appended, Inner, Store};
use crate::batch::Batch;
use crate::limits::{MAX_STREAM_ID_BYTES, check_text};
use crate::query::Query;
use crate::storage::{Storage, StoredBatch};
use crate::{Error, NO_STREAM, Position, RecordedEvent, Result, Version};

/// How many events a page holds unless the query says otherwise.
pub const PAGE_EVENTS: usize = 1_000;
/// The most events one page may hold.
pub const MAX_PAGE_EVENTS: usize = 100_000;
/// A page ends, whatever its limit, once it has touched this many bytes of batches.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Which way to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From the oldest to the newest.
    #[default]
    Forward,
    /// From the newest to the oldest.
    Backward,
}

/// What to read of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamQuery {
    /// The stream.
    pub stream_id: String,
    /// Which way.
    pub direction: Direction,
    /// The version to begin with; `None`: the first, or backward the last.
    pub from: Option<Version>,
    /// The most events the page holds; 1 to [`MAX_PAGE_EVENTS`].
    pub limit: usize,
}

impl StreamQuery {
    /// The stream's first page, forward.
    pub fn new(stream_id: impl Into<String>) -> Self {
        Self {
            stream_id: stream_id.into(),
            direction: Direction::Forward,
            from: None,
            limit: PAGE_EVENTS,
        }
    }
}

/// What to read of the whole log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllQuery {
    /// Which way.
    pub direction: Direction,
    /// Forward: only events after this position. Backward: only events before it. `None`: from the
    /// beginning, or backward from the end.
    pub from: Option<Position>,
    /// The most events the page holds; 1 to [`MAX_PAGE_EVENTS`].
    pub limit: usize,
    /// Only streams whose id begins so; empty: every stream.
    pub stream_prefix: String,
    /// Only events that match.
    pub query: Query,
}

impl Default for AllQuery {
    fn default() -> Self {
        Self {
            direction: Direction::Forward,
            from: None,
            limit: PAGE_EVENTS,
            stream_prefix: String::new(),
            query: Query::default(),
        }
    }
}

/// Events of one consistent view of the log.
#[derive(Debug, Clone)]
pub struct Page {
    places: Vec<(Rc<Batch>, Position)>,
    /// The position up to which the log was looked at: the view's end.
    pub position: Position,
    /// The stream's version in this view; [`NO_STREAM`] when it does not exist, and for the log.
    pub version: Version,
    /// Where the next page begins: a version for a stream, a position (to be given as `from`) for
    /// the log; `None` when there is nothing more in this view.
    pub next: Option<u64>,
}

impl Page {
    /// The events, in the direction asked for.
    #[must_use]
    pub fn events(&self) -> impl DoubleEndedIterator<Item = RecordedEvent<'_>> {
        self.places
            .iter()
            .filter_map(|(batch, position)| batch.event(*position))
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

impl<S: Storage + 'static> Store<S> {
    /// Reads a page of one stream, as this store knows it. A stream that does not exist is empty.
    ///
    /// # Errors
    /// `invalid_input`, `closed`, and whatever the storage says.
    pub async fn read_stream(&self, query: &StreamQuery) -> Result<Page> {
        self.inner.check_open()?;
        check_text("streamId", &query.stream_id, MAX_STREAM_ID_BYTES)?;
        let limit = check_limit(query.limit)?;
        Inner::indexed(&self.inner).await?;
        let forward = query.direction == Direction::Forward;
        let (mut positions, begin, version, position) = {
            let state = self.inner.state.borrow();
            let last = state.index.version(&query.stream_id);
            let (from, to) = if forward {
                let from = query.from.unwrap_or(0).max(0);
                (from, last.min(from.saturating_add(limit - 1)))
            } else {
                let to = query.from.unwrap_or(last).min(last);
                (to.saturating_sub(limit - 1).max(0), to)
            };
            let positions = state.index.stream_positions(&query.stream_id, from, to);
            let begin = if forward { from } else { to };
            (positions, begin, last, state.index.tail())
        };
        if !forward {
            positions.reverse();
        }
        positions.truncate(self.inner.within_page(&positions));
        let count = Version::try_from(positions.len()).unwrap_or(Version::MAX);
        let next = if forward {
            begin.saturating_add(count)
        } else {
            begin - count
        };
        let more = count > 0 && (0..=version).contains(&next);
        Ok(Page {
            places: self.inner.places(&positions).await?,
            position,
            version,
            next: more.then(|| next.cast_unsigned()),
        })
    }

    /// Reads a page of the whole log, as this store knows it. A page may hold fewer events than its
    /// limit, even none, when few of those looked at match; `next` says where to go on.
    ///
    /// # Errors
    /// `invalid_input`, `closed`, and whatever the storage says.
    pub async fn read_all(&self, query: &AllQuery) -> Result<Page> {
        self.inner.check_open()?;
        query.query.check("query")?;
        check_limit(query.limit)?;
        if query.query.is_everything() && query.direction == Direction::Forward {
            return self.read_everything(query).await;
        }
        Inner::indexed(&self.inner).await?;
        let (mut positions, tail) = {
            let state = self.inner.state.borrow();
            let tail = state.index.tail();
            let positions = match query.direction {
                Direction::Forward => state.index.matches_after(
                    &query.query,
                    query.from.unwrap_or(0),
                    tail,
                    query.limit,
                ),
                Direction::Backward => {
                    let before = query.from.unwrap_or(tail + 1).min(tail + 1);
                    state
                        .index
                        .matches_before(&query.query, before, query.limit)
                }
            };
            (positions, tail)
        };
        let mut more = positions.len() == query.limit;
        let kept = self.inner.within_page(&positions);
        if kept < positions.len() {
            positions.truncate(kept);
            more = true;
        }
        let next = positions.last().copied().filter(|last| {
            more && match query.direction {
                Direction::Forward => *last < tail,
                Direction::Backward => *last > 1,
            }
        });
        let mut places = self.inner.places(&positions).await?;
        retain_prefixed(&mut places, &query.stream_prefix);
        Ok(Page {
            places,
            position: tail,
            version: NO_STREAM,
            next,
        })
    }

    /// A page of every event forward, for which no index is needed.
    async fn read_everything(&self, query: &AllQuery) -> Result<Page> {
        let tail = self.tail();
        let after = query.from.unwrap_or(0);
        let upto = tail.min(after.saturating_add(query.limit as u64));
        let mut places = Vec::new();
        let mut read = after;
        for batch in self.read_batches(after).await? {
            // What was just read is likely to be asked for again: the next page begins in it.
            self.inner.state.borrow_mut().cache.insert(&batch);
            let last = batch.last().min(upto);
            places.extend((read + 1..=last).map(|position| (Rc::clone(&batch), position)));
            read = last.max(read);
        }
        retain_prefixed(&mut places, &query.stream_prefix);
        Ok(Page {
            places,
            position: tail,
            version: NO_STREAM,
            next: (read > after && read < tail).then_some(read),
        })
    }

    /// Where the events of the append with this command id stand, if this store knows of one.
    ///
    /// # Errors
    /// `closed`, and whatever the storage says.
    pub async fn find_command(&self, command_id: &str) -> Result<Option<Appended>> {
        Inner::indexed(&self.inner).await?;
        let candidates = self
            .inner
            .state
            .borrow()
            .index
            .command_candidates(command_id);
        if candidates.is_empty() {
            return Ok(None);
        }
        self.inner.appended_by(command_id, &candidates).await
    }
}

impl<S: Storage> Inner<S> {
    /// The batches that hold `positions` (ascending) and no others, from memory or from storage.
    pub(super) async fn load(&self, positions: &[Position]) -> Result<Vec<Rc<Batch>>> {
        let (mut batches, mut missing) = self.cached(positions);
        let with_others = self.with_others(&missing);
        if with_others.len() > missing.len() {
            // Nobody asked for the others: one may be damaged, or newer than this build.
            let stored = self.read_at(&with_others).await.unwrap_or_default();
            let sound = stored
                .into_iter()
                .filter_map(|found| Batch::decode(found.bytes).ok());
            for batch in sound {
                let holds = |position: &Position| batch.event(*position).is_some();
                missing.retain(|position| !holds(position));
                self.keep(Rc::new(batch), positions, &mut batches);
            }
        }
        if !missing.is_empty() {
            for batch in decode_all(self.read_at(&missing).await?)? {
                self.keep(batch, positions, &mut batches);
            }
        }
        // What another store merged since may hold a batch that is in memory: that one is left out.
        let mut covered = 0;
        batches.retain(|batch| {
            let adds = batch.last() > covered;
            covered = covered.max(batch.last());
            adds
        });
        Ok(batches)
    }

    /// Keeps a batch in memory, and puts it where it belongs among `batches` if it holds one of `positions`.
    fn keep(&self, batch: Rc<Batch>, positions: &[Position], batches: &mut Vec<Rc<Batch>>) {
        self.state.borrow_mut().cache.insert(&batch);
        let at = positions.partition_point(|position| *position < batch.first());
        if positions
            .get(at)
            .is_some_and(|position| *position <= batch.last())
        {
            let order = |batch: &Batch| (batch.first(), Reverse(batch.last()));
            let at = batches.partition_point(|other| order(other) < order(&batch));
            batches.insert(at, batch);
        }
    }

    /// The batches in memory, and a position of each that is not.
    pub(super) fn cached(&self, positions: &[Position]) -> (Vec<Rc<Batch>>, Vec<Position>) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let (mut batches, mut missing) = (Vec::<Rc<Batch>>::new(), Vec::new());
        let mut covered = 0;
        for &position in positions {
            if position <= covered {
                continue;
            }
            if let Some(batch) = state.cache.get(position) {
                covered = batch.last();
                batches.push(batch);
            } else {
                // Its key, unless another tab has merged it since.
                covered = state
                    .index
                    .batch_of(position)
                    .map_or(position, |entry| entry.last);
                missing.push(covered);
            }
        }
        (batches, missing)
    }

    /// The events at `positions`, which ascend or descend.
    async fn places(&self, positions: &[Position]) -> Result<Vec<(Rc<Batch>, Position)>> {
        let mut ascending = positions.to_vec();
        if !ascending.is_sorted() {
            ascending.reverse();
        }
        place(&self.load(&ascending).await?, positions)
    }

    /// How many of `positions` fit into one page's bytes; at least those of the first batch.
    fn within_page(&self, positions: &[Position]) -> usize {
        let state = self.state.borrow();
        let (mut bytes, mut current) = (0, None);
        for (count, &position) in positions.iter().enumerate() {
            let entry = state.index.batch_of(position);
            let last = entry.as_ref().map(|entry| entry.last);
            if last != current {
                current = last;
                bytes += entry.map_or(0, |entry| entry.bytes);
                if bytes > PAGE_BYTES && count > 0 {
                    return count;
                }
            }
        }
        positions.len()
    }

    /// Where the events of the append with `command_id` stand, if one of `candidates` is its first.
    pub(super) async fn appended_by(
        &self,
        command_id: &str,
        candidates: &[Position],
    ) -> Result<Option<Appended>> {
        for &first in candidates {
            let mut appended = Appended {
                first,
                last: first - 1,
                streams: Vec::new(),
                repeated: true,
            };
            // The events of one append are consecutive, and where a batch ends with one of them, the
            // next batch may go on.
            while appended.last < self.state.borrow().tail {
                let next = appended.last + 1;
                // Others may have been read ahead with the one that was asked for.
                let batches = self.load(&[next]).await?;
                let batch = batches.into_iter().find(|batch| batch.last() >= next);
                let of_command = |event: &RecordedEvent<'_>| event.command_id == Some(command_id);
                let events = batch.iter().flat_map(|batch| batch.events());
                let its = events.skip_while(|event| event.position < next);
                for event in its.take_while(of_command) {
                    appended.add(&event);
                }
                if batch.is_none_or(|batch| batch.last() > appended.last) {
                    break;
                }
            }
            if !appended.streams.is_empty() {
                return Ok(Some(appended));
            }
        }
        Ok(None)
    }
}

/// The batches that were read.
#[inline(never)]
pub(super) fn decode_all(stored: Vec<StoredBatch>) -> Result<Vec<Rc<Batch>>> {
    let mut batches = Vec::with_capacity(stored.len());
    for found in stored {
        batches.push(Rc::new(Batch::decode(found.bytes)?));
    }
    Ok(batches)
}

/// Leaves the events of streams whose id begins with `prefix`.
fn retain_prefixed(places: &mut Vec<(Rc<Batch>, Position)>, prefix: &str) {
    if !prefix.is_empty() {
        places.retain(|(batch, position)| {
            let event = batch.event(*position);
            event.is_some_and(|event| event.stream_id.starts_with(prefix))
        });
    }
}

/// Finds each of `positions` in `batches`.
#[inline(never)]
fn place(batches: &[Rc<Batch>], positions: &[Position]) -> Result<Vec<(Rc<Batch>, Position)>> {
    let find = |position: Position| {
        let at = batches.partition_point(|batch| batch.last() < position);
        batches.get(at).filter(|batch| batch.first() <= position)
    };
    let mut places = Vec::with_capacity(positions.len());
    for &position in positions {
        let Some(batch) = find(position) else {
            let detail = format!("the event at position {position} is gone");
            return Err(Error::data_lost(detail));
        };
        places.push((Rc::clone(batch), position));
    }
    Ok(places)
}

fn check_limit(limit: usize) -> Result<Version> {
    match Version::try_from(limit) {
        Ok(count) if (1..=MAX_PAGE_EVENTS).contains(&limit) => Ok(count),
        _ => Err(Error::invalid(
            "limit",
            format!("must be 1 to {MAX_PAGE_EVENTS}"),
        )),
    }
}
