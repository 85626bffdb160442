//! Reading streams here and there.

use super::{NOW, event, tab};
use crate::memory::MemoryStorage;
use crate::storage::{Storage as _, StoredBatch};
use crate::store::{Append, Options, Store, StreamQuery};
use crate::testing::{Faults, FaultyStorage, Operation, block_on};
use crate::{ExpectedVersion, Position};

const STREAMS: u128 = 200;

/// A log of one batch for each of its streams.
async fn filled() -> MemoryStorage {
    let memory = MemoryStorage::new();
    let writer = tab(&memory).await;
    for id in 0..STREAMS {
        let events = vec![event(id)];
        let append = Append::to(format!("s{id}"), ExpectedVersion::NoStream, events, NOW);
        writer.append(append).await.unwrap();
    }
    writer.save_index().await.unwrap();
    memory
}

/// Such a log, opened with `cache_bytes` to keep batches in.
async fn open(cache_bytes: usize) -> (Store<FaultyStorage<MemoryStorage>>, Faults) {
    let memory = filled().await;
    let faults = Faults::none();
    let storage = FaultyStorage::new(memory.connect(), faults.clone());
    let options = Options {
        cache_bytes,
        ..Options::default()
    };
    (Store::open(storage, options).await.unwrap(), faults)
}

/// How often batches were asked for by now.
fn asked(faults: &Faults) -> usize {
    let calls = faults.calls().into_iter();
    calls.filter(|call| *call == Operation::ReadAt).count()
}

/// Reads every stream, each far from the one before, and gives how often batches were asked for.
async fn read_all_over(store: &Store<FaultyStorage<MemoryStorage>>, faults: &Faults) -> usize {
    let before = asked(faults);
    for number in 0..STREAMS {
        let id = number * 77 % STREAMS;
        let page = store.read_stream(&StreamQuery::new(format!("s{id}"))).await;
        let page = page.unwrap();
        let ids: Vec<u128> = page
            .events()
            .map(|event| event.event_id.as_u128())
            .collect();
        assert_eq!(ids, [id]);
    }
    asked(faults) - before
}

#[test]
fn streams_read_all_over_a_log_that_fits_into_memory_are_soon_there() {
    block_on(async {
        let (store, faults) = open(1_000_000).await;
        let asked = read_all_over(&store, &faults).await;
        assert!(
            asked < 40,
            "storage was asked {asked} times for {STREAMS} streams"
        );
        assert_eq!(read_all_over(&store, &faults).await, 0);
    });
}

#[test]
fn the_first_stream_that_is_read_reads_nothing_beside_it() {
    block_on(async {
        let (store, _) = open(1_000_000).await;
        let (_, before) = store.memory_bytes();
        store.read_stream(&StreamQuery::new("s0")).await.unwrap();
        let (_, one) = store.memory_bytes();
        store.read_stream(&StreamQuery::new("s0")).await.unwrap();
        assert_eq!(store.memory_bytes().1, one);
        // The other batch is the log's last, which opening has read.
        assert!(one - before < 2 * before, "{one} bytes, after {before}");
    });
}

#[test]
fn of_a_log_that_does_not_fit_only_what_is_asked_for_is_read() {
    block_on(async {
        let (store, faults) = open(4_000).await;
        // All but the last, which opening has read.
        let asked = read_all_over(&store, &faults).await;
        assert!(asked >= 199, "{asked} of {STREAMS}");
    });
}

/// What is read along, and nobody asked for, does no harm.
#[test]
fn a_damaged_batch_keeps_no_other_from_being_read() {
    block_on(async {
        let memory = filled().await;
        let damaged = StoredBatch {
            last: 100,
            bytes: vec![1, 2, 3],
        };
        assert_eq!(memory.replace(99, &[100], &damaged).await, Ok(true));
        let store = Store::open(memory.connect(), Options::default());
        let store = store.await.unwrap();
        for number in 0..STREAMS {
            let id = number * 77 % STREAMS;
            let page = store.read_stream(&StreamQuery::new(format!("s{id}"))).await;
            assert_eq!(page.is_ok(), id != 99, "stream {id}");
        }
    });
}

#[test]
fn what_was_asked_for_is_found_among_what_is_read_along() {
    block_on(async {
        for id in 1..STREAMS {
            let (store, _) = open(1_000_000).await;
            let others = [id / 2, STREAMS - 1];
            for other in others {
                let query = StreamQuery::new(format!("s{other}"));
                store.read_stream(&query).await.unwrap();
            }
            let events = vec![event(id)];
            let append = Append::to(format!("s{id}"), ExpectedVersion::NoStream, events, NOW);
            let again = store.append(append).await.unwrap();
            assert!(again.repeated, "stream {id}");
            let (store, _) = open(1_000_000).await;
            for position in [id / 2 + 1, id + 1] {
                let position = Position::try_from(position).unwrap();
                let found = store.event_id(position).await.unwrap();
                let wanted = uuid::Uuid::from_u128(u128::from(position) - 1);
                assert_eq!(found, Some(wanted), "the event at {position}");
            }
        }
    });
}

/// Of what is read along, a batch that is damaged is left out, and the others are kept.
#[test]
fn a_damaged_batch_that_is_read_along_keeps_no_other_from_being_kept() {
    block_on(async {
        let memory = filled().await;
        let damaged = StoredBatch {
            last: 150,
            bytes: vec![1, 2, 3],
        };
        assert_eq!(memory.replace(149, &[150], &damaged).await, Ok(true));
        let faults = Faults::none();
        let storage = FaultyStorage::new(memory.connect(), faults.clone());
        let store = Store::open(storage, Options::default()).await.unwrap();
        for number in 0..STREAMS {
            let id = number * 77 % STREAMS;
            if id == 149 {
                continue;
            }
            let page = store.read_stream(&StreamQuery::new(format!("s{id}"))).await;
            assert_eq!(page.unwrap().len(), 1, "stream {id}");
        }
        let asked = asked(&faults);
        assert!(asked < 40, "storage was asked {asked} times");
    });
}
