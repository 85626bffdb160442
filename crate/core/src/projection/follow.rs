//! Driving several projections of one domain at once.

use super::{Save, Status};
use crate::domain::{Domain, understand};
use crate::storage::Record;
use crate::{Error, Position, RecordedEvent};

/// A [`Follower`](super::Follower), whatever its projection. The methods are the follower's own, and
/// are documented there.
#[allow(missing_docs, reason = "documented at Follower")]
pub trait Follow<D: Domain> {
    fn name(&self) -> &'static str;
    fn checkpoint(&self) -> Position;
    fn last_event(&self) -> Option<uuid::Uuid>;
    fn next_after(&self) -> Option<Position>;
    fn live_after(&self) -> Option<Position>;
    fn wants(&self, position: Position) -> bool;
    fn take(&mut self, recorded: &RecordedEvent<'_>, event: Result<Option<&D::Event<'_>>, &Error>);
    fn missing(&self) -> Option<String>;
    fn supply(&mut self, prefix: &str, records: &[Record]);
    fn start_over(&mut self);
    fn start_rebuild(&mut self);
    fn cancel_rebuild(&mut self);
    fn finish_rebuild(&mut self) -> bool;
    fn status(&self, tail: Position) -> Status;
    fn prepare(&mut self) -> bool;
    fn changes(&mut self) -> Option<Save>;
    fn saved(&mut self, save: &Save);
}

/// Gives an event to all of `followers`, decoding it once, or not at all when none wants it. An
/// event that cannot be read stops each that wanted it.
pub fn deliver<D: Domain>(followers: &mut [&mut dyn Follow<D>], recorded: &RecordedEvent<'_>) {
    if !followers.iter().any(|one| one.wants(recorded.position)) {
        return;
    }
    let understood = understand::<D, _>(recorded, |event| {
        for follower in &mut *followers {
            follower.take(recorded, Ok(event));
        }
    });
    if let Err(error) = understood {
        for follower in followers {
            follower.take(recorded, Err(&error));
        }
    }
}
