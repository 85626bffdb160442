//! What must hold of the storage on `IndexedDB`, wherever it runs.

use daybook_core::{
    Error, Position, Result,
    storage::{Change, Commit, Durability, Storage, StoredBatch},
};
use daybook_indexeddb::IndexedDbStorage;
use futures_util::{FutureExt as _, future::join};
use indexed_db_futures::{Build, database::Database};
use wasm_bindgen_test::wasm_bindgen_test;

/// A store of its own for each test: what an earlier run left is removed.
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
    storage.commit(tail, &batch(last), Durability::Strict).await
}

async fn log(storage: &IndexedDbStorage) -> Vec<StoredBatch> {
    storage.read_after(0, 100).await.unwrap()
}

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "none")
}

#[wasm_bindgen_test]
async fn of_two_connections_at_the_same_tail_one_commits() {
    let one = empty("race").await;
    let other = IndexedDbStorage::open("race").await.unwrap();
    for tail in 0..20 {
        let mut ends = [Commit::Done; 2];
        (ends[0], ends[1]) = {
            let (first, second) =
                join(append(&one, tail, tail + 1), append(&other, tail, tail + 1)).await;
            (first.unwrap(), second.unwrap())
        };
        ends.sort_by_key(|end| *end == Commit::Behind);
        assert_eq!(ends, [Commit::Done, Commit::Behind]);
    }
    assert_eq!(log(&one).await, (1..=20).map(batch).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn a_commit_behind_the_tail_stores_nothing() {
    let storage = empty("behind").await;
    assert_eq!(append(&storage, 0, 3).await, Ok(Commit::Done));
    assert_eq!(append(&storage, 0, 3).await, Ok(Commit::Behind));
    assert_eq!(append(&storage, 0, 9).await, Ok(Commit::Behind));
    assert_eq!(append(&storage, 2, 9).await, Ok(Commit::Behind));
    assert_eq!(log(&storage).await, [batch(3)]);
}

#[wasm_bindgen_test]
async fn a_commit_onto_a_log_that_is_gone_says_so() {
    let storage = empty("gone").await;
    assert_eq!(code(append(&storage, 5, 6).await), "data_lost");
    assert_eq!(log(&storage).await, []);
}

#[wasm_bindgen_test]
async fn batches_are_found_by_any_position_in_them() {
    let storage = empty("read-at").await;
    for (tail, last) in [(0, 4), (4, 5), (5, 20), (20, 21)] {
        append(&storage, tail, last).await.unwrap();
    }
    let found = storage.read_at(&[1, 2, 4, 6, 7, 20, 21, 22, 23]).await;
    assert_eq!(found.unwrap(), [batch(4), batch(20), batch(21)]);
    assert_eq!(storage.read_at(&[]).await.unwrap(), []);
    assert_eq!(
        storage.read_after(4, 2).await.unwrap(),
        [batch(5), batch(20)]
    );
}

#[wasm_bindgen_test]
async fn batches_are_merged_only_if_the_log_is_as_expected() {
    let storage = empty("merge").await;
    for tail in 0..4 {
        append(&storage, tail, tail + 1).await.unwrap();
    }
    let merged = StoredBatch {
        last: 3,
        bytes: vec![9; 30],
    };
    assert_eq!(storage.replace(0, &[1, 3], &merged).await, Ok(false));
    assert_eq!(storage.replace(0, &[2, 3], &merged).await, Ok(false));
    assert_eq!(storage.replace(1, &[2, 3], &merged).await, Ok(true));
    assert_eq!(storage.replace(1, &[2, 3], &merged).await, Ok(false));
    assert_eq!(log(&storage).await, [batch(1), merged, batch(4)]);
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
async fn changes_to_records_apply_in_order_and_all_or_none() {
    let storage = empty("changes").await;
    let put = |key: &str, value: u8| Change::Put {
        key: key.into(),
        value: vec![value],
    };
    let prefix = |prefix: &str| Change::DeletePrefix {
        prefix: prefix.into(),
    };
    let delete = Change::Delete { key: "y1".into() };
    let changes = [
        put("x1", 1),
        put("y1", 1),
        prefix("x"),
        put("x2", 2),
        put("y2", 2),
        delete,
    ];
    storage.write_records(&changes).await.unwrap();
    assert_eq!(storage.read_record("x1").await.unwrap(), None);
    assert_eq!(storage.read_record("x2").await.unwrap(), Some(vec![2]));
    let refused = storage.write_records(&[put("x2", 3), prefix("")]).await;
    assert_eq!(code(refused), "invalid_input");
    let left = storage.read_records("").await.unwrap();
    assert_eq!(left, [("x2".into(), vec![2]), ("y2".into(), vec![2])]);
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
async fn a_connection_makes_way_for_a_newer_build_and_cannot_read_what_it_made() {
    let storage = empty("newer").await;
    append(&storage, 0, 1).await.unwrap();
    let newer = Database::open("daybook:newer")
        .with_version(2_u32)
        .with_on_upgrade_needed(|_, _| Ok(()))
        .build()
        .unwrap()
        .await
        .unwrap();
    assert_eq!(code(append(&storage, 1, 2).await), "connection_lost");
    let refusal = Error::UnsupportedFormat {
        what: "the database".into(),
        found: 2,
        supported: 1,
    };
    assert_eq!(storage.reconnect().await, Err(refusal.clone()));
    assert_eq!(IndexedDbStorage::open("newer").await.err(), Some(refusal));
    newer.delete().unwrap().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_closed_storage_does_nothing_any_more() {
    let storage = empty("closed").await;
    append(&storage, 0, 1).await.unwrap();
    storage.close().await;
    assert_eq!(append(&storage, 1, 2).await, Err(Error::Closed));
    assert_eq!(storage.read_at(&[1]).await, Err(Error::Closed));
    assert_eq!(storage.reconnect().await, Err(Error::Closed));
    assert_eq!(storage.destroy().await, Err(Error::Closed));
    let again = IndexedDbStorage::open("closed").await.unwrap();
    assert_eq!(log(&again).await, [batch(1)]);
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
            .commit(tail, &batch, Durability::Relaxed)
            .await
            .unwrap();
        stored.push(batch);
    }
    assert!(storage.read_after(0, 10).await.unwrap() == stored);
    assert!(storage.read_at(&[1, 2, 3, 4]).await.unwrap() == stored);
}

#[wasm_bindgen_test]
async fn a_commit_whose_future_is_dropped_is_stored_whole_or_not_at_all() {
    let storage = empty("dropped").await;
    assert_eq!(log(&storage).await, []);
    assert!(append(&storage, 0, 1).now_or_never().is_none());
    let tail = log(&storage).await.last().map_or(0, |batch| batch.last);
    assert_eq!(append(&storage, tail, 2).await, Ok(Commit::Done));
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

#[wasm_bindgen_test]
async fn positions_that_numbers_cannot_hold_are_refused() {
    let storage = empty("positions").await;
    assert_eq!(code(append(&storage, 0, 1 << 53).await), "invalid_input");
    assert_eq!(append(&storage, 0, (1 << 53) - 1).await, Ok(Commit::Done));
    assert_eq!(log(&storage).await, [batch((1 << 53) - 1)]);
}
