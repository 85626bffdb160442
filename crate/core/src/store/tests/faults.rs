//! A storage that fails: what is acknowledged is there, once, and a failed write is never silent.

use proptest::prelude::*;

use super::{NOW, event, log, verify};
use crate::memory::MemoryStorage;
use crate::storage::{Change, Storage};
use crate::store::{Append, Options, Store};
use crate::testing::{Fault, Faults, FaultyStorage, Operation, block_on};
use crate::{Error, ExpectedVersion};

async fn faulty(memory: &MemoryStorage) -> (Store<FaultyStorage<MemoryStorage>>, Faults) {
    let faults = Faults::none();
    let storage = FaultyStorage::new(memory.connect(), faults.clone());
    (
        Store::open(storage, Options::default()).await.unwrap(),
        faults,
    )
}

fn append(id: u128, expected: ExpectedVersion) -> Append {
    Append::to("s", expected, vec![event(id)], NOW)
}

#[test]
fn a_lost_acknowledgement_is_found_out_and_nothing_is_stored_twice() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = faulty(&memory).await;
        faults.next(Operation::Commit, Fault::LostAfter);
        let appended = store.append(append(1, ExpectedVersion::Any)).await.unwrap();
        assert_eq!((appended.first, appended.repeated), (1, false));
        assert_eq!(log(memory.connect()).await.len(), 1);
    });
}

#[test]
fn a_connection_lost_before_the_write_is_opened_anew_once() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = faulty(&memory).await;
        faults.next(Operation::Commit, Fault::LostBefore);
        store
            .append(append(1, ExpectedVersion::NoStream))
            .await
            .unwrap();
        faults.next(Operation::Commit, Fault::LostBefore);
        faults.next(Operation::Commit, Fault::LostBefore);
        let error = store
            .append(append(2, ExpectedVersion::Exact(0)))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "connection_lost");
        store
            .append(append(2, ExpectedVersion::Exact(0)))
            .await
            .unwrap();
        assert_eq!(log(memory.connect()).await.len(), 2);
    });
}

#[test]
fn whoever_takes_the_place_of_a_commit_that_was_lost_is_not_taken_for_it() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = faulty(&memory).await;
        let (other, _) = faulty(&memory).await;
        other.append(append(9, ExpectedVersion::Any)).await.unwrap();
        faults.next(Operation::Commit, Fault::LostBefore);
        let appended = store.append(append(1, ExpectedVersion::Any)).await.unwrap();
        assert_eq!((appended.first, appended.repeated), (2, false));
        assert_eq!(log(memory.connect()).await.len(), 2);
    });
}

#[test]
fn a_full_storage_says_so_and_the_store_goes_on() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = faulty(&memory).await;
        faults.next(Operation::Commit, Fault::quota_exceeded());
        let error = store
            .append(append(1, ExpectedVersion::Any))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "quota_exceeded");
        assert_eq!((store.tail(), store.version("s").await.unwrap()), (0, -1));
        store
            .append(append(1, ExpectedVersion::NoStream))
            .await
            .unwrap();
    });
}

#[test]
fn a_log_that_is_gone_is_said_to_be_lost() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, _) = faulty(&memory).await;
        store.append(append(1, ExpectedVersion::Any)).await.unwrap();
        memory.connect().destroy().await.unwrap();
        let error = store
            .append(append(2, ExpectedVersion::Any))
            .await
            .unwrap_err();
        assert!(
            matches!(
                *error,
                Error::DataLost { .. } | Error::ConnectionLost { .. }
            ),
            "{error}"
        );
    });
}

#[test]
fn the_same_events_again_succeed_and_store_nothing() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, _) = faulty(&memory).await;
        let first = store
            .append(append(1, ExpectedVersion::NoStream))
            .await
            .unwrap();
        store
            .append(append(2, ExpectedVersion::Exact(0)))
            .await
            .unwrap();
        let again = store
            .append(append(1, ExpectedVersion::NoStream))
            .await
            .unwrap();
        assert_eq!(
            (again.first, again.last, again.repeated),
            (first.first, first.last, true)
        );
        let other = store
            .append(append(3, ExpectedVersion::NoStream))
            .await
            .unwrap_err();
        assert_eq!(other.code(), "conflict");
        assert_eq!(log(memory.connect()).await.len(), 2);
    });
}

#[test]
fn a_conflict_that_cannot_be_looked_at_is_answered_and_holds_nobody_up() {
    block_on(async {
        let memory = MemoryStorage::new();
        let faults = Faults::none();
        let storage = FaultyStorage::new(memory.connect(), faults.clone());
        let options = Options {
            cache_bytes: 0,
            ..Options::default()
        };
        let store = Store::open(storage, options).await.unwrap();
        store
            .append(append(1, ExpectedVersion::NoStream))
            .await
            .unwrap();
        let refused = Error::QuotaExceeded {
            detail: "planned".to_owned(),
        };
        faults.next(Operation::ReadAt, Fault::Refused(refused.clone()));
        let other = Append::to("t", ExpectedVersion::NoStream, vec![event(3)], NOW);
        let (conflicting, other) = futures_util::future::join(
            store.append(append(2, ExpectedVersion::NoStream)),
            store.append(other),
        )
        .await;
        assert_eq!(conflicting, Err(refused.into()));
        assert_eq!(other.unwrap().last, 2);
    });
}

#[test]
fn a_version_beyond_every_log_is_refused() {
    block_on(async {
        let store = Store::open(MemoryStorage::new(), Options::default())
            .await
            .unwrap();
        let far = append(1, ExpectedVersion::Exact(i64::MAX));
        assert_eq!(store.append(far).await.unwrap_err().code(), "invalid_input");
    });
}

#[test]
fn records_are_written_over_a_new_connection_but_never_to_another_log() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = faulty(&memory).await;
        store.append(append(1, ExpectedVersion::Any)).await.unwrap();
        let change = Change::Put {
            key: "mine/1".to_owned(),
            value: vec![1],
        };
        faults.lose_connection();
        store
            .write_records(std::slice::from_ref(&change))
            .await
            .unwrap();
        assert_eq!(store.read_record("mine/1").await, Ok(Some(vec![1])));

        memory.connect().destroy().await.unwrap();
        let error = store.write_records(&[change]).await.unwrap_err();
        assert_eq!(error.code(), "data_lost");
        assert_eq!(memory.connect().read_records("").await, Ok(Vec::new()));
    });
}

proptest! {
    /// Whatever fails, and however often: an acknowledged event is in the log exactly once, an
    /// unacknowledged one at most once, and retrying leads to the end.
    #[test]
    fn acknowledged_means_stored(seed in any::<u64>(), one_in in 2..8_u64, count in 1..20_u128) {
        block_on(async {
            let memory = MemoryStorage::new();
            let mut faults = Faults::none();
            let mut store = None;
            for id in 1..=count {
                let expected = ExpectedVersion::from(i64::try_from(id).unwrap() - 2);
                for attempt in 0_u64.. {
                    if store.is_none() {
                        faults = Faults::seeded(seed.wrapping_add(attempt), one_in);
                        let storage = FaultyStorage::new(memory.connect(), faults.clone());
                        store = Store::open(storage, Options::default()).await.ok();
                    }
                    if attempt > 50 {
                        faults.calm();
                    }
                    let Some(open) = &store else { continue };
                    match open.append(append(id, expected)).await.map_err(|error| *error) {
                        Ok(appended) => {
                            assert_eq!(u128::from(appended.last), id);
                            break;
                        }
                        Err(Error::Closed | Error::DataLost { .. }) => panic!("nothing was closed or deleted"),
                        Err(Error::ConnectionLost { .. }) if attempt % 3 == 0 => store = None,
                        Err(_) => {}
                    }
                }
            }
            let ids: Vec<u128> = log(memory.connect()).await.iter().map(|seen| seen.id).collect();
            assert_eq!(ids, (1..=count).collect::<Vec<_>>());
            verify(memory.connect()).await;
        });
    }
}
