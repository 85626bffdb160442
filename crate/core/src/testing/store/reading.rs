use super::{add, event, ids, read_to_end, seen, tab, to};
use crate::ExpectedVersion::{Any, NoStream};
use crate::storage::Storage;
use crate::store::Direction::{Backward, Forward};
use crate::store::{AllQuery, Direction, Store, StreamQuery};

/// Ten events, of the streams `even` and `odd` in turn; ids are positions.
async fn ten<S: Storage + 'static>(store: &Store<S>) {
    for id in 1..=10 {
        let stream = if id % 2 == 0 { "even" } else { "odd" };
        add(store, stream, event(id)).await;
    }
}

/// A stream is read from a version on, in both directions, in pages; the versions are in the events.
pub async fn a_stream_is_read_forward_and_backward<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_stream_is_read_forward_and_backward";
    let store = tab(&open, name).await;
    ten(&store).await;
    let reopened = tab(&open, name).await;
    for (direction, from, limit, expected, next) in [
        (Forward, None, 1_000, &[1_u128, 3, 5, 7, 9] as &[u128], None),
        (Forward, None, 2, &[1, 3], Some(2)),
        (Forward, Some(2), 2, &[5, 7], Some(4)),
        (Forward, Some(4), 2, &[9], None),
        (Forward, Some(3), 2, &[7, 9], None),
        (Forward, Some(5), 2, &[], None),
        (Forward, Some(i64::MAX), 2, &[], None),
        (Backward, None, 1_000, &[9, 7, 5, 3, 1], None),
        (Backward, None, 2, &[9, 7], Some(2)),
        (Backward, Some(2), 2, &[5, 3], Some(0)),
        (Backward, Some(0), 2, &[1], None),
        (Backward, Some(1), 2, &[3, 1], None),
        (Backward, Some(99), 1, &[9], Some(3)),
    ] {
        for store in [&store, &reopened] {
            let query = StreamQuery {
                direction,
                from,
                limit,
                ..StreamQuery::new("odd")
            };
            let page = store.read_stream(&query).await.unwrap();
            assert_eq!(ids(&page), expected, "{query:?}");
            assert_eq!((page.next, page.version), (next, 4), "{query:?}");
        }
    }
    let query = StreamQuery {
        from: Some(3),
        ..StreamQuery::new("odd")
    };
    let page = store.read_stream(&query).await.unwrap();
    let odd = "odd".to_owned();
    assert_eq!(seen(&page), [(7, odd.clone(), 3, 7), (9, odd, 4, 9)]);
}

/// The whole log is read from a position on, which is not given again, in both directions.
pub async fn the_log_is_read_forward_and_backward<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "the_log_is_read_forward_and_backward";
    let store = tab(&open, name).await;
    ten(&store).await;
    let reopened = tab(&open, name).await;
    for (direction, from, limit, expected, next) in [
        (Forward, None, 3, &[1_u128, 2, 3] as &[u128], Some(3)),
        (Forward, Some(0), 3, &[1, 2, 3], Some(3)),
        (Forward, Some(3), 3, &[4, 5, 6], Some(6)),
        (Forward, Some(8), 3, &[9, 10], None),
        (Forward, Some(8), 2, &[9, 10], None),
        (Forward, Some(10), 3, &[], None),
        (Forward, Some(99), 3, &[], None),
        (Backward, None, 3, &[10, 9, 8], Some(8)),
        (Backward, Some(8), 3, &[7, 6, 5], Some(5)),
        (Backward, Some(3), 3, &[2, 1], None),
        (Backward, Some(3), 2, &[2, 1], None),
        (Backward, Some(1), 3, &[], None),
        (Backward, Some(99), 2, &[10, 9], Some(9)),
    ] {
        for store in [&store, &reopened] {
            let query = AllQuery {
                direction,
                from,
                limit,
                ..AllQuery::default()
            };
            let page = store.read_all(&query).await.unwrap();
            assert_eq!(ids(&page), expected, "{query:?}");
            assert_eq!((page.next, page.position), (next, 10), "{query:?}");
        }
    }
}

/// A read of a stream that is not there is empty, and each read says up to which position of the log
/// it holds.
pub async fn a_read_says_how_far_it_looked<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "a_read_says_how_far_it_looked";
    let (store, other) = (tab(&open, name).await, tab(&open, name).await);
    let all = AllQuery::default();
    let stream = StreamQuery::new("s");
    let page = store.read_all(&all).await.unwrap();
    assert_eq!((page.len(), page.position, page.next), (0, 0, None));
    let page = store.read_stream(&stream).await.unwrap();
    assert!(page.is_empty());
    assert_eq!((page.position, page.version), (0, -1));

    store.append(to("s", NoStream, [1, 2])).await.unwrap();
    other.append(to("t", NoStream, [3])).await.unwrap();
    let page = store.read_stream(&stream).await.unwrap();
    assert_eq!((page.position, page.version, page.len()), (2, 1, 2));
    let page = other.read_stream(&stream).await.unwrap();
    assert_eq!((page.position, page.version, page.len()), (3, 1, 2));
    store.refresh().await.unwrap();
    let page = store.read_all(&all).await.unwrap();
    assert_eq!((page.position, page.len()), (3, 3));
}

/// Reading page by page to the end gives every event once and in order, whatever the page's size,
/// and though others append meanwhile.
pub async fn pages_give_each_event_once<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "pages_give_each_event_once";
    let store = tab(&open, name).await;
    let mut expected: Vec<u128> = Vec::new();
    for size in [1, 1, 13, 8, 2] {
        let first = expected.len() as u128;
        store
            .append(to("s", Any, first..first + size))
            .await
            .unwrap();
        expected.extend(first..first + size);
    }
    let count = expected.len();
    for limit in [1, 2, 7, count, count + 1] {
        for direction in [Forward, Backward] {
            assert_eq!(paged(&store, direction, limit).await, expected);
            assert_eq!(stream_paged(&store, direction, limit).await, expected);
            expected.reverse();
        }
    }

    let mut query = AllQuery {
        limit: 10,
        ..AllQuery::default()
    };
    let mut read = Vec::new();
    for id in 100.. {
        let page = store.read_all(&query).await.unwrap();
        read.extend(ids(&page));
        if id < 105 {
            expected.push(id);
            add(&store, "s", event(id)).await;
        }
        match page.next {
            Some(next) => query.from = Some(next),
            None if page.position == store.tail() => break,
            None => query.from = Some(page.position),
        }
    }
    assert_eq!(read, expected);
}

async fn paged<S: Storage + 'static>(
    store: &Store<S>,
    direction: Direction,
    limit: usize,
) -> Vec<u128> {
    let query = AllQuery {
        direction,
        limit,
        ..AllQuery::default()
    };
    let all = read_to_end(store, query).await;
    all.into_iter().map(|(id, ..)| id).collect()
}

async fn stream_paged<S: Storage + 'static>(
    store: &Store<S>,
    direction: Direction,
    limit: usize,
) -> Vec<u128> {
    let mut query = StreamQuery {
        direction,
        limit,
        ..StreamQuery::new("s")
    };
    let mut read = Vec::new();
    loop {
        let page = store.read_stream(&query).await.unwrap();
        assert!(page.len() <= limit);
        read.extend(ids(&page));
        match page.next {
            Some(next) => query.from = Some(next.cast_signed()),
            None => return read,
        }
    }
}
