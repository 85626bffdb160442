//! What must hold of the storage on `IndexedDB`, wherever it runs.

#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod long;
mod model;

use core::slice;

use daybook_core::{
    Error, Position, Result,
    storage::{Change, Commit, Durability, Storage, StoredBatch},
    testing::ready,
};
use daybook_indexeddb::IndexedDbStorage;
use futures_util::FutureExt as _;
use indexed_db_futures::{
    Build, database::Database, query_source::QuerySource, transaction::TransactionMode,
};
use js_sys::{Function, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

/// Opens stores that no earlier run has left anything in.
fn fresh() -> impl AsyncFn(&str) -> IndexedDbStorage {
    let run = js_sys::Math::random();
    async move |name| {
        IndexedDbStorage::open(&format!("{run} {name}"))
            .await
            .unwrap()
    }
}

/// Opens stores in memory that no earlier test has left anything in.
fn in_memory() -> impl AsyncFn(&str) -> IndexedDbStorage {
    let run = js_sys::Math::random();
    async move |name| IndexedDbStorage::in_memory(&format!("{run} {name}"))
}

/// The cases every backend must pass.
mod conformance {
    use super::{fresh, wasm_bindgen_test};

    daybook_core::storage_conformance!(#[wasm_bindgen_test] async fn, fresh());
}

/// The same, over the memory of the page.
mod conformance_in_memory {
    use super::{in_memory, wasm_bindgen_test};

    daybook_core::storage_conformance!(#[wasm_bindgen_test] async fn, in_memory());
}

/// The cases the engine must pass over every backend; several stores are several connections.
mod engine {
    use super::{fresh, wasm_bindgen_test};

    daybook_core::store_conformance!(#[wasm_bindgen_test] async fn, fresh());
}

/// The same, over the memory of the page.
mod engine_in_memory {
    use super::{in_memory, wasm_bindgen_test};

    daybook_core::store_conformance!(#[wasm_bindgen_test] async fn, in_memory());
}

/// A store without anything an earlier run left in it.
async fn empty(name: &str) -> IndexedDbStorage {
    let storage = IndexedDbStorage::open(name).await.unwrap();
    storage.destroy().await.unwrap();
    storage
}

fn batch(last: Position) -> StoredBatch {
    let bytes = last.to_le_bytes().to_vec();
    StoredBatch { last, bytes }
}

async fn append(storage: &IndexedDbStorage, tail: Position, last: Position) -> Result<Commit> {
    storage
        .commit(tail, ready(&[batch(last)]), Durability::Strict)
        .await
}

async fn log(storage: &IndexedDbStorage) -> Vec<StoredBatch> {
    storage.read_after(0, 100).await.unwrap()
}

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "none")
}

#[wasm_bindgen_test]
async fn stores_are_told_apart_by_any_name() {
    let names = [
        "",
        "カフェ",
        "café",
        "cafe\u{301}",
        "☕️/../..",
        "a:b",
        "x".repeat(300).leak(),
    ];
    for (last, name) in (1..).zip(names) {
        append(&empty(name).await, 0, last).await.unwrap();
    }
    for (last, name) in (1..).zip(names) {
        let storage = IndexedDbStorage::open(name).await.unwrap();
        assert_eq!(log(&storage).await, [batch(last)], "{name:?}");
    }
}

#[wasm_bindgen_test]
async fn large_batches_come_back_as_they_were() {
    let storage = empty("large").await;
    let mut stored = Vec::new();
    for (tail, megabytes) in (0..).zip([0, 1, 5, 8]) {
        let bytes = (0..megabytes << 20)
            .map(|n: u32| n.to_le_bytes()[1])
            .collect();
        let batch = StoredBatch {
            last: tail + 1,
            bytes,
        };
        storage
            .commit(tail, ready(slice::from_ref(&batch)), Durability::Relaxed)
            .await
            .unwrap();
        stored.push(batch);
    }
    assert!(storage.read_after(0, 10).await.unwrap() == stored);
    assert!(storage.read_at(&[1, 2, 3, 4]).await.unwrap() == stored);
}

#[wasm_bindgen_test]
async fn positions_that_numbers_cannot_hold_are_refused() {
    let storage = empty("positions").await;
    assert_eq!(code(append(&storage, 0, 1 << 53).await), "invalid_input");
    assert_eq!(append(&storage, 0, (1 << 53) - 1).await, Ok(Commit::Done));
    assert_eq!(log(&storage).await, [batch((1 << 53) - 1)]);
}
#[wasm_bindgen_test]
async fn records_are_found_by_exactly_their_prefix() {
    let storage = empty("records").await;
    let keys = [
        "a",
        "a\u{ffff}",
        "a\u{ffff}z",
        "aé",
        "a𐀀",
        "b",
        "ab",
        "\u{ffff}",
        "\u{ffff}x",
    ];
    let changes = keys.map(|key| Change::Put {
        key: key.into(),
        value: key.into(),
    });
    storage.write_records(&changes).await.unwrap();
    for prefix in ["", "a", "a\u{ffff}", "b", "c", "\u{ffff}"] {
        let mut expected: Vec<_> = keys
            .into_iter()
            .filter(|key| key.starts_with(prefix))
            .collect();
        expected.sort_unstable();
        let found = storage.read_records(prefix).await.unwrap();
        assert!(found.iter().all(|(key, value)| key.as_bytes() == value));
        let found: Vec<_> = found.into_iter().map(|(key, _)| key).collect();
        assert_eq!(found, expected, "{prefix:?}");
    }
}

#[wasm_bindgen_test]
async fn destroying_removes_everything_for_every_connection() {
    let storage = empty("destroyed").await;
    append(&storage, 0, 1).await.unwrap();
    let other = IndexedDbStorage::open("destroyed").await.unwrap();
    storage.destroy().await.unwrap();
    assert_eq!(code(append(&other, 1, 2).await), "connection_lost");
    assert_eq!(code(other.read_after(0, 1).await), "connection_lost");
    other.reconnect().await.unwrap();
    assert_eq!(code(append(&other, 1, 2).await), "data_lost");
    assert_eq!(append(&storage, 0, 1).await, Ok(Commit::Done));
    assert_eq!(log(&other).await, [batch(1)]);
}

#[wasm_bindgen_test]
async fn destroying_does_not_wait_for_a_connection_that_never_closes() {
    let storage = empty("frozen").await;
    append(&storage, 0, 1).await.unwrap();
    let frozen = Database::open("daybook:frozen").build().unwrap();
    let frozen = frozen.await.unwrap();
    storage.destroy().await.unwrap();

    let transaction = frozen.transaction("log").build().unwrap();
    let left = transaction.object_store("log").unwrap().count().await;
    assert_eq!(left.unwrap(), 0);
    drop(transaction);
    frozen.close();
    assert_eq!(append(&storage, 0, 1).await, Ok(Commit::Done));
}

/// It may: there may be no memory left.
#[wasm_bindgen_test]
async fn when_making_a_batch_traps_none_of_its_commit_is_stored() {
    let thrown = Function::new_with_args("f", "try { f() } catch (error) { return `${error}` }");
    for count in [9, 40_000] {
        // What has trapped is never dropped, nor what it borrows.
        let storage: &IndexedDbStorage = Box::leak(Box::new(empty("trap").await));
        append(storage, 0, 1).await.unwrap();
        let batches = [2, 3, 4].into_iter().map(move |last| match last {
            4 => wasm_bindgen::throw_str("a trap"),
            last => Ok(StoredBatch {
                last,
                bytes: vec![7; count],
            }),
        });
        let mut commit = Box::pin(storage.commit(1, batches, Durability::Relaxed));
        let begin = Closure::once_into_js(move || drop(commit.as_mut().now_or_never()));
        let error = thrown.call1(&JsValue::NULL, &begin).unwrap().as_string();
        assert!(error.is_some_and(|error| error.contains("a trap")));
        assert_eq!(log(storage).await, [batch(1)], "{count} bytes");
        storage.close().await;
    }
}

#[wasm_bindgen_test]
async fn who_goes_on_adding_large_batches_leaves_none_unsealed() {
    let storage = empty("unsealed").await;
    for last in 1..=20 {
        append(&storage, last - 1, last).await.unwrap();
    }
    for last in 21..=320 {
        let bytes = vec![7; 40_000];
        let large = StoredBatch { last, bytes };
        let done = storage.commit(
            last - 1,
            ready(slice::from_ref(&large)),
            Durability::Relaxed,
        );
        assert_eq!(done.await, Ok(Commit::Done));
    }

    let raw = Database::open("daybook:unsealed").build().unwrap();
    let raw = raw.await.unwrap();
    let transaction = raw.transaction("log").build().unwrap();
    let sealed = transaction.object_store("log").unwrap().count().await;
    assert_eq!(sealed.unwrap(), 320);
    drop(transaction);
    raw.close();
    storage.destroy().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_connection_makes_way_for_a_newer_build_and_cannot_read_what_it_made() {
    let storage = empty("newer").await;
    append(&storage, 0, 1).await.unwrap();
    let newer = Database::open("daybook:newer")
        .with_version(3_u32)
        .with_on_upgrade_needed(|_, _| Ok(()))
        .build()
        .unwrap()
        .await
        .unwrap();
    assert_eq!(code(append(&storage, 1, 2).await), "connection_lost");
    let refusal = Box::new(Error::UnsupportedFormat {
        what: "the database".into(),
        found: 3,
        supported: 2,
    });
    assert_eq!(storage.reconnect().await, Err(refusal.clone()));
    assert_eq!(IndexedDbStorage::open("newer").await.err(), Some(refusal));
    newer.delete().unwrap().await.unwrap();
}

/// Removing everything was cut short before the database was deleted: nothing of it is seen, and a
/// connection that slept since before cannot append to what comes next.
#[wasm_bindgen_test]
async fn a_removal_that_was_cut_short_is_completed() {
    let storage = empty("cleared").await;
    for last in 1..=4 {
        append(&storage, last - 1, last).await.unwrap();
    }
    let slept = IndexedDbStorage::open("cleared").await.unwrap();
    assert_eq!(log(&slept).await.len(), 4);
    for last in 5..=8 {
        append(&storage, last - 1, last).await.unwrap();
    }
    let raw = Database::open("daybook:cleared").build().unwrap();
    let raw = raw.await.unwrap();
    let transaction = raw.transaction(["log", "recent"]);
    let transaction = transaction.with_mode(TransactionMode::Readwrite);
    let transaction = transaction.build().unwrap();
    let recent = transaction.object_store("recent").unwrap();
    for key in 1_u32..=9 {
        recent
            .put(JsValue::from(0))
            .with_key(key)
            .build()
            .unwrap()
            .await
            .unwrap();
    }
    drop(recent);
    transaction.commit().await.unwrap();
    raw.close();

    assert_eq!(code(append(&slept, 4, 5).await), "data_lost");
    let next = IndexedDbStorage::open("cleared").await.unwrap();
    assert_eq!(log(&next).await, []);
    assert_eq!(append(&next, 0, 7).await, Ok(Commit::Done));
    assert_eq!(append(&next, 7, 12).await, Ok(Commit::Done));
    assert_eq!(log(&next).await, [batch(7), batch(12)]);
    assert_eq!(code(append(&slept, 4, 5).await), "connection_lost");
}

/// In the first layout, every batch was in the store called `log`.
#[wasm_bindgen_test]
async fn a_log_of_the_first_layout_is_read_and_goes_on() {
    drop(empty("first").await);
    let build = Database::open("daybook:first").with_version(1_u32);
    let first = build
        .with_on_upgrade_needed(|_, database| {
            database.create_object_store("log").build()?;
            database.create_object_store("derived").build()?;
            Ok(())
        })
        .build()
        .unwrap()
        .await
        .unwrap();
    let transaction = first
        .transaction("log")
        .with_mode(TransactionMode::Readwrite);
    let transaction = transaction.build().unwrap();
    let store = transaction.object_store("log").unwrap();
    for last in [2_u32, 5] {
        let bytes = Uint8Array::from(batch(last.into()).bytes.as_slice());
        let put = store.put(JsValue::from(bytes)).with_key(last);
        put.build().unwrap().await.unwrap();
    }
    drop(store);
    transaction.commit().await.unwrap();
    first.close();

    let storage = IndexedDbStorage::open("first").await.unwrap();
    assert_eq!(log(&storage).await, [batch(2), batch(5)]);
    assert_eq!(append(&storage, 2, 3).await, Ok(Commit::Behind));
    assert_eq!(append(&storage, 5, 6).await, Ok(Commit::Done));
    assert_eq!(append(&storage, 6, 7).await, Ok(Commit::Done));
    assert_eq!(storage.replace(2, &[5, 6], &batch(6)).await, Ok(true));
    assert_eq!(log(&storage).await, [batch(2), batch(6), batch(7)]);
}

#[wasm_bindgen_test]
async fn an_opening_whose_future_is_dropped_leaves_a_usable_store() {
    drop(empty("abandoned").await);
    let opening = IndexedDbStorage::open("abandoned");
    assert!(opening.now_or_never().is_none());
    let storage = IndexedDbStorage::open("abandoned").await.unwrap();
    assert_eq!(append(&storage, 0, 1).await, Ok(Commit::Done));
    storage.destroy().await.unwrap();
}
