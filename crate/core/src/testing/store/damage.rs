use core::slice;

use super::{add, event, tab, to};
use crate::ExpectedVersion::{Any, NoStream};
use crate::batch::{Batch, FORMAT, encode};
use crate::storage::{Commit, Durability, Storage, StoredBatch};
use crate::store::{Maintenance, Options, Store, Verified};
use crate::testing::ready;
use crate::{Error, Position, RecordedEvent, Result};

/// Three batches, of the positions 1 to 3, 4 to 5, and 6.
async fn three_batches<S: Storage + 'static>(store: &Store<S>) {
    store.append(to("s", NoStream, [1, 2, 3])).await.unwrap();
    store.append(to("t", NoStream, [4, 5])).await.unwrap();
    add(store, "s", event(6)).await;
}

async fn verify<S: Storage + 'static>(store: &Store<S>) -> Result<Position> {
    let mut verified = Verified::default();
    while !verified.complete {
        verified = store.verify(verified).await?;
    }
    Ok(verified.position)
}

/// Puts other bytes in the place of the stored batch that ends at `last`.
async fn tamper(storage: &impl Storage, last: Position, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let stored = storage.read_after(0, 100).await.unwrap();
    let place = stored.iter().position(|batch| batch.last == last).unwrap();
    let after = place.checked_sub(1).map_or(0, |before| stored[before].last);
    let changed = StoredBatch {
        last,
        bytes: change(stored[place].bytes.clone()),
    };
    let replaced = storage.replace(after, &[last], &changed).await;
    assert_eq!(replaced, Ok(true));
}

/// A log that nobody touched holds from the first event to the last: empty, fresh, with what other
/// tabs appended, merged, and opened anew.
pub async fn an_untouched_log_verifies<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "an_untouched_log_verifies";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    assert_eq!(verify(&one).await, Ok(0));
    three_batches(&one).await;
    for id in 7..=80 {
        add(&other, "u", event(id)).await;
    }
    assert_eq!(verify(&one).await, Ok(80));
    while one.maintain().await.unwrap() != Maintenance::Idle {}
    for store in [one, other, tab(&open, name).await] {
        assert_eq!(verify(&store).await, Ok(80));
    }
}

/// A bit that fell over is found, in whichever byte of the record it is, and the first position that
/// cannot be trusted is named: the first of its batch, as everything before still holds.
pub async fn verifying_names_the_first_damaged_batch<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "verifying_names_the_first_damaged_batch";
    let store = tab(&open, name).await;
    three_batches(&store).await;
    for (last, first) in [(3, 1), (5, 4), (6, 6)] {
        for part in 1..8 {
            let flip = |mut bytes: Vec<u8>| {
                let at = bytes.len() * part / 8;
                bytes[at] ^= 0x10;
                bytes
            };
            tamper(store.storage(), last, flip).await;
            match verify(&store).await.map_err(|error| *error) {
                Err(Error::StorageCorrupt { position, .. }) => assert_eq!(position, first),
                other => panic!("batch up to {last}, part {part}: {other:?}"),
            }
            tamper(store.storage(), last, flip).await;
        }
    }
    assert_eq!(verify(&store).await, Ok(6));
}

/// The batch with one event's data exchanged, as if it had been written so: its own checksum and
/// hashes hold.
fn exchanged(bytes: Vec<u8>) -> Vec<u8> {
    let batch = Batch::decode(bytes).unwrap();
    let mut events: Vec<RecordedEvent<'_>> = batch.events().collect();
    events[1].data = "{\"id\":666}";
    encode(&events, batch.previous()).unwrap().stored.bytes
}

/// Events that were exchanged for others, with everything in their batch made to fit, are given away
/// by the hash in the batch that follows.
pub async fn verifying_finds_events_that_were_exchanged<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "verifying_finds_events_that_were_exchanged";
    let store = tab(&open, name).await;
    three_batches(&store).await;
    tamper(store.storage(), 3, exchanged).await;
    for store in [store, tab(&open, name).await] {
        match verify(&store).await.map_err(|error| *error) {
            Err(Error::StorageCorrupt { position, .. }) => assert_eq!(position, 4),
            other => panic!("{other:?}"),
        }
        // The log can be read all the same.
        assert!(store.version("s").await.is_ok());
    }
}

fn newer_batch(last: Position) -> StoredBatch {
    let bytes = vec![FORMAT + 1, 0, 0, 0];
    StoredBatch { last, bytes }
}

fn newer_format<T>(answer: Result<T>) {
    match answer.map(drop).map_err(|error| *error) {
        Err(Error::UnsupportedFormat {
            found, supported, ..
        }) => {
            assert_eq!(
                (found, supported),
                (u32::from(FORMAT) + 1, u32::from(FORMAT))
            );
        }
        other => panic!("{other:?}"),
    }
}

/// A log that a newer build wrote on is not opened and not touched, whether the index was kept or
/// not.
pub async fn a_log_of_a_newer_build_is_not_opened<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_log_of_a_newer_build_is_not_opened";
    for saved in [false, true] {
        let name = format!("{name} {saved}");
        let store = tab(&open, &name).await;
        three_batches(&store).await;
        if saved {
            store.save_index().await.unwrap();
        }
        let newer = newer_batch(9);
        let committed = store
            .storage()
            .commit(6, ready(slice::from_ref(&newer)), Durability::Strict)
            .await;
        assert_eq!(committed, Ok(Commit::Done));
        let log = store.storage().read_after(0, 100).await.unwrap();
        let records = store.storage().read_records("").await.unwrap();

        let storage = open(&name).await;
        newer_format(Store::open(storage, Options::default()).await);
        assert_eq!(store.storage().read_after(0, 100).await, Ok(log));
        assert_eq!(store.storage().read_records("").await, Ok(records));
    }
}

/// A store beside which a newer build begins to write appends nothing behind that; what it has read
/// so far it still shows.
pub async fn a_batch_of_a_newer_build_stops_the_store<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_batch_of_a_newer_build_stops_the_store";
    let store = tab(&open, name).await;
    three_batches(&store).await;
    let newer = newer_batch(7);
    let committed = store
        .storage()
        .commit(6, ready(slice::from_ref(&newer)), Durability::Strict)
        .await;
    assert_eq!(committed, Ok(Commit::Done));

    newer_format(store.append(to("s", Any, [8])).await);
    newer_format(store.refresh().await);
    assert_eq!(store.tail(), 6);
    let stored = store.storage().read_after(5, 100).await.unwrap();
    assert_eq!(stored.last(), Some(&newer));
    let all = super::read_to_end(&store, crate::store::AllQuery::default()).await;
    assert_eq!(all.len(), 6);
    tamper(store.storage(), 7, |_| Vec::new()).await;
    match Store::open(open(name).await, Options::default()).await {
        Err(error) if matches!(*error, Error::StorageCorrupt { .. }) => {}
        _ => panic!("a record that is no batch at all is damage"),
    }
}
