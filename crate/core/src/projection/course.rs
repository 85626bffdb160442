//! How far a follower has come, whatever its projection: all of a [`Follower`](super::Follower) but
//! the rows. It is compiled once, and not anew for each projection.

use super::checkpoint::Checkpoint;
use super::restore::{Progress, Restoring};
use super::saved::{Save, Saved};
use super::{Failure, Projection, State, Status};
use crate::domain::Domain as _;
use crate::storage::Record;
use crate::{Position, RecordedEvent, Result};

/// About how many bytes of pages are written between two chances to do something else: a few
/// milliseconds of work.
const STEP_BYTES: usize = 512 * 1024;

/// What is said of a projection once and for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) version: u32,
    /// Whether this build understands a type of events at a schema version.
    pub(super) knows: fn(&str, u32) -> bool,
}

/// The rows of some projection, as pages. The methods are the [`Projection`]'s own.
pub(super) trait Rows {
    fn changed(&mut self) -> Vec<u32>;
    fn write_page(&self, number: u32) -> Vec<u8>;
    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool;
    fn loaded(&mut self) -> bool;
    fn preview(&self) -> Vec<u8>;
}

/// Where rows stand.
#[derive(Debug, Default)]
pub(super) struct Stand {
    pub(super) at: Checkpoint,
    failed: Option<Failure>,
}

/// Where the rows in use stand and those of a rebuild, and what is stored of them.
#[derive(Debug)]
pub(super) struct Course {
    kind: Kind,
    pub(super) live: Stand,
    // The version of the rows in use; while it is not the kind's, they are not saved.
    version: u32,
    pub(super) rebuild: Option<Stand>,
    // While it is under way, a preview is shown at most, and nothing is folded.
    restoring: Option<Box<Restoring>>,
    // Boxed, as what is restored takes its place.
    saved: Box<Saved>,
}

/// What came of taking in records.
pub(super) enum Restored {
    /// There is more to read; the rows in the making are to be gone on with. Whether there is another
    /// preview to show.
    More { preview: bool },
    /// There is more to read, from the beginning: the rows in the making are of no use.
    Again,
    /// The rows in the making are whole, and are to be used.
    Whole,
}

impl Kind {
    pub(super) fn of<P: Projection>() -> Self {
        Self {
            name: P::NAME,
            version: P::VERSION,
            knows: P::Domain::knows,
        }
    }
}

impl<P: Projection> Rows for P {
    fn changed(&mut self) -> Vec<u32> {
        Projection::changed(self)
    }
    fn write_page(&self, number: u32) -> Vec<u8> {
        Projection::write_page(self, number)
    }
    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool {
        Projection::load_page(self, version, number, bytes)
    }
    fn loaded(&mut self) -> bool {
        Projection::loaded(self)
    }
    fn preview(&self) -> Vec<u8> {
        Projection::preview(self)
    }
}

impl Stand {
    /// Whether the event at `position` comes next.
    pub(super) fn wants(&self, position: Position) -> bool {
        self.failed.is_none() && position.checked_sub(1) == Some(self.at.position)
    }

    /// Notes that an event was taken, or why it could not be.
    pub(super) fn note(&mut self, recorded: &RecordedEvent<'_>, taken: Result<()>) {
        let position = recorded.position;
        match taken {
            Ok(()) => {
                self.at.position = position;
                self.at.last_event = Some(recorded.event_id);
            }
            Err(error) => self.failed = Some(Failure { position, error }),
        }
    }
}

impl Course {
    /// At the beginning, nothing being stored; with `wipe`, nothing of use.
    pub(super) fn new(kind: Kind, wipe: bool) -> Self {
        Self {
            kind,
            live: Stand::default(),
            version: kind.version,
            rebuild: None,
            restoring: None,
            saved: Box::new(Saved::nothing(kind.name, kind.version, wipe)),
        }
    }

    /// At the beginning, what is stored yet to be read.
    pub(super) fn to_restore(kind: Kind) -> Self {
        Self {
            restoring: Some(Box::new(Restoring::new(kind))),
            ..Self::new(kind, false)
        }
    }

    pub(super) const fn is_restoring(&self) -> bool {
        self.restoring.is_some()
    }

    pub(super) fn missing(&self) -> Option<String> {
        self.restoring.as_ref().map(|restoring| restoring.missing())
    }

    /// Takes in the records that were [`missing`](Self::missing), with `rows` in the making.
    pub(super) fn restore(&mut self, records: &[Record], rows: &mut dyn Rows) -> Restored {
        let Some(restoring) = &mut self.restoring else {
            return Restored::Again;
        };
        let progress = restoring.take(records, rows);
        let Progress::Restored(found) = progress else {
            let before = self.live.at.position;
            self.live.at = restoring.at().cloned().unwrap_or_default();
            let preview = self.live.at.position != before;
            return match progress {
                Progress::More => Restored::More { preview },
                _ => Restored::Again,
            };
        };
        self.live = Stand {
            at: found.at,
            failed: None,
        };
        self.version = found.version;
        self.saved = found.saved;
        if found.outdated {
            self.start_rebuild();
        }
        self.restoring = None;
        Restored::Whole
    }

    /// The version and the preview of the rows to be restored, which are to be shown.
    pub(super) fn preview(&mut self) -> Option<(u32, &[u8])> {
        let (version, preview) = self.restoring.as_ref()?.preview()?;
        self.version = version;
        Some((version, preview))
    }

    fn stands(&self) -> impl Iterator<Item = &Stand> {
        core::iter::once(&self.live).chain(&self.rebuild)
    }

    pub(super) fn next_after(&self) -> Option<Position> {
        self.stands()
            .filter(|stand| stand.failed.is_none())
            .map(|stand| stand.at.position)
            .min()
            .filter(|_| self.restoring.is_none())
    }

    pub(super) fn live_after(&self) -> Option<Position> {
        let running = self.live.failed.is_none() && self.restoring.is_none();
        running.then_some(self.live.at.position)
    }

    pub(super) fn wants(&self, position: Position) -> bool {
        self.restoring.is_none() && self.stands().any(|stand| stand.wants(position))
    }

    /// Returns whether a rebuild begins now.
    pub(super) fn start_rebuild(&mut self) -> bool {
        let begins = (self.rebuild.as_ref()).is_none_or(|stand| stand.failed.is_some());
        if begins {
            self.rebuild = Some(Stand::default());
        }
        begins
    }

    /// Notes that the rows of a rebuild take the place of the `live` ones, if they have come as far.
    pub(super) fn finish_rebuild(&mut self, live: &mut dyn Rows, rebuilt: &mut dyn Rows) -> bool {
        let position = self.live.at.position;
        let has_caught_up = |stand: &mut Stand| stand.at.position >= position;
        if self.restoring.is_some() {
            return false;
        }
        let Some(stand) = self.rebuild.take_if(has_caught_up) else {
            return false;
        };
        let mut same_position = false;
        if self.version == self.kind.version {
            same_position = stand.at.position == position;
            self.saved.change(live.changed());
        }
        self.saved.replace(rebuilt.changed(), same_position);
        self.live = stand;
        self.version = self.kind.version;
        true
    }

    pub(super) fn status(&self, tail: Position) -> Status {
        let (live, rebuild) = (&self.live, self.rebuild.as_ref());
        let position = live.at.position;
        let state = match rebuild {
            _ if self.restoring.is_some() => State::Restoring,
            Some(stand) if stand.failed.is_some() => State::Stopped,
            Some(stand) => State::Rebuilding {
                done: stand.at.position,
            },
            None if live.failed.is_some() => State::Stopped,
            None if position < tail => State::CatchingUp,
            None => State::Live,
        };
        let rebuild_failed = rebuild.and_then(|stand| stand.failed.as_ref());
        Status {
            name: self.kind.name,
            version: self.version,
            position,
            lag: tail.saturating_sub(position),
            skipped: (live.at.skipped.iter()).fold(0, |sum, kind| sum.saturating_add(kind.count)),
            skipped_types: live.at.skipped.clone(),
            state,
            error: rebuild_failed.or(live.failed.as_ref()).cloned(),
        }
    }

    pub(super) fn prepare(&mut self, rows: &mut dyn Rows) -> bool {
        self.can_save() && self.write_pages(rows, STEP_BYTES)
    }

    pub(super) fn changes(&mut self, rows: &mut dyn Rows) -> Option<Save> {
        if !self.can_save() {
            return None;
        }
        self.write_pages(rows, usize::MAX);
        self.saved.save(&self.live.at, &mut || rows.preview())
    }

    fn can_save(&self) -> bool {
        self.version == self.kind.version && self.restoring.is_none()
    }

    fn write_pages(&mut self, rows: &mut dyn Rows, most_bytes: usize) -> bool {
        self.saved.change(rows.changed());
        let position = self.live.at.position;
        self.saved.write_pages(position, rows, most_bytes)
    }

    pub(super) fn saved(&mut self, save: &Save) {
        self.saved.confirm(save);
    }
}
