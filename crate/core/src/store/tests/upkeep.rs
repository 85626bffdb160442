//! Merging batches and saving the index change nothing that can be read.

use std::rc::Rc;

use proptest::prelude::*;

use uuid::Uuid;

use super::{NOW, event, log, tab, verify};
use crate::batch::tests::of_version_1;
use crate::batch::{Batch, encode};
use crate::memory::MemoryStorage;
use crate::storage::{Change, Commit, Durability, Storage};
use crate::store::{
    AllQuery, Append, Maintenance, Options, SEALED_BYTES, Store, StreamQuery, each_event,
};
use crate::testing::{Fault, Faults, FaultyStorage, Operation, Schedule, block_on};
use crate::{ExpectedVersion, Hash, NewEvent};

async fn filled(memory: &MemoryStorage, count: u128) {
    let store = tab(memory).await;
    for id in 1..=count {
        let stream = format!("s{}", id % 7);
        store
            .append(Append::to(
                stream,
                ExpectedVersion::Any,
                vec![event(id)],
                NOW,
            ))
            .await
            .unwrap();
    }
}

#[test]
fn merging_keeps_every_event_and_the_chain() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 200).await;
        let before = log(memory.connect()).await;
        let store = tab(&memory).await;
        while store.maintain().await.unwrap() != Maintenance::Idle {}
        let batches = memory.read_after(0, usize::MAX).await.unwrap();
        assert!(batches.len() < 70, "{} batches are left", batches.len());
        assert_eq!(log(memory.connect()).await, before);
        assert_eq!(verify(memory.connect()).await, 200);
    });
}

/// The same log, as it would be had a build of version 1 of the batch format written its first batches.
async fn begun_in_version_1(memory: &MemoryStorage, old: usize) -> MemoryStorage {
    let (again, mut head) = (MemoryStorage::new(), Hash::GENESIS);
    let mut stored = Vec::new();
    for (index, batch) in memory
        .read_after(0, usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .enumerate()
    {
        let batch = Batch::decode(batch.bytes).unwrap();
        let events: Vec<_> = batch.events().collect();
        let batch = if index < old {
            of_version_1(&events, &head)
        } else {
            encode(&events, &head).unwrap().stored
        };
        head = *Batch::decode(batch.bytes.clone()).unwrap().head();
        stored.push(Ok(batch));
    }
    let commit = again.commit(0, stored.into_iter(), Durability::Strict);
    assert_eq!(commit.await, Ok(Commit::Done));
    again
}

#[test]
fn a_log_begun_in_version_1_is_read_merged_and_verified_with_what_was_appended_since() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 200).await;
        for old in [1, 30, 200] {
            let begun = begun_in_version_1(&memory, old).await;
            let mut expected = log(memory.connect()).await;
            assert_eq!(log(begun.connect()).await, expected);
            assert_eq!(verify(begun.connect()).await, 200);
            let store = tab(&begun).await;
            let append = Append::to("s1", ExpectedVersion::Any, vec![event(201)], NOW);
            store.append(append).await.unwrap();
            while store.maintain().await.unwrap() != Maintenance::Idle {}
            assert!(begun.read_after(0, usize::MAX).await.unwrap().len() < 70);
            let found = log(begun.connect()).await;
            expected.push(found.last().unwrap().clone());
            assert_eq!(found, expected);
            assert_eq!(verify(begun.connect()).await, 201);
        }
    });
}

#[test]
fn the_index_of_a_short_log_is_loaded_ahead_of_who_needs_it() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 20).await;
        tab(&memory).await.save_index().await.unwrap();
        let (store, faults) = watched(&memory).await;
        store.prepare().await.unwrap();
        let before = faults.calls().len();
        assert_eq!(store.version("s1").await, Ok(2));
        assert_eq!(faults.calls().len(), before);
        // Of a longer one, nobody is kept waiting for it who may not need it.
        let writer = tab(&memory).await;
        for id in 0..5 {
            let events = (0..1_000).map(|event_id| event(1_000 * (id + 1) + event_id));
            let append = Append::to("long", ExpectedVersion::Any, events.collect(), NOW);
            writer.append(append).await.unwrap();
        }
        let (store, faults) = watched(&memory).await;
        let before = faults.calls().len();
        store.prepare().await.unwrap();
        assert_eq!(faults.calls().len(), before);
        assert_eq!(store.version("s1").await, Ok(2));
        assert!(faults.calls().len() > before);
    });
}

#[test]
fn a_log_that_ends_in_many_small_batches_is_opened_and_followed_in_few_reads() {
    block_on(async {
        const BATCHES: u128 = 1_000;
        let memory = MemoryStorage::new();
        let (other, follows) = watched(&memory).await;
        filled(&memory, BATCHES).await;
        let (store, opens) = watched(&memory).await;
        let reads = |faults: &Faults| {
            let calls = faults.calls().into_iter();
            calls.filter(|call| *call == Operation::ReadAfter).count()
        };
        assert_eq!(u128::from(other.refresh().await.unwrap()), BATCHES);
        for faults in [follows, opens] {
            let reads = reads(&faults);
            assert!(reads < 30, "{reads} reads for {BATCHES} batches");
        }
        assert_eq!(u128::from(store.tail()), BATCHES);
        drop(store);
        assert_eq!(u128::from(verify(memory.connect()).await), BATCHES);
    });
}

#[test]
fn large_batches_behind_small_ones_are_read_a_few_at_a_time() {
    block_on(async {
        const LARGE: u128 = 80;
        let memory = MemoryStorage::new();
        filled(&memory, 200).await;
        let writer = tab(&memory).await;
        for id in 0..LARGE {
            let id = Uuid::from_u128(1_000 + id);
            let large = NewEvent::new(id, "Happened", NOW, format!("\"{}\"", noise(id)));
            let append = Append::to("large", ExpectedVersion::Any, vec![large], NOW);
            writer.append(append).await.unwrap();
        }
        let (_, opens) = watched(&memory).await;
        let calls = opens.calls().into_iter();
        let reads = calls.filter(|call| *call == Operation::ReadAfter).count();
        // One page has begun among the small ones.
        assert!(reads >= 8, "{reads} reads for {LARGE} large batches");
    });
}

/// A text as long as a sealed batch, which cannot be compressed.
fn noise(seed: Uuid) -> String {
    let (_, mut state) = seed.as_u64_pair();
    state |= 1 << 40;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + u8::try_from(state % 26).unwrap())
    };
    core::iter::repeat_with(next).take(SEALED_BYTES).collect()
}

/// A store, and what it asks of its storage.
async fn watched(memory: &MemoryStorage) -> (Store<FaultyStorage<MemoryStorage>>, Faults) {
    let faults = Faults::none();
    let storage = FaultyStorage::new(memory.connect(), faults.clone());
    let store = Store::open(storage, Options::default()).await.unwrap();
    (store, faults)
}

/// So many events of a kilobyte each.
fn large(count: u128) -> Vec<NewEvent> {
    let padded = |id: u128| {
        let data = format!("{{\"id\":{id},\"text\":\"{}\"}}", "x".repeat(1_000));
        NewEvent::new(Uuid::from_u128(id), "Padded", NOW, data)
    };
    (1_000..1_000 + count).map(padded).collect()
}

#[test]
fn what_is_appended_in_bulk_takes_up_no_memory() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 20).await;
        let store = tab(&memory).await;
        let (_, before) = store.memory_bytes();
        let append = Append::to("bulk", ExpectedVersion::NoStream, large(300), NOW);
        store.append(append).await.unwrap();
        assert_eq!(store.memory_bytes().1, before);
        let page = store.read_stream(&StreamQuery::new("bulk")).await.unwrap();
        assert_eq!(page.len(), 300);
    });
}

#[test]
fn small_batches_before_a_large_one_are_merged_too() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 30).await;
        let store = tab(&memory).await;
        let large = Append::to("large", ExpectedVersion::NoStream, large(100), NOW);
        store.append(large).await.unwrap();
        filled(&memory, 10).await;
        store.refresh().await.unwrap();
        let before = log(memory.connect()).await;
        assert_eq!(store.maintain().await.unwrap(), Maintenance::Merged);
        let lasts: Vec<_> = memory.read_after(0, usize::MAX).await.unwrap();
        let lasts: Vec<_> = lasts.iter().map(|batch| batch.last).collect();
        // Those at the end may still grow.
        assert_eq!(lasts, [30].into_iter().chain(130..=140).collect::<Vec<_>>());
        assert_eq!(log(memory.connect()).await, before);
        assert_eq!(verify(memory.connect()).await, 140);
    });
}

#[test]
fn what_is_in_memory_is_merged_without_being_read() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, faults) = watched(&memory).await;
        for id in 1..=100 {
            let append = Append::to("s", ExpectedVersion::Any, vec![event(id)], NOW);
            store.append(append).await.unwrap();
        }
        let before = (log(memory.connect()).await, faults.calls().len());
        assert_eq!(store.maintain().await.unwrap(), Maintenance::Merged);
        assert_eq!(faults.calls().split_off(before.1), [Operation::Replace]);
        assert_eq!(log(memory.connect()).await, before.0);
        assert_eq!(verify(memory.connect()).await, 100);
    });
}

#[test]
fn whoever_was_slower_to_merge_what_is_in_memory_learns_of_it() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (slower, quicker) = (tab(&memory).await, tab(&memory).await);
        filled(&memory, 100).await;
        slower.refresh().await.unwrap();
        quicker.refresh().await.unwrap();
        assert_eq!(quicker.maintain().await.unwrap(), Maintenance::Merged);
        let merged = memory.read_after(0, usize::MAX).await.unwrap();
        // First what is in memory is tried, then what there is now is read.
        for outcome in [Maintenance::Merged, Maintenance::Merged, Maintenance::Idle] {
            assert_eq!(slower.maintain().await.unwrap(), outcome);
        }
        assert_eq!(memory.read_after(0, usize::MAX).await.unwrap(), merged);
    });
}

#[test]
fn what_is_appended_at_once_is_stored_by_one_commit_in_batches_worth_reading() {
    block_on(async {
        let memory = MemoryStorage::new();
        let faults = Faults::none();
        let storage = FaultyStorage::new(memory.connect(), faults.clone());
        let store = Store::open(storage, Options::default()).await.unwrap();
        // Though the acknowledgement is lost.
        faults.next(Operation::Commit, Fault::LostAfter);
        let append = Append::to("large", ExpectedVersion::NoStream, large(700), NOW);
        store.append(append).await.unwrap();
        let commits = faults.calls();
        let commits = commits.iter().filter(|call| **call == Operation::Commit);
        assert_eq!(commits.count(), 1);

        let stored = memory.read_after(0, usize::MAX).await.unwrap();
        let batches: Vec<Batch> = stored
            .into_iter()
            .map(|it| Batch::decode(it.bytes).unwrap())
            .collect();
        assert_eq!(batches.iter().map(Batch::len).sum::<usize>(), 700);
        let sizes: Vec<usize> = batches.iter().map(Batch::plain_bytes).collect();
        let worth_reading = SEALED_BYTES / 2..2 * SEALED_BYTES;
        assert!(
            sizes.iter().all(|size| worth_reading.contains(size)),
            "{sizes:?}"
        );
        assert_eq!(verify(memory.connect()).await, 700);
    });
}

#[test]
fn what_another_tab_merged_is_read_beside_what_is_in_memory() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 63).await;
        tab(&memory).await.save_index().await.unwrap();
        // Opened from the index, it has only the last batch in memory: one within the merged.
        let reader = tab(&memory).await;
        let other = tab(&memory).await;
        let last = Append::to("s0", ExpectedVersion::Any, vec![event(64)], NOW);
        other.append(last).await.unwrap();
        assert_eq!(other.maintain().await.unwrap(), Maintenance::Merged);
        let page = reader.read_all(&AllQuery::default()).await.unwrap();
        let read: Vec<u64> = page.events().map(|event| event.position).collect();
        assert_eq!(read, (1..=63).collect::<Vec<u64>>());
    });
}

#[test]
fn a_saved_index_opens_without_reading_the_log() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 50).await;
        tab(&memory).await.save_index().await.unwrap();
        filled(&memory, 10).await;
        tab(&memory).await.save_index().await.unwrap();
        let before = log(memory.connect()).await;
        assert_eq!(before.len(), 60);
        assert_eq!(tab(&memory).await.version("s1").await.unwrap(), 9);
    });
}

#[test]
fn segments_that_another_tab_merged_meanwhile_are_not_missed() {
    block_on(async {
        let memory = MemoryStorage::new();
        for count in [40, 5] {
            filled(&memory, count).await;
            tab(&memory).await.save_index().await.unwrap();
        }
        // It knows where the segments were, and has loaded none of them.
        let late = tab(&memory).await;
        filled(&memory, 60).await;
        tab(&memory).await.save_index().await.unwrap();
        let again = Append::to("s1", ExpectedVersion::NoStream, vec![event(900)], NOW);
        let refused = late.append(again).await.map_err(|error| error.code());
        assert_eq!(refused, Err("conflict"));
        let next = late.version("s1").await.unwrap();
        let append = Append::to("s1", ExpectedVersion::Exact(next), vec![event(901)], NOW);
        assert_eq!(late.append(append).await.unwrap().first, 106);
        assert_eq!(verify(memory.connect()).await, 106);
    });
}

#[test]
fn a_damaged_or_foreign_index_is_made_anew() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 30).await;
        tab(&memory).await.save_index().await.unwrap();
        let (key, good) = memory.read_records("index/").await.unwrap().remove(0);
        for at in (0..good.len()).step_by(7) {
            let mut value = good.clone();
            value[at] ^= 0x55;
            memory
                .write_records(&[Change::Put {
                    key: key.clone(),
                    value,
                }])
                .await
                .unwrap();
            assert_eq!(log(memory.connect()).await.len(), 30);
        }
        // The index of another log, longer and shorter than this one.
        for count in [10_u128, 30, 60] {
            let other = MemoryStorage::new();
            let store = tab(&other).await;
            for id in 1..=count {
                let append =
                    Append::to("other", ExpectedVersion::Any, vec![event(id + 1_000)], NOW);
                store.append(append).await.unwrap();
            }
            store.save_index().await.unwrap();
            let (key, value) = other.read_records("index/").await.unwrap().remove(0);
            memory
                .write_records(&[Change::Put { key, value }])
                .await
                .unwrap();
            let store = Store::open(memory.connect(), Options::default())
                .await
                .unwrap();
            assert_eq!(
                (
                    store.tail(),
                    store.version("other").await.unwrap(),
                    store.version("s1").await.unwrap()
                ),
                (30, -1, 4)
            );
        }
    });
}

#[test]
fn upkeep_of_a_tab_that_is_behind_comes_to_an_end() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 70).await;
        let behind = tab(&memory).await;
        for id in 1..=70 {
            let append = Append::to("new", ExpectedVersion::Any, vec![event(id + 1_000)], NOW);
            tab(&memory).await.append(append).await.unwrap();
        }
        let ahead = tab(&memory).await;
        while ahead.maintain().await.unwrap() != Maintenance::Idle {}
        let mut steps = 0;
        while behind.maintain().await.unwrap() != Maintenance::Idle {
            steps += 1;
            assert!(steps < 10, "it goes on for ever");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Tabs that append, merge, save the index and read at once see one log.
    #[test]
    fn upkeep_in_one_tab_disturbs_no_other(
        tabs in 2..4_u128,
        choices in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let memory = MemoryStorage::new();
        block_on(filled(&memory, 70));
        let mut schedule = Schedule::new();
        for number in 1..=tabs {
            let memory = &memory;
            schedule = schedule.task(format!("tab {number}"), async move {
                let store = tab(memory).await;
                for turn in 0..40 {
                    let append = Append::to(format!("t{number}"), (turn - 1).into(), vec![event((number << 32) + u128::from(turn.unsigned_abs()))], NOW);
                    store.append(append).await.unwrap();
                    store.maintain().await.unwrap();
                    if turn % 10 == 0 {
                        store.save_index().await.unwrap();
                    }
                    let page = store.read_stream(&crate::store::StreamQuery::new(format!("t{number}"))).await.unwrap();
                    assert_eq!(page.version, turn);
                }
            });
        }
        schedule.run(choices).unwrap();
        let log = block_on(log(memory.connect()));
        prop_assert_eq!(log.len() as u128, 70 + 40 * tabs);
        prop_assert_eq!(block_on(verify(memory.connect())), log.len() as u64);
    }
}

#[test]
fn a_batch_merged_while_a_log_is_gone_through_gives_no_event_twice() {
    block_on(async {
        let memory = MemoryStorage::new();
        filled(&memory, 3).await;
        let stored = memory.read_after(0, usize::MAX).await.unwrap();
        let batches = stored
            .into_iter()
            .map(|it| Batch::decode(it.bytes).unwrap());
        let mut chunk: Vec<_> = batches.map(Rc::new).collect();
        let last_two: Vec<_> = chunk[1..].iter().flat_map(|batch| batch.events()).collect();
        let merged = encode(&last_two, chunk[1].previous()).unwrap();
        chunk[2] = Rc::new(Batch::decode(merged.stored.bytes).unwrap());
        let mut seen = Vec::new();
        each_event(&chunk, 0, 3, &mut |event| {
            seen.push(event.position);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [1, 2, 3]);
    });
}
