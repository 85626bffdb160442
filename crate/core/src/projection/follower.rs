//! Carrying one projection along the log.

use super::checkpoint::{Checkpoint, checkpoints_prefix};
use super::restore::{Progress, Restored, Restoring};
use super::saved::{Save, Saved};
use super::{Follow, Projection};
use crate::domain::Domain;
use crate::storage::Record;
use crate::{Error, Position, RecordedEvent};

/// One projection with its checkpoint.
///
/// It reads and writes no storage. Whoever drives it restores it from its records, gives it the
/// events it [asks for](Self::next_after), and writes the [changes](Self::changes) it gives. It may
/// be given any event at any time: it takes the ones that come next for it, and ignores all others,
/// so each event counts exactly once.
///
/// While it is rebuilt, the rows in use go on to follow the log, until the new ones have come as
/// far and [take their place](Self::finish_rebuild). The new rows are not saved before that: a
/// rebuild that was interrupted begins again.
#[derive(Debug)]
pub struct Follower<P: Projection> {
    live: Fold<P>,
    // The version of the rows in `live`; while it is not `P::VERSION`, they are not saved.
    version: u32,
    rebuild: Option<Box<Fold<P>>>,
    // While it is under way, `live` shows a preview at most, and nothing is folded.
    restoring: Option<Box<Restoring<P>>>,
    saved: Saved,
}

/// Rows, and how far they have come.
#[derive(Debug)]
struct Fold<P> {
    rows: P,
    at: Checkpoint,
    failed: Option<Failure>,
}

/// Where and why a projection stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The position of the event it could not take.
    pub position: Position,
    /// What was wrong.
    pub error: Box<Error>,
}

/// How many events of a kind were skipped because the build that folded them did not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The events' type.
    pub event_type: String,
    /// The events' schema version.
    pub schema_version: u32,
    /// How many there were.
    pub count: u64,
}

/// What a projection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its rows are being read; at most a preview is shown.
    Restoring,
    /// It has followed the log to its end.
    Live,
    /// There are events it has not taken yet.
    CatchingUp,
    /// It is rebuilt beside the rows in use.
    Rebuilding {
        /// The position up to which the new rows have come.
        done: Position,
    },
    /// It, or its rebuild, could not take an event; the rows in use serve as they are.
    Stopped,
}

/// A projection's state, for a person to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The projection's name.
    pub name: &'static str,
    /// The version of the rows in use.
    pub version: u32,
    /// The position up to which they have followed the log.
    pub position: Position,
    /// How many events they are behind the log's end.
    pub lag: u64,
    /// How many events were skipped because the build did not know them.
    pub skipped: u64,
    /// The same, by type and schema version.
    pub skipped_types: Vec<Skipped>,
    /// What it is doing.
    pub state: State,
    /// Where and why it, or its rebuild, stopped.
    pub error: Option<Failure>,
}

impl<P: Projection> Default for Follower<P> {
    /// At the beginning, nothing being stored.
    fn default() -> Self {
        Self {
            live: Fold::default(),
            version: P::VERSION,
            rebuild: None,
            restoring: None,
            saved: Saved::nothing(P::NAME, P::VERSION, false),
        }
    }
}

impl<P: Projection> Follower<P> {
    /// What the keys of the records begin with that [`restore`](Self::restore) takes.
    #[must_use]
    pub fn prefix() -> String {
        checkpoints_prefix(P::NAME)
    }

    /// Goes on from what is stored; `checkpoints` are all derived records under
    /// [`prefix`](Self::prefix). The rows follow: until nothing is [`missing`](Self::missing) any
    /// more, only the preview is shown, and no event is taken. Whatever is damaged or missing, the
    /// rows restored are those of a whole state, or none, at position 0. Begins a rebuild when the
    /// rows are of another version, or when this build knows an event that was skipped.
    #[must_use]
    pub fn restore(checkpoints: Vec<Record>) -> Self {
        let mut follower = Self::default();
        match Restoring::begin(checkpoints) {
            Ok(restoring) => follower.wait_for(restoring.into()),
            Err(nothing) => follower.go_on_from(*nothing),
        }
        follower
    }

    /// What the keys of the derived records begin with that are to be given to
    /// [`supply`](Self::supply) next; `None` once the rows are restored.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        self.restoring.as_ref().map(|restoring| restoring.missing())
    }

    /// Takes in all derived records under `prefix`, read at one moment; does nothing unless these
    /// are what is [`missing`](Self::missing).
    pub fn supply(&mut self, prefix: &str, records: Vec<Record>) {
        let Some(mut restoring) = self.restoring.take() else {
            return;
        };
        if restoring.missing() != prefix {
            self.restoring = Some(restoring);
            return;
        }
        match restoring.take(records) {
            Progress::More => self.wait_for(restoring),
            Progress::Restored(restored) => self.go_on_from(*restored),
        }
    }

    fn wait_for(&mut self, restoring: Box<Restoring<P>>) {
        let at = restoring.at().cloned().unwrap_or_default();
        if let Some((version, preview)) = restoring.preview()
            && at.position != self.live.at.position
        {
            self.live = Fold::default();
            self.live.rows.show_preview(version, preview);
            self.version = version;
        }
        self.live.at = at;
        self.restoring = Some(restoring);
    }

    fn go_on_from(&mut self, restored: Restored<P>) {
        let Restored {
            rows,
            version,
            at,
            saved,
            outdated,
        } = restored;
        self.live = Fold {
            rows,
            at,
            failed: None,
        };
        self.version = version;
        if outdated {
            self.start_rebuild();
        }
        self.restoring = None;
        self.saved = saved;
    }

    /// Begins again with no rows, at position 0, for a log that is not the one that was folded. The
    /// next save removes what was saved before.
    pub fn start_over(&mut self) {
        *self = Self {
            live: Fold::default(),
            saved: Saved::nothing(P::NAME, P::VERSION, true),
            ..Self::default()
        };
    }

    /// The rows in use.
    #[must_use]
    pub const fn rows(&self) -> &P {
        &self.live.rows
    }

    /// The position up to which the rows in use have followed the log.
    #[must_use]
    pub const fn checkpoint(&self) -> Position {
        self.live.at.position
    }

    /// The id of the event at the checkpoint; `None` at position 0. When the log holds another
    /// event there, or none, the rows are of another log: [`start_over`](Self::start_over).
    #[must_use]
    pub const fn last_event(&self) -> Option<uuid::Uuid> {
        self.live.at.last_event
    }

    /// The lowest position after which it needs events: that of a rebuild, or the checkpoint. `None`
    /// when it has stopped and needs none.
    #[must_use]
    pub fn next_after(&self) -> Option<Position> {
        self.folds()
            .filter(|fold| fold.failed.is_none())
            .map(|fold| fold.at.position)
            .min()
            .filter(|_| self.restoring.is_none())
    }

    /// The position after which the rows in use need events; `None` when they have stopped.
    #[must_use]
    pub fn live_after(&self) -> Option<Position> {
        let running = self.live.failed.is_none() && self.restoring.is_none();
        running.then_some(self.live.at.position)
    }

    /// Whether the event at `position` comes next for the rows in use, or for a rebuild.
    #[must_use]
    pub fn wants(&self, position: Position) -> bool {
        self.restoring.is_none() && self.folds().any(|fold| fold.wants(position))
    }

    /// Takes in one event, if it comes next: `event` is the recorded one as the domain understands
    /// it, `None` when it does not know it, or the error that came of reading it. Where that, or the
    /// projection, fails, it stops before this event.
    pub fn take(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: Result<Option<&<P::Domain as Domain>::Event<'_>>, &Error>,
    ) {
        if self.restoring.is_some() {
            return;
        }
        self.live.take(recorded, event);
        if let Some(rebuild) = &mut self.rebuild {
            rebuild.take(recorded, event);
        }
    }

    /// Begins to rebuild from the log's beginning, beside the rows in use. A rebuild that is under
    /// way goes on; one that has stopped begins again.
    pub fn start_rebuild(&mut self) {
        if self
            .rebuild
            .as_ref()
            .is_none_or(|fold| fold.failed.is_some())
        {
            self.rebuild = Some(Box::default());
        }
    }

    /// Gives a rebuild up. The rows in use stay as they are.
    pub fn cancel_rebuild(&mut self) {
        self.rebuild = None;
    }

    /// Puts the rebuilt rows in use, once they have come as far as the ones in use. Returns whether
    /// it did.
    pub fn finish_rebuild(&mut self) -> bool {
        let has_caught_up = |fold: &mut Box<Fold<P>>| fold.at.position >= self.live.at.position;
        if self.restoring.is_some() {
            return false;
        }
        let Some(mut rebuilt) = self.rebuild.take_if(has_caught_up) else {
            return false;
        };
        let position = rebuilt.at.position;
        let mut same_position = false;
        if self.version == P::VERSION {
            same_position = position == self.live.at.position;
            self.saved
                .change(self.live.at.position, self.live.rows.save());
        }
        self.saved
            .replace(position, rebuilt.rows.save(), same_position);
        self.live = *rebuilt;
        self.version = P::VERSION;
        true
    }

    /// What it is doing, where the log's end is at `tail`.
    #[must_use]
    pub fn status(&self, tail: Position) -> Status {
        let live = &self.live;
        let rebuild = self.rebuild.as_deref();
        let position = live.at.position;
        let state = match rebuild {
            _ if self.restoring.is_some() => State::Restoring,
            Some(fold) if fold.failed.is_some() => State::Stopped,
            Some(fold) => State::Rebuilding {
                done: fold.at.position,
            },
            None if live.failed.is_some() => State::Stopped,
            None if position < tail => State::CatchingUp,
            None => State::Live,
        };
        let rebuild_failed = rebuild.and_then(|fold| fold.failed.as_ref());
        Status {
            name: P::NAME,
            version: self.version,
            position,
            lag: tail.saturating_sub(position),
            skipped: (live.at.skipped.iter()).fold(0, |sum, kind| sum.saturating_add(kind.count)),
            skipped_types: live.at.skipped.clone(),
            state,
            error: rebuild_failed.or(live.failed.as_ref()).cloned(),
        }
    }

    /// What to write so that the rows in use and their checkpoint are stored; `None` when they are
    /// already, or are of another version. Once that is written, say so with
    /// [`saved`](Self::saved). When writing failed, or nobody knows how it ended, nothing need be
    /// said: the next changes contain these.
    pub fn changes(&mut self) -> Option<Save> {
        if self.version != P::VERSION || self.restoring.is_some() {
            return None;
        }
        let Fold { rows, at, .. } = &mut self.live;
        self.saved.change(at.position, rows.save());
        self.saved.save(at, || rows.preview())
    }

    /// The changes of `save` are stored. Does nothing when newer changes were taken since.
    pub fn saved(&mut self, save: &Save) {
        self.saved.confirm(save);
    }

    fn folds(&self) -> impl Iterator<Item = &Fold<P>> {
        core::iter::once(&self.live).chain(self.rebuild.as_deref())
    }
}

impl<P: Projection> Follow<P::Domain> for Follower<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }
    fn checkpoint(&self) -> Position {
        self.checkpoint()
    }
    fn last_event(&self) -> Option<uuid::Uuid> {
        self.last_event()
    }
    fn next_after(&self) -> Option<Position> {
        self.next_after()
    }
    fn live_after(&self) -> Option<Position> {
        self.live_after()
    }
    fn wants(&self, position: Position) -> bool {
        self.wants(position)
    }
    fn take(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: Result<Option<&<P::Domain as Domain>::Event<'_>>, &Error>,
    ) {
        self.take(recorded, event);
    }
    fn missing(&self) -> Option<String> {
        self.missing()
    }
    fn supply(&mut self, prefix: &str, records: Vec<Record>) {
        self.supply(prefix, records);
    }
    fn start_over(&mut self) {
        self.start_over();
    }
    fn start_rebuild(&mut self) {
        self.start_rebuild();
    }
    fn cancel_rebuild(&mut self) {
        self.cancel_rebuild();
    }
    fn finish_rebuild(&mut self) -> bool {
        self.finish_rebuild()
    }
    fn status(&self, tail: Position) -> Status {
        self.status(tail)
    }
    fn changes(&mut self) -> Option<Save> {
        self.changes()
    }
    fn saved(&mut self, save: &Save) {
        self.saved(save);
    }
}

impl<P: Default> Default for Fold<P> {
    fn default() -> Self {
        Self {
            rows: P::default(),
            at: Checkpoint::default(),
            failed: None,
        }
    }
}

impl<P: Projection> Fold<P> {
    fn wants(&self, position: Position) -> bool {
        self.failed.is_none() && position.checked_sub(1) == Some(self.at.position)
    }

    fn take(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: Result<Option<&<P::Domain as Domain>::Event<'_>>, &Error>,
    ) {
        let position = recorded.position;
        if !self.wants(position) {
            return;
        }
        let taken = match event {
            Ok(Some(event)) => self.rows.apply(recorded, event),
            Ok(None) => {
                self.at.skip(recorded.event_type, recorded.schema());
                Ok(())
            }
            Err(error) => Err(error.clone().into()),
        };
        match taken {
            Ok(()) => {
                self.at.position = position;
                self.at.last_event = Some(recorded.event_id);
            }
            Err(error) => self.failed = Some(Failure { position, error }),
        }
    }
}
