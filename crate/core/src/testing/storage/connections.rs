use super::{batch, commit, fill, is_cut_off, log_of, put, put_all, record_keys};
use crate::Error;
use crate::storage::{Commit, Storage};

/// What one connection has written, every other one reads, and counts with.
pub async fn connections_see_each_others_writes<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("connections_see_each_others_writes").await;
    let other = open("connections_see_each_others_writes").await;
    let mut batches = fill(&one, &[1, 2]).await;
    assert_eq!(log_of(&other).await, batches);
    assert_eq!(
        commit(&other, 0, &batch(1, "late")).await,
        Ok(Commit::Behind)
    );

    batches.push(batch(5, "next"));
    assert_eq!(commit(&other, 2, &batches[2]).await, Ok(Commit::Done));
    assert_eq!(commit(&one, 2, &batch(3, "late")).await, Ok(Commit::Behind));
    assert_eq!(log_of(&one).await, batches);

    put_all(&one, &["a"]).await;
    assert_eq!(other.read_record("a").await, Ok(Some(vec![])));
}

/// After `close`, every operation fails with `closed`; closing again is harmless.
pub async fn closing_ends_every_operation<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("closing_ends_every_operation").await;
    fill(&store, &[1]).await;
    store.close().await;
    store.close().await;
    assert_eq!(
        commit(&store, 1, &batch(2, "late")).await,
        Err(Error::Closed.into())
    );
    assert_eq!(store.read_after(0, 1).await, Err(Error::Closed.into()));
    assert_eq!(store.read_at(&[1]).await, Err(Error::Closed.into()));
    let replaced = store.replace(0, &[1], &batch(1, "late")).await;
    assert_eq!(replaced, Err(Error::Closed.into()));
    assert_eq!(store.read_record("a").await, Err(Error::Closed.into()));
    assert_eq!(store.read_records("a").await, Err(Error::Closed.into()));
    let written = store.write_records(&[put("a", [])]).await;
    assert_eq!(written, Err(Error::Closed.into()));
    assert_eq!(store.reconnect().await, Err(Error::Closed.into()));
    assert_eq!(store.destroy().await, Err(Error::Closed.into()));
}

/// Closing a connection leaves the others to the same data open, and does not bar new ones.
pub async fn closing_leaves_the_others_open<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("closing_leaves_the_others_open").await;
    let other = open("closing_leaves_the_others_open").await;
    let mut batches = fill(&store, &[1]).await;
    store.close().await;
    batches.push(batch(2, "next"));
    assert_eq!(commit(&other, 1, &batches[1]).await, Ok(Commit::Done));
    let later = open("closing_leaves_the_others_open").await;
    assert_eq!(log_of(&later).await, batches);
}

/// What is stored is found by the next connection, when all before it were closed.
pub async fn stored_data_outlives_its_connections<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("stored_data_outlives_its_connections").await;
    let batches = fill(&store, &[1, 3]).await;
    put_all(&store, &["a"]).await;
    store.close().await;
    let store = open("stored_data_outlives_its_connections").await;
    assert_eq!(log_of(&store).await, batches);
    assert_eq!(record_keys(&store, "").await, ["a"]);
    assert_eq!(commit(&store, 3, &batch(4, "next")).await, Ok(Commit::Done));
}

/// Connecting anew, when nothing was lost too, keeps what is stored and goes on working.
pub async fn reconnecting_keeps_everything<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("reconnecting_keeps_everything").await;
    let batches = fill(&store, &[1, 2]).await;
    put_all(&store, &["a"]).await;
    for tail in 2..4 {
        assert_eq!(store.reconnect().await, Ok(()));
        assert_eq!(store.read_after(0, 2).await.as_deref(), Ok(&batches[..]));
        assert_eq!(record_keys(&store, "").await, ["a"]);
        let next = batch(tail + 1, "next");
        assert_eq!(commit(&store, tail, &next).await, Ok(Commit::Done));
    }
}

/// `destroy` removes the log and every record; the name can be used again.
pub async fn destroying_removes_everything<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("destroying_removes_everything").await;
    fill(&store, &[1, 2]).await;
    put_all(&store, &["a", "b"]).await;
    assert_eq!(store.destroy().await, Ok(()));
    store.close().await;

    let store = open("destroying_removes_everything").await;
    assert_eq!(log_of(&store).await, []);
    assert_eq!(record_keys(&store, "").await, [""; 0]);
    fill(&store, &[1, 2]).await;
}

/// Another connection is cut off, even when a new log has become just as long as the one it knew.
/// Connected anew, it finds what is there now.
pub async fn destroying_cuts_the_others_off<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("destroying_cuts_the_others_off").await;
    let other = open("destroying_cuts_the_others_off").await;
    fill(&store, &[1, 2]).await;
    put_all(&store, &["a"]).await;
    assert_eq!(log_of(&other).await.len(), 2);
    assert_eq!(store.destroy().await, Ok(()));
    let later = open("destroying_cuts_the_others_off").await;
    let batches = fill(&later, &[2]).await;

    let committed = commit(&other, 2, &batch(3, "next")).await;
    assert!(is_cut_off(&committed), "{committed:?}");
    let log = other.read_after(0, 10).await;
    assert!(is_cut_off(&log), "{log:?}");
    let record = other.read_record("a").await;
    assert!(is_cut_off(&record), "{record:?}");
    let replaced = other.replace(0, &[2], &batch(2, "merged")).await;
    assert!(is_cut_off(&replaced), "{replaced:?}");
    assert_eq!(log_of(&later).await, batches);

    assert_eq!(other.reconnect().await, Ok(()));
    assert_eq!(log_of(&other).await, batches);
    assert_eq!(record_keys(&other, "").await, [""; 0]);
}
