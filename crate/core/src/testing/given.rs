//! Given–when–then: an aggregate's rules, told as examples.

use crate::aggregate::Aggregate;
use crate::domain::{Domain, EncodedEvent};
use crate::{Error, Result};

type EventOf<A> = <<A as Aggregate>::Domain as Domain>::Event<'static>;

/// An aggregate with a past.
#[derive(Debug)]
pub struct Given<A: Aggregate> {
    state: A::State,
}

/// What came of a command.
#[derive(Debug)]
#[must_use = "say what was to come of it"]
pub struct When<A: Aggregate> {
    given: A::State,
    result: Result<Vec<EncodedEvent>>,
}

/// An aggregate to which `events` have happened.
///
/// ```
/// # use daybook_core::{Error, Result};
/// # use daybook_core::aggregate::Aggregate;
/// # use daybook_core::domain::{Domain, EncodedEvent};
/// # use daybook_core::upcast::Upcaster;
/// # #[derive(Clone)] struct Lit(bool);
/// # struct Lights;
/// # impl Domain for Lights {
/// #     type Event<'a> = Lit;
/// #     const UPCASTERS: &'static [Upcaster] = &[];
/// #     fn knows(event_type: &str, _: u32) -> bool { event_type == "Lit" }
/// #     fn decode<'a>(_: &str, _: u32, data: &'a str) -> Result<Option<Lit>> { Ok(Some(Lit(data == "true"))) }
/// #     fn encode(lit: &Lit) -> EncodedEvent {
/// #         EncodedEvent { event_type: "Lit", schema_version: 1, tags: vec![], data: lit.0.to_string() }
/// #     }
/// # }
/// # struct Lamp;
/// # impl Aggregate for Lamp {
/// #     type Domain = Lights; type State = bool; type Command = bool;
/// #     const NAME: &'static str = "lamp"; const STATE_VERSION: u32 = 1;
/// #     fn decide(on: &bool, wanted: &bool) -> Result<Vec<Lit>> {
/// #         Ok(if on == wanted { vec![] } else { vec![Lit(*wanted)] })
/// #     }
/// #     fn evolve(on: &mut bool, lit: &Lit) { *on = lit.0; }
/// #     fn save(on: &bool) -> Vec<u8> { vec![u8::from(*on)] }
/// #     fn restore(bytes: &[u8]) -> Option<bool> { Some(bytes == [1]) }
/// # }
/// use daybook_core::testing::given;
///
/// given::<Lamp>([]).when(&true).then([Lit(true)]);
/// given::<Lamp>([Lit(true)]).when(&true).then([]);
/// ```
#[must_use]
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = EventOf<A>>) -> Given<A> {
    let mut state = A::State::default();
    for event in events {
        A::evolve(&mut state, &event);
    }
    Given { state }
}

impl<A: Aggregate> Given<A> {
    /// Lets the aggregate decide on `command`.
    pub fn when(self, command: &A::Command) -> When<A> {
        let decided = A::decide(&self.state, command);
        let result = decided.map(|events| events.iter().map(A::Domain::encode).collect());
        When {
            given: self.state,
            result,
        }
    }

    /// The state so far, for a look at it.
    #[must_use]
    pub fn state(&self) -> &A::State {
        &self.state
    }
}

impl<A: Aggregate> When<A> {
    /// Exactly these events happen; none, when `events` is empty.
    ///
    /// # Panics
    /// When others do, or the command is refused.
    pub fn then(self, events: impl IntoIterator<Item = EventOf<A>>) -> Given<A> {
        let expected: Vec<EventOf<A>> = events.into_iter().collect();
        let encoded: Vec<EncodedEvent> = expected.iter().map(A::Domain::encode).collect();
        assert_eq!(self.result, Ok(encoded));
        let mut state = self.given;
        for event in &expected {
            A::evolve(&mut state, event);
        }
        Given { state }
    }

    /// The command breaks the rule of this name.
    ///
    /// # Panics
    /// When it is accepted, or refused for another reason.
    pub fn then_refused(self, rule: &str) {
        match self.then_error() {
            Error::RuleBroken { rule: broken, .. } => assert_eq!(broken, rule),
            other => panic!("expected the rule {rule} to be broken, got: {other}"),
        }
    }

    /// The command is refused; returns why.
    ///
    /// # Panics
    /// When it is accepted.
    pub fn then_error(self) -> Error {
        *self.result.expect_err("the command was to be refused")
    }
}
