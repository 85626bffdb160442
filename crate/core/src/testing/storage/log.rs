use core::slice;

use futures_util::future::{join, join_all};

use super::{batch, commit, fill, is_data_lost, keys_of, log_of, many_bytes};
use crate::limits::MAX_POSITION;
use crate::storage::{Commit, Durability, Storage, StoredBatch};
use crate::testing::{cancel_after, ready};
use crate::{Error, Position};

/// Data that nobody wrote to has no batches and no records.
pub async fn new_data_is_empty<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("new_data_is_empty").await;
    assert_eq!(store.read_after(0, 10).await, Ok(vec![]));
    assert_eq!(store.read_after(7, 10).await, Ok(vec![]));
    assert_eq!(store.read_at(&[1, 2]).await, Ok(vec![]));
    assert_eq!(store.read_record("a").await, Ok(None));
    assert_eq!(store.read_records("").await, Ok(vec![]));
}

/// What is written under one name is not seen under another.
pub async fn names_are_apart<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("names_are_apart").await;
    let other = open("names_are_apart, too").await;
    fill(&one, &[1]).await;
    super::put_all(&one, &["a"]).await;
    assert_eq!(log_of(&other).await, []);
    assert_eq!(other.read_records("").await, Ok(vec![]));
}

/// Batches of one event and of many follow one another, and are given back as they were.
pub async fn commit_appends_in_order<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_appends_in_order").await;
    let batches = fill(&store, &[3, 4, 300, 301]).await;
    assert_eq!(log_of(&store).await, batches);
}

/// Several batches, of any sizes, are stored by one commit, or none of them is.
pub async fn commit_stores_several_batches_or_none<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_stores_several_batches_or_none").await;
    let other = open("commit_stores_several_batches_or_none").await;
    let mut log = Vec::new();
    for sizes in [[90_000, 90_000, 9], [9, 90_000, 9], [90_000, 9, 90_000]] {
        let tail = log.last().map_or(0, |batch: &StoredBatch| batch.last);
        let batches: Vec<StoredBatch> = (tail + 2..)
            .step_by(2)
            .zip(sizes)
            .map(|(last, count)| StoredBatch {
                last,
                bytes: many_bytes(count),
            })
            .collect();
        let answer = store
            .commit(tail, ready(&batches), Durability::Relaxed)
            .await;
        assert_eq!(answer, Ok(Commit::Done));
        for late in [&store, &other] {
            let answer = late
                .commit(tail, ready(&batches), Durability::Relaxed)
                .await;
            assert_eq!(answer, Ok(Commit::Behind));
        }
        log.extend(batches);
        assert!(log_of(&other).await == log, "{sizes:?}");
    }
    let positions: Vec<Position> = log.iter().map(|batch| batch.last - 1).collect();
    assert!(store.read_at(&positions).await.unwrap() == log);
}

/// Several batches of which only the first lies where another connection has committed meanwhile: none of
/// them is stored, however free the places of the others are.
pub async fn commit_of_several_batches_is_refused_as_a_whole<S: Storage>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("commit_of_several_batches_is_refused_as_a_whole").await;
    let other = open("commit_of_several_batches_is_refused_as_a_whole").await;
    let mut log = Vec::new();
    for count in [9, 40_000, 90_000] {
        // Both have seen where the log ends.
        let tail = log.last().map_or(0, |batch: &StoredBatch| batch.last);
        assert_eq!(log_of(&store).await, log);
        let taken = batch(tail + 1, "taken");
        assert_eq!(commit(&other, tail, &taken).await, Ok(Commit::Done));
        log.push(taken);
        let late: Vec<StoredBatch> = (tail + 1..tail + 5)
            .map(|last| StoredBatch {
                last,
                bytes: many_bytes(count),
            })
            .collect();
        let answer = store.commit(tail, ready(&late), Durability::Relaxed).await;
        assert_eq!(answer, Ok(Commit::Behind), "{count}");
        assert_eq!(log_of(&other).await, log, "{count}");
    }
}

/// When a batch cannot be made, none of those before it is stored either, and the log goes on from where it
/// ended: for one that has seen its end, one that has not, and one that has seen where it ended before; with
/// small batches, and large ones.
pub async fn commit_ends_with_a_batch_that_cannot_be_made<S: Storage>(
    open: impl AsyncFn(&str) -> S,
) {
    const NAME: &str = "commit_ends_with_a_batch_that_cannot_be_made";
    let (store, other) = (open(NAME).await, open(NAME).await);
    let mut log: Vec<StoredBatch> = Vec::new();
    for count in [9, 40_000, 90_000] {
        let tail = log.last().map_or(0, |batch| batch.last);
        let filled = |last| StoredBatch {
            last,
            bytes: many_bytes(count),
        };
        let attempts = async |writer: &S, log: &[StoredBatch]| {
            for made in [0, 1, 2] {
                let error = Error::invalid("batch", "cannot be made");
                let mut batches: Vec<_> = (tail + 1..).map(filled).map(Ok).take(made).collect();
                batches.push(Err(error.clone()));
                let batches = batches.into_iter();
                let answer = writer.commit(tail, batches, Durability::Relaxed).await;
                assert_eq!(answer, Err(error), "{made} of {count} bytes");
                assert_eq!(log_of(&other).await, log, "{made} of {count} bytes");
            }
        };
        assert_eq!(log_of(&store).await, log);
        attempts(&store, &log).await;
        attempts(&open(NAME).await, &log).await;
        let next = filled(tail + 1);
        assert_eq!(commit(&other, tail, &next).await, Ok(Commit::Done));
        log.push(next);
        attempts(&store, &log).await;
    }
}

/// A commit that does not know the log's end stores nothing, wherever its tail lies: before the
/// log, at a batch, or inside one.
pub async fn commit_stores_nothing_when_behind<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_stores_nothing_when_behind").await;
    let batches = fill(&store, &[2, 5, 9]).await;
    for tail in [0, 1, 2, 4, 5, 8] {
        for last in [tail + 1, 9, 20] {
            let late = batch(last.max(tail + 1), "late");
            let answer = commit(&store, tail, &late).await;
            assert_eq!(answer, Ok(Commit::Behind), "tail {tail}, last {last}");
        }
    }
    assert_eq!(log_of(&store).await, batches);
}

/// A commit that knows more than the log holds fails with `data_lost` and stores nothing: on an
/// empty log, and on one that ends earlier.
pub async fn commit_finds_the_log_gone<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_finds_the_log_gone").await;
    let answer = commit(&store, 5, &batch(6, "orphan")).await;
    assert!(is_data_lost(&answer), "{answer:?}");
    assert_eq!(log_of(&store).await, []);

    let batches = fill(&store, &[1, 4]).await;
    let answer = commit(&store, 5, &batch(6, "orphan")).await;
    assert!(is_data_lost(&answer), "{answer:?}");
    assert_eq!(log_of(&store).await, batches);
    let next = commit(&store, 4, &batch(5, "next")).await;
    assert_eq!(next, Ok(Commit::Done));
}

/// A batch may hold any bytes: none, every value, a megabyte.
pub async fn commit_of_any_bytes<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_of_any_bytes").await;
    for (tail, count) in [0, 256, 65_536, 1 << 20].into_iter().enumerate() {
        let tail = tail as Position;
        let stored = StoredBatch {
            last: tail + 1,
            bytes: many_bytes(count),
        };
        assert_eq!(commit(&store, tail, &stored).await, Ok(Commit::Done));
        let read = store.read_after(tail, 1).await.unwrap();
        assert!(read == [stored], "{count} bytes came back changed");
    }
}

/// With relaxed durability, too, a commit that is done is seen by every later read.
pub async fn relaxed_commit_is_seen<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("relaxed_commit_is_seen").await;
    let other = open("relaxed_commit_is_seen").await;
    let stored = batch(1, "relaxed");
    let answer = store
        .commit(0, ready(slice::from_ref(&stored)), Durability::Relaxed)
        .await;
    assert_eq!(answer, Ok(Commit::Done));
    let log = vec![stored];
    assert_eq!(log_of(&store).await, log);
    assert_eq!(log_of(&other).await, log);
}

/// Of two connections that commit at the same tail, exactly one does; the other is behind.
pub async fn one_of_two_racing_commits_wins<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("one_of_two_racing_commits_wins").await;
    let other = open("one_of_two_racing_commits_wins").await;
    for tail in 0..20 {
        let (ours, theirs) = (batch(tail + 1, "ours"), batch(tail + 1, "theirs"));
        let answers = join(commit(&one, tail, &ours), commit(&other, tail, &theirs)).await;
        let winner = match answers {
            (Ok(Commit::Done), Ok(Commit::Behind)) => ours,
            (Ok(Commit::Behind), Ok(Commit::Done)) => theirs,
            _ => panic!("{answers:?}"),
        };
        assert_eq!(one.read_after(tail, 10).await, Ok(vec![winner]));
    }
}

/// Several writers, each retrying when it is behind, store every batch exactly once, without gaps
/// and each writer's in its order.
pub async fn many_writers_lose_and_repeat_nothing<S: Storage>(open: impl AsyncFn(&str) -> S) {
    const WRITERS: usize = 4;
    const BATCHES: usize = 8;
    let mut stores = Vec::new();
    for _ in 0..WRITERS {
        stores.push(open("many_writers_lose_and_repeat_nothing").await);
    }
    let write = async |(writer, store): (usize, &S)| {
        let mut tail = 0;
        for number in 0..BATCHES {
            loop {
                let next = StoredBatch {
                    last: tail + 1,
                    bytes: format!("{writer} {number}").into_bytes(),
                };
                if commit(store, tail, &next).await.unwrap() == Commit::Done {
                    tail = next.last;
                    break;
                }
                let missed = store.read_after(tail, usize::MAX).await.unwrap();
                tail = missed.last().expect("behind something").last;
            }
        }
    };
    join_all(stores.iter().enumerate().map(write)).await;

    let log = log_of(&stores[0]).await;
    assert!(
        log.iter()
            .map(|batch| batch.last)
            .eq(1..=(WRITERS * BATCHES) as Position)
    );
    for writer in 0..WRITERS {
        let prefix = format!("{writer} ");
        let own = log
            .iter()
            .filter(|batch| batch.bytes.starts_with(prefix.as_bytes()));
        let expected = (0..BATCHES).map(|number| format!("{writer} {number}").into_bytes());
        assert!(own.map(|batch| batch.bytes.clone()).eq(expected));
    }
}

/// A commit whose caller went away has happened whole or not at all, and blocks nothing.
pub async fn dropped_commit_happens_whole_or_not<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("dropped_commit_happens_whole_or_not").await;
    let mut tail = 0;
    for polls in 0..4 {
        let dropped = batch(tail + 1, "dropped");
        let answer = cancel_after(polls, commit(&store, tail, &dropped)).await;
        assert!(
            matches!(answer, None | Some(Ok(Commit::Done))),
            "{answer:?}"
        );
        // It may still be under way, but only once, and only before the next one.
        let mut next = batch(tail + 1, "next");
        let mut expected = vec![next.clone()];
        if commit(&store, tail, &next).await == Ok(Commit::Behind) {
            next = batch(tail + 2, "next");
            assert_eq!(commit(&store, tail + 1, &next).await, Ok(Commit::Done));
            expected = vec![dropped, next.clone()];
        } else {
            assert_eq!(answer, None, "a commit that was done is gone");
        }
        assert_eq!(store.read_after(tail, 10).await, Ok(expected));
        tail = next.last;
    }
}

/// Pages of any size, each read after the last of the one before, make up the log.
pub async fn read_after_gives_pages<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("read_after_gives_pages").await;
    let batches = fill(&store, &[1, 2, 5, 6, 10, 256, 257]).await;
    for limit in [1, 2, 3, 7, 8, usize::MAX] {
        let (mut after, mut read) = (0, Vec::new());
        loop {
            let page = store.read_after(after, limit).await.unwrap();
            let left = batches.len() - read.len();
            assert_eq!(page.len(), limit.min(left), "limit {limit}, after {after}");
            let Some(last) = page.last() else { break };
            after = last.last;
            read.extend(page);
        }
        assert_eq!(read, batches, "limit {limit}");
    }
}

/// A page begins with the batch that holds the next position, though it begins earlier.
pub async fn read_after_begins_inside_a_batch<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("read_after_begins_inside_a_batch").await;
    let batches = fill(&store, &[4, 9]).await;
    for (after, skipped) in [(0, 0), (1, 0), (3, 0), (4, 1), (8, 1), (9, 2), (10, 2)] {
        let read = store.read_after(after, 10).await.unwrap();
        assert_eq!(read, batches[skipped..], "after {after}");
    }
}

/// Positions give the batches they lie in, once each and in order; those beyond the end nothing.
pub async fn read_at_gives_each_batch_once<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("read_at_gives_each_batch_once").await;
    let batches = fill(&store, &[1, 4, 9, 300]).await;
    let cases: [(&[Position], &[usize]); 8] = [
        (&[], &[]),
        (&[1], &[0]),
        (&[2], &[1]),
        (&[2, 3, 4], &[1]),
        (&[1, 3, 9, 10], &[0, 1, 2, 3]),
        (&[4, 300], &[1, 3]),
        (&[8, 301], &[2]),
        (&[301, 9_000], &[]),
    ];
    for (positions, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|&at| batches[at].clone()).collect();
        let read = store.read_at(positions).await;
        assert_eq!(read, Ok(expected), "at {positions:?}");
    }
}

/// Positions up to the limit are kept exactly and stay in order.
pub async fn positions_reach_the_limit<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("positions_reach_the_limit").await;
    let keys = [9, 10, 1 << 31, MAX_POSITION - 1, MAX_POSITION];
    fill(&store, &keys).await;
    assert_eq!(keys_of(&store).await, keys);
    let found = store.read_at(&[11, MAX_POSITION]).await.unwrap();
    assert!(
        found
            .iter()
            .map(|batch| batch.last)
            .eq([1 << 31, MAX_POSITION])
    );
}
