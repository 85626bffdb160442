//! The past: the same fold, over fewer events.

use proptest::prelude::*;

use super::account::{Account, Command};
use super::{NOW, STREAM, append_foreign, deposit, replayed, tab};
use crate::aggregate::Aggregate;
use crate::domain::Domain;
use crate::memory::MemoryStorage;
use crate::repository::{AsOf, CommandContext, Loaded};
use crate::store::StreamQuery;
use crate::testing::block_on;
use crate::{NO_STREAM, Timestamp};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// As of a version, a position or a moment, the state is that of the events that count, in their
    /// order, whatever happened in other streams between.
    #[test]
    fn the_past_is_the_fold_of_what_counts(
        commands in prop::collection::vec((1..4_usize, 0..20_i64, 0..20_i64, any::<bool>()), 1..12),
        places in prop::collection::vec(-1..40_i64, 1..8),
    ) {
        block_on(async {
            let accounts = tab(&MemoryStorage::new()).await;
            for (turn, (count, occurred, recorded, elsewhere)) in commands.into_iter().enumerate() {
                let context = CommandContext {
                    occurred_at: Timestamp::from_millis(occurred),
                    ..CommandContext::new(turn.to_string(), Timestamp::from_millis(recorded))
                };
                let stream = if elsewhere { "account-2" } else { STREAM };
                let command = Command::Deposit((1..=count as u64).collect());
                accounts.execute(stream, &command, &context).await.unwrap();
            }
            let page = accounts.store.read_stream(&StreamQuery::new(STREAM)).await.unwrap();
            for place in places {
                let moment = Timestamp::from_millis(place);
                for as_of in [
                    AsOf::Version(place),
                    AsOf::Position(place.max(0).unsigned_abs()),
                    AsOf::Occurred(moment),
                    AsOf::Recorded(moment),
                ] {
                    let mut expected = Loaded { state: super::Balance::default(), version: NO_STREAM, unknown: 0 };
                    for recorded in page.events() {
                        let counts = match as_of {
                            AsOf::Version(version) => recorded.version <= version,
                            AsOf::Position(position) => recorded.position <= position,
                            AsOf::Occurred(moment) => recorded.occurred_at <= moment,
                            AsOf::Recorded(moment) => recorded.recorded_at <= moment,
                        };
                        if counts {
                            let event = super::account::Money::decode(recorded.event_type, 1, recorded.data);
                            Account::<1>::evolve(&mut expected.state, &event.unwrap().unwrap());
                            expected.version = recorded.version;
                        }
                    }
                    assert_eq!(accounts.load_as_of(STREAM, as_of).await, Ok(expected), "{as_of:?}");
                }
            }
        });
    }
}

#[test]
fn a_stream_that_does_not_exist_is_the_initial_state() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        let nothing = Loaded {
            state: super::Balance::default(),
            version: NO_STREAM,
            unknown: 0,
        };
        assert_eq!(accounts.load(STREAM).await, Ok(nothing.clone()));
        assert_eq!(replayed(&accounts).await, nothing);
    });
}

#[test]
fn the_past_ignores_snapshots_of_later_states() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "pay", 250).await;
        let past = accounts.load_as_of(STREAM, AsOf::Version(41)).await;
        let past = past.unwrap();
        assert_eq!((past.state.amount, past.version), (42, 41));
    });
}

#[test]
fn events_this_build_does_not_know_are_skipped_and_counted() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "a", 2).await;
        append_foreign(&accounts.store, "Audited", 1).await;
        append_foreign(&accounts.store, "Deposited", 2).await;
        deposit(&accounts, "b", 3).await;
        let loaded = accounts.load(STREAM).await.unwrap();
        assert_eq!(
            (loaded.state.amount, loaded.version, loaded.unknown),
            (5, 6, 2)
        );
        assert_eq!(replayed(&accounts).await, loaded);
        let past = accounts.load_as_of(STREAM, AsOf::Version(2)).await;
        assert_eq!(past.unwrap().unknown, 1);
    });
}

#[test]
fn an_event_that_is_not_of_the_shape_it_claims_is_damage() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "a", 2).await;
        append_foreign(&accounts.store, "Deposited", 1).await;
        let context = CommandContext::new("b", NOW);
        for answer in [
            accounts.load(STREAM).await.map(|_| ()),
            accounts
                .execute(STREAM, &Command::TopUpTo(1), &context)
                .await
                .map(|_| ()),
        ] {
            match answer.map_err(|error| *error) {
                Err(crate::Error::StorageCorrupt { position, .. }) => assert_eq!(position, 3),
                other => panic!("{other:?}"),
            }
        }
    });
}
