//! Saving a projection, so that what is stored is always one whole state, whichever tabs save it,
//! in whatever order, and however many of their writes are lost.
//!
//! Several tabs fold the same log and may each save the same projection, blindly and late. Hence
//! pages are stored copy-on-write (shadow paging, as in Lorie 1977): a page record is never
//! overwritten with other bytes, and each checkpoint record names the page records it goes with.
//!
//! - **What is restored was once a whole state.** A checkpoint counts only if every page it names is
//!   there and has the fingerprint it names. Nothing else has to hold for this.
//! - **The highest checkpoint is whole**, so no tab need rebuild. A save at position c removes
//!   only checkpoints below c, and a page record taken at k only if an event in (k, c] changed that
//!   page. A checkpoint at c' names a page record taken at k only if no event in (k, c'] changed
//!   that page. So a save at c removes nothing that a checkpoint at c' ≥ c names; and where one
//!   with c' < c loses a page, the one at c stands above it. Folds being pure, this holds between
//!   tabs.
//!
//! A save is unconfirmed until [`Saved::confirm`]: then each later one contains it, under the same
//! keys, whether or not it was stored.

use super::checkpoint::{Checkpoint, Manifest, PageId, checkpoint_key, page_key, version_prefixes};
use crate::Position;
use crate::sorted::SortedMap;
use crate::storage::Change;

/// What is to be written, in one transaction.
#[derive(Debug)]
#[must_use = "until it is written and confirmed, nothing is saved"]
pub struct Save {
    /// The changes to the derived records, in order.
    pub changes: Vec<Change>,
    number: u64,
    position: Position,
}

/// What one follower knows of its projection's records, and has yet to write.
#[derive(Debug)]
pub(super) struct Saved {
    name: &'static str,
    version: u32,
    /// The pages of the last save, confirmed or not.
    pages: Manifest,
    /// The bytes of those of `pages` that are not known to be stored.
    unconfirmed: SortedMap<u32, Vec<u8>>,
    /// Page records that no checkpoint from here on names.
    superseded: Vec<(u32, PageId)>,
    /// Page records that other tabs left. Another tab's checkpoint may still name one, until an
    /// event changes the page.
    left_over: SortedMap<u32, Vec<PageId>>,
    /// Checkpoint records that may be stored.
    checkpoints: Vec<Position>,
    /// Older versions that have records.
    older_versions: Vec<u32>,
    /// The position of the last save that is known to be stored.
    confirmed: Option<Position>,
    /// Whether the records of this version are to be removed first: none of them is of use.
    wipe: bool,
    /// Whether the checkpoint is to be written, even though it has not moved.
    replaced: bool,
    /// The number of the last save.
    number: u64,
}

impl Saved {
    /// Of a projection of which nothing of use is stored; `wipe` when something else is.
    pub(super) fn nothing(name: &'static str, version: u32, wipe: bool) -> Self {
        Self {
            name,
            version,
            pages: Manifest::new(),
            unconfirmed: SortedMap::new(),
            superseded: Vec::new(),
            left_over: SortedMap::new(),
            checkpoints: Vec::new(),
            older_versions: Vec::new(),
            confirmed: None,
            wipe,
            replaced: false,
            number: 0,
        }
    }

    /// Of a projection restored from the checkpoint at `position`, which names `pages`.
    pub(super) fn restored(
        name: &'static str,
        version: u32,
        position: Position,
        pages: Manifest,
    ) -> Self {
        Self {
            pages,
            confirmed: Some(position),
            ..Self::nothing(name, version, false)
        }
    }

    /// Takes note of older versions that have records.
    pub(super) fn note_older(&mut self, versions: impl IntoIterator<Item = u32>) {
        for version in versions {
            if !self.older_versions.contains(&version) {
                self.older_versions.push(version);
            }
        }
    }

    /// Takes note of records that were found but not restored from: checkpoints, and page records
    /// taken no later than the restored checkpoint.
    pub(super) fn note(
        &mut self,
        checkpoints: impl IntoIterator<Item = Position>,
        pages: impl IntoIterator<Item = (u32, PageId)>,
    ) {
        self.checkpoints.extend(checkpoints);
        for (number, id) in pages {
            if let Some(left_over) = self.left_over.or_default(number) {
                left_over.push(id);
            }
        }
    }

    /// Takes in the pages that events up to `position` changed.
    pub(super) fn change(&mut self, position: Position, changed: Vec<(u32, Vec<u8>)>) {
        for (number, bytes) in changed {
            let id = PageId::of(position, &bytes);
            let before = self.pages.insert(number, id).filter(|before| *before != id);
            self.superseded
                .extend(before.map(|before| (number, before)));
            if let Some((own, left_over)) = self.left_over.first_from(&number)
                && *own == number
            {
                let gone = left_over.extract_if(.., |other| other.position < position);
                self.superseded.extend(gone.map(|other| (number, other)));
            }
            self.unconfirmed.insert(number, bytes);
        }
    }

    /// Takes in all pages of a rebuilt projection. Where `same_position` says that it stands where
    /// the saved one stood, pages that came out the same keep their records: other tabs name them.
    pub(super) fn replace(
        &mut self,
        position: Position,
        pages: Vec<(u32, Vec<u8>)>,
        same_position: bool,
    ) {
        let mut numbers: Vec<u64> = pages.iter().map(|(number, _)| (*number).into()).collect();
        numbers.sort_unstable();
        let present = |number: &u32| numbers.binary_search(&u64::from(*number)).is_ok();
        let superseded = &mut self.superseded;
        self.pages.retain(|number, id| {
            let kept = present(number);
            if !kept {
                superseded.push((*number, *id));
            }
            kept
        });
        self.unconfirmed.retain(|number, _| present(number));
        let differing = pages.into_iter().filter(|(number, bytes)| {
            let same = self.pages.get(number).is_some_and(|id| id.holds(bytes));
            !(same && same_position)
        });
        let differing = differing.collect();
        self.change(position, differing);
        self.replaced = true;
        // A save under way does not hold what was just taken in, so it must not confirm it.
        self.number += 1;
    }

    /// What to write, so that `at` and the pages taken in so far are stored; `None` when they are.
    /// `preview` is that of the rows, as they stand at `at`.
    pub(super) fn save(
        &mut self,
        at: &Checkpoint,
        preview: impl FnOnce() -> Vec<u8>,
    ) -> Option<Save> {
        let unchanged = self.confirmed == Some(at.position) && self.unconfirmed.is_empty();
        if at.position == 0 || (unchanged && !self.replaced) {
            return None;
        }
        let mut changes = self.removals(at.position);
        for (number, bytes) in self.unconfirmed.as_slice() {
            if let Some(id) = self.pages.get(number) {
                changes.push(Change::Put {
                    key: page_key(self.name, self.version, *number, *id),
                    value: bytes.clone(),
                });
            }
        }
        changes.push(Change::Put {
            key: checkpoint_key(self.name, self.version, at.position),
            value: at.encode(&self.pages, &preview()),
        });
        if !self.checkpoints.contains(&at.position) {
            self.checkpoints.push(at.position);
        }
        self.number += 1;
        Some(Save {
            changes,
            number: self.number,
            position: at.position,
        })
    }

    fn removals(&self, position: Position) -> Vec<Change> {
        let mut removals = Vec::new();
        for version in &self.older_versions {
            let prefixes = version_prefixes(self.name, *version);
            removals.extend(prefixes.map(|prefix| Change::DeletePrefix { prefix }));
        }
        if self.wipe {
            let prefixes = version_prefixes(self.name, self.version);
            removals.extend(prefixes.map(|prefix| Change::DeletePrefix { prefix }));
            return removals;
        }
        for checkpoint in self.checkpoints.iter().filter(|at| **at < position) {
            let key = checkpoint_key(self.name, self.version, *checkpoint);
            removals.push(Change::Delete { key });
        }
        for (number, id) in &self.superseded {
            if self.pages.get(number) != Some(id) {
                let key = page_key(self.name, self.version, *number, *id);
                removals.push(Change::Delete { key });
            }
        }
        removals
    }

    /// `save` is known to be stored. Does nothing when another one was made since: that one says
    /// again what this one said.
    pub(super) fn confirm(&mut self, save: &Save) {
        if save.number != self.number {
            return;
        }
        self.unconfirmed.clear();
        self.superseded.clear();
        self.older_versions.clear();
        self.checkpoints.retain(|at| *at >= save.position);
        self.confirmed = Some(save.position);
        self.wipe = false;
        self.replaced = false;
    }
}
