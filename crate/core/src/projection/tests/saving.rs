//! Saving and restoring: across crashes, lost and late writes, several tabs, versions and damage.

use proptest::prelude::*;

use super::domain::{
    Entry, New, Old, Records, Sums, SumsOf, expected, feed, folded, len, log_of, shown,
};
use crate::projection::{Follower, Projection, Save, State};
use crate::storage::Change;

const KNOWN: &[&str] = &["Added", "Doubled"];
type Tab = Follower<SumsOf<New>>;

#[derive(Debug, Clone)]
enum Step {
    /// The tab takes so many more events.
    Follow(usize, u64),
    /// The tab writes pages ahead of its save.
    Prepare(usize),
    /// The tab's save is stored, and it learns of it.
    Save(usize),
    /// The tab's save is stored, but it does not learn of it.
    SaveUnheard(usize),
    /// The tab's save is lost.
    SaveLost(usize),
    /// The tab's save is on its way.
    SaveLater(usize),
    /// One of the saves on their way arrives; the tab may learn of it.
    Arrive(prop::sample::Index, bool),
    /// The tab is closed and opened again.
    Reopen(usize),
    /// The tab rebuilds the projection, up to so many events before or beyond its checkpoint.
    Rebuild(usize, i64),
}

const TABS: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let tab = 0..TABS;
    prop_oneof![
        6 => (tab.clone(), 1_u64..12).prop_map(|(tab, by)| Step::Follow(tab, by)),
        2 => tab.clone().prop_map(Step::Prepare),
        4 => tab.clone().prop_map(Step::Save),
        1 => tab.clone().prop_map(Step::SaveUnheard),
        1 => tab.clone().prop_map(Step::SaveLost),
        2 => tab.clone().prop_map(Step::SaveLater),
        2 => any::<(prop::sample::Index, bool)>().prop_map(|(which, heard)| Step::Arrive(which, heard)),
        2 => tab.clone().prop_map(Step::Reopen),
        1 => (tab, -3_i64..6).prop_map(|(tab, by)| Step::Rebuild(tab, by)),
    ]
}

/// Tabs over one store, and the saves that are on their way.
struct Tabs<P: Projection> {
    log: Vec<Entry>,
    open: Vec<Follower<P>>,
    records: Records,
    under_way: Vec<(Option<usize>, Save)>,
    /// The highest checkpoint ever stored.
    highest: u64,
}

impl<P: Projection> Tabs<P> {
    fn new(log: Vec<Entry>) -> Self {
        Self {
            log,
            open: (0..TABS).map(|_| Follower::default()).collect(),
            records: Records::default(),
            under_way: Vec::new(),
            highest: 0,
        }
    }

    fn store(&mut self, save: &Save) {
        self.records.write(&save.changes);
        for change in &save.changes {
            if let Change::Put { key, .. } = change
                && key.contains("/checkpoint/")
                && let Some((_, position)) = key.rsplit_once('/')
            {
                self.highest = self.highest.max(position.parse().unwrap());
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Follow(tab, by) => {
                let until = self.open[tab].checkpoint() + by;
                feed(&mut self.open[tab], &self.log, until);
            }
            Step::Prepare(tab) => drop(self.open[tab].prepare()),
            Step::Save(tab) => {
                if let Some(save) = self.open[tab].changes() {
                    self.store(&save);
                    self.open[tab].saved(&save);
                }
            }
            Step::SaveUnheard(tab) => {
                if let Some(save) = self.open[tab].changes() {
                    self.store(&save);
                }
            }
            Step::SaveLost(tab) => drop(self.open[tab].changes()),
            Step::SaveLater(tab) => {
                let save = self.open[tab].changes();
                self.under_way.extend(save.map(|save| (Some(tab), save)));
            }
            Step::Arrive(ref which, heard) => {
                if !self.under_way.is_empty() {
                    let which = which.index(self.under_way.len());
                    let (tab, save) = self.under_way.remove(which);
                    self.store(&save);
                    if let Some(tab) = tab.filter(|_| heard) {
                        self.open[tab].saved(&save);
                    }
                }
            }
            Step::Reopen(tab) => {
                self.open[tab] = self.records.restore();
                // Its saves may still arrive, but there is nobody left to learn of it.
                for (sender, _) in &mut self.under_way {
                    *sender = sender.filter(|sender| *sender != tab);
                }
            }
            Step::Rebuild(tab, by) => {
                let until = self.open[tab].checkpoint().saturating_add_signed(by);
                self.open[tab].start_rebuild();
                feed(&mut self.open[tab], &self.log, until);
                self.open[tab].finish_rebuild();
            }
        }
    }
}

proptest! {
    /// Whatever tabs save, and whatever becomes of their writes: the highest checkpoint that was
    /// stored is found again, whole, with the rows of a fold from nothing; so nothing is folded
    /// again needlessly, and going on from it gives what a fold from nothing gives.
    #[test]
    fn tabs_save_one_projection_without_harm(
        log in log_of(KNOWN),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut tabs = Tabs::<SumsOf<New>>::new(log);
        for step in steps {
            tabs.step(&step);
            let mut restored: Tab = tabs.records.restore();
            prop_assert_eq!(restored.checkpoint(), tabs.highest);
            let fold = folded::<SumsOf<New>>(&tabs.log, tabs.highest);
            prop_assert_eq!(shown(&restored), shown(&fold));
            prop_assert_eq!(restored.last_event(), fold.last_event());
            feed(&mut restored, &tabs.log, len(&tabs.log));
            prop_assert_eq!(shown(&restored), expected(&tabs.log, len(&tabs.log)));
        }
    }

    /// Tabs of an older build, which skips events a newer one knows, save the same projection: a
    /// restored state may then lie further back, but is always one that build would have folded.
    #[test]
    fn tabs_of_two_builds_never_mix_their_rows(
        log in log_of(&["Added", "Doubled", "Strange"]),
        steps in prop::collection::vec((any::<bool>(), step()), 0..60),
    ) {
        let mut old = Tabs::<SumsOf<Old>>::new(log.clone());
        let mut new = Tabs::<SumsOf<New>>::new(log);
        for (newer, step) in steps {
            if newer {
                new.records = std::mem::take(&mut old.records);
                new.step(&step);
                old.records = std::mem::take(&mut new.records);
            } else {
                old.step(&step);
            }
            let restored: Tab = old.records.restore();
            if restored.status(0).state == State::Live {
                prop_assert_eq!(shown(&restored), expected(&old.log, restored.checkpoint()));
            }
        }
    }

    /// What other tabs left behind goes when the pages it belongs to change next.
    #[test]
    fn nothing_is_left_over_for_good(
        log in log_of(KNOWN),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut tabs = Tabs::<SumsOf<New>>::new(log);
        for step in steps {
            tabs.step(&step);
        }
        let mut last: Tab = tabs.records.restore();
        let mut log = tabs.log[..usize::try_from(tabs.highest).unwrap()].to_vec();
        log.extend((0..12).map(|stream| ("Added", stream, 1)));
        feed(&mut last, &log, len(&log));
        tabs.records.save(&mut last);
        prop_assert_eq!(tabs.records.keys("/checkpoint/").len(), 1);
        prop_assert_eq!(tabs.records.keys("/page/").len(), last.rows().rows.len().div_ceil(2));
    }

    /// A record that is damaged or missing costs a rebuild at most, and never gives wrong rows.
    #[test]
    fn damage_is_found_and_mended(
        log in log_of(KNOWN),
        steps in prop::collection::vec(step(), 0..30),
        which in any::<prop::sample::Index>(),
        flip in any::<Option<(prop::sample::Index, u8)>>(),
    ) {
        let mut tabs = Tabs::<SumsOf<New>>::new(log.clone());
        for step in [Step::Follow(0, 12), Step::Save(0)].into_iter().chain(steps) {
            tabs.step(&step);
        }
        let mut records = tabs.records;
        let key = which.get(&records.0.keys().cloned().collect::<Vec<_>>()).clone();
        match flip {
            Some((at, bits)) => {
                let bytes = records.0.get_mut(&key).unwrap();
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            None => drop(records.0.remove(&key)),
        }
        let mut restored: Tab = records.restore();
        prop_assert_eq!(shown(&restored), expected(&log, restored.checkpoint()));
        feed(&mut restored, &log, len(&log));
        records.save(&mut restored);
        let mended: Tab = records.restore();
        prop_assert_eq!(mended.checkpoint(), len(&log));
        prop_assert_eq!(shown(&mended), expected(&log, len(&log)));
    }

    /// A new version serves the old rows until it is rebuilt, and then removes them.
    #[test]
    fn an_older_version_serves_until_the_new_one_is_built(log in log_of(KNOWN), saved in 1_u64..80) {
        let saved = saved.min(len(&log));
        let mut records = Records::default();
        records.save(&mut folded::<SumsOf<New>>(&log, saved));
        let before = records.0.clone();

        let mut new: Follower<Sums<New, 2, false>> = records.restore();
        let status = new.status(len(&log));
        prop_assert_eq!((status.version, status.position), (1, saved));
        prop_assert_eq!(status.state, State::Rebuilding { done: 0 });
        prop_assert_eq!(shown(&new), expected(&log, saved));
        prop_assert!(records.save(&mut new).is_none(), "rows of another version were saved");
        prop_assert_eq!(&records.0, &before);

        feed(&mut new, &log, len(&log));
        prop_assert!(new.finish_rebuild());
        prop_assert_eq!(new.status(len(&log)).version, 2);
        records.save(&mut new);
        prop_assert!(records.keys("/v1/").is_empty());
        let restored: Follower<Sums<New, 2, false>> = records.restore();
        prop_assert_eq!(restored.status(len(&log)).state, State::Live);
        prop_assert_eq!(shown(&restored), expected(&log, len(&log)));
    }
}

#[test]
fn rows_of_a_version_that_cannot_be_read_are_left_to_their_own_build() {
    let log: [Entry; 3] = [("Added", 0, 1), ("Added", 1, 1), ("Added", 2, 1)];
    let mut records = Records::default();
    records.save(&mut folded::<Sums<New, 3, false>>(&log, 3));
    let mut older: Follower<Sums<New, 2, false>> = records.restore();
    assert_eq!(older.checkpoint(), 0);
    feed(&mut older, &log, 3);
    records.save(&mut older);
    assert_eq!(records.restore::<Sums<New, 3, false>>().checkpoint(), 3);
    assert_eq!(records.restore::<Sums<New, 2, false>>().checkpoint(), 3);
}

#[test]
fn what_is_saved_is_not_saved_again() {
    let log: [Entry; 5] = [
        ("Added", 0, 1),
        ("Added", 2, 1),
        ("Added", 4, 1),
        ("Strange", 0, 0),
        ("Added", 4, 1),
    ];
    let mut records = Records::default();
    let mut tab: Tab = Follower::default();
    assert!(records.save(&mut tab).is_none(), "nothing happened yet");
    feed(&mut tab, &log, 3);
    assert_eq!(records.save(&mut tab).unwrap().changes.len(), 3);
    assert!(records.save(&mut tab).is_none());
    // An event that changes no row moves the checkpoint; one that changes a row writes its page.
    feed(&mut tab, &log, 4);
    assert_eq!(records.save(&mut tab).unwrap().changes.len(), 2);
    feed(&mut tab, &log, 5);
    assert_eq!(records.save(&mut tab).unwrap().changes.len(), 4);
    // A rebuild that comes out the same writes its checkpoint only.
    tab.start_rebuild();
    feed(&mut tab, &log, 5);
    assert!(tab.finish_rebuild());
    assert_eq!(records.save(&mut tab).unwrap().changes.len(), 1);
    assert_eq!(records.restore::<SumsOf<New>>().checkpoint(), 5);
}

#[test]
fn starting_over_removes_what_was_saved_of_the_other_log() {
    let log: [Entry; 3] = [("Added", 0, 1), ("Added", 1, 1), ("Added", 2, 1)];
    let other: [Entry; 1] = [("Added", 7, 7)];
    let mut records = Records::default();
    records.save(&mut folded::<SumsOf<New>>(&log, 3));
    let mut tab: Tab = records.restore();
    tab.start_over();
    assert_eq!((tab.checkpoint(), tab.rows().rows.len()), (0, 0));
    feed(&mut tab, &other, 1);
    records.save(&mut tab);
    let restored: Tab = records.restore();
    assert_eq!(restored.checkpoint(), 1);
    assert_eq!(restored.rows().rows.get("s7").map(|row| row.total), Some(7));
}
