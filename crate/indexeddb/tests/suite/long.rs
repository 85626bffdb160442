//! Going through a log that is long enough for a worker to read it.

#![allow(clippy::indexing_slicing, reason = "a failed test panics")]

use core::slice;

use daybook_core::Position;
use daybook_core::storage::{Commit, Durability, Storage, StoredBatch};
use daybook_core::testing::ready;
use daybook_indexeddb::IndexedDbStorage;
use futures_util::StreamExt as _;
use futures_util::future::join;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{empty, log};

/// Goes through the log as one who folds it does, with `ahead` pages asked for before their turn.
async fn walk(storage: &IndexedDbStorage, ends: &[Position], ahead: usize) -> Vec<StoredBatch> {
    let starts: Vec<Position> = core::iter::once(0).chain(ends.iter().copied()).collect();
    let pages = starts.iter().step_by(PAGE);
    let asked = pages.map(|after| storage.read_after(*after, PAGE));
    let pages: Vec<_> = futures_util::stream::iter(asked)
        .buffered(ahead)
        .collect()
        .await;
    pages.into_iter().flat_map(Result::unwrap).collect()
}

const PAGE: usize = 4;

#[wasm_bindgen_test]
async fn a_long_log_is_read_in_order_whoever_else_reads_and_writes() {
    let storage = empty("long").await;
    let mut stored: Vec<StoredBatch> = Vec::new();
    let grow = async |stored: &mut Vec<StoredBatch>, count: u64| {
        for _ in 0..count {
            let tail = stored.last().map_or(0, |batch| batch.last);
            let bytes = (0..34_000).map(|n: u64| (n * tail).to_le_bytes()[1]);
            let (last, bytes) = (tail + 3, bytes.collect());
            let batch = StoredBatch { last, bytes };
            let done = storage
                .commit(tail, ready(slice::from_ref(&batch)), Durability::Relaxed)
                .await;
            assert_eq!(done, Ok(Commit::Done));
            stored.push(batch);
        }
    };
    for round in 0..6 {
        grow(&mut stored, 40).await;
        let ends: Vec<Position> = stored.iter().map(|batch| batch.last).collect();
        let tail = ends.last().copied().unwrap();
        let others = async {
            for _ in 0..20 {
                assert_eq!(storage.read_after(tail, 8).await, Ok(Vec::new()));
                assert!(storage.read_after(0, 1).await.unwrap() == stored[..1]);
            }
        };
        let (one, ()) = join(walk(&storage, &ends, 1 + round % 4), others).await;
        assert!(one == stored, "beside others, round {round}");
        let (one, two) = join(walk(&storage, &ends, 3), walk(&storage, &ends, 2)).await;
        assert!(one == stored && two == stored, "twice, round {round}");
        // While somebody goes through it, the log grows, and batches far ahead are merged.
        let place = stored.len() - 3;
        let (before, after) = (stored[place - 1].last, stored[place + 1].last);
        let bytes = [stored[place].bytes.clone(), stored[place + 1].bytes.clone()].concat();
        let merged = StoredBatch { last: after, bytes };
        let replaced = [stored[place].last, after];
        let walked: Vec<Position> = ends[..place - PAGE].to_vec();
        let merging = storage.replace(before, &replaced, &merged);
        let (one, done) = join(walk(&storage, &walked, 3), merging).await;
        assert_eq!(done, Ok(true));
        let read = one.len().min(place);
        assert!(
            read >= walked.len() && one[..read] == stored[..read],
            "while merging, round {round}"
        );
        stored.splice(place..place + 2, [merged]);
    }
    assert!(
        walk(
            &storage,
            &stored.iter().map(|batch| batch.last).collect::<Vec<_>>(),
            2
        )
        .await
            == stored
    );
    storage.destroy().await.unwrap();
    assert_eq!(log(&storage).await, []);
}
