//! Aggregates: the rules. A command and the state so far decide on events; events evolve the state.

use crate::Result;
use crate::domain::Domain;

/// One kind of aggregate; each instance lives in a stream of its own.
///
/// The shape is a decider's: initial state (`State::default()`), [`decide`](Self::decide) and
/// [`evolve`](Self::evolve). All three are pure.
pub trait Aggregate {
    /// The events it is made of.
    type Domain: Domain;
    /// What the rules need to know of the past.
    type State: Clone + Default;
    /// What can be asked of it.
    type Command;

    /// Its name, such as `order`; part of the keys of its snapshots.
    const NAME: &'static str;
    /// The shape of the saved state. A snapshot of another shape is ignored and replaced.
    const STATE_VERSION: u32;

    /// What happens when `command` meets `state`. No events: nothing had to happen.
    ///
    /// # Errors
    /// `rule_broken`, `invalid_input` or `not_found`; nothing is appended then.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
    ) -> Result<Vec<<Self::Domain as Domain>::Event<'static>>>;

    /// The state after `event`. Never validates: history is not judged twice.
    fn evolve(state: &mut Self::State, event: &<Self::Domain as Domain>::Event<'_>);

    /// The state as bytes, for a snapshot.
    fn save(state: &Self::State) -> Vec<u8>;

    /// The state from a snapshot's bytes; `None` when they cannot be read.
    fn restore(bytes: &[u8]) -> Option<Self::State>;
}
