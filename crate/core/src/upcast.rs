//! Upcasters: stored events are brought to today's shape when they are read. What is stored never
//! changes.

use std::borrow::Cow;

use crate::json::Value;
use crate::{Error, RecordedEvent, Result};

/// One step of a chain: takes the data of `event_type` from schema version `from` to `from + 1`.
#[derive(Debug, Clone, Copy)]
pub struct Upcaster {
    /// The event type it is for.
    pub event_type: &'static str,
    /// The schema version it reads.
    pub from: u32,
    /// The change; an error says what about the old data is not as it should be.
    pub upcast: fn(Value) -> Result<Value, String>,
}

/// An event's data in today's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcasted<'a> {
    /// The schema version `data` has.
    pub schema_version: u32,
    /// The data: borrowed when nothing had to be done.
    pub data: Cow<'a, str>,
}

/// Brings the data of one event as far up as `chain` leads.
///
/// # Errors
/// `storage_corrupt` naming the event's position, when the stored data is not what the step for
/// its schema version reads.
pub fn upcast<'a>(chain: &[Upcaster], event: &RecordedEvent<'a>) -> Result<Upcasted<'a>> {
    let mut schema_version = event.schema();
    let step_from = |version: u32| {
        chain
            .iter()
            .find(|step| step.from == version && step.event_type == event.event_type)
    };
    if step_from(schema_version).is_none() {
        return Ok(Upcasted {
            schema_version,
            data: Cow::Borrowed(event.data),
        });
    }
    let failed =
        |detail: String| Error::corrupt(event.position, format!("upcasting failed: {detail}"));
    let mut value = Value::parse(event.data).map_err(|error| failed(error.to_string()))?;
    while let Some(step) = step_from(schema_version) {
        value = (step.upcast)(value).map_err(failed)?;
        schema_version += 1;
    }
    Ok(Upcasted {
        schema_version,
        data: Cow::Owned(value.to_string()),
    })
}
