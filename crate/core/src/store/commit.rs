//! Group commit: appends that wait go together into the next commit.
//!
//! No task is spawned. The commit under way is one shared future, polled by every append that
//! waits for it: whoever goes away leaves it to the others. An append that finds nothing under way, as
//! most do, needs no such future: it commits by itself, and what comes meanwhile is the next round.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Shared};

use super::stage::{Places, Stage, Staged, Verdict};
use super::{Append, Appended, Inner, SEALED_BYTES, Store};
use crate::batch::Batch;
use crate::storage::{Commit, Storage};
use crate::{Error, ExpectedVersion, Position, Result};

/// One round of commits: begins after an append that commits by itself, if one does, and runs until nothing
/// waits any more.
///
/// Its outcome is always `Ok`: so it is the same type as what loads the index.
pub(super) type Round = Shared<LocalBoxFuture<'static, Result<()>>>;

/// The most events and payload bytes that share one commit, unless a single append holds more: the
/// first of them is answered no sooner than the last.
const MAX_GROUP_EVENTS: usize = 8_192;
const MAX_GROUP_BYTES: usize = 1024 * 1024;

/// An append that waits, and where its answer goes.
pub(super) struct Waiting {
    append: Append,
    /// Positions that were looked at and do not hold the append's command id after all.
    ruled_out: Vec<Position>,
    answer: Rc<Answer>,
}

#[derive(Default)]
struct Answer {
    result: RefCell<Option<Result<Appended>>>,
    withdrawn: Cell<bool>,
}

impl Answer {
    /// Only the first counts.
    fn settle(&self, result: Result<Appended>) {
        self.result.borrow_mut().get_or_insert(result);
    }
}

impl Waiting {
    pub(super) fn settle(&self, result: Result<Appended>) {
        self.answer.settle(result);
    }
}

/// Held by the caller's future: dropping it withdraws an append that is not yet being committed.
#[derive(Default)]
pub(super) struct Caller(Rc<Answer>);

impl Caller {
    pub(super) fn waiting(&self, append: Append) -> Waiting {
        Waiting {
            append,
            ruled_out: Vec::new(),
            answer: Rc::clone(&self.0),
        }
    }

    pub(super) fn settle(&self, result: Result<Appended>) {
        self.0.settle(result);
    }

    fn is_answered(&self) -> bool {
        self.0.result.borrow().is_some()
    }

    pub(super) fn answer(&self) -> Result<Appended> {
        let answer = self.0.result.borrow_mut().take();
        answer.unwrap_or(Err(Error::Aborted.into()))
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.withdrawn.set(true);
    }
}

impl<S: Storage + 'static> Store<S> {
    /// Commits what waits, each for itself, and resolves once all `callers` have their answers; fails when
    /// that cannot even be begun.
    pub(super) async fn commit(&self, waiting: Vec<Waiting>, callers: &[Caller]) -> Result<()> {
        if waiting.is_empty() {
            return Ok(());
        }
        Inner::indexed(&self.inner).await?;
        if waiting.len() == 1
            && let Some(_turn) = self.inner.turn()
        {
            // None is left for later: there is none before it that it could depend on.
            self.inner.commit_group(waiting).await;
            return Ok(());
        }
        self.inner.state.borrow_mut().queue.extend(waiting);
        // A round ends when nothing waits any more, so there are answers then; but it may go on for as
        // long as others append.
        let mut round = Inner::round(&self.inner);
        poll_fn(|context| match round.poll_unpin(context) {
            Poll::Pending if callers.iter().all(Caller::is_answered) => Poll::Ready(Ok(())),
            other => other,
        })
        .await
    }
}

/// Held by an append that commits by itself. Dropping it has the round after it go on; what was asked of
/// storage may be stored then, and is found as what another tab has appended would be.
struct Turn<'a, S>(&'a Inner<S>);

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.has_turn = false;
        let after = state.after_turn.take();
        drop(state);
        if let Some(waker) = after {
            waker.wake();
        }
    }
}

/// What one attempt at a group comes to.
#[derive(Default)]
struct Attempt {
    /// By place in the group: what each append comes to once the batches are stored.
    staged: Vec<(usize, Places)>,
    later: Vec<usize>,
    maybe_repeated: Vec<(usize, Vec<Position>)>,
    refused: Vec<(usize, Box<Error>)>,
}

impl Attempt {
    /// Whether nothing has to be looked into before what is staged can be stored.
    const fn is_accepted(&self) -> bool {
        self.maybe_repeated.is_empty() && self.refused.is_empty()
    }
}

impl<S: Storage + 'static> Inner<S> {
    /// A turn, when nothing else is under way.
    fn turn(&self) -> Option<Turn<'_, S>> {
        let mut state = self.state.borrow_mut();
        if state.has_turn || state.round.is_some() {
            return None;
        }
        state.has_turn = true;
        Some(Turn(self))
    }

    /// Resolves when no append commits by itself.
    fn turn_ends(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.state.borrow_mut();
        if !state.has_turn {
            return Poll::Ready(());
        }
        state.after_turn = Some(context.waker().clone());
        Poll::Pending
    }

    /// The round under way, or a new one.
    fn round(this: &Rc<Self>) -> Round {
        let mut state = this.state.borrow_mut();
        if let Some(round) = &state.round {
            return round.clone();
        }
        let inner = Rc::clone(this);
        let round = async move {
            inner.drain().await;
            Ok(())
        };
        let round = round.boxed_local().shared();
        state.round = Some(round.clone());
        round
    }

    /// Commits group after group until nothing waits.
    async fn drain(&self) {
        poll_fn(|context| self.turn_ends(context)).await;
        loop {
            let group = self.next_group();
            if group.is_empty() {
                self.state.borrow_mut().round = None;
                return;
            }
            let later = self.commit_group(group).await;
            let mut state = self.state.borrow_mut();
            for waiting in later.into_iter().rev() {
                state.queue.push_front(waiting);
            }
        }
    }

    /// Takes as many waiting appends off the queue as one commit should hold.
    #[inline(never)]
    fn next_group(&self) -> Vec<Waiting> {
        let mut state = self.state.borrow_mut();
        let (mut group, mut events, mut bytes) = (Vec::new(), 0, 0);
        while let Some(next) = state.queue.pop_front() {
            if next.answer.withdrawn.get() {
                continue;
            }
            events += next.append.events().count();
            bytes += next.append.payload_bytes();
            if !group.is_empty() && (events > MAX_GROUP_EVENTS || bytes > MAX_GROUP_BYTES) {
                state.queue.push_front(next);
                break;
            }
            group.push(next);
        }
        group
    }

    /// Settles every append of the group, except those that must wait for what it stored.
    async fn commit_group(&self, mut group: Vec<Waiting>) -> Vec<Waiting> {
        let mut fresh = false;
        loop {
            let result = self.attempt(&mut group, &mut fresh).await;
            match result {
                Ok(Some(later)) => return later,
                Ok(None) => {}
                Err(error) => {
                    for waiting in &group {
                        waiting.settle(Err(error.clone()));
                    }
                    return Vec::new();
                }
            }
        }
    }

    /// Tries once; `None`: something was learned, try again with what is left of the group.
    async fn attempt(
        &self,
        group: &mut Vec<Waiting>,
        fresh: &mut bool,
    ) -> Result<Option<Vec<Waiting>>> {
        self.check_open()?;
        let (attempt, staged) = self.stage(group)?;
        let is_behind = attempt.is_accepted()
            && !staged.is_empty()
            && self.put(staged).await? == Commit::Behind;
        if !attempt.maybe_repeated.is_empty() {
            self.settle_repeated(group, attempt.maybe_repeated).await;
            return Ok(None);
        }
        // Another tab may have made the version right since, or moved it further.
        let conflict = attempt
            .refused
            .iter()
            .any(|(_, error)| matches!(**error, Error::Conflict { .. }));
        if conflict && !*fresh {
            *fresh = true;
            self.refresh().await?;
            return Ok(None);
        }
        if !attempt.refused.is_empty() {
            self.settle_refused(group, attempt.refused).await;
            return Ok(None);
        }
        if is_behind {
            *fresh = true;
            self.refresh().await?;
            return Ok(None);
        }
        for (place, places) in attempt.staged {
            if let Some(waiting) = group.get_mut(place) {
                let streams = std::mem::take(&mut waiting.append.streams);
                waiting.settle(Ok(places.appended(streams)));
            }
        }
        let later = attempt.later;
        let mut place = 0;
        group.retain(|_| {
            place += 1;
            later.contains(&(place - 1))
        });
        Ok(Some(std::mem::take(group)))
    }

    /// Judges each append of the group against the index and those staged before it.
    #[inline(never)]
    fn stage<'a>(&self, group: &'a [Waiting]) -> Result<(Attempt, Staged<'a>)> {
        let is_indexed = self.state.borrow_mut().catch_up()?;
        let state = self.state.borrow();
        if !is_indexed {
            // Whoever appends has waited for the index, and only what came in bulk has to be entered since.
            return Err(Error::corrupt(state.tail, "the index is not the log's"));
        }
        let mut attempt = Attempt::default();
        let mut staged = Stage::new(&state.index, state.recorded_at);
        for (place, waiting) in group.iter().enumerate() {
            match staged.offer(&waiting.append, &waiting.ruled_out) {
                Verdict::Staged(places) => attempt.staged.push((place, places)),
                Verdict::Later => attempt.later.push(place),
                Verdict::MaybeRepeated(at) => attempt.maybe_repeated.push((place, at)),
                Verdict::Refused(error) => attempt.refused.push((place, error)),
            }
        }
        Ok((attempt, staged.finish()))
    }

    /// Encodes and stores what is staged, and takes it in. After a lost connection it looks whether it
    /// was stored, and only if not tries once more.
    async fn put(&self, staged: Staged<'_>) -> Result<Commit> {
        let tail = self.state.borrow().tail;
        let durability = self.options.durability;
        let (mut own, mut tried) = (Vec::new(), false);
        let commit = loop {
            own.clear();
            let batches = staged.batches().map(|encoded| {
                let encoded = encoded?;
                own.push(Rc::new(encoded.batch));
                Ok(encoded.stored)
            });
            match self.storage.commit(tail, batches, durability).await {
                Err(error) if !tried && matches!(*error, Error::ConnectionLost { .. }) => {
                    self.reconnect().await?;
                    if self.stand(own.last()).await? {
                        break Commit::Done;
                    }
                    tried = true;
                }
                ended => break ended.inspect_err(|error| self.end_if_lost(error))?,
            }
        };
        if commit == Commit::Done {
            // What comes in bulk would push out what is read, and memory that is used again is quicker than
            // more of it. Who follows the log reads such batches from storage. And whoever appended is answered
            // before the index knows of it.
            let is_small = matches!(&*own, [batch] if batch.size_bytes() < SEALED_BYTES / 2);
            for batch in &own {
                self.take_in(batch, is_small)?;
            }
        }
        Ok(commit)
    }

    /// Whether what was to be committed is in the log, perhaps merged with more since. The last batch of
    /// it tells: they are stored together.
    async fn stand(&self, last: Option<&Rc<Batch>>) -> Result<bool> {
        let Some(ours) = last else {
            return Ok(false);
        };
        let found = self.storage.read_at(&[ours.last()]).await?;
        let Some(found) = found.into_iter().next() else {
            return Ok(false);
        };
        let found = Batch::decode(found.bytes)?;
        Ok(found
            .event(ours.last())
            .is_some_and(|event| Some(event) == ours.event(ours.last())))
    }

    /// Settles those whose command id is in the log, and rules out the places where it is not.
    async fn settle_repeated(
        &self,
        group: &mut Vec<Waiting>,
        maybe_repeated: Vec<(usize, Vec<Position>)>,
    ) {
        for (place, candidates) in maybe_repeated.into_iter().rev() {
            let Some(waiting) = group.get_mut(place) else {
                continue;
            };
            let command = waiting.append.command_id.clone().unwrap_or_default();
            let found = self.appended_by(&command, &candidates).await;
            match found.transpose() {
                Some(answer) => {
                    waiting.settle(answer);
                    group.remove(place);
                }
                None => waiting.ruled_out.extend(candidates),
            }
        }
    }

    /// Settles those the log forbids: as done, when their very events already stand where they
    /// were to go.
    async fn settle_refused(&self, group: &mut Vec<Waiting>, refused: Vec<(usize, Box<Error>)>) {
        for (place, error) in refused.into_iter().rev() {
            let Some(waiting) = group.get(place) else {
                continue;
            };
            let standing = match *error {
                Error::Conflict { .. } => self.standing(&waiting.append).await,
                _ => Ok(None),
            };
            waiting.settle(standing.transpose().unwrap_or(Err(error)));
            group.remove(place);
        }
    }

    /// Where the events of `append` stand, if the very same event ids are at the expected place of
    /// each stream.
    async fn standing(&self, append: &Append) -> Result<Option<Appended>> {
        let (mut positions, mut streams) = (Vec::new(), Vec::new());
        for part in &append.streams {
            let from = match part.expected {
                ExpectedVersion::NoStream => 0,
                ExpectedVersion::Exact(version) => version + 1,
                ExpectedVersion::Any | ExpectedVersion::StreamExists => return Ok(None),
            };
            let to = from + i64::try_from(part.events.len()).unwrap_or(i64::MAX) - 1;
            positions.extend(
                self.state
                    .borrow()
                    .index
                    .stream_positions(&part.stream_id, from, to),
            );
            streams.push((part.stream_id.clone(), to));
        }
        let given: Vec<_> = append.events().map(|(_, event)| event.event_id).collect();
        let (Some(first), Some(last)) = (positions.iter().min(), positions.iter().max()) else {
            return Ok(None);
        };
        if positions.len() != given.len() {
            return Ok(None);
        }
        let appended = Appended {
            first: *first,
            last: *last,
            streams,
            repeated: true,
        };
        for (position, event_id) in positions.iter().zip(given) {
            let batches = self.load(&[*position]).await?;
            let stored = batches.first().and_then(|batch| batch.event(*position));
            if stored.is_none_or(|event| event.event_id != event_id) {
                return Ok(None);
            }
        }
        Ok(Some(appended))
    }
}
