//! The conformance suite of the store engine: what a user of [`Store`] may rely on, whatever the
//! storage beneath.
//!
//! As in [`testing::storage`](crate::testing::storage), each case is a function over `open`, which
//! opens a connection to the data of a name. Several stores over one name are several tabs. Run it
//! over a new backend after the backend's own suite: it finds what only shows once the engine, the
//! backend and the platform's scheduling come together.

mod conditions;
mod conflicts;
mod damage;
mod following;
mod limits;
mod payloads;
mod reading;
mod reopening;
mod retries;
mod selecting;

use uuid::Uuid;

use crate::storage::Storage;
use crate::store::{AllQuery, Append, Options, Page, Store};
use crate::{Error, ExpectedVersion, NewEvent, Position, Result, Timestamp, Version};

pub use conditions::*;
pub use conflicts::*;
pub use damage::*;
pub use following::*;
pub use limits::*;
pub use payloads::*;
pub use reading::*;
pub use reopening::*;
pub use retries::*;
pub use selecting::*;

/// Makes one test per case of the [engine's conformance suite](crate::testing::store), so that a
/// failure names the case. Takes what
/// [`storage_conformance!`](crate::storage_conformance) takes:
///
/// ```ignore
/// daybook_core::store_conformance!(#[test] fn, memories());
/// ```
#[macro_export]
macro_rules! store_conformance {
    (#[$test:meta] fn, $open:expr) => {
        $crate::store_conformance! { @cases @sync [$test] [$open] }
    };
    (#[$test:meta] async fn, $open:expr) => {
        $crate::store_conformance! { @cases @async [$test] [$open] }
    };
    (@sync [$test:meta] [$open:expr] $($case:ident)*) => {
        $(
            #[$test]
            fn $case() {
                $crate::testing::block_on($crate::testing::store::$case($open));
            }
        )*
    };
    (@async [$test:meta] [$open:expr] $($case:ident)*) => {
        $(
            #[$test]
            async fn $case() {
                $crate::testing::store::$case($open).await;
            }
        )*
    };
    (@all [$open:expr] $($case:ident)*) => {
        $( $crate::testing::store::$case($open).await; )*
    };
    (@names [] $($case:ident)*) => {
        [$( stringify!($case) ),*]
    };
    (@cases $($then:tt)*) => {
        $crate::store_conformance! {
            $($then)*
            an_expected_version_holds_or_conflicts
            a_conflict_names_stream_and_versions
            what_was_appended_in_bulk_is_known_at_once
            several_streams_are_appended_together_or_not_at_all
            appends_made_at_once_stand_or_fall_alone
            a_conflict_with_another_tab_is_found_without_a_refresh
            tabs_that_are_behind_append_without_a_conflict
            of_two_tabs_that_decided_on_the_same_state_one_wins
            a_condition_forbids_types_and_tags
            a_condition_is_any_of_its_items
            a_condition_counts_only_later_events
            a_condition_sees_what_another_tab_appended
            of_two_tabs_under_one_condition_one_wins
            the_same_events_again_are_found_where_they_stand
            a_dropped_append_stands_once_when_it_is_made_again
            other_events_at_that_place_are_a_conflict
            the_same_command_again_has_one_effect
            a_command_of_many_events_has_one_effect
            a_command_of_long_ago_has_one_effect
            the_same_command_from_two_tabs_has_one_effect
            the_same_command_at_once_has_one_effect
            texts_out_of_bounds_are_refused
            appends_out_of_bounds_are_refused
            payloads_out_of_bounds_are_refused
            reads_out_of_bounds_are_refused
            what_is_within_the_limits_is_stored
            payloads_come_back_byte_for_byte
            envelopes_come_back_as_they_were_given
            recorded_times_never_decrease
            a_stream_is_read_forward_and_backward
            the_log_is_read_forward_and_backward
            a_read_says_how_far_it_looked
            pages_give_each_event_once
            events_are_selected_by_type_and_tags
            events_are_selected_by_stream_prefix
            tabs_see_each_others_appends_after_a_refresh
            waiting_ends_with_the_next_append
            waiting_ends_when_the_store_is_closed
            a_subscription_gives_every_event_once_in_order
            a_closed_store_refuses_everything
            an_append_under_way_when_the_store_closes_is_stored_or_not
            a_destroyed_store_is_gone_for_every_tab
            a_tab_never_appends_to_a_log_that_took_the_place_of_its_own
            reopening_shows_everything
            reopening_after_upkeep_shows_everything
            an_untouched_log_verifies
            verifying_names_the_first_damaged_batch
            verifying_finds_events_that_were_exchanged
            a_log_of_a_newer_build_is_not_opened
            a_batch_of_a_newer_build_stops_the_store
        }
    };
}

/// Runs every case, one after the other; the first failure ends it with a panic.
///
/// Prefer [`store_conformance!`](crate::store_conformance), which reports each by its name.
pub async fn all<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    store_conformance! { @cases @all [&open] }
}

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A tab: a store of its own over the data of a name.
async fn tab<S: Storage + 'static>(open: &impl AsyncFn(&str) -> S, name: &str) -> Store<S> {
    let storage = open(name).await;
    Store::open(storage, Options::default()).await.unwrap()
}

/// An event told from all others by `id`.
fn event(id: u128) -> NewEvent {
    NewEvent::new(
        Uuid::from_u128(id),
        "Happened",
        NOW,
        format!(r#"{{"id":{id}}}"#),
    )
}

fn tagged(id: u128, event_type: &str, tags: &[&str]) -> NewEvent {
    NewEvent {
        event_type: event_type.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..event(id)
    }
}

/// An append of events with these ids to one stream.
fn to(stream: &str, expected: ExpectedVersion, ids: impl IntoIterator<Item = u128>) -> Append {
    Append::to(stream, expected, ids.into_iter().map(event).collect(), NOW)
}

/// Appends one event, whatever the stream's version.
async fn add<S: Storage + 'static>(store: &Store<S>, stream: &str, new: NewEvent) -> Position {
    let append = Append::to(stream, ExpectedVersion::Any, vec![new], NOW);
    store.append(append).await.unwrap().last
}

/// An event read back: its id and where it stands.
type Seen = (u128, String, Version, Position);

fn seen(page: &Page) -> Vec<Seen> {
    page.events()
        .map(|event| {
            let stream = event.stream_id.to_owned();
            (
                event.event_id.as_u128(),
                stream,
                event.version,
                event.position,
            )
        })
        .collect()
}

fn ids(page: &Page) -> Vec<u128> {
    page.events()
        .map(|event| event.event_id.as_u128())
        .collect()
}

/// Everything that `query` selects, page by page.
async fn read_to_end<S: Storage + 'static>(store: &Store<S>, mut query: AllQuery) -> Vec<Seen> {
    let mut all = Vec::new();
    loop {
        let page = store.read_all(&query).await.unwrap();
        all.extend(seen(&page));
        match page.next {
            Some(next) => query.from = Some(next),
            None => return all,
        }
    }
}

/// The ids of the whole log, as a store opened anew reads it.
async fn log<S: Storage + 'static>(open: &impl AsyncFn(&str) -> S, name: &str) -> Vec<u128> {
    let store = tab(open, name).await;
    let all = read_to_end(&store, AllQuery::default()).await;
    all.into_iter().map(|(id, ..)| id).collect()
}

fn conflict(stream: &str, expected: ExpectedVersion, actual: Version) -> Box<Error> {
    Box::new(Error::Conflict {
        stream: stream.to_owned(),
        expected,
        actual,
    })
}

fn code<T>(result: &Result<T>) -> &'static str {
    result
        .as_ref()
        .map_or_else(|error| error.code(), |_| "none")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Yielding, block_on, memories};

    mod over_memory {
        use crate::testing::memories;

        crate::store_conformance!(#[test] fn, memories());
    }

    #[test]
    fn every_case_is_listed() {
        let sources = [
            include_str!("conditions.rs"),
            include_str!("conflicts.rs"),
            include_str!("damage.rs"),
            include_str!("following.rs"),
            include_str!("limits.rs"),
            include_str!("payloads.rs"),
            include_str!("reading.rs"),
            include_str!("reopening.rs"),
            include_str!("retries.rs"),
            include_str!("selecting.rs"),
        ];
        let mut written: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split('<').next())
            .collect();
        let mut listed = store_conformance! { @cases @names [] };
        written.sort_unstable();
        listed.sort_unstable();
        assert_eq!(written, listed);
    }

    #[test]
    fn a_backend_that_lets_others_run_keeps_the_contract() {
        let open = memories();
        block_on(super::all(async |name: &str| {
            Yielding::new(open(name).await)
        }));
    }
}
