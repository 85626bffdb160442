use core::ops::Range;

use futures_util::future::join;

use super::{code, conflict, event, log, tab, to};
use crate::ExpectedVersion::{Any, Exact, NoStream};
use crate::NewEvent;
use crate::storage::Storage;
use crate::store::{Append, Appended, StreamAppend, StreamQuery};
use crate::testing::cancel_after;

fn by_command(command: &str, append: Append) -> Append {
    Append {
        command_id: Some(command.to_owned()),
        ..append
    }
}

fn two_streams(ids: [u128; 3]) -> Append {
    let part = |stream: &str, ids: &[u128]| StreamAppend {
        stream_id: stream.to_owned(),
        expected: NoStream,
        events: ids.iter().map(|&id| event(id)).collect(),
    };
    Append {
        streams: vec![part("a", &ids[..2]), part("b", &ids[2..])],
        ..to("unused", Any, [])
    }
}

fn again(first: &Appended) -> Appended {
    Appended {
        repeated: true,
        ..first.clone()
    }
}

/// An append whose very events stand where they were to go already succeeds, stores nothing, and
/// says where they stand: in the same tab, in another, and after reopening.
pub async fn the_same_events_again_are_found_where_they_stand<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "the_same_events_again_are_found_where_they_stand";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    let first = one.append(to("s", NoStream, [1, 2])).await.unwrap();
    let second = one.append(to("s", Exact(1), [3])).await.unwrap();
    let several = one.append(two_streams([4, 5, 6])).await.unwrap();
    assert!(!first.repeated);
    for store in [one, other, tab(&open, name).await] {
        let answer = store.append(to("s", NoStream, [1, 2])).await;
        assert_eq!(answer, Ok(again(&first)));
        let answer = store.append(to("s", Exact(1), [3])).await;
        assert_eq!(answer, Ok(again(&second)));
        let answer = store.append(two_streams([4, 5, 6])).await;
        assert_eq!(answer, Ok(again(&several)));
    }
    assert_eq!(log(&open, name).await, [1, 2, 3, 4, 5, 6]);

    let store = tab(&open, name).await;
    let twice = || store.append(to("t", NoStream, [7]));
    let (one, other) = join(twice(), twice()).await;
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.last, other.last), (7, 7));
    assert!(one.repeated != other.repeated);
    assert_eq!(store.tail(), 7);
}

/// Whoever drops an append, at any time, keeps nobody from appending; asked for again, its events stand in
/// the log once.
pub async fn a_dropped_append_stands_once_when_it_is_made_again<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_dropped_append_stands_once_when_it_is_made_again";
    let store = tab(&open, name).await;
    for polls in 0..6_u8 {
        let (stream, id) = (format!("s{polls}"), 10 * u128::from(polls));
        let dropped = cancel_after(
            usize::from(polls),
            store.append(to(&stream, NoStream, [id, id + 1])),
        );
        assert!(matches!(dropped.await, None | Some(Ok(_))));
        store.append(to("t", Any, [id + 2])).await.unwrap();
        store
            .append(to(&stream, NoStream, [id, id + 1]))
            .await
            .unwrap();
    }
    let mut log = log(&open, name).await;
    log.sort_unstable();
    let all = (0..60).filter(|id| id % 10 < 3);
    assert_eq!(log, all.collect::<Vec<u128>>());
}

/// Only the very same events at the very same place are a retry: anything else stays a conflict.
pub async fn other_events_at_that_place_are_a_conflict<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "other_events_at_that_place_are_a_conflict";
    let store = tab(&open, name).await;
    store.append(to("s", NoStream, [1, 2])).await.unwrap();
    for (expected, ids) in [
        (NoStream, &[3_u128] as &[u128]),
        (NoStream, &[1, 3]),
        (NoStream, &[2, 1]),
        (NoStream, &[1, 2, 3]),
        (Exact(0), &[1]),
        (Exact(4), &[1, 2]),
    ] {
        let answer = store.append(to("s", expected, ids.iter().copied())).await;
        assert_eq!(answer, Err(conflict("s", expected, 1)), "{ids:?}");
    }
    store.append(two_streams([4, 5, 6])).await.unwrap();
    let answer = store.append(two_streams([4, 5, 7])).await;
    assert_eq!(code(&answer), "conflict");
    assert_eq!(log(&open, name).await, [1, 2, 4, 5, 6]);
}

/// An append with a command id that is in the log stores nothing, whatever else it says, and answers
/// where the first one's events stand; after reopening too, and after the log was merged.
pub async fn the_same_command_again_has_one_effect<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "the_same_command_again_has_one_effect";
    let store = tab(&open, name).await;
    store.append(to("s", Any, [1])).await.unwrap();
    let command = by_command("place-1", two_streams([2, 3, 4]));
    let first = store.append(command.clone()).await.unwrap();
    let next = by_command("place-2", to("b", Any, [5]));
    assert_eq!(store.append(next).await.unwrap().first, 5);

    let other_events = by_command("place-1", to("elsewhere", NoStream, [6, 7]));
    for store in [store, tab(&open, name).await] {
        assert_eq!(store.append(command.clone()).await, Ok(again(&first)));
        assert_eq!(store.append(other_events.clone()).await, Ok(again(&first)));
        let found = store.find_command("place-1").await;
        assert_eq!(found, Ok(Some(again(&first))));
        assert_eq!(store.find_command("place-3").await, Ok(None));
        store.save_index().await.unwrap();
    }
    let store = tab(&open, name).await;
    assert_eq!(store.append(other_events).await, Ok(again(&first)));
    assert_eq!(log(&open, name).await, [1, 2, 3, 4, 5]);
}

/// An append of more events than one batch holds is as much one append as any other: a retry answers
/// where all of its events stand.
pub async fn a_command_of_many_events_has_one_effect<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_command_of_many_events_has_one_effect";
    let store = tab(&open, name).await;
    let large = |id: u128| NewEvent {
        data: format!(r#""{}""#, "x".repeat(4_000)),
        ..event(id)
    };
    let part = |stream: &str, ids: Range<u128>| StreamAppend {
        stream_id: stream.to_owned(),
        expected: NoStream,
        events: ids.map(large).collect(),
    };
    let append = Append {
        streams: vec![part("a", 0..100), part("b", 100..200)],
        ..to("unused", Any, [])
    };
    let command = by_command("move-house", append);
    let first = store.append(command.clone()).await.unwrap();
    assert_eq!((first.first, first.last), (1, 200));
    store.append(to("s", Any, [200])).await.unwrap();
    for store in [store, tab(&open, name).await] {
        assert_eq!(store.append(command.clone()).await, Ok(again(&first)));
    }
}

/// A command is found wherever it stands in a long log of which little is in memory.
pub async fn a_command_of_long_ago_has_one_effect<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_command_of_long_ago_has_one_effect";
    let writer = tab(&open, name).await;
    let command = |id: u128| by_command(&format!("c{id}"), to(&format!("s{id}"), Any, [id]));
    for id in 0..60 {
        writer.append(command(id)).await.unwrap();
    }
    writer.save_index().await.unwrap();
    let store = tab(&open, name).await;
    // What is read at random has batches behind it read too.
    for id in [3, 30, 45, 10, 55, 20] {
        let page = store.read_stream(&StreamQuery::new(format!("s{id}"))).await;
        assert_eq!(page.unwrap().len(), 1);
        let (earlier, later) = (id - 1, id + 2);
        for id in [earlier, later] {
            let answer = store.append(command(id)).await.unwrap();
            assert_eq!((u128::from(answer.first), answer.repeated), (id + 1, true));
        }
    }
    assert_eq!(log(&open, name).await.len(), 60);
}

/// A tab finds a command that another carried out, though it has not seen it yet.
pub async fn the_same_command_from_two_tabs_has_one_effect<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "the_same_command_from_two_tabs_has_one_effect";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    for (number, expected) in [(0, Any), (1, NoStream)] {
        let stream = format!("s{number}");
        let command = format!("c{number}");
        let append = |id: u128| by_command(&command, to(&stream, expected, [id]));
        let first = one.append(append(number)).await.unwrap();
        assert_eq!(other.append(append(number + 10)).await, Ok(again(&first)));
    }
    assert_eq!(log(&open, name).await, [0, 1]);
}

/// A command sent twice in the same turn, by one tab or by two, has one effect, and both callers
/// hear of it.
pub async fn the_same_command_at_once_has_one_effect<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "the_same_command_at_once_has_one_effect";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    for round in 0..10_u128 {
        let second = if round % 2 == 0 { &other } else { &one };
        let append = |id: u128| by_command(&format!("c{round}"), to("s", Any, [id]));
        let answers = join(
            one.append(append(round)),
            second.append(append(round + 100)),
        )
        .await;
        let (left, right) = (answers.0.unwrap(), answers.1.unwrap());
        assert_eq!(left.last, right.last);
        assert!(left.repeated != right.repeated, "one of them did it");
    }
    assert_eq!(log(&open, name).await.len(), 10);
}
