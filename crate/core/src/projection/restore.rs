//! Restoring a projection from its records, a group of pages at a time.
//!
//! The checkpoints come first: they say which pages to read. Until all of those are there, nothing
//! is folded, and the rows are at most the preview that the checkpoint holds. A page that is not
//! there, as when another tab has saved in between, sends it back to the checkpoints.

use super::Skipped;
use super::checkpoint::{
    Checkpoint, Key, PageId, Saving, checkpoints_prefix, pages_prefix, parse_key,
};
use super::course::{Kind, Rows};
use super::saved::Saved;
use crate::Position;
use crate::storage::Record;

/// A restoring under way.
#[derive(Debug)]
pub(super) struct Restoring {
    kind: Kind,
    /// The checkpoints there are, by version and position.
    checkpoints: Vec<(u32, Position)>,
    /// What to restore; `None`: the checkpoints have to be read again.
    chosen: Option<Chosen>,
    /// How many of the chosen pages are in the rows.
    loaded: usize,
    /// Pages that were found and not chosen.
    left_over: Vec<(u32, PageId)>,
    /// What could not be restored.
    failed: Vec<(u32, Position)>,
}

#[derive(Debug)]
struct Chosen {
    version: u32,
    saving: Saving,
}

/// What was restored.
pub(super) struct Found {
    /// The version that saved the rows.
    pub(super) version: u32,
    pub(super) at: Checkpoint,
    pub(super) saved: Box<Saved>,
    /// Whether the rows are not what this build would fold: of another version, or short of events
    /// which it knows.
    pub(super) outdated: bool,
}

/// How far a restoring has come.
pub(super) enum Progress {
    /// The rows are whole.
    Restored(Box<Found>),
    /// There is more to read.
    More,
    /// There is more to read, into rows that are made anew.
    Again,
}

impl Restoring {
    /// Before anything is read.
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            checkpoints: Vec::new(),
            chosen: None,
            loaded: 0,
            left_over: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// The checkpoint to be restored.
    pub(super) fn at(&self) -> Option<&Checkpoint> {
        self.chosen.as_ref().map(|chosen| &chosen.saving.at)
    }

    /// The version and the preview of the rows to be restored.
    pub(super) fn preview(&self) -> Option<(u32, &[u8])> {
        let chosen = self.chosen.as_ref()?;
        Some((chosen.version, &chosen.saving.preview))
    }

    /// What the keys of the records to be read next begin with.
    pub(super) fn missing(&self) -> String {
        match (&self.chosen, self.next_page()) {
            (Some(chosen), Some(number)) => group_prefix(self.kind.name, chosen.version, number),
            _ => checkpoints_prefix(self.kind.name),
        }
    }

    /// Takes in the records whose keys begin with what [`missing`](Self::missing) gave. `rows` are
    /// those in the making, new ones at first.
    pub(super) fn take(&mut self, records: &[Record], rows: &mut dyn Rows) -> Progress {
        let Some(chosen) = self.chosen.take() else {
            return self.choose(records);
        };
        let loaded = self.load(&chosen, records, rows);
        if loaded && self.loaded < chosen.saving.pages.len() {
            self.chosen = Some(chosen);
            return Progress::More;
        }
        if loaded && rows.loaded() {
            return self.finish(Some(chosen));
        }
        self.failed
            .push((chosen.version, chosen.saving.at.position));
        self.loaded = 0;
        Progress::Again
    }

    fn next_page(&self) -> Option<u32> {
        let pages = self.chosen.as_ref()?.saving.pages.as_slice();
        pages.get(self.loaded).map(|(number, _)| *number)
    }

    /// Chooses the best checkpoint that has not failed: of this version the highest that skipped
    /// nothing this build knows, or else the highest; or else one of another version that may be
    /// read, newest version first.
    fn choose(&mut self, records: &[Record]) -> Progress {
        self.checkpoints.clear();
        let mut best: Option<(_, Chosen)> = None;
        for (key, bytes) in records {
            let Some(Key::Checkpoint { version, position }) = parse_key(self.kind.name, key) else {
                continue;
            };
            self.checkpoints.push((version, position));
            let Ok(saving) = Saving::decode(bytes) else {
                continue;
            };
            if saving.at.position != position || self.failed.contains(&(version, position)) {
                continue;
            }
            let complete = !knows_skipped(self.kind, &saving.at.skipped);
            let rank = (version == self.kind.version, version, complete, position);
            if best.as_ref().is_none_or(|(other, _)| *other < rank) {
                best = Some((rank, Chosen { version, saving }));
            }
        }
        let Some((_, chosen)) = best else {
            return self.finish(None);
        };
        if chosen.saving.pages.is_empty() {
            return self.finish(Some(chosen));
        }
        self.chosen = Some(chosen);
        Progress::More
    }

    /// Loads the pages that `records` are to hold; `false` when one is missing or damaged.
    fn load(&mut self, chosen: &Chosen, records: &[Record], rows: &mut dyn Rows) -> bool {
        let name = self.kind.name;
        let pages = chosen.saving.pages.as_slice();
        let Some(first) = pages.get(self.loaded).map(|(number, _)| *number) else {
            return false;
        };
        let mut found = records
            .iter()
            .filter_map(|(key, bytes)| match parse_key(name, key)? {
                Key::Page { number, id } => Some((number, id, bytes)),
                Key::Checkpoint { .. } => None,
            });
        let group = pages.get(self.loaded..).unwrap_or_default();
        for (number, id) in group
            .iter()
            .take_while(|(number, _)| group_of(*number) == group_of(first))
        {
            let page = loop {
                match found.next() {
                    Some((own, other, bytes)) if (own, other) == (*number, *id) => break bytes,
                    Some((own, other, _)) => self.left_over.push((own, other)),
                    None => return false,
                }
            };
            if !id.holds(page) || !rows.load_page(chosen.version, *number, page) {
                return false;
            }
            self.loaded += 1;
        }
        for (number, id, _) in found {
            self.left_over.push((number, id));
        }
        true
    }

    /// What is restored of `chosen`; nothing, where there was nothing to choose.
    fn finish(&mut self, chosen: Option<Chosen>) -> Progress {
        let Kind { name, version, .. } = self.kind;
        let own = (chosen.as_ref()).is_some_and(|chosen| chosen.version == version);
        let mut found = Found {
            version,
            at: Checkpoint::default(),
            saved: Box::new(Saved::nothing(name, version, !own && self.has_own())),
            outdated: false,
        };
        found.saved.note_older(self.older());
        if let Some(Chosen { version, saving }) = chosen {
            let position = saving.at.position;
            found.version = version;
            found.outdated = !own || knows_skipped(self.kind, &saving.at.skipped);
            found.at = saving.at;
            if own {
                let checkpoints = self.checkpoints.iter();
                let others = checkpoints.filter(|(other, _)| *other == version);
                let left_over = core::mem::take(&mut self.left_over);
                found.saved.restore(position, saving.pages);
                found.saved.note(
                    others.map(|(_, position)| *position),
                    left_over
                        .into_iter()
                        .filter(|(_, id)| id.position <= position),
                );
            }
        }
        Progress::Restored(Box::new(found))
    }

    /// Whether there are records of this version: none of them is of use.
    fn has_own(&self) -> bool {
        let mut versions = self.checkpoints.iter().map(|(version, _)| *version);
        versions.any(|version| version == self.kind.version)
    }

    /// The older versions that have records.
    fn older(&self) -> impl Iterator<Item = u32> {
        let versions = self.checkpoints.iter().map(|(version, _)| *version);
        versions.filter(|version| *version < self.kind.version)
    }
}

/// Pages whose numbers differ in the last two digits only are read together: a few megabytes.
const fn group_of(number: u32) -> u32 {
    number / 100
}

fn group_prefix(name: &str, version: u32, number: u32) -> String {
    let pages = pages_prefix(name, version);
    format!("{pages}{:04}", group_of(number))
}

fn knows_skipped(kind: Kind, skipped: &[Skipped]) -> bool {
    skipped
        .iter()
        .any(|events| (kind.knows)(&events.event_type, events.schema_version))
}
