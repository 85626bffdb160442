use futures_util::future::{join, join_all};

use super::{add, code, conflict, event, ids, log, tab, to};
use crate::ExpectedVersion::{Any, Exact, NoStream, StreamExists};
use crate::query::Query;
use crate::storage::Storage;
use crate::store::{AllQuery, Append, Maintenance, StreamAppend, StreamQuery};

/// Each kind of expected version accepts exactly the versions it says; what it does not accept is a
/// conflict, and appends nothing.
pub async fn an_expected_version_holds_or_conflicts<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "an_expected_version_holds_or_conflicts";
    let store = tab(&open, name).await;
    let mut id = 0;
    for (stream, length) in [("none", 0), ("one", 1), ("two", 2)] {
        for _ in 0..length {
            id += 1;
            add(&store, stream, event(id)).await;
        }
        let actual = length - 1;
        for expected in [StreamExists, NoStream, Exact(0), Exact(1), Exact(2), Any] {
            if expected.holds(actual) {
                continue;
            }
            let answer = store.append(to(stream, expected, [99])).await;
            assert_eq!(answer, Err(conflict(stream, expected, actual)));
        }
    }
    assert_eq!(log(&open, name).await, [1, 2, 3]);

    for (id, stream, expected, version) in [
        (4, "none", NoStream, 0),
        (5, "one", Exact(0), 1),
        (6, "two", StreamExists, 2),
        (7, "any", Any, 0),
        (8, "two", Any, 3),
    ] {
        let appended = store.append(to(stream, expected, [id])).await.unwrap();
        assert_eq!(appended.streams, [(stream.to_owned(), version)]);
        assert_eq!(u128::from(appended.first), id);
        assert_eq!(store.version(stream).await.unwrap(), version);
    }
    assert_eq!(log(&open, name).await, (1..=8).collect::<Vec<_>>());
}

/// A conflict says which stream it is about, in words too.
pub async fn a_conflict_names_stream_and_versions<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "a_conflict_names_stream_and_versions").await;
    store.append(to("order-7", NoStream, [1, 2])).await.unwrap();
    let error = store
        .append(to("order-7", Exact(0), [3]))
        .await
        .unwrap_err();
    assert_eq!(error, conflict("order-7", Exact(0), 1));
    assert_eq!(
        error.to_string(),
        "stream 'order-7' was expected to be at version 0, but is at version 1"
    );
    assert_eq!(
        (store.tail(), store.version("order-7").await.unwrap()),
        (2, 1)
    );
}

/// A new stream of 200 events of a kilobyte each, which take several batches, under its name as command.
fn bulk(stream: &str, first: u128) -> Append {
    let mut append = to(stream, NoStream, first..first + 200);
    append.command_id = Some(stream.to_owned());
    for event in append.streams.iter_mut().flat_map(|part| &mut part.events) {
        event.data = format!("\"{}\"", "x".repeat(1_000));
        event.tags = vec![stream.to_owned()];
    }
    append
}

/// Whatever is asked first after an append in bulk, the answer knows of all of it.
pub async fn what_was_appended_in_bulk_is_known_at_once<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "what_was_appended_in_bulk_is_known_at_once").await;
    store.append(bulk("version", 1)).await.unwrap();
    assert_eq!(store.version("version").await, Ok(199));

    store.append(bulk("stream", 201)).await.unwrap();
    let mut query = StreamQuery::new("stream");
    query.from = Some(198);
    let page = store.read_stream(&query).await.unwrap();
    assert_eq!(ids(&page), [399, 400]);

    store.append(bulk("conflict", 401)).await.unwrap();
    let answer = store.append(to("conflict", Exact(198), [9_999])).await;
    assert_eq!(answer, Err(conflict("conflict", Exact(198), 199)));

    let command = bulk("command", 601);
    let appended = store.append(command.clone()).await.unwrap();
    let again = store.append(command).await.unwrap();
    assert_eq!((again.first, again.repeated), (appended.first, true));

    store.append(bulk("tag", 801)).await.unwrap();
    let query = AllQuery {
        query: Query::tags(["tag"]),
        from: Some(998),
        ..AllQuery::default()
    };
    let page = store.read_all(&query).await.unwrap();
    assert_eq!(ids(&page), [999, 1_000]);

    store.append(bulk("upkeep", 1_001)).await.unwrap();
    while store.maintain().await.unwrap() != Maintenance::Idle {}
    assert_eq!(store.version("upkeep").await, Ok(199));
}

fn both(left: crate::ExpectedVersion, right: crate::ExpectedVersion, id: u128) -> Append {
    let part = |stream: &str, expected, ids: [u128; 2]| StreamAppend {
        stream_id: stream.to_owned(),
        expected,
        events: ids.map(event).into(),
    };
    Append {
        streams: vec![
            part("left", left, [id, id + 1]),
            part("right", right, [id + 2, id + 3]),
        ],
        ..to("unused", Any, [])
    }
}

/// One append to several streams stores all of its events, next to each other, or none of them.
pub async fn several_streams_are_appended_together_or_not_at_all<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "several_streams_are_appended_together_or_not_at_all";
    let store = tab(&open, name).await;
    add(&store, "right", event(1)).await;

    let answer = store.append(both(NoStream, NoStream, 10)).await;
    assert_eq!(answer, Err(conflict("right", NoStream, 0)));
    let answer = store.append(both(Exact(0), Exact(0), 10)).await;
    assert_eq!(answer, Err(conflict("left", Exact(0), -1)));
    assert_eq!(
        (store.tail(), store.version("left").await.unwrap()),
        (1, -1)
    );

    let appended = store.append(both(NoStream, Exact(0), 10)).await.unwrap();
    assert_eq!((appended.first, appended.last), (2, 5));
    let versions = [("left".to_owned(), 1), ("right".to_owned(), 2)];
    assert_eq!(appended.streams, versions);
    assert_eq!(log(&open, name).await, [1, 10, 11, 12, 13]);
    let right = store.read_stream(&StreamQuery::new("right")).await.unwrap();
    assert_eq!(ids(&right), [1, 12, 13]);
}

/// Of appends made in the same turn each is judged for itself, after those before it: the neighbours
/// of one that conflicts are stored.
pub async fn appends_made_at_once_stand_or_fall_alone<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "appends_made_at_once_stand_or_fall_alone";
    let store = tab(&open, name).await;
    let appends = [
        to("a", NoStream, [1]),
        to("b", Exact(5), [2]),
        to("a", Exact(0), [3]),
        to("a", NoStream, [4]),
        to("b", NoStream, [5]),
        to("a", Any, [6]),
    ];
    let answers = join_all(appends.map(|append| store.append(append))).await;
    let codes: Vec<&str> = answers.iter().map(code).collect();
    assert_eq!(
        codes,
        ["none", "conflict", "none", "conflict", "none", "none"]
    );
    let mut stored = log(&open, name).await;
    stored.sort_unstable();
    assert_eq!(stored, [1, 3, 5, 6]);
    let a = store.read_stream(&StreamQuery::new("a")).await.unwrap();
    assert_eq!(a.version, 2);
}

/// A tab that has not seen another's append still cannot append on top of an old version.
pub async fn a_conflict_with_another_tab_is_found_without_a_refresh<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_conflict_with_another_tab_is_found_without_a_refresh";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    one.append(to("s", NoStream, [1])).await.unwrap();
    let answer = other.append(to("s", NoStream, [2])).await;
    assert_eq!(answer, Err(conflict("s", NoStream, 0)));

    other.append(to("s", Exact(0), [3])).await.unwrap();
    let answer = one.append(to("s", Exact(0), [4])).await;
    assert_eq!(answer, Err(conflict("s", Exact(0), 1)));
    assert_eq!(log(&open, name).await, [1, 3]);
}

/// Being behind is no conflict: a version that another tab made right is right, and appends to other
/// streams do not matter.
pub async fn tabs_that_are_behind_append_without_a_conflict<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "tabs_that_are_behind_append_without_a_conflict";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    one.append(to("s", NoStream, [1, 2])).await.unwrap();
    other.append(to("t", NoStream, [3])).await.unwrap();
    one.append(to("s", Exact(1), [4])).await.unwrap();
    other.append(to("s", Exact(2), [5])).await.unwrap();
    one.append(to("t", StreamExists, [6])).await.unwrap();
    assert_eq!(log(&open, name).await, [1, 2, 3, 4, 5, 6]);
}

/// Two tabs that decide on the same state at the same time: one is stored, the other learns of it.
pub async fn of_two_tabs_that_decided_on_the_same_state_one_wins<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "of_two_tabs_that_decided_on_the_same_state_one_wins";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    let mut stored = Vec::new();
    for round in 0..10_i64 {
        let expected = (round - 1).into();
        let id = round.unsigned_abs().into();
        let answers = join(
            one.append(to("s", expected, [id])),
            other.append(to("s", expected, [id + 100])),
        )
        .await;
        match answers {
            (Ok(_), Err(lost)) => {
                assert_eq!(lost, conflict("s", expected, round));
                stored.push(id);
            }
            (Err(lost), Ok(_)) => {
                assert_eq!(lost, conflict("s", expected, round));
                stored.push(id + 100);
            }
            _ => panic!("round {round}: {answers:?}"),
        }
    }
    assert_eq!(log(&open, name).await, stored);
}
