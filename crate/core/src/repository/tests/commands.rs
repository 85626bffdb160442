//! Commands: one effect each, decided on the newest state, retried a bounded number of times.

use core::cell::Cell;

use futures_util::future::join;
use proptest::prelude::*;

use super::account::{Account, Command};
use super::{NOW, STREAM, deposit, done, replayed, slow_tab, tab};
use crate::memory::MemoryStorage;
use crate::repository::{CommandContext, MAX_RETRIES, Repository};
use crate::store::{Append, Options, Store, StreamQuery};
use crate::testing::{Schedule, block_on, yield_now};
use crate::{Error, ExpectedVersion, NewEvent, Result};

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "none")
}

#[test]
fn a_command_sent_twice_has_one_effect() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (one, other) = (tab(&memory).await, tab(&memory).await);
        let pay = || Command::Deposit(vec![5, 6]);
        let first = done(&one, "pay", pay()).await;
        assert_eq!((first.loaded.state.amount, first.position), (11, 2));
        assert!(!first.repeated);
        deposit(&one, "more", 1).await;
        for tab in [one, other, tab(&memory).await] {
            let again = done(&tab, "pay", pay()).await;
            assert!(again.repeated);
            assert_eq!((again.loaded.state.amount, again.position), (12, 2));
            // Refused by the rules now, but it was carried out under its id before.
            let again = done(&tab, "pay", Command::Withdraw(99)).await;
            assert!(again.repeated);
        }
    });
}

#[test]
fn a_command_sent_twice_at_once_has_one_effect() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (one, other) = (tab(&memory).await, tab(&memory).await);
        let pay = || Command::Deposit(vec![5]);
        let answers = join(done(&one, "a", pay()), done(&one, "a", pay())).await;
        assert!(answers.0.repeated != answers.1.repeated);
        let answers = join(done(&one, "b", pay()), done(&other, "b", pay())).await;
        assert!(answers.0.repeated != answers.1.repeated);
        assert_eq!(replayed(&tab(&memory).await).await.state.amount, 10);
    });
}

#[test]
fn a_command_id_belongs_to_one_stream() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "pay", 1).await;
        let command = Command::Deposit(vec![1]);
        let context = CommandContext::new("pay", NOW);
        let answer = accounts.execute("account-2", &command, &context).await;
        assert_eq!(code(answer), "invalid_input");
        for command_id in ["", "a\n", &"x".repeat(129)] {
            let context = CommandContext::new(command_id, NOW);
            let answer = accounts.execute(STREAM, &command, &context).await;
            assert_eq!(code(answer), "invalid_input");
        }
        assert_eq!(accounts.store.tail(), 1);
    });
}

#[test]
fn events_say_what_led_to_them() {
    block_on(async {
        let accounts = tab(&MemoryStorage::new()).await;
        deposit(&accounts, "first", 2).await;
        let context = CommandContext {
            correlation_id: Some("checkout".to_owned()),
            causation_id: Some("click".to_owned()),
            metadata: Some("{\"by\":\"Ada\"}".to_owned()),
            ..CommandContext::new("second", NOW)
        };
        let command = Command::Deposit(vec![1]);
        accounts.execute(STREAM, &command, &context).await.unwrap();
        let page = accounts.store.read_stream(&StreamQuery::new(STREAM)).await;
        let page = page.unwrap();
        let events: Vec<_> = page.events().collect();
        for event in &events[..2] {
            assert_eq!(event.command_id, Some("first"));
            assert_eq!(event.correlation_id, Some("first"));
            assert_eq!(event.causation_id, Some("first"));
        }
        assert_ne!(events[0].event_id, events[1].event_id);
        assert_eq!(events[2].command_id, Some("second"));
        assert_eq!(events[2].correlation_id, Some("checkout"));
        assert_eq!(events[2].causation_id, Some("click"));
        assert_eq!(events[2].metadata, Some("{\"by\":\"Ada\"}"));
    });
}

#[test]
fn a_refused_command_changes_nothing() {
    block_on(async {
        let memory = MemoryStorage::new();
        let accounts = tab(&memory).await;
        deposit(&accounts, "pay", 3).await;
        for (command, expected) in [
            (Command::Withdraw(4), "rule_broken"),
            (Command::Deposit(vec![1, 0]), "invalid_input"),
        ] {
            let context = CommandContext::new("refused", NOW);
            let answer = accounts.execute(STREAM, &command, &context).await;
            assert_eq!(code(answer), expected);
        }
        // Its id is free for the same command later.
        deposit(&accounts, "more", 1).await;
        assert!(
            !done(&accounts, "refused", Command::Withdraw(4))
                .await
                .repeated
        );
        assert_eq!(replayed(&tab(&memory).await).await.state.amount, 0);
    });
}

#[test]
fn what_another_tab_did_counts_though_it_was_not_seen() {
    block_on(async {
        let memory = MemoryStorage::new();
        let (one, other) = (tab(&memory).await, tab(&memory).await);
        deposit(&one, "pay", 10).await;
        // Allowed only by what `one` did.
        done(&other, "take", Command::Withdraw(10)).await;
        // `one` still believes that there is enough.
        let topped_up = done(&one, "top up", Command::TopUpTo(10)).await;
        assert_eq!(
            (topped_up.loaded.state.amount, topped_up.position),
            (10, 12)
        );
        let nothing = done(&other, "top up again", Command::TopUpTo(10)).await;
        assert_eq!((nothing.loaded.state.amount, nothing.position), (10, 0));
        assert_eq!(nothing.loaded, replayed(&one).await);
    });
}

/// Runs a command in a slow tab while another one appends `more` events to `stream`, one whenever
/// it comes to its turn.
fn against_a_busy_tab(stream: &str, more: usize, command: &Command) -> (Result<u32>, u64) {
    let memory = MemoryStorage::new();
    block_on(async {
        let accounts = slow_tab(&memory, 3).await;
        deposit(&accounts, "pay", 3).await;
        let busy = Store::open(memory.connect(), Options::default()).await;
        let busy = busy.unwrap();
        let finished = Cell::new(false);
        let execute = async {
            let context = CommandContext::new("slow", NOW);
            let answer = accounts.execute(STREAM, command, &context).await;
            finished.set(true);
            answer.map(|executed| executed.retries)
        };
        let append = async {
            for id in 0..more {
                if finished.get() {
                    return;
                }
                let id = uuid::Uuid::from_u128(id as u128);
                let event = NewEvent::new(id, "Deposited", NOW, "1");
                let append = Append::to(stream, ExpectedVersion::Any, vec![event], NOW);
                busy.append(append).await.unwrap();
                yield_now().await;
            }
            assert!(more < FOREVER, "the command waits for the others to rest");
        };
        let (answer, ()) = join(execute, append).await;
        let found = accounts.store.find_command("slow").await.unwrap();
        (answer, found.map_or(0, |found| found.last))
    })
}

const FOREVER: usize = 5_000;

#[test]
fn a_command_is_decided_anew_when_another_tab_was_quicker() {
    let (answer, position) = against_a_busy_tab(STREAM, 5, &Command::Deposit(vec![1]));
    let retries = answer.unwrap();
    assert!((1..=MAX_RETRIES).contains(&retries), "{retries} retries");
    assert_eq!(position, 9);
}

#[test]
fn a_command_gives_up_when_others_are_always_quicker() {
    let (answer, position) = against_a_busy_tab(STREAM, FOREVER, &Command::Deposit(vec![1]));
    let error = answer.unwrap_err();
    assert!(matches!(*error, Error::Conflict { .. }), "{error}");
    assert_eq!(position, 0, "nothing was appended");
}

#[test]
fn a_refused_command_does_not_wait_for_the_others_to_rest() {
    let (answer, position) = against_a_busy_tab("elsewhere", FOREVER, &Command::Withdraw(99));
    assert_eq!((code(answer), position), ("rule_broken", 0));
    let (answer, position) = against_a_busy_tab("elsewhere", FOREVER, &Command::TopUpTo(1));
    assert_eq!((code(answer), position), ("none", 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Several tabs that carry out commands at once, each decided on what the one before left: no
    /// money is lost or made, and none is taken that is not there.
    #[test]
    fn commands_of_several_tabs_take_turns(
        tabs in prop::collection::vec(prop::collection::vec((any::<bool>(), 1..5_u64), 1..5), 2..4),
        choices in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let memory = MemoryStorage::new();
        let mut schedule = Schedule::new();
        for (number, commands) in tabs.into_iter().enumerate() {
            let memory = &memory;
            schedule = schedule.task(format!("tab {number}"), async move {
                let accounts = tab(memory).await;
                let mut balance = 0_i64;
                for (turn, (pay, amount)) in commands.into_iter().enumerate() {
                    let command = if pay { Command::Deposit(vec![amount]) } else { Command::Withdraw(amount) };
                    let context = CommandContext::new(format!("{number}/{turn}"), NOW);
                    match accounts.execute(STREAM, &command, &context).await {
                        Ok(_) if pay => balance += amount.cast_signed(),
                        Ok(_) => balance -= amount.cast_signed(),
                        Err(error) => assert_eq!(error.code(), "rule_broken"),
                    }
                }
                balance
            });
        }
        let balances = schedule.run(choices).unwrap();
        let store = block_on(Store::open(memory.connect(), Options::default())).unwrap();
        let accounts = Repository::<Account<1>, _>::new(store);
        let loaded = block_on(replayed(&accounts));
        prop_assert_eq!(loaded.state.amount.cast_signed(), balances.iter().sum::<i64>());
    }
}
