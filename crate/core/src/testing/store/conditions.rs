use futures_util::future::join;

use super::{add, event, log, tab, tagged, to};
use crate::ExpectedVersion::Any;
use crate::query::{Condition, Query, QueryItem};
use crate::storage::Storage;
use crate::store::{Append, Store};
use crate::{Error, Position, Result};

fn item(types: &[&str], tags: &[&str]) -> QueryItem {
    let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    QueryItem {
        types: own(types),
        tags: own(tags),
    }
}

fn unless(items: &[QueryItem], after: Position, id: u128) -> Append {
    let fail_if = Query {
        items: items.to_vec(),
    };
    Append {
        condition: Some(Condition { fail_if, after }),
        ..to("s", Any, [id])
    }
}

/// Tries the condition, and returns the position of the event that forbids the append.
async fn forbidden<S: Storage + 'static>(
    store: &Store<S>,
    items: &[QueryItem],
    after: Position,
) -> Option<Position> {
    let tail = store.tail();
    match store
        .append(unless(items, after, 1_000 + u128::from(tail)))
        .await
        .map_err(|error| *error)
    {
        Ok(_) => None,
        Err(Error::ConditionFailed { position }) => {
            assert_eq!(store.tail(), tail, "a refused append changes nothing");
            Some(position)
        }
        Err(other) => panic!("{other}"),
    }
}

/// Students subscribe to courses: `Subscribed` carries the tags of both.
async fn subscriptions<S: Storage + 'static>(store: &Store<S>) {
    for (id, event_type, tags) in [
        (1, "CourseDefined", &["course:1"] as &[&str]),
        (2, "Subscribed", &["course:1", "student:1"]),
        (3, "Subscribed", &["course:1", "student:2"]),
        (4, "Subscribed", &["course:2", "student:1"]),
    ] {
        add(store, "course", tagged(id, event_type, tags)).await;
    }
}

/// In one item, any of the types will do, and all of the tags must be there.
pub async fn a_condition_forbids_types_and_tags<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "a_condition_forbids_types_and_tags").await;
    subscriptions(&store).await;
    for (types, tags, expected) in [
        (&["Subscribed"] as &[&str], &[] as &[&str], Some(2)),
        (&["Subscribed", "CourseDefined"], &[], Some(1)),
        (&["Unsubscribed", "CourseDefined"], &[], Some(1)),
        (&[], &["course:2"], Some(4)),
        (&[], &["student:1", "course:2"], Some(4)),
        (&["Subscribed"], &["course:1"], Some(2)),
        (&["Subscribed"], &["course:1", "student:2"], Some(3)),
        (&[], &[], Some(1)),
        (&["Unsubscribed"], &[], None),
        (&["CourseDefined"], &["student:1"], None),
        (&["Subscribed"], &["course:2", "student:2"], None),
        (&[], &["course:"], None),
    ] {
        let found = forbidden(&store, &[item(types, tags)], 0).await;
        assert_eq!(found, expected, "{types:?} {tags:?}");
    }
}

/// Of several items, the first event that matches any of them counts.
pub async fn a_condition_is_any_of_its_items<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let store = tab(&open, "a_condition_is_any_of_its_items").await;
    subscriptions(&store).await;
    let unknown = item(&["Unsubscribed"], &[]);
    let second_course = item(&[], &["course:2"]);
    let third = item(&["Subscribed"], &["student:2"]);
    let items = [unknown.clone(), second_course.clone(), third.clone()];
    assert_eq!(forbidden(&store, &items, 0).await, Some(3));
    let items = [second_course, unknown.clone()];
    assert_eq!(forbidden(&store, &items, 0).await, Some(4));
    assert_eq!(
        forbidden(&store, &[third, item(&[], &[])], 0).await,
        Some(1)
    );
    assert_eq!(
        forbidden(&store, &[], 0).await,
        Some(1),
        "no item: every event"
    );
    let items = [unknown, item(&["Unsubscribed"], &["course:1"])];
    assert_eq!(forbidden(&store, &items, 0).await, None);
}

/// Events up to the position the caller has read do not count, the next one does.
pub async fn a_condition_counts_only_later_events<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "a_condition_counts_only_later_events").await;
    subscriptions(&store).await;
    let items = [item(&["Subscribed"], &["student:1"])];
    assert_eq!(forbidden(&store, &items, 0).await, Some(2));
    assert_eq!(forbidden(&store, &items, 1).await, Some(2));
    assert_eq!(forbidden(&store, &items, 2).await, Some(4));
    assert_eq!(forbidden(&store, &items, 3).await, Some(4));
    assert_eq!(forbidden(&store, &items, 4).await, None);
}

/// A condition is checked against the log as it is, not as the tab has seen it.
pub async fn a_condition_sees_what_another_tab_appended<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "a_condition_sees_what_another_tab_appended";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    add(&one, "seat", tagged(1, "SeatTaken", &["seat:1"])).await;
    let answer = other.append(unless(&[item(&[], &["seat:1"])], 0, 2)).await;
    assert_eq!(answer, Err(Error::ConditionFailed { position: 1 }.into()));
    let answer = other.append(unless(&[item(&[], &["seat:2"])], 0, 3)).await;
    assert_eq!(answer.map(|appended| appended.first), Ok(2));
    assert_eq!(log(&open, name).await, [1, 3]);
}

/// Of two tabs that take the same seat at once, one gets it; of two in one tab as well.
pub async fn of_two_tabs_under_one_condition_one_wins<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "of_two_tabs_under_one_condition_one_wins";
    let (one, other) = (tab(&open, name).await, tab(&open, name).await);
    for seat in 0..10 {
        let tag = format!("seat:{seat}");
        let take = |id: u128| {
            let mut append = unless(&[item(&["SeatTaken"], &[&tag])], 0, id);
            append.streams[0].events = vec![tagged(id, "SeatTaken", &[&tag])];
            append
        };
        let second = if seat % 2 == 0 { &other } else { &one };
        let answers = join(one.append(take(seat)), second.append(take(seat + 100))).await;
        let (Ok(won), Err(lost)) = sorted(answers) else {
            panic!("both got, or nobody got, seat {seat}")
        };
        assert_eq!(*lost, Error::ConditionFailed { position: won });
    }
    assert_eq!(log(&open, name).await.len(), 10);
    add(&one, "seat", event(1_000)).await;
}

type Answer = Result<crate::store::Appended>;

/// Where the one that won stands, and why the other lost.
fn sorted((left, right): (Answer, Answer)) -> (Result<Position>, Result<Position>) {
    let (left, right) = (left.map(|it| it.last), right.map(|it| it.last));
    if left.is_ok() {
        (left, right)
    } else {
        (right, left)
    }
}
