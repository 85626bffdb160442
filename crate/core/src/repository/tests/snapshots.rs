//! Snapshots: they shorten loading and change nothing else.

use proptest::prelude::*;

use super::account::{Account, Balance};
use super::{Accounts, STREAM, append_foreign, deposit, replayed, tab};
use crate::memory::MemoryStorage;
use crate::repository::{Loaded, Repository, SNAPSHOT_EVENTS};
use crate::snapshot::Snapshot;
use crate::storage::{Change, Record, Storage};
use crate::store::{Options, Store};
use crate::testing::block_on;

async fn snapshots(memory: &MemoryStorage) -> Vec<Record> {
    memory.read_records("snapshot/").await.unwrap()
}

async fn put(memory: &MemoryStorage, key: &str, value: Vec<u8>) {
    let key = key.to_owned();
    memory
        .write_records(&[Change::Put { key, value }])
        .await
        .unwrap();
}

#[test]
fn one_is_written_whenever_the_stream_passes_another_hundred_events() {
    for size in [1, 7, 50, 99, 100, 101, 250] {
        block_on(async {
            let memory = MemoryStorage::new();
            let accounts = tab(&memory).await;
            let mut before = Vec::new();
            for length in (0..=420).step_by(size).skip(1) {
                deposit(&accounts, &length.to_string(), size).await;
                let after = snapshots(&memory).await;
                let hundred = usize::try_from(SNAPSHOT_EVENTS).unwrap();
                let passed = (length - size) / hundred < length / hundred;
                assert_eq!(after != before, passed, "at {length}, by {size}");
                assert!(after.len() <= 1, "one for each stream");
                before = after;
            }
        });
    }
}

#[test]
fn loading_begins_at_the_snapshot() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "a", 120).await;
        // A state that no fold would give is seen to be used.
        let planted = Loaded {
            state: Balance {
                amount: 1_000,
                digest: 0,
            },
            version: 99,
            unknown: 0,
        };
        Snapshot::write::<Account<1>, _>(&accounts.store, STREAM, &planted)
            .await
            .unwrap();
        let loaded = accounts.load(STREAM).await.unwrap();
        assert_eq!((loaded.state.amount, loaded.version), (1_020, 119));
        assert_eq!(replayed(&accounts).await.state.amount, 120);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// With whatever commands, in whatever tab, a state loaded from a snapshot is the state replayed
    /// from the first event.
    #[test]
    fn loading_is_replaying(sizes in prop::collection::vec((1..130_usize, 0..2_usize), 1..8)) {
        block_on(async {
            let memory = MemoryStorage::new();
            let tabs = [tab(&memory).await, tab(&memory).await];
            for (turn, (size, who)) in sizes.into_iter().enumerate() {
                deposit(&tabs[who], &turn.to_string(), size).await;
                // The other tab may be behind: a snapshot of events it has not seen is not for it.
                for accounts in &tabs {
                    assert_eq!(accounts.load(STREAM).await.unwrap(), replayed(accounts).await);
                }
            }
            let accounts = tab(&memory).await;
            assert_eq!(accounts.load(STREAM).await.unwrap(), replayed(&accounts).await);
        });
    }
}

/// A log with a stream of 150 events and its snapshot.
async fn with_snapshot(
    memory: &MemoryStorage,
) -> (Accounts<impl Storage + use<>>, String, Vec<u8>) {
    let accounts = tab(memory).await;
    deposit(&accounts, "a", 100).await;
    deposit(&accounts, "b", 50).await;
    let (key, good) = snapshots(memory).await.remove(0);
    (accounts, key, good)
}

/// Loads rightly in spite of the snapshot, and replaces it at the next hundred.
async fn ignored_and_replaced(memory: &MemoryStorage, key: &str, bad: Vec<u8>) {
    put(memory, key, bad.clone()).await;
    let accounts = tab(memory).await;
    let expected = replayed(&accounts).await;
    assert_eq!(accounts.load(STREAM).await, Ok(expected));
    let length = usize::try_from(accounts.store.version(STREAM).await.unwrap()).unwrap() + 1;
    let missing = 100 - length % 100;
    deposit(&accounts, &length.to_string(), missing).await;
    let replaced = snapshots(memory).await.remove(0).1;
    assert_ne!(replaced, bad);
    let taken = Snapshot::read::<Account<1>, _>(&accounts.store, STREAM)
        .await
        .unwrap();
    assert_eq!(taken, Some(replayed(&accounts).await));
}

#[test]
fn a_damaged_one_is_ignored_and_replaced() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (accounts, key, good) = with_snapshot(&memory).await;
        let expected = Ok(replayed(&accounts).await);
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 0x04;
            put(&memory, &key, flipped).await;
            assert_eq!(accounts.load(STREAM).await, expected, "byte {at}");
            put(&memory, &key, good[..at].to_vec()).await;
            assert_eq!(accounts.load(STREAM).await, expected, "{at} bytes");
        }
        ignored_and_replaced(&memory, &key, vec![0xff; 40]).await;
        ignored_and_replaced(&memory, &key, Vec::new()).await;
    });
}

#[test]
fn one_of_another_log_is_ignored_and_replaced() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (_, key, _) = with_snapshot(&memory).await;
        // As long as this one, but of other commands.
        let elsewhere = MemoryStorage::new();
        deposit(&tab(&elsewhere).await, "other", 150).await;
        let foreign = snapshots(&elsewhere).await.remove(0).1;
        ignored_and_replaced(&memory, &key, foreign).await;
        // Longer than this one.
        deposit(&tab(&elsewhere).await, "more", 800).await;
        let foreign = snapshots(&elsewhere).await.remove(0).1;
        ignored_and_replaced(&memory, &key, foreign).await;
    });
}

#[test]
fn one_of_another_shape_is_ignored_and_replaced() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (accounts, key, good) = with_snapshot(&memory).await;
        let store = Store::open(memory.connect(), Options::default())
            .await
            .unwrap();
        let newer = Repository::<Account<2>, _>::new(store);
        assert_eq!(newer.load(STREAM).await, accounts.load(STREAM).await);

        let context = super::CommandContext::new("newer", super::NOW);
        let command = super::Command::Deposit(vec![1; 50]);
        newer.execute(STREAM, &command, &context).await.unwrap();
        let shaped_anew = snapshots(&memory).await.remove(0).1;
        assert_ne!(shaped_anew, good);
        ignored_and_replaced(&memory, &key, shaped_anew).await;
    });
}

#[test]
fn none_is_written_of_a_state_that_skipped_events() {
    block_on(async {
        let memory = MemoryStorage::new();
        let accounts = tab(&memory).await;
        append_foreign(&accounts.store, "Audited", 1).await;
        deposit(&accounts, "a", 150).await;
        assert_eq!(snapshots(&memory).await, []);
        assert_eq!(accounts.load(STREAM).await.unwrap().unknown, 1);
    });
}

#[test]
fn events_skipped_after_it_are_counted() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (accounts, _, good) = with_snapshot(&memory).await;
        append_foreign(&accounts.store, "Audited", 1).await;
        deposit(&accounts, "c", 100).await;
        assert_eq!(
            snapshots(&memory).await.remove(0).1,
            good,
            "kept, not replaced"
        );
        let loaded = accounts.load(STREAM).await.unwrap();
        assert_eq!((loaded.unknown, loaded.version), (1, 250));
        assert_eq!(loaded, replayed(&accounts).await);
    });
}
