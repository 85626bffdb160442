//! Carrying one projection along the log.

use super::checkpoint::checkpoints_prefix;
use super::course::{Course, Kind, Restored, Stand};
use super::saved::Save;
use super::{Follow, Projection, Status};
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
    course: Course,
    /// The rows in use; a preview of them while they are restored. Boxed, as the others are, so that
    /// these can take their place without a move.
    rows: Box<P>,
    /// The rows of a rebuild.
    rebuilt: Option<Box<P>>,
    /// The rows that are restored.
    restored: Option<Box<P>>,
}

impl<P: Projection> Default for Follower<P> {
    /// At the beginning, nothing being stored.
    fn default() -> Self {
        Self::on(Course::new(Kind::of::<P>(), false))
    }
}

impl<P: Projection> Follower<P> {
    fn on(course: Course) -> Self {
        Self {
            course,
            rows: Box::default(),
            rebuilt: None,
            restored: None,
        }
    }

    /// What the keys of the records begin with that [`restore`](Self::restore) takes.
    #[must_use]
    pub fn prefix() -> String {
        checkpoints_prefix(P::NAME)
    }

    /// Goes on from what is stored; `checkpoints` are all derived records under
    /// [`prefix`](Self::prefix), and others may be among them. The rows follow: until nothing is [`missing`](Self::missing) any
    /// more, only the preview is shown, and no event is taken. Whatever is damaged or missing, the
    /// rows restored are those of a whole state, or none, at position 0. Begins a rebuild when the
    /// rows are of another version, or when this build knows an event that was skipped.
    #[must_use]
    pub fn restore(checkpoints: &[Record]) -> Self {
        let mut follower = Self::on(Course::to_restore(Kind::of::<P>()));
        follower.take_in(checkpoints);
        follower
    }

    /// What the keys of the derived records begin with that are to be given to
    /// [`supply`](Self::supply) next; `None` once the rows are restored.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        self.course.missing()
    }

    /// Takes in all derived records under `prefix`, read at one moment; does nothing unless these
    /// are what is [`missing`](Self::missing).
    pub fn supply(&mut self, prefix: &str, records: &[Record]) {
        if self.course.missing().as_deref() == Some(prefix) {
            self.take_in(records);
        }
    }

    fn take_in(&mut self, records: &[Record]) {
        let rows = self.restored.get_or_insert_default();
        match self.course.restore(records, &mut **rows) {
            Restored::More { preview: false } => {}
            Restored::More { preview: true } => {
                if let Some((version, preview)) = self.course.preview() {
                    *self.rows = P::default();
                    self.rows.show_preview(version, preview);
                }
            }
            Restored::Again => self.restored = None,
            Restored::Whole => {
                self.rows = self.restored.take().unwrap_or_default();
                self.make_room();
            }
        }
    }

    /// Makes the rows of a rebuild that has begun.
    fn make_room(&mut self) {
        if self.course.rebuild.is_some() {
            let rows = &self.rows;
            self.rebuilt.get_or_insert_with(|| Box::new(rows.anew()));
        }
    }

    /// Begins again with no rows, at position 0, for a log that is not the one that was folded. The
    /// next save removes what was saved before.
    pub fn start_over(&mut self) {
        *self = Self::on(Course::new(Kind::of::<P>(), true));
    }

    /// The rows in use.
    #[must_use]
    pub fn rows(&self) -> &P {
        &self.rows
    }

    /// The position up to which the rows in use have followed the log.
    #[must_use]
    pub const fn checkpoint(&self) -> Position {
        self.course.live.at.position
    }

    /// The id of the event at the checkpoint; `None` at position 0. When the log holds another
    /// event there, or none, the rows are of another log: [`start_over`](Self::start_over).
    #[must_use]
    pub const fn last_event(&self) -> Option<uuid::Uuid> {
        self.course.live.at.last_event
    }

    /// The lowest position after which it needs events: that of a rebuild, or the checkpoint. `None`
    /// when it has stopped and needs none.
    #[must_use]
    pub fn next_after(&self) -> Option<Position> {
        self.course.next_after()
    }

    /// The position after which the rows in use need events; `None` when they have stopped.
    #[must_use]
    pub fn live_after(&self) -> Option<Position> {
        self.course.live_after()
    }

    /// Whether the event at `position` comes next for the rows in use, or for a rebuild.
    #[must_use]
    pub fn wants(&self, position: Position) -> bool {
        self.course.wants(position)
    }

    /// Takes in one event, if it comes next: `event` is the recorded one as the domain understands
    /// it, `None` when it does not know it, or the error that came of reading it. Where that, or the
    /// projection, fails, it stops before this event.
    pub fn take(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: Result<Option<&<P::Domain as Domain>::Event<'_>>, &Error>,
    ) {
        if self.course.is_restoring() {
            return;
        }
        take(&mut self.course.live, &mut *self.rows, recorded, event);
        if let (Some(stand), Some(rows)) = (&mut self.course.rebuild, &mut self.rebuilt) {
            take(stand, &mut **rows, recorded, event);
        }
    }

    /// Begins to rebuild from the log's beginning, beside the rows in use. A rebuild that is under
    /// way goes on; one that has stopped begins again.
    pub fn start_rebuild(&mut self) {
        if self.course.start_rebuild() {
            self.rebuilt = None;
        }
        self.make_room();
    }

    /// Gives a rebuild up. The rows in use stay as they are.
    pub fn cancel_rebuild(&mut self) {
        (self.course.rebuild, self.rebuilt) = (None, None);
    }

    /// Puts the rebuilt rows in use, once they have come as far as the ones in use. Returns whether
    /// it did.
    pub fn finish_rebuild(&mut self) -> bool {
        let Some(rebuilt) = &mut self.rebuilt else {
            return false;
        };
        let done = (self.course).finish_rebuild(&mut *self.rows, &mut **rebuilt);
        if done && let Some(rebuilt) = self.rebuilt.take() {
            self.rows = rebuilt;
        }
        done
    }

    /// What it is doing, where the log's end is at `tail`.
    #[must_use]
    pub fn status(&self, tail: Position) -> Status {
        self.course.status(tail)
    }

    /// Writes some of the pages that changed ahead of [`changes`](Self::changes), a few milliseconds'
    /// work, so that little is left to do then. Returns whether there are more.
    pub fn prepare(&mut self) -> bool {
        self.course.prepare(&mut *self.rows)
    }

    /// What to write so that the rows in use and their checkpoint are stored; `None` when they are
    /// already, or are of another version. Once that is written, say so with
    /// [`saved`](Self::saved). When writing failed, or nobody knows how it ended, nothing need be
    /// said: the next changes contain these.
    pub fn changes(&mut self) -> Option<Save> {
        self.course.changes(&mut *self.rows)
    }

    /// The changes of `save` are stored. Does nothing when newer changes were taken since.
    pub fn saved(&mut self, save: &Save) {
        self.course.saved(save);
    }
}

fn take<P: Projection>(
    stand: &mut Stand,
    rows: &mut P,
    recorded: &RecordedEvent<'_>,
    event: Result<Option<&<P::Domain as Domain>::Event<'_>>, &Error>,
) {
    if !stand.wants(recorded.position) {
        return;
    }
    let taken = match event {
        Ok(Some(event)) => rows.apply(recorded, event),
        Ok(None) => {
            stand.at.skip(recorded.event_type, recorded.schema());
            Ok(())
        }
        Err(error) => Err(error.clone().into()),
    };
    stand.note(recorded, taken);
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
    fn supply(&mut self, prefix: &str, records: &[Record]) {
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
    fn prepare(&mut self) -> bool {
        self.prepare()
    }
    fn changes(&mut self) -> Option<Save> {
        self.changes()
    }
    fn saved(&mut self, save: &Save) {
        self.saved(save);
    }
}
