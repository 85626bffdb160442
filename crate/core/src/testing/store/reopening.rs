use futures_util::future::join;

use super::{add, code, event, log, read_to_end, tab, tagged, to};
use crate::ExpectedVersion::{Any, Exact, NoStream};
use crate::query::Query;
use crate::storage::{Change, Storage};
use crate::store::{AllQuery, Maintenance, Store, StreamQuery, Verified};
use crate::{Error, Result};

/// After `close`, everything fails with `closed`; closing again is harmless.
pub async fn a_closed_store_refuses_everything<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_closed_store_refuses_everything";
    let (store, other) = (tab(&open, name).await, tab(&open, name).await);
    add(&store, "s", event(1)).await;
    store.close().await;
    store.close().await;
    let clone = store.clone();
    let answers: [Result<()>; 9] = [
        clone.append(to("s", Any, [2])).await.map(drop),
        store.read_stream(&StreamQuery::new("s")).await.map(drop),
        store.read_all(&AllQuery::default()).await.map(drop),
        store.refresh().await.map(drop),
        store.find_command("c").await.map(drop),
        store.verify(Verified::default()).await.map(drop),
        store.maintain().await.map(drop),
        store.save_index().await,
        store.destroy().await,
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, Err(Error::Closed.into()), "number {number}");
    }
    add(&other, "s", event(3)).await;
    assert_eq!(log(&open, name).await, [1, 3]);
}

/// An append that is under way when its store closes was stored, or says that it was not.
pub async fn an_append_under_way_when_the_store_closes_is_stored_or_not<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "an_append_under_way_when_the_store_closes_is_stored_or_not";
    let mut stored = Vec::new();
    for round in 0..5_u128 {
        let store = tab(&open, name).await;
        let appends = join(
            store.append(to("s", Any, [round])),
            store.append(to("s", Any, [round + 100])),
        );
        let (answers, ()) = join(appends, store.close()).await;
        for (id, answer) in [(round, answers.0), (round + 100, answers.1)] {
            match answer {
                Ok(_) => stored.push(id),
                Err(error) => assert_eq!(*error, Error::Closed),
            }
        }
    }
    assert_eq!(log(&open, name).await, stored);
}

/// What a store finds whose data another has destroyed; it must not go on as if nothing had
/// happened.
fn tells_of_destruction<T: core::fmt::Debug>(answer: &Result<T>) {
    let code = code(answer);
    let told = ["connection_lost", "data_lost", "closed"].contains(&code);
    assert!(told, "{answer:?}");
}

/// Destroying empties the store for every tab: the next append of another one fails and changes
/// nothing, and a store opened anew is empty, without snapshots or anything else derived.
pub async fn a_destroyed_store_is_gone_for_every_tab<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_destroyed_store_is_gone_for_every_tab";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    one.append(to("s", NoStream, [1, 2])).await.unwrap();
    one.save_index().await.unwrap();
    let put = Change::Put {
        key: "derived".to_owned(),
        value: vec![1],
    };
    one.storage().write_records(&[put]).await.unwrap();
    other.refresh().await.unwrap();

    one.destroy().await.unwrap();
    let answer = one.append(to("s", Any, [3])).await;
    assert_eq!(answer, Err(Error::Closed.into()));
    tells_of_destruction(&other.append(to("s", Exact(1), [4])).await);
    tells_of_destruction(&other.append(to("t", Any, [5])).await);

    let store = tab(&open, name).await;
    assert_eq!((store.tail(), store.version("s").await.unwrap()), (0, -1));
    assert_eq!(store.storage().read_records("").await, Ok(Vec::new()));
    store.append(to("s", NoStream, [6])).await.unwrap();
    assert_eq!(log(&open, name).await, [6]);
}

/// A tab whose log was destroyed, and another one begun in its place that is just as long, does not
/// take that for its own.
pub async fn a_tab_never_appends_to_a_log_that_took_the_place_of_its_own<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_tab_never_appends_to_a_log_that_took_the_place_of_its_own";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    one.append(to("s", NoStream, [1])).await.unwrap();
    other.refresh().await.unwrap();
    one.destroy().await.unwrap();
    let store = tab(&open, name).await;
    store.append(to("s", NoStream, [2])).await.unwrap();

    tells_of_destruction(&other.append(to("t", Any, [3])).await);
    assert_eq!(log(&open, name).await, [2]);
}

/// Appends by turns to several streams, with tags and command ids.
async fn fill<S: Storage + 'static>(store: &Store<S>, ids: core::ops::Range<u128>) {
    for id in ids {
        let stream = format!("s{}", id % 7);
        let tag = format!("t{}", id % 3);
        let mut append = to(&stream, Any, []);
        append.streams[0].events = vec![tagged(id, "Filled", &[&tag])];
        append.command_id = Some(format!("c{id}"));
        store.append(append).await.unwrap();
    }
}

/// A store opened anew has the whole log, and counts with it as the one before did.
async fn check<S: Storage + 'static>(store: &Store<S>, count: u128) {
    let all = read_to_end(store, AllQuery::default()).await;
    let expected: Vec<u128> = (0..count).collect();
    let found: Vec<u128> = all.iter().map(|(id, ..)| *id).collect();
    assert_eq!(found, expected);
    let query = AllQuery {
        query: Query::tags(["t1"]),
        ..AllQuery::default()
    };
    let found: Vec<u128> = read_to_end(store, query)
        .await
        .into_iter()
        .map(|(id, ..)| id)
        .collect();
    let expected: Vec<u128> = (0..count).filter(|id| id % 3 == 1).collect();
    assert_eq!(found, expected);
    for (id, stream, version, position) in all {
        let found = store.find_command(&format!("c{id}")).await.unwrap();
        let found = found.unwrap();
        assert_eq!((found.first, found.last), (position, position));
        assert_eq!(found.streams, [(stream, version)]);
    }
    let version = store.version("s0").await.unwrap();
    let answer = store.append(to("s0", Exact(version + 1), [9_999])).await;
    assert_eq!(code(&answer), "conflict");
}

/// A store opened anew shows everything, however much of its index was kept, and goes on from there.
pub async fn reopening_shows_everything<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "reopening_shows_everything";
    let mut count = 0;
    for (more, save) in [
        (20, false),
        (5, true),
        (1, false),
        (30, true),
        (0, true),
        (3, false),
    ] {
        let store = tab(&open, name).await;
        check(&store, count).await;
        fill(&store, count..count + more).await;
        count += more;
        if save {
            store.save_index().await.unwrap();
        }
        store.close().await;
    }
    check(&tab(&open, name).await, count).await;
}

/// Merging batches and keeping the index, in one tab while another appends, changes nothing that can
/// be read, in any of them.
pub async fn reopening_after_upkeep_shows_everything<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "reopening_after_upkeep_shows_everything";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    fill(&one, 0..70).await;
    let upkeep = async {
        let mut merged = false;
        loop {
            match one.maintain().await.unwrap() {
                Maintenance::Merged => merged = true,
                Maintenance::Indexed => {}
                Maintenance::Idle => return merged,
            }
        }
    };
    let (merged, ()) = join(upkeep, fill(&other, 70..80)).await;
    assert!(merged, "seventy small batches are worth merging");
    one.save_index().await.unwrap();
    other.save_index().await.unwrap();
    fill(&other, 80..90).await;
    one.refresh().await.unwrap();
    for store in [one, other, tab(&open, name).await] {
        check(&store, 90).await;
    }
}
