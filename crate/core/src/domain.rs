//! A domain's events: how they are written to the log and understood again.

use crate::upcast::{Upcaster, upcast};
use crate::{RecordedEvent, Result};

/// The events one domain knows.
pub trait Domain {
    /// An event in today's shape; may borrow from the stored data.
    type Event<'a>;

    /// The steps that bring old events to today's shape.
    const UPCASTERS: &'static [Upcaster];

    /// Whether this build understands `event_type` at `schema_version`, upcasting included.
    fn knows(event_type: &str, schema_version: u32) -> bool;

    /// Reads data in today's shape. `None`: a type or schema version this build does not know,
    /// which is never an error.
    ///
    /// # Errors
    /// `invalid_input` when the data is not of the type's shape.
    fn decode<'a>(
        event_type: &str,
        schema_version: u32,
        data: &'a str,
    ) -> Result<Option<Self::Event<'a>>>;

    /// Writes an event in today's shape.
    fn encode(event: &Self::Event<'_>) -> EncodedEvent;
}

/// An event ready to be appended, but for its id and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedEvent {
    /// The event's type.
    pub event_type: &'static str,
    /// The schema version of `data`.
    pub schema_version: u32,
    /// The terms it can be found by.
    pub tags: Vec<String>,
    /// JSON text.
    pub data: String,
}

/// Upcasts and decodes a stored event, and hands it to `use_event`: `None` when it is of a type or
/// future schema version that this build does not know.
///
/// # Errors
/// `storage_corrupt` naming the event's position, when its data is not of the shape it claims.
pub fn understand<D: Domain, R>(
    recorded: &RecordedEvent<'_>,
    use_event: impl FnOnce(Option<&D::Event<'_>>) -> R,
) -> Result<R> {
    if !D::knows(recorded.event_type, recorded.schema()) {
        return Ok(use_event(None));
    }
    let today = upcast(D::UPCASTERS, recorded)?;
    let event = D::decode(recorded.event_type, today.schema_version, &today.data)
        .map_err(|error| crate::Error::corrupt(recorded.position, error.to_string()))?;
    Ok(use_event(event.as_ref()))
}
