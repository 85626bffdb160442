use core::slice;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::testing::{Faults, FaultyStorage, Schedule, Yielding, block_on, ready};

mod conformance {
    use crate::testing::memories;

    crate::storage_conformance!(#[test] fn, memories());
}

/// An event, told from all others by its writer and number.
type Event = [u8; 2];

fn events_of(batches: &[StoredBatch]) -> Vec<Event> {
    let bytes = batches.iter().flat_map(|batch| batch.bytes.as_chunks().0);
    bytes.copied().collect()
}

fn to_batch(before: Position, events: &[Event]) -> StoredBatch {
    StoredBatch {
        last: before + events.len() as Position,
        bytes: events.concat(),
    }
}

/// Appends batches of these sizes the way a store does: on `Behind` it reads what it missed; after
/// a lost connection it looks whether its events are there before it tries again.
async fn write(storage: impl Storage, writer: u8, sizes: &[u8]) {
    let (mut tail, mut number) = (0, 0);
    for &size in sizes {
        let events: Vec<Event> = (number..number + size).map(|next| [writer, next]).collect();
        number += size;
        loop {
            let batch = to_batch(tail, &events);
            let committed = storage
                .commit(tail, ready(slice::from_ref(&batch)), Durability::Strict)
                .await;
            match committed.map_err(|error| *error) {
                Ok(Commit::Done) => {
                    tail = batch.last;
                    break;
                }
                Err(Error::QuotaExceeded { .. }) => continue,
                Ok(Commit::Behind) | Err(Error::ConnectionLost { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            let missed = read_to_end(&storage, tail).await;
            tail = missed.last().map_or(tail, |batch| batch.last);
            if events_of(&missed).contains(&events[0]) {
                break;
            }
        }
    }
}

async fn read_to_end(storage: &impl Storage, after: Position) -> Vec<StoredBatch> {
    loop {
        if let Ok(batches) = storage.read_after(after, usize::MAX).await {
            return batches;
        }
        // It may fail as well; the next round tells.
        storage.reconnect().await.ok();
    }
}

/// Merges what lies after the first `skip` batches, again and again.
async fn merge(storage: impl Storage, skips: &[u8]) {
    for &skip in skips {
        let log = read_to_end(&storage, 0).await;
        let (before, merged) = log.split_at(usize::from(skip).min(log.len()));
        let after = before.last().map_or(0, |batch| batch.last);
        let keys: Vec<Position> = merged.iter().map(|batch| batch.last).collect();
        if !keys.is_empty() {
            let batch = to_batch(after, &events_of(merged));
            // Whether another was quicker, or the connection is lost, makes no difference here.
            storage.replace(after, &keys, &batch).await.ok();
        }
    }
}

/// Whether the log has no gap, and holds each writer's events once and in order.
fn check_log(log: &[StoredBatch], writers: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let mut end = 0;
    for batch in log {
        end += (batch.bytes.len() / 2) as Position;
        prop_assert_eq!(batch.last, end);
    }
    let mut events = events_of(log);
    events.sort_by_key(|[writer, _]| *writer);
    let expected = writers.iter().zip(0..).flat_map(|(sizes, writer)| {
        let count: u8 = sizes.iter().sum();
        (0..count).map(move |number| [writer, number])
    });
    prop_assert!(events.iter().copied().eq(expected), "{:?}", events);
    Ok(())
}

fn writers() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(1_u8..4, 0..6), 1..5)
}

proptest! {
    #[test]
    fn interleaved_writers_lose_repeat_and_skip_nothing(
        writers in writers(),
        skips in vec(0_u8..4, 0..6),
        choices in vec(any::<u8>(), 0..300),
    ) {
        let memory = MemoryStorage::new();
        let tab = || Yielding::new(memory.connect());
        let mut schedule = Schedule::new()
            .task("merging", merge(tab(), &skips))
            .task("merging, too", merge(tab(), &skips));
        for (writer, sizes) in (0_u8..).zip(&writers) {
            schedule = schedule.task(format!("writer {writer}"), write(tab(), writer, sizes));
        }
        prop_assert!(schedule.run(choices).is_ok());
        check_log(&block_on(read_to_end(&memory, 0)), &writers)?;
    }

    #[test]
    fn faults_lose_and_repeat_nothing_when_retries_look_first(
        writers in writers(),
        skips in vec(0_u8..4, 0..6),
        seed in any::<u64>(),
        choices in vec(any::<u8>(), 0..300),
    ) {
        let memory = MemoryStorage::new();
        let tab = |number: u8| {
            let faults = Faults::seeded(seed.wrapping_add(u64::from(number)), 4);
            FaultyStorage::new(Yielding::new(memory.connect()), faults)
        };
        let merging = merge(tab(u8::MAX), &skips);
        let mut schedule = Schedule::new().task("merging", merging);
        for (writer, sizes) in (0..).zip(&writers) {
            schedule = schedule.task(format!("writer {writer}"), write(tab(writer), writer, sizes));
        }
        prop_assert!(schedule.run(choices).is_ok());
        check_log(&block_on(read_to_end(&memory, 0)), &writers)?;
    }

    #[test]
    fn reads_give_what_the_contract_says(
        sizes in vec(1_u64..5, 0..12),
        mut positions in vec(0_u64..50, 0..8),
        after in 0_u64..50,
        limit in 1_usize..14,
    ) {
        positions.sort_unstable();
        let memory = MemoryStorage::new();
        let mut log: Vec<StoredBatch> = Vec::new();
        for size in sizes {
            let tail = log.last().map_or(0, |batch| batch.last);
            let batch = StoredBatch { last: tail + size, bytes: vec![1] };
            let commit = memory.commit(tail, ready(slice::from_ref(&batch)), Durability::Relaxed);
            prop_assert_eq!(block_on(commit), Ok(Commit::Done));
            log.push(batch);
        }
        let beyond = |batch: &&StoredBatch| batch.last > after;
        let page: Vec<_> = log.iter().filter(beyond).take(limit).cloned().collect();
        prop_assert_eq!(block_on(memory.read_after(after, limit)), Ok(page));

        let before = |at: usize| at.checked_sub(1).map_or(0, |before| log[before].last);
        let holds = |(at, batch): &(usize, &StoredBatch)| {
            let wanted = |position: &Position| {
                *position <= batch.last && (*position > before(*at) || *at == 0)
            };
            positions.iter().any(wanted)
        };
        let found: Vec<_> = log.iter().enumerate().filter(holds).map(|(_, b)| b.clone()).collect();
        prop_assert_eq!(block_on(memory.read_at(&positions)), Ok(found));
    }

    #[test]
    fn prefixes_select_what_begins_with_them(
        keys in vec("[ab/\u{ffff}\u{10ffff}]{0,4}", 0..20),
        prefix in "[ab/\u{ffff}\u{10ffff}]{1,2}",
    ) {
        let memory = MemoryStorage::new();
        let puts: Vec<_> = keys.iter().map(|key| Change::Put { key: key.clone(), value: vec![1] }).collect();
        block_on(memory.write_records(&puts)).unwrap();
        let all = |prefix: &str| -> Vec<String> {
            let records = block_on(memory.read_records(prefix)).unwrap();
            records.into_iter().map(|(key, _)| key).collect()
        };
        let mut expected = keys;
        expected.sort_unstable();
        expected.dedup();
        let (selected, others): (Vec<_>, Vec<_>) =
            expected.into_iter().partition(|key| key.starts_with(&prefix));
        prop_assert_eq!(all(&prefix), selected);
        block_on(memory.write_records(&[Change::DeletePrefix { prefix }])).unwrap();
        prop_assert_eq!(all(""), others);
    }
}

#[test]
fn arguments_against_the_contract_change_nothing() {
    let memory = MemoryStorage::new();
    let batch = |last: Position| to_batch(last - 1, &[[0, 0]]);
    let invalid = |error: Option<Box<Error>>| assert_eq!(error.unwrap().code(), "invalid_input");
    block_on(async {
        let durability = Durability::Strict;
        let first = memory.commit(0, ready(&[batch(2)]), durability).await;
        assert_eq!(first, Ok(Commit::Done));
        invalid(memory.commit(2, ready(&[batch(2)]), durability).await.err());
        invalid(memory.commit(2, ready(&[]), durability).await.err());
        let falling = [batch(4), batch(3)];
        invalid(memory.commit(2, ready(&falling), durability).await.err());
        invalid(memory.read_after(0, 0).await.err());
        invalid(memory.read_at(&[2, 1]).await.err());
        invalid(memory.replace(0, &[], &batch(2)).await.err());
        invalid(memory.replace(0, &[2], &batch(3)).await.err());

        let put = Change::Put {
            key: "a".to_owned(),
            value: vec![],
        };
        let delete = Change::DeletePrefix {
            prefix: String::new(),
        };
        invalid(memory.write_records(&[put, delete]).await.err());
        assert_eq!(memory.read_records("").await, Ok(vec![]));
        assert_eq!(memory.read_after(0, 9).await, Ok(vec![batch(2)]));
    });
}
