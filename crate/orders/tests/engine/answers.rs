//! No rule is ever broken, whoever is quicker, and every answer is true.

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::Domain;
use daybook_core::{Error, Position};
use daybook_orders::{Order, Orders};
use proptest::prelude::*;

use crate::history::{assert_lawful, assert_sound, state_of};
use crate::shop::Logged;
use crate::tabs::{Answer, any_plan, run};

/// Where the event of a command stands.
fn effect<'a>(log: &'a [Logged], answer: &Answer) -> Option<&'a Logged> {
    let mut log = log.iter();
    log.find(|logged| logged.command_id.as_ref() == Some(&answer.command_id))
}

/// The command did, or had done, what the answer says.
fn assert_done(log: &[Logged], answer: &Answer) {
    let done = answer.result.as_ref().unwrap();
    let effect = effect(log, answer).expect("a command that succeeded has an event");
    assert_eq!(effect.position, done.position);
    assert_eq!(effect.stream_id, answer.stream_id);
    let place = usize::try_from(done.position).unwrap();
    assert!(place <= answer.after, "answered before it was stored");
    assert!(
        done.repeated || place > answer.before,
        "done, and then again"
    );
    let version = done.loaded.version;
    let state = state_of(log, &answer.stream_id, |logged| logged.version <= version);
    assert_eq!(done.loaded.state, state);
    let unknown = log.iter().filter(|logged| {
        logged.stream_id == answer.stream_id && logged.version <= version && !logged.is_known()
    });
    assert_eq!(done.loaded.unknown, unknown.count() as u64);
    if !done.repeated {
        assert_eq!(version, effect.version);
        let before = state_of(log, &answer.stream_id, |logged| logged.version < version);
        let decided = Order::decide(&before, &answer.command).unwrap();
        let stored = Orders::encode(&decided[0]);
        assert_eq!((decided.len(), &stored.data), (1, &effect.data));
    }
}

/// At some moment between question and answer, this is what the rules said.
fn assert_refused(log: &[Logged], answer: &Answer, error: &Error) {
    let known = effect(log, answer).map(|effect| (effect.position, &effect.stream_id));
    let stood = |length: usize| known.is_some_and(|(place, _)| place <= length as Position);
    if matches!(error, Error::InvalidInput { field, .. } if field == "commandId") {
        assert!(stood(answer.after));
        assert_ne!(known.unwrap().1, &answer.stream_id);
        return;
    }
    let malformed = matches!(error, Error::InvalidInput { .. });
    assert!(
        malformed || !stood(answer.before),
        "a repeated command was judged again: {answer:?}"
    );
    let said = (answer.before..=answer.after).any(|length| {
        let state = state_of(&log[..length], &answer.stream_id, |_| true);
        Order::decide(&state, &answer.command).is_err_and(|decided| *decided == *error)
    });
    assert!(said, "never true while it was asked: {answer:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_log_is_sound_and_lawful_and_every_answer_true(plan in any_plan()) {
        let run = run(&plan);
        let log = assert_sound(&run.memory);
        assert_lawful(&log);
        for answer in run.answers.borrow().iter() {
            match &answer.result {
                Ok(_) => assert_done(&log, answer),
                Err(error) => assert_refused(&log, answer, error),
            }
        }
        let foreign = run.foreign.borrow();
        let kept = foreign.iter().filter(|(stream_id, event)| {
            log.iter().any(|logged| {
                logged.event_id == event.event_id
                    && logged.stream_id == *stream_id
                    && logged.schema_version == event.schema_version
                    && logged.event_type == event.event_type
                    && logged.data.as_bytes() == event.data.as_bytes()
            })
        });
        prop_assert_eq!(kept.count(), foreign.len(), "an event is not as it was given");
    }
}
