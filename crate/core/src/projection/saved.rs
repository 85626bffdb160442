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
//! A save is unconfirmed until [`Saved::confirm`]: until then each later one contains it, under the
//! same keys, whether or not it was stored. Pages are kept as numbers, not as bytes: what was not
//! stored is written again out of the rows.
//!
//! Writing all pages of a large projection takes long, so it is done in steps
//! ([`Saved::write_pages`]) between which events may go on changing rows. A page that changes after
//! it was written is written again; a save is made once all of them are, and stored in one
//! transaction. So a crash at any moment leaves what the last save left.

use super::checkpoint::{Checkpoint, Manifest, PageId, checkpoint_key, page_key, version_prefixes};
use super::course::Rows;
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
    /// The pages as they were last written, stored or not.
    pages: Manifest,
    /// Those that are not known to be stored.
    unstored: SortedMap<u32, Unstored>,
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

/// What is to be done with a page that is not known to be stored as it is.
#[derive(Debug)]
enum Unstored {
    /// It changed since it was written.
    Changed,
    /// It was folded anew. Where that gave the same, its record, which is stored, stays.
    Rebuilt,
    /// Its bytes, written for the next save.
    Written(Vec<u8>),
    /// It did not change since it was written for a save that is not confirmed.
    Unconfirmed,
}

impl Saved {
    /// Of a projection of which nothing of use is stored; `wipe` when something else is.
    pub(super) fn nothing(name: &'static str, version: u32, wipe: bool) -> Self {
        Self {
            name,
            version,
            pages: Manifest::new(),
            unstored: SortedMap::new(),
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

    /// Notes that the projection is restored from the checkpoint at `position`, which names `pages`.
    pub(super) fn restore(&mut self, position: Position, pages: Manifest) {
        self.pages = pages;
        self.confirmed = Some(position);
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
        for position in checkpoints {
            self.checkpoints.push(position);
        }
        for (number, id) in pages {
            if let Some(left_over) = self.left_over.or_default(number) {
                left_over.push(id);
            }
        }
    }

    /// Notes that events changed pages.
    pub(super) fn change(&mut self, changed: Vec<u32>) {
        if !changed.is_empty() {
            // A save under way does not hold them, so it must not confirm them.
            self.number += 1;
        }
        for number in changed {
            self.unstored.insert(number, Unstored::Changed);
        }
    }

    /// Notes that rebuilt rows, of all these pages, have taken the place of the saved ones. Where
    /// `same_position` says that they stand where the saved ones stood, pages that come out the same
    /// keep their records: other tabs name them.
    pub(super) fn replace(&mut self, rebuilt: Vec<u32>, same_position: bool) {
        let mut before = core::mem::take(&mut self.unstored);
        for number in rebuilt {
            let page = match before.remove(&number) {
                _ if !same_position => Unstored::Changed,
                None if self.pages.get(&number).is_some() => Unstored::Rebuilt,
                None | Some(Unstored::Changed) => Unstored::Changed,
                Some(Unstored::Rebuilt) => Unstored::Rebuilt,
                Some(Unstored::Written(_) | Unstored::Unconfirmed) => Unstored::Unconfirmed,
            };
            self.unstored.insert(number, page);
        }
        let (superseded, unstored) = (&mut self.superseded, &self.unstored);
        self.pages.retain(|number, id| {
            let kept = unstored.get(number).is_some();
            if !kept {
                superseded.push((*number, *id));
            }
            kept
        });
        self.replaced = true;
        self.number += 1;
    }

    /// Writes pages that are not stored, as `rows` stand at `position`, until they come to
    /// `most_bytes`. Returns whether there are more.
    pub(super) fn write_pages(
        &mut self,
        position: Position,
        rows: &dyn Rows,
        most_bytes: usize,
    ) -> bool {
        let mut unwritten = Vec::new();
        for (number, page) in self.unstored.as_slice() {
            if !matches!(page, Unstored::Written(_)) {
                unwritten.push(*number);
            }
        }
        let mut bytes = 0;
        for number in unwritten {
            if bytes >= most_bytes {
                return true;
            }
            let page = rows.write_page(number);
            bytes += page.len();
            self.write_page(position, number, page);
        }
        false
    }

    fn write_page(&mut self, position: Position, number: u32, bytes: Vec<u8>) {
        let state = self.unstored.remove(&number);
        let changed = matches!(state, Some(Unstored::Changed));
        let is_same = |id: &PageId| !changed && id.holds(&bytes);
        if !self.pages.get(&number).is_some_and(is_same) {
            self.identify(number, PageId::of(position, &bytes));
        } else if matches!(state, Some(Unstored::Rebuilt)) {
            return;
        }
        self.unstored.insert(number, Unstored::Written(bytes));
    }

    /// Gives a page that changed its record.
    fn identify(&mut self, number: u32, id: PageId) {
        if let Some(before) = self.pages.insert(number, id)
            && before != id
        {
            self.superseded.push((number, before));
        }
        if let Some((own, left_over)) = self.left_over.first_from(&number)
            && *own == number
        {
            let superseded = &mut self.superseded;
            left_over.retain(|other| {
                let gone = other.position < id.position;
                if gone {
                    superseded.push((number, *other));
                }
                !gone
            });
        }
    }

    /// What to store, so that `at` and the pages are, all of which have been written; `None` when they
    /// are stored. `preview` is that of the rows, as they stand at `at`.
    pub(super) fn save(
        &mut self,
        at: &Checkpoint,
        preview: &mut dyn FnMut() -> Vec<u8>,
    ) -> Option<Save> {
        let unchanged = self.confirmed == Some(at.position) && self.unstored.is_empty();
        if at.position == 0 || (unchanged && !self.replaced) {
            return None;
        }
        let mut changes = self.removals(at.position);
        for (number, page) in self.unstored.take() {
            if let (Some(id), Unstored::Written(value)) = (self.pages.get(&number), page) {
                let key = page_key(self.name, self.version, number, *id);
                changes.push(Change::Put { key, value });
                self.unstored.insert(number, Unstored::Unconfirmed);
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
        let own = self.wipe.then_some(self.version);
        for version in self.older_versions.iter().copied().chain(own) {
            for prefix in version_prefixes(self.name, version) {
                removals.push(Change::DeletePrefix { prefix });
            }
        }
        if self.wipe {
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
        self.unstored.clear();
        self.superseded.clear();
        self.older_versions.clear();
        self.checkpoints.retain(|at| *at >= save.position);
        self.confirmed = Some(save.position);
        self.wipe = false;
        self.replaced = false;
    }
}
