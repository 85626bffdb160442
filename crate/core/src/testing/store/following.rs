use core::pin::pin;

use futures_util::future::{join, join3, select};

use super::{add, event, ids, read_to_end, seen, tab, to};
use crate::ExpectedVersion::{Any, NoStream};
use crate::storage::Storage;
use crate::store::{AllQuery, Store};
use crate::testing::yield_now;
use crate::{Error, Position};

/// A tab sees its own appends at once, and another's once it has looked.
pub async fn tabs_see_each_others_appends_after_a_refresh<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "tabs_see_each_others_appends_after_a_refresh";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    one.append(to("s", NoStream, [1, 2])).await.unwrap();
    assert_eq!((one.tail(), one.version("s").await.unwrap()), (2, 1));
    assert_eq!((other.tail(), other.version("s").await.unwrap()), (0, -1));

    assert_eq!(other.refresh().await, Ok(2));
    assert_eq!((other.tail(), other.version("s").await.unwrap()), (2, 1));
    // More batches than a refresh reads at a time.
    for id in 3..=40 {
        add(&other, "t", event(id)).await;
    }
    assert_eq!(one.refresh().await, Ok(40));
    assert_eq!(one.refresh().await, Ok(40), "nothing new is no change");
    let all = AllQuery::default();
    let expected = read_to_end(&other, all.clone()).await;
    assert_eq!(read_to_end(&one, all).await, expected);
    assert_eq!(
        one.event_types().await.unwrap(),
        [("Happened".to_owned(), 40)]
    );
}

/// Who waits for a change is woken by the tab's own append, and by a refresh that finds another's;
/// what has changed already needs no waiting.
pub async fn waiting_ends_with_the_next_append<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "waiting_ends_with_the_next_append";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    let waiting = join(one.changed(0), one.changed(0));
    let (woken, position) = join(waiting, add(&one, "s", event(1))).await;
    assert_eq!((woken.0, woken.1, position), (Ok(1), Ok(1), 1));
    assert_eq!(one.changed(0).await, Ok(1));

    let beyond = async {
        add(&other, "s", event(2)).await;
        one.refresh().await
    };
    assert_eq!(join(one.changed(1), beyond).await, (Ok(2), Ok(2)));
    let clone = one.clone();
    let nothing_new = join(other.refresh(), async {
        yield_now().await;
        add(&clone, "s", event(3)).await
    });
    assert_eq!(join(one.changed(2), nothing_new).await.0, Ok(3));
}

/// Who waits when the store is closed hears of it, and so does who begins to wait later.
pub async fn waiting_ends_when_the_store_is_closed<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "waiting_ends_when_the_store_is_closed").await;
    add(&store, "s", event(1)).await;
    let (woken, ()) = join(store.changed(1), store.close()).await;
    assert_eq!(woken, Err(Error::Closed.into()));
    assert_eq!(store.changed(1).await, Err(Error::Closed.into()));
}

const EACH: u128 = 40;

/// Catches up and goes live: reads to the end of what is known, waits for more, until it has seen
/// `count` events.
async fn subscribe<S: Storage + 'static>(store: &Store<S>, count: usize) -> Vec<(u128, Position)> {
    let mut query = AllQuery {
        limit: 7,
        ..AllQuery::default()
    };
    let mut received = Vec::new();
    while received.len() < count {
        let page = store.read_all(&query).await.unwrap();
        received.extend(seen(&page).into_iter().map(|(id, _, _, at)| (id, at)));
        if page.next.is_some() {
            query.from = page.next;
        } else {
            query.from = Some(page.position);
            if received.len() < count {
                store.changed(page.position).await.unwrap();
            }
        }
    }
    received
}

/// While two tabs append, a subscription in each gives every event of both, once, in the order of
/// the log. A tab looks when the other says that there is something; that is all it needs.
pub async fn a_subscription_gives_every_event_once_in_order<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_subscription_gives_every_event_once_in_order";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    for id in 0..10 {
        add(&one, "before", event(1_000 + id)).await;
    }
    let writer = async |store: &Store<S>, notified: &Store<S>, first: u128| {
        for id in first..first + EACH {
            let append = to("s", Any, [id]);
            store.append(append).await.unwrap();
            notified.refresh().await.unwrap();
        }
    };
    let count = 10 + 2 * usize::try_from(EACH).unwrap_or_default();
    let writers = join(writer(&one, &other, 0), writer(&other, &one, 500));
    let subscribers = join(subscribe(&one, count), subscribe(&other, count));
    let (_, (left, right), ()) = join3(writers, subscribers, yield_now()).await;

    let positions: Vec<Position> = left.iter().map(|(_, at)| *at).collect();
    assert_eq!(positions, (1..=count as Position).collect::<Vec<_>>());
    assert_eq!(left, right);
    let store = tab(&open, name).await;
    let page = store.read_all(&AllQuery::default()).await.unwrap();
    assert_eq!(
        ids(&page),
        left.iter().map(|(id, _)| *id).collect::<Vec<_>>()
    );

    // Who stops waiting leaves nothing behind that keeps the others from it.
    drop(select(pin!(one.changed(one.tail())), pin!(yield_now())).await);
    let tail = one.tail();
    let (woken, at) = join(one.changed(tail), add(&one, "s", event(9_999))).await;
    assert_eq!(woken, Ok(at));
}
