use super::{add, read_to_end, tab, tagged};
use crate::query::{Query, QueryItem};
use crate::storage::Storage;
use crate::store::{AllQuery, Direction, Store};

/// Thirty events of three types, five streams, and tags for every second, third and fifth of them.
async fn thirty<S: Storage + 'static>(store: &Store<S>) {
    for id in 1..=30_u128 {
        let event_type = ["Three", "One", "Two"][(id % 3) as usize];
        let tags: Vec<String> = [2, 3, 5]
            .into_iter()
            .filter(|by| id % by == 0)
            .map(|by| format!("by:{by}"))
            .collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let stream = ["order-1", "order-2", "order", "Order-1", "person-1"][(id % 5) as usize];
        add(store, stream, tagged(id, event_type, &tags)).await;
    }
}

/// Reads with every page size and in both directions, and returns the ids.
async fn select<S: Storage + 'static>(store: &Store<S>, query: &AllQuery) -> Vec<u128> {
    let mut first = None;
    for limit in [1, 4, 1_000] {
        for direction in [Direction::Forward, Direction::Backward] {
            let query = AllQuery {
                direction,
                limit,
                ..query.clone()
            };
            let found = read_to_end(store, query).await;
            let mut found: Vec<u128> = found.into_iter().map(|(id, ..)| id).collect();
            if direction == Direction::Backward {
                found.reverse();
            }
            assert_eq!(first.get_or_insert_with(|| found.clone()), &found);
        }
    }
    first.unwrap_or_default()
}

fn item(types: &[&str], tags: &[&str]) -> QueryItem {
    let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    QueryItem {
        types: own(types),
        tags: own(tags),
    }
}

/// Types are any of those given, tags all of them, items any of them; each event comes once, also
/// when several items match it.
pub async fn events_are_selected_by_type_and_tags<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "events_are_selected_by_type_and_tags";
    let store = tab(&open, name).await;
    thirty(&store).await;
    let two_or_five = [item(&[], &["by:2"]), item(&[], &["by:5"])];
    for store in [store, tab(&open, name).await] {
        for (items, matches) in [
            (&[] as &[QueryItem], (|_| true) as fn(u128) -> bool),
            (&[item(&[], &[])], |_| true),
            (&[item(&["One"], &[])], |id| id % 3 == 1),
            (&[item(&["One", "Three"], &[])], |id| id % 3 != 2),
            (&[item(&[], &["by:5"])], |id| id % 5 == 0),
            (&[item(&[], &["by:2", "by:5"])], |id| id % 10 == 0),
            (&[item(&["One"], &["by:2"])], |id| id % 6 == 4),
            (&two_or_five, |id| id % 2 == 0 || id % 5 == 0),
            (&[item(&["One"], &[]), item(&["Two"], &["by:2"])], |id| {
                id % 3 == 1 || id % 6 == 2
            }),
            (&[item(&["None"], &[])], |_| false),
            (&[item(&["one"], &[])], |_| false),
            (&[item(&[], &["by:7"])], |_| false),
            (&[item(&["None"], &["by:2"])], |_| false),
            (&[item(&[], &["by:2", "by:7"])], |_| false),
        ] {
            let query = AllQuery {
                query: Query {
                    items: items.to_vec(),
                },
                ..AllQuery::default()
            };
            let expected: Vec<u128> = (1..=30).filter(|id| matches(*id)).collect();
            assert_eq!(select(&store, &query).await, expected, "{items:?}");
        }
    }
}

/// A prefix selects the streams that begin with exactly it; with a query, both must hold.
pub async fn events_are_selected_by_stream_prefix<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "events_are_selected_by_stream_prefix").await;
    thirty(&store).await;
    for (prefix, types, matches) in [
        ("", &[] as &[&str], (|_| true) as fn(u128) -> bool),
        ("order-", &[], |id| id % 5 < 2),
        ("order", &[], |id| id % 5 < 3),
        ("order-1", &[], |id| id % 5 == 0),
        ("order-", &["One"], |id| id % 5 < 2 && id % 3 == 1),
        ("customer-", &[], |_| false),
        ("order-11", &[], |_| false),
    ] {
        let query = AllQuery {
            stream_prefix: prefix.to_owned(),
            query: Query::types(types.iter().copied()),
            ..AllQuery::default()
        };
        let expected: Vec<u128> = (1..=30).filter(|id| matches(*id)).collect();
        assert_eq!(select(&store, &query).await, expected, "{prefix} {types:?}");
    }
}
