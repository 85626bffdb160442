use futures_util::future::join;

use super::{batch, commit, fill, keys_of, log_of};
use crate::Position;
use crate::storage::{Commit, Storage};

/// Merging puts one batch in the place of several: all of the log, its middle, a single one.
pub async fn replace_merges_batches<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("replace_merges_batches").await;
    let batches = fill(&store, &[2, 3, 5, 6, 8]).await;

    let middle = batch(6, "merged");
    assert_eq!(store.replace(2, &[3, 5, 6], &middle).await, Ok(true));
    let expected = [batches[0].clone(), middle, batches[4].clone()];
    assert_eq!(log_of(&store).await, expected);

    let single = batch(6, "merged again");
    assert_eq!(store.replace(2, &[6], &single).await, Ok(true));
    let expected = [batches[0].clone(), single, batches[4].clone()];
    assert_eq!(log_of(&store).await, expected);

    let everything = batch(8, "all");
    assert_eq!(store.replace(0, &[2, 6, 8], &everything).await, Ok(true));
    let log = vec![everything];
    assert_eq!(log_of(&store).await, log);
    assert_eq!(store.read_at(&[1, 4, 8]).await.as_ref(), Ok(&log));
    assert_eq!(store.read_after(5, 1).await, Ok(log));
}

/// Merging is refused, and changes nothing, when the range's keys are not those the caller knows:
/// one too many, one too few, one that moved, or none.
pub async fn replace_refuses_other_keys<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("replace_refuses_other_keys").await;
    let answer = store.replace(0, &[1, 2], &batch(2, "merged")).await;
    assert_eq!(answer, Ok(false), "an empty log");

    let batches = fill(&store, &[1, 3, 5, 7]).await;
    let cases: [(Position, &[Position]); 9] = [
        (0, &[3, 5]),
        (0, &[1, 5]),
        (0, &[1, 2, 3]),
        (0, &[1, 2, 3, 5]),
        (0, &[1, 3, 4]),
        (1, &[1, 3]),
        (1, &[3, 5, 6]),
        (5, &[7, 9]),
        (7, &[8, 9]),
    ];
    for (after, keys) in cases {
        let merged = batch(keys[keys.len() - 1], "merged");
        let answer = store.replace(after, keys, &merged).await;
        assert_eq!(answer, Ok(false), "after {after}, {keys:?}");
        assert_eq!(log_of(&store).await, batches);
    }
}

/// Merging touches nothing outside its range, and no record.
pub async fn replace_changes_nothing_else<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("replace_changes_nothing_else").await;
    let batches = fill(&store, &[1, 2, 3, 4]).await;
    super::put_all(&store, &["1", "2", "3"]).await;
    let merged = batch(3, "merged");
    assert_eq!(store.replace(1, &[2, 3], &merged).await, Ok(true));
    assert_eq!(
        log_of(&store).await,
        [batches[0].clone(), merged, batches[3].clone()]
    );
    assert_eq!(super::record_keys(&store, "").await, ["1", "2", "3"]);
}

/// A writer whose tail batch was merged into one that ends there still commits.
pub async fn commit_goes_on_after_a_merge<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_goes_on_after_a_merge").await;
    let other = open("commit_goes_on_after_a_merge").await;
    fill(&store, &[1, 2, 3]).await;
    assert_eq!(
        other.replace(0, &[1, 2, 3], &batch(3, "merged")).await,
        Ok(true)
    );
    assert_eq!(commit(&store, 3, &batch(4, "next")).await, Ok(Commit::Done));
    assert_eq!(keys_of(&store).await, [3, 4]);
}

/// A writer whose tail lies inside a merged batch is behind, and reads that batch to catch up.
pub async fn commit_is_behind_a_merge_beyond_its_tail<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("commit_is_behind_a_merge_beyond_its_tail").await;
    let other = open("commit_is_behind_a_merge_beyond_its_tail").await;
    fill(&store, &[1, 2]).await;
    assert_eq!(
        commit(&other, 2, &batch(3, "theirs")).await,
        Ok(Commit::Done)
    );
    let merged = batch(3, "merged");
    assert_eq!(other.replace(0, &[1, 2, 3], &merged).await, Ok(true));

    assert_eq!(
        commit(&store, 2, &batch(3, "ours")).await,
        Ok(Commit::Behind)
    );
    assert_eq!(store.read_after(2, 10).await, Ok(vec![merged]));
    assert_eq!(commit(&store, 3, &batch(4, "ours")).await, Ok(Commit::Done));
}

/// Of two connections that merge overlapping batches, exactly one does.
pub async fn one_of_two_racing_merges_wins<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("one_of_two_racing_merges_wins").await;
    let other = open("one_of_two_racing_merges_wins").await;
    let batches = fill(&one, &[1, 2, 3]).await;
    let (short, long) = (batch(2, "short"), batch(3, "long"));
    let answers = join(
        one.replace(0, &[1, 2], &short),
        other.replace(0, &[1, 2, 3], &long),
    )
    .await;
    let expected = match answers {
        (Ok(true), Ok(false)) => vec![short, batches[2].clone()],
        (Ok(false), Ok(true)) => vec![long],
        _ => panic!("{answers:?}"),
    };
    assert_eq!(log_of(&one).await, expected);
}

/// One connection merges the log's end while another commits behind it: both succeed.
pub async fn merging_and_committing_go_together<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("merging_and_committing_go_together").await;
    let other = open("merging_and_committing_go_together").await;
    fill(&one, &[1, 2, 3]).await;
    for tail in 3..10 {
        let keys = keys_of(&one).await;
        let (merged, next) = (batch(tail, "merged"), batch(tail + 1, "next"));
        let answers = join(one.replace(0, &keys, &merged), commit(&other, tail, &next)).await;
        assert_eq!(answers, (Ok(true), Ok(Commit::Done)));
        assert_eq!(log_of(&one).await, [merged, next]);
    }
}
