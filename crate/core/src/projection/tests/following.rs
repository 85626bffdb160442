//! Carrying a projection along the log: each event once, failures, skipping, rebuilding.

use proptest::prelude::*;

use super::domain::{
    Entry, New, Old, Records, Sums, SumsOf, UNLUCKY, each, expected, feed, folded, len, log_of,
    shown,
};
use crate::projection::{Follow, Follower, Skipped, State, deliver};

const KNOWN: &[&str] = &["Added", "Doubled"];
type Live = Follower<SumsOf<New>>;

proptest! {
    /// Events may come again, too early, and in any order: each counts once.
    #[test]
    fn each_event_counts_once(
        log in log_of(KNOWN),
        deliveries in prop::collection::vec((0_u64..80, 0_u64..80), 0..20),
    ) {
        let mut follower = Live::default();
        for (after, until) in deliveries {
            each(&log, after, until, |event| deliver(&mut [&mut follower], event));
            let until = follower.checkpoint();
            prop_assert_eq!(shown(&follower), expected(&log, until));
        }
        feed(&mut follower, &log, len(&log));
        prop_assert_eq!(follower.status(len(&log)).state, State::Live);
        prop_assert_eq!(shown(&follower), expected(&log, len(&log)));
    }

    /// The event a projection cannot take stops it there, and stops no other.
    #[test]
    fn a_failing_event_stops_one_projection_only(log in log_of(KNOWN), unlucky in any::<prop::sample::Index>()) {
        let mut log = log;
        let at = unlucky.index(log.len());
        log[at] = ("Added", 0, UNLUCKY);
        let (mut fussy, mut other) = (Follower::<Sums<New, 1, true>>::default(), Live::default());
        each(&log, 0, len(&log), |event| deliver(&mut [&mut fussy, &mut other], event));

        let before = at as u64;
        let status = fussy.status(len(&log));
        prop_assert_eq!((status.state, status.position), (State::Stopped, before));
        prop_assert_eq!(status.lag, len(&log) - before);
        prop_assert_eq!(status.error.map(|failure| failure.position), Some(before + 1));
        prop_assert_eq!(fussy.next_after(), None);
        prop_assert_eq!(shown(&fussy), expected(&log, before));
        prop_assert_eq!(other.status(len(&log)).state, State::Live);

        // What it had is saved, and a build without the fault goes on from there.
        let mut records = Records::default();
        records.save(&mut fussy);
        let mut mended: Live = records.restore();
        prop_assert_eq!(mended.checkpoint(), before);
        feed(&mut mended, &log, len(&log));
        prop_assert_eq!(shown(&mended), shown(&other));
    }

    /// Unknown events are skipped and counted; the build that knows them rebuilds.
    #[test]
    fn skipped_events_count_once_they_are_known(log in log_of(&["Added", "Doubled", "Strange"])) {
        let mut old = folded::<SumsOf<Old>>(&log, len(&log));
        let count = |kind: &str| log.iter().filter(|event| event.0 == kind).count() as u64;
        let status = old.status(len(&log));
        prop_assert_eq!(status.state, State::Live);
        prop_assert_eq!(status.skipped, count("Doubled") + count("Strange"));
        let kinds: Vec<Skipped> = ["Doubled", "Strange"]
            .into_iter()
            .filter(|kind| count(kind) > 0)
            .map(|kind| Skipped { event_type: kind.to_owned(), schema_version: 1, count: count(kind) })
            .collect();
        prop_assert_eq!(&status.skipped_types, &kinds);

        let mut records = Records::default();
        records.save(&mut old);
        prop_assert_eq!(records.restore::<SumsOf<Old>>().status(len(&log)), status);

        let mut new: Live = records.restore();
        let rebuilds = matches!(new.status(len(&log)).state, State::Rebuilding { done: 0 });
        prop_assert_eq!(rebuilds, count("Doubled") > 0);
        prop_assert_eq!(shown(&new), shown(&old));
        feed(&mut new, &log, len(&log));
        prop_assert_eq!(new.finish_rebuild(), rebuilds);
        prop_assert_eq!(new.status(len(&log)).skipped, count("Strange"));
        prop_assert_eq!(shown(&new), expected(&log, len(&log)));
        records.save(&mut new);
        prop_assert_eq!(records.restore::<SumsOf<New>>().status(len(&log)).state, State::Live);
    }

    /// While it is rebuilt, the rows in use serve and follow the log; given up or finished, the
    /// rows are those of a fold from nothing, and so is what is saved.
    #[test]
    fn a_rebuild_runs_beside_the_rows_in_use(
        log in log_of(KNOWN),
        served in 1_u64..40,
        pauses in prop::collection::vec(1_u64..80, 0..6),
        give_up in any::<bool>(),
    ) {
        let mut follower = folded::<SumsOf<New>>(&log, served.min(len(&log)));
        let mut records = Records::default();
        records.save(&mut follower);
        follower.start_rebuild();
        for until in pauses {
            let shown_until = follower.checkpoint();
            feed(&mut follower, &log, until);
            prop_assert!(follower.checkpoint() >= shown_until, "the rows in use went back");
            let rebuilding = follower.status(len(&log)).state;
            let now = follower.checkpoint();
            if let State::Rebuilding { done } = rebuilding {
                prop_assert_eq!(follower.finish_rebuild(), done >= now);
            }
            prop_assert_eq!(follower.checkpoint(), now);
            prop_assert_eq!(shown(&follower), expected(&log, now));
        }
        if give_up {
            follower.cancel_rebuild();
        }
        feed(&mut follower, &log, len(&log));
        follower.finish_rebuild();
        prop_assert_eq!(follower.status(len(&log)).state, State::Live);
        prop_assert_eq!(shown(&follower), expected(&log, len(&log)));
        records.save(&mut follower);
        let restored: Live = records.restore();
        prop_assert_eq!(restored.checkpoint(), len(&log));
        prop_assert_eq!(shown(&restored), shown(&follower));
    }
}

#[test]
fn an_event_whose_data_cannot_be_read_stops_every_projection_of_its_domain() {
    let log: [Entry; 3] = [("Added", 0, 1), ("Broken", 0, 1), ("Added", 0, 1)];
    let (mut one, mut two) = (Live::default(), Follower::<Sums<New, 2, true>>::default());
    let mut both: [&mut dyn Follow<New>; 2] = [&mut one, &mut two];
    each(&log, 0, 3, |event| deliver(&mut both, event));
    for follower in both {
        let status = follower.status(3);
        assert_eq!((status.state, status.position), (State::Stopped, 1));
        let failure = status.error.unwrap();
        assert_eq!(failure.error.code(), "storage_corrupt");
        assert_eq!(failure.position, 2);
    }
}

#[test]
fn a_rebuild_that_fails_leaves_the_rows_in_use_running() {
    let log: [Entry; 4] = [
        ("Added", 0, 1),
        ("Added", 1, UNLUCKY),
        ("Added", 2, 1),
        ("Added", 3, 1),
    ];
    let mut records = Records::default();
    records.save(&mut folded::<SumsOf<New>>(&log, 3));
    let mut fussy: Follower<Sums<New, 1, true>> = records.restore();
    fussy.start_rebuild();
    feed(&mut fussy, &log, 4);
    let status = fussy.status(4);
    assert_eq!((status.state, status.position), (State::Stopped, 4));
    assert_eq!(status.error.map(|failure| failure.position), Some(2));
    assert!(!fussy.finish_rebuild());
    fussy.cancel_rebuild();
    assert_eq!(fussy.status(4).state, State::Live);
    assert_eq!(fussy.rows().rows.len(), 4);
}

#[test]
fn status_tells_how_far_it_is_and_what_it_does() {
    let log: [Entry; 4] = [("Added", 0, 1); 4];
    let mut follower = folded::<SumsOf<New>>(&log, 3);
    let status = follower.status(4);
    assert_eq!((status.name, status.version), ("sums", 1));
    assert_eq!(
        (status.state, status.position, status.lag),
        (State::CatchingUp, 3, 1)
    );
    follower.start_rebuild();
    each(&log, 0, 2, |event| deliver(&mut [&mut follower], event));
    assert_eq!(follower.status(4).state, State::Rebuilding { done: 2 });
    assert_eq!(follower.next_after(), Some(2));
    follower.start_rebuild();
    assert_eq!(follower.status(4).state, State::Rebuilding { done: 2 });
}
