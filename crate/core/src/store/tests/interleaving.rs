//! Several stores over one memory, in random interleavings: no conflict is missed, none invented.

use std::cell::RefCell;
use std::collections::HashMap;

use futures_util::future::{join, join_all, join3};
use proptest::prelude::*;

use super::{NOW, Seen, event, log, tab, verify};
use crate::memory::MemoryStorage;
use crate::query::{Condition, Query};
use crate::storage::Storage;
use crate::store::{Append, Appended, Options, Payloads, Store, StreamAppend};
use crate::testing::{
    Faults, FaultyStorage, Operation, Schedule, Yielding, block_on, cancel_after,
};
use crate::{Error, ExpectedVersion, Result, Version};

/// One append of a tab, as generated.
#[derive(Debug, Clone)]
struct Plan {
    /// The streams, each with how many events, and how the expected version is chosen.
    streams: Vec<(u8, u8, u8)>,
    tag: u8,
    condition: bool,
    command: Option<u8>,
    /// After how many polls the caller goes away; most never do.
    patience: Option<usize>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let streams = prop::collection::vec((0..3_u8, 1..3_u8, 0..5_u8), 1..3);
    let patience = prop_oneof![9 => Just(None), 1 => (0..6_usize).prop_map(Some)];
    let command = prop_oneof![2 => Just(None), 1 => (0..4_u8).prop_map(Some)];
    (streams, 0..3_u8, any::<bool>(), command, patience).prop_map(
        |(mut streams, tag, condition, command, patience)| {
            streams.sort_by_key(|part| part.0);
            streams.dedup_by_key(|part| part.0);
            Plan {
                streams,
                tag,
                condition,
                command,
                patience,
            }
        },
    )
}

/// What was asked, when, and what came of it.
struct Outcome {
    append: Append,
    /// The true length of the log before the call and after it.
    log_before: usize,
    log_after: usize,
    result: Option<Result<Appended>>,
}

async fn true_length(memory: &MemoryStorage) -> usize {
    let last = memory.read_after(0, usize::MAX).await.unwrap();
    last.last()
        .map_or(0, |batch| usize::try_from(batch.last).unwrap())
}

async fn run_tab(
    number: u128,
    memory: &MemoryStorage,
    plans: &[Plan],
    outcomes: &RefCell<Vec<Outcome>>,
) {
    let store = tab(memory).await;
    for (turn, plan) in plans.iter().enumerate() {
        let mut id = (number << 64) + ((turn as u128) << 8);
        let mut streams = Vec::new();
        for (stream, count, choice) in &plan.streams {
            let stream_id = format!("s{stream}");
            let known = store.version(&stream_id).await.unwrap();
            let expected = match choice {
                0 => ExpectedVersion::Any,
                1 => ExpectedVersion::StreamExists,
                2 => ExpectedVersion::NoStream,
                _ => ExpectedVersion::from(known),
            };
            let events = (0..*count).map(|_| {
                id += 1;
                let mut event = event(id);
                event.tags = vec![format!("t{}", plan.tag)];
                event
            });
            streams.push(StreamAppend {
                stream_id,
                expected,
                events: events.collect(),
            });
        }
        let append = Append {
            streams,
            condition: plan.condition.then(|| Condition {
                fail_if: Query::tags([format!("t{}", plan.tag)]),
                after: store.tail(),
            }),
            command_id: plan.command.map(|command| format!("c{command}")),
            recorded_at: NOW,
        };
        let log_before = true_length(memory).await;
        let result = match plan.patience {
            None => Some(store.append(append.clone()).await),
            Some(polls) => cancel_after(polls, store.append(append.clone())).await,
        };
        let log_after = true_length(memory).await;
        outcomes.borrow_mut().push(Outcome {
            append,
            log_before,
            log_after,
            result,
        });
    }
}

/// The version of a stream once the log had `length` events.
fn version_at(log: &[Seen], length: usize, stream: &str) -> Version {
    log[..length]
        .iter()
        .rfind(|seen| seen.stream == stream)
        .map_or(-1, |seen| seen.version)
}

fn forbidden_at(log: &[Seen], length: usize, condition: &Condition) -> Option<u64> {
    let tag = &condition.fail_if.items[0].tags[0];
    let mut after = log[..length]
        .iter()
        .filter(|seen| seen.position > condition.after);
    after
        .find(|seen| seen.tags.contains(tag))
        .map(|seen| seen.position)
}

/// An append that succeeded stands where it says, and was allowed there.
fn check_success(log: &[Seen], outcome: &Outcome, appended: &Appended) {
    let before = usize::try_from(appended.first - 1).unwrap();
    let stands = &log[before..usize::try_from(appended.last).unwrap()];
    if appended.repeated {
        assert_eq!(
            stands[0].command, outcome.append.command_id,
            "a repeated append names its command's events"
        );
        return;
    }
    let ids: Vec<u128> = outcome
        .append
        .events()
        .map(|(_, event)| event.event_id.as_u128())
        .collect();
    assert_eq!(
        stands.iter().map(|seen| seen.id).collect::<Vec<_>>(),
        ids,
        "stored whole, in order"
    );
    for part in &outcome.append.streams {
        let actual = version_at(log, before, &part.stream_id);
        assert!(
            part.expected.holds(actual),
            "a conflict was missed: {:?} at {actual}",
            part.expected
        );
    }
    if let Some(condition) = &outcome.append.condition {
        assert_eq!(
            forbidden_at(log, before, condition),
            None,
            "a condition's failure was missed"
        );
    }
}

/// An append that was refused was refused for something true at a moment of the call, and left
/// nothing behind.
fn check_refusal(log: &[Seen], outcome: &Outcome, error: &Error) {
    let first = outcome.append.streams[0].events[0].event_id.as_u128();
    assert!(
        log.iter().all(|seen| seen.id != first),
        "a refused append left events behind"
    );
    let moments = outcome.log_before..=outcome.log_after;
    let real = match error {
        Error::Conflict {
            stream,
            expected,
            actual,
        } => {
            !expected.holds(*actual)
                && moments
                    .clone()
                    .any(|length| version_at(log, length, stream) == *actual)
        }
        Error::ConditionFailed { position } => {
            let condition = outcome.append.condition.as_ref().unwrap();
            forbidden_at(log, outcome.log_after, condition) == Some(*position)
        }
        other => panic!("unexpected: {other}"),
    };
    assert!(real, "invented: {error} (log from {moments:?})");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_conflict_is_missed_and_none_invented(
        tabs in prop::collection::vec(prop::collection::vec(plan(), 1..6), 1..5),
        choices in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let memory = MemoryStorage::new();
        let outcomes = RefCell::new(Vec::new());
        let mut schedule = Schedule::new();
        for (number, plans) in tabs.iter().enumerate() {
            let run = run_tab(number as u128 + 1, &memory, plans, &outcomes);
            schedule = schedule.task(format!("tab {number}"), run);
        }
        schedule.run(choices).unwrap();

        let log = block_on(log(memory.connect()));
        for (index, seen) in log.iter().enumerate() {
            prop_assert_eq!(seen.position, index as u64 + 1, "positions are dense");
            prop_assert_eq!(seen.version, version_at(&log, index, &seen.stream) + 1, "versions are dense");
        }
        prop_assert_eq!(block_on(verify(memory.connect())), log.len() as u64, "the chain verifies");

        let mut commands: HashMap<&str, Vec<u64>> = HashMap::new();
        for outcome in outcomes.borrow().iter() {
            match &outcome.result {
                Some(Ok(appended)) => check_success(&log, outcome, appended),
                Some(Err(error)) => check_refusal(&log, outcome, error),
                None => {}
            }
        }
        for seen in &log {
            if let Some(command) = &seen.command {
                commands.entry(command).or_default().push(seen.position);
            }
        }
        for (command, positions) in commands {
            let one_run = positions.windows(2).all(|pair| pair[1] == pair[0] + 1);
            prop_assert!(one_run, "command {} had two effects: {:?}", command, positions);
        }
    }
}

#[test]
fn appends_fired_at_once_share_commits_and_stand_or_fall_alone() {
    block_on(async {
        let memory = MemoryStorage::new();
        let slow = Yielding::slow(memory.connect(), 500);
        let store = Store::open(slow, Options::default()).await.unwrap();
        let appends = (0..200_u128).map(|id| {
            // Every tenth one contradicts the one before it.
            let stream = if id % 10 == 9 { id - 1 } else { id };
            let append = Append::to(
                format!("s{stream}"),
                ExpectedVersion::NoStream,
                vec![event(id)],
                NOW,
            );
            store.append(append)
        });
        let results = join_all(appends).await;
        for (id, result) in results.iter().enumerate() {
            assert_eq!(result.is_err(), id % 10 == 9, "append {id}: {result:?}");
        }
        let batches = memory.read_after(0, usize::MAX).await.unwrap();
        assert!(
            batches.len() < 5,
            "200 appends took {} commits",
            batches.len()
        );
    });
}

#[test]
fn appends_fired_at_once_may_build_on_one_another() {
    block_on(async {
        let memory = MemoryStorage::new();
        let slow = Yielding::slow(memory.connect(), 500);
        let store = Store::open(slow, Options::default()).await.unwrap();
        let appends = (0..100_i64).map(|turn| {
            let stream = format!("s{}", turn % 10);
            let expected = ExpectedVersion::from(turn / 10 - 1);
            let id = u128::from(turn.unsigned_abs());
            store.append(Append::to(stream, expected, vec![event(id)], NOW))
        });
        for (turn, result) in join_all(appends).await.into_iter().enumerate() {
            assert_eq!(result.unwrap().first, turn as u64 + 1);
        }
    });
}

/// A store that is slow, and counts its commits.
async fn slow_store(memory: &MemoryStorage) -> (Store<impl Storage + use<>>, Faults) {
    let calls = Faults::none();
    let counting = FaultyStorage::new(memory.connect(), calls.clone());
    let slow = Yielding::slow(counting, 5);
    let store = Store::open(slow, Options::default()).await.unwrap();
    (store, calls)
}

fn first_of(stream: u128) -> Append {
    let stream_id = format!("s{stream}");
    Append::to(
        stream_id,
        ExpectedVersion::NoStream,
        vec![event(stream)],
        NOW,
    )
}

fn commits(calls: &Faults) -> usize {
    let calls = calls.calls();
    let commits = calls.iter().filter(|call| **call == Operation::Commit);
    commits.count()
}

#[test]
fn appends_that_come_while_others_are_committed_go_together_into_the_next_commit() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (store, calls) = slow_store(&memory).await;
        let alone = store.append(first_of(1));
        let many = store.append_each(vec![first_of(2), first_of(3)], Payloads::Given);
        let (alone, many, last) = join3(alone, many, store.append(first_of(4))).await;
        assert!(alone.is_ok() && many.iter().all(Result::is_ok) && last.is_ok());
        assert_eq!(commits(&calls), 2, "the first, and the others after it");

        let many = store.append_each(vec![first_of(5), first_of(6)], Payloads::Given);
        let (many, alone) = join(many, store.append(first_of(7))).await;
        assert!(alone.is_ok() && many.iter().all(Result::is_ok));
        assert_eq!(commits(&calls), 4, "two, and the one that came meanwhile");
    });
}

proptest! {
    #[test]
    fn whoever_goes_away_leaves_the_others_to_go_on(
        patience in 0..30_usize,
        is_alone in any::<bool>(),
        choices in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let memory = MemoryStorage::new();
        let (store, _) = block_on(slow_store(&memory));
        let first: Vec<Append> = if is_alone { vec![first_of(1)] } else { vec![first_of(1), first_of(2)] };
        let goes = cancel_after(patience, store.append_each(first, Payloads::Given));
        let stays = async |id| Some(vec![store.append(first_of(id)).await]);
        let schedule = Schedule::new().task("goes", goes);
        let schedule = schedule.task("third", stays(3)).task("fourth", stays(4));
        let answers = schedule.run(choices).unwrap();
        prop_assert!(answers.iter().flatten().flatten().all(Result::is_ok), "{:?}", answers);
        let log = block_on(log(memory.connect()));
        let times = |id| log.iter().filter(|seen| seen.id == id).count();
        prop_assert!(times(3) == 1 && times(4) == 1);
        prop_assert!(times(1) == 1 || times(1) == 0 && answers[0].is_none());
        prop_assert_eq!(block_on(verify(memory.connect())), log.len() as u64);
    }
}
