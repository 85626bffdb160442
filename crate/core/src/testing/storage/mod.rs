//! The conformance suite of the storage port: what every backend must do.
//!
//! Each case is a function over `open`, which opens a connection to the data of a name: opening a
//! name twice gives two connections to the same data, and a name that was not opened before gives
//! data that is empty. Every case uses a name of its own. Where data outlives a run of the tests,
//! `open` puts something unique to the run before the name. A case does not close its connections
//! unless closing is what it is about; it drops them.

mod connections;
mod log;
mod merging;
mod records;

use crate::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use crate::{Error, Position, Result};

pub use connections::*;
pub use log::*;
pub use merging::*;
pub use records::*;

/// Makes one test per case of the [conformance suite](crate::testing::storage), so that a failure
/// names the case. It takes what a test begins with, and the function that opens a connection:
///
/// ```ignore
/// daybook_core::storage_conformance!(#[test] fn, memories());
/// ```
///
/// where tests are asynchronous, `#[wasm_bindgen_test] async fn`. The second argument is evaluated
/// once per test.
#[macro_export]
macro_rules! storage_conformance {
    (#[$test:meta] fn, $open:expr) => {
        $crate::storage_conformance! { @cases @sync [$test] [$open] }
    };
    (#[$test:meta] async fn, $open:expr) => {
        $crate::storage_conformance! { @cases @async [$test] [$open] }
    };
    (@sync [$test:meta] [$open:expr] $($case:ident)*) => {
        $(
            #[$test]
            fn $case() {
                $crate::testing::block_on($crate::testing::storage::$case($open));
            }
        )*
    };
    (@async [$test:meta] [$open:expr] $($case:ident)*) => {
        $(
            #[$test]
            async fn $case() {
                $crate::testing::storage::$case($open).await;
            }
        )*
    };
    (@all [$open:expr] $($case:ident)*) => {
        $( $crate::testing::storage::$case($open).await; )*
    };
    (@names [] $($case:ident)*) => {
        [$( stringify!($case) ),*]
    };
    (@cases $($then:tt)*) => {
        $crate::storage_conformance! {
            $($then)*
            new_data_is_empty
            names_are_apart
            commit_appends_in_order
            commit_stores_several_batches_or_none
            commit_of_several_batches_is_refused_as_a_whole
            commit_ends_with_a_batch_that_cannot_be_made
            commit_stores_nothing_when_behind
            commit_finds_the_log_gone
            commit_of_any_bytes
            relaxed_commit_is_seen
            one_of_two_racing_commits_wins
            many_writers_lose_and_repeat_nothing
            dropped_commit_happens_whole_or_not
            read_after_gives_pages
            read_after_begins_inside_a_batch
            read_at_gives_each_batch_once
            positions_reach_the_limit
            replace_merges_batches
            replace_refuses_other_keys
            replace_refuses_a_batch_that_grew
            replace_changes_nothing_else
            commit_goes_on_after_a_merge
            commit_is_behind_a_merge_beyond_its_tail
            one_of_two_racing_merges_wins
            merging_and_committing_go_together
            records_are_put_and_deleted
            records_keep_any_bytes
            large_changes_are_one
            records_of_a_prefix_in_order
            prefixes_are_plain_text
            changes_apply_in_order
            changes_apply_together
            records_and_log_are_apart
            connections_see_each_others_writes
            closing_ends_every_operation
            closing_leaves_the_others_open
            stored_data_outlives_its_connections
            reconnecting_keeps_everything
            destroying_removes_everything
            destroying_cuts_the_others_off
        }
    };
}

/// Runs every case, one after the other; the first failure ends it with a panic.
///
/// Prefer [`storage_conformance!`](crate::storage_conformance), which reports each by its name.
pub async fn all<S: Storage>(open: impl AsyncFn(&str) -> S) {
    storage_conformance! { @cases @all [&open] }
}

/// A small batch, told apart from others of the same key by `tag`.
fn batch(last: Position, tag: &str) -> StoredBatch {
    StoredBatch {
        last,
        bytes: format!("{tag} up to {last}").into_bytes(),
    }
}

/// So many bytes, among them every value a byte can have, in no short period.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the low byte is what is wanted"
)]
fn many_bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at ^ (at >> 8)) as u8).collect()
}

/// Commits small batches with these keys to an empty log, and returns them.
async fn fill(store: &impl Storage, keys: &[Position]) -> Vec<StoredBatch> {
    let (mut tail, mut batches) = (0, Vec::new());
    for &last in keys {
        let next = batch(last, "filled");
        assert_eq!(commit(store, tail, &next).await, Ok(Commit::Done));
        tail = last;
        batches.push(next);
    }
    batches
}

async fn commit(store: &impl Storage, tail: Position, batch: &StoredBatch) -> Result<Commit> {
    let batches = [Ok(batch.clone())].into_iter();
    store.commit(tail, batches, Durability::Strict).await
}

async fn log_of(store: &impl Storage) -> Vec<StoredBatch> {
    store.read_after(0, usize::MAX).await.unwrap()
}

async fn keys_of(store: &impl Storage) -> Vec<Position> {
    let log = log_of(store).await;
    log.iter().map(|batch| batch.last).collect()
}

fn put(key: &str, value: impl Into<Vec<u8>>) -> Change {
    Change::Put {
        key: key.to_owned(),
        value: value.into(),
    }
}

fn delete(key: &str) -> Change {
    Change::Delete {
        key: key.to_owned(),
    }
}

fn delete_prefix(prefix: &str) -> Change {
    Change::DeletePrefix {
        prefix: prefix.to_owned(),
    }
}

/// Puts an empty record under each key.
async fn put_all(store: &impl Storage, keys: &[&str]) {
    let changes: Vec<Change> = keys.iter().map(|key| put(key, [])).collect();
    store.write_records(&changes).await.unwrap();
}

async fn record_keys(store: &impl Storage, prefix: &str) -> Vec<String> {
    let records = store.read_records(prefix).await.unwrap();
    records.into_iter().map(|(key, _)| key).collect()
}

fn record(key: &str, value: impl Into<Vec<u8>>) -> Record {
    (key.to_owned(), value.into())
}

/// Whether an operation failed as one does whose data was destroyed under it.
fn is_cut_off<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(error) if matches!(**error, Error::ConnectionLost { .. }))
}

/// Whether an operation failed because events that were there are gone.
fn is_data_lost<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(error) if matches!(**error, Error::DataLost { .. }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Faults, FaultyStorage, Yielding, block_on, memories};

    #[test]
    fn every_case_is_listed() {
        let sources = [
            include_str!("connections.rs"),
            include_str!("log.rs"),
            include_str!("merging.rs"),
            include_str!("records.rs"),
        ];
        let mut written: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split('<').next())
            .collect();
        let mut listed = storage_conformance! { @cases @names [] };
        written.sort_unstable();
        listed.sort_unstable();
        assert_eq!(written, listed);
    }

    #[test]
    fn wrappers_without_faults_keep_the_contract() {
        let open = memories();
        block_on(super::all(async |name: &str| {
            FaultyStorage::new(Yielding::new(open(name).await), Faults::none())
        }));
    }
}
