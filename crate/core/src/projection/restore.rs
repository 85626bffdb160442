//! Finding the state to go on from among a projection's records.

use super::checkpoint::{Checkpoint, Key, Manifest, PageId, parse_key, prefix};
use super::saved::Saved;
use super::{Projection, Skipped};
use crate::Position;
use crate::domain::Domain;
use crate::sorted::SortedMap;
use crate::storage::Record;

/// What was found.
pub(super) struct Restored<P> {
    pub(super) rows: P,
    /// The version that saved `rows`.
    pub(super) version: u32,
    pub(super) at: Checkpoint,
    pub(super) saved: Saved,
    /// Whether the rows are not what this build would fold: of another version, or short of events
    /// which it knows.
    pub(super) outdated: bool,
}

/// The records of one version.
#[derive(Default)]
struct Shelf {
    checkpoints: SortedMap<Position, Vec<u8>>,
    pages: SortedMap<(u32, PageId), Vec<u8>>,
}

/// Restores a projection from all records under its prefix: the highest whole checkpoint of this
/// version, or else of another version that `P` can read, newest first, or else nothing.
pub(super) fn restore<P: Projection>(records: Vec<Record>) -> Restored<P> {
    let mut shelves = sort::<P>(records);
    let own = shelves.remove(&P::VERSION).unwrap_or_default();
    let versions = shelves.as_slice().iter().map(|(version, _)| *version);
    let older: Vec<u32> = versions
        .take_while(|version| *version < P::VERSION)
        .collect();
    let wipe = !(own.checkpoints.is_empty() && own.pages.is_empty());
    if let Some(mut restored) = own.take::<P>(P::VERSION) {
        restored.saved.note([], [], older);
        return restored;
    }
    let mut saved = Saved::nothing(P::NAME, P::VERSION, wipe);
    saved.note([], [], older);
    for (version, shelf) in shelves.take().into_iter().rev() {
        if let Some(restored) = shelf.take::<P>(version) {
            return Restored { saved, ..restored };
        }
    }
    Restored {
        rows: P::default(),
        version: P::VERSION,
        at: Checkpoint::default(),
        saved,
        outdated: false,
    }
}

fn sort<P: Projection>(records: Vec<Record>) -> SortedMap<u32, Shelf> {
    let prefix = prefix(P::NAME);
    let mut shelves: SortedMap<u32, Shelf> = SortedMap::new();
    for (key, value) in records {
        match key.strip_prefix(&prefix).and_then(parse_key) {
            Some(Key::Checkpoint { version, position }) => {
                if let Some(shelf) = shelves.or_default(version) {
                    shelf.checkpoints.insert(position, value);
                }
            }
            Some(Key::Page {
                version,
                number,
                id,
            }) => {
                if let Some(shelf) = shelves.or_default(version) {
                    shelf.pages.insert((number, id), value);
                }
            }
            None => {}
        }
    }
    shelves
}

impl Shelf {
    /// The state of the best checkpoint; `None` when there is none that `P` can read.
    fn take<P: Projection>(mut self, version: u32) -> Option<Restored<P>> {
        let (at, manifest) = self.best::<P>()?;
        let mut pages = Vec::with_capacity(manifest.len());
        for (number, id) in manifest.as_slice() {
            pages.push((*number, self.pages.remove(&(*number, *id))?));
        }
        let mut rows = P::default();
        if !rows.load(version, &pages) {
            return None;
        }
        let mut saved = Saved::restored(P::NAME, version, at.position, manifest);
        let left_over = self.pages.take().into_iter().map(|(key, _)| key);
        saved.note(
            self.checkpoints.take().into_iter().map(|(key, _)| key),
            left_over.filter(|(_, id)| id.position <= at.position),
            [],
        );
        Some(Restored {
            rows,
            version,
            outdated: version != P::VERSION || knows_skipped::<P>(&at.skipped),
            at,
            saved,
        })
    }

    /// The highest whole checkpoint that skipped nothing this build knows, or else the highest.
    fn best<P: Projection>(&self) -> Option<(Checkpoint, Manifest)> {
        let read = self
            .checkpoints
            .as_slice()
            .iter()
            .rev()
            .filter_map(|(key, bytes)| {
                let (at, manifest) = Checkpoint::decode(bytes).ok()?;
                (at.position == *key).then_some((at, manifest))
            });
        let (outdated, mut candidates): (Vec<_>, Vec<_>) =
            read.partition(|(at, _)| knows_skipped::<P>(&at.skipped));
        candidates.extend(outdated);
        candidates
            .into_iter()
            .find(|(_, manifest)| self.is_whole(manifest))
    }

    fn is_whole(&self, manifest: &Manifest) -> bool {
        manifest.as_slice().iter().all(|(number, id)| {
            let bytes = self.pages.get(&(*number, *id));
            bytes.is_some_and(|bytes| id.holds(bytes))
        })
    }
}

fn knows_skipped<P: Projection>(skipped: &[Skipped]) -> bool {
    skipped
        .iter()
        .any(|kind| P::Domain::knows(&kind.event_type, kind.schema_version))
}
