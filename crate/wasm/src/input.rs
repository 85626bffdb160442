//! What JavaScript asks for, as JSON text. Unknown fields are refused.

use core::fmt;

use daybook_core::query::{Condition, Query, QueryItem};
use daybook_core::store::{AllQuery, Append, Direction, StreamAppend, StreamQuery};
use daybook_core::{Error, ExpectedVersion, NO_STREAM, NewEvent, Result, Timestamp, Version};
use serde::de::{self, DeserializeOwned, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::place::path_before;

/// Reads `text`, which the face made with `JSON.stringify`.
///
/// # Errors
/// `invalid_input` with the path of what is wrong; with `what`, when that is all of it.
pub(crate) fn parse<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| misread(what, text, &error))
}

fn misread(what: &str, text: &str, error: &serde_json::Error) -> Error {
    let mut path = path_before(text, error.column());
    let message = error.to_string();
    // Where in the text is of no use to a caller who gave an object.
    let reason = message.split(" at line ").next().unwrap_or_default();
    let missing = reason.strip_prefix("missing field `");
    if let Some(name) = missing.and_then(|rest| rest.strip_suffix('`')) {
        if !path.is_empty() {
            path.push('.');
        }
        return Error::invalid(path + name, "must be given");
    }
    Error::invalid(if path.is_empty() { what } else { &path }, reason)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventInput {
    id: String,
    r#type: String,
    data: Box<RawValue>,
    schema_version: Option<u32>,
    occurred_at: String,
    #[serde(default)]
    tags: Vec<String>,
    metadata: Option<Box<RawValue>>,
    correlation_id: Option<String>,
    causation_id: Option<String>,
}

/// A version of -1 or more, or a word; `any` when it is left out, but not when it is `null`.
struct ExpectedInput(ExpectedVersion);

impl Default for ExpectedInput {
    fn default() -> Self {
        Self(ExpectedVersion::Any)
    }
}

impl<'de> Deserialize<'de> for ExpectedInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Given;
        impl Visitor<'_> for Given {
            type Value = ExpectedInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version of -1 or more, 'any', 'no-stream' or 'stream-exists'")
            }
            fn visit_i64<E: de::Error>(self, version: Version) -> Result<ExpectedInput, E> {
                if version < NO_STREAM {
                    return Err(E::invalid_value(Unexpected::Signed(version), &self));
                }
                Ok(ExpectedInput(version.into()))
            }
            fn visit_u64<E: de::Error>(self, version: u64) -> Result<ExpectedInput, E> {
                // A version that large is no stream's.
                self.visit_i64(Version::try_from(version).unwrap_or(Version::MAX))
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<ExpectedInput, E> {
                Ok(ExpectedInput(match word {
                    "any" => ExpectedVersion::Any,
                    "no-stream" => ExpectedVersion::NoStream,
                    "stream-exists" => ExpectedVersion::StreamExists,
                    _ => return Err(E::invalid_value(Unexpected::Str(word), &self)),
                }))
            }
        }
        deserializer.deserialize_any(Given)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StreamInput {
    stream_id: String,
    events: Vec<EventInput>,
    #[serde(default)]
    expected_version: ExpectedInput,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemInput {
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConditionInput {
    fail_if: Vec<ItemInput>,
    #[serde(default)]
    after: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AppendInput {
    streams: Vec<StreamInput>,
    condition: Option<ConditionInput>,
    command_id: Option<String>,
    recorded_at: String,
}

impl AppendInput {
    pub(crate) fn into_append(self) -> Result<Append> {
        let one = self.streams.len() == 1;
        let streams = self.streams.into_iter().enumerate().map(|(index, stream)| {
            stream.into_part(&if one {
                String::new()
            } else {
                format!("streams.{index}.")
            })
        });
        Ok(Append {
            streams: streams.collect::<Result<_>>()?,
            condition: self.condition.map(|condition| Condition {
                fail_if: to_query(condition.fail_if),
                after: condition.after,
            }),
            command_id: self.command_id,
            recorded_at: moment("recordedAt", &self.recorded_at)?,
        })
    }
}

impl StreamInput {
    fn into_part(self, path: &str) -> Result<StreamAppend> {
        let events = self.events.into_iter().enumerate();
        let events =
            events.map(|(index, event)| event.into_event(&format!("{path}events.{index}")));
        Ok(StreamAppend {
            stream_id: self.stream_id,
            expected: self.expected_version.0,
            events: events.collect::<Result<_>>()?,
        })
    }
}

impl EventInput {
    fn into_event(self, path: &str) -> Result<NewEvent> {
        let event_id = Uuid::try_parse(&self.id)
            .map_err(|_| Error::invalid(format!("{path}.id"), "must be a UUID"))?;
        Ok(NewEvent {
            event_id,
            event_type: self.r#type,
            schema_version: Some(self.schema_version.unwrap_or(1)),
            occurred_at: moment(&format!("{path}.occurredAt"), &self.occurred_at)?,
            tags: self.tags,
            metadata: self
                .metadata
                .map(|json| Box::<str>::from(json).into_string()),
            data: Box::<str>::from(self.data).into_string(),
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
        })
    }
}

fn to_query(items: Vec<ItemInput>) -> Query {
    let items = items.into_iter().map(|item| QueryItem {
        types: item.types,
        tags: item.tags,
    });
    Query {
        items: items.collect(),
    }
}

/// Reads an RFC 3339 moment, naming `field` when it is none.
pub(crate) fn moment(field: &str, text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).map_err(|error| match error {
        Error::InvalidInput { reason, .. } => Error::invalid(field, reason),
        other => other,
    })
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum DirectionInput {
    #[default]
    Forward,
    Backward,
}

impl From<DirectionInput> for Direction {
    fn from(input: DirectionInput) -> Self {
        match input {
            DirectionInput::Forward => Self::Forward,
            DirectionInput::Backward => Self::Backward,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamQueryInput {
    stream_id: String,
    #[serde(default)]
    direction: DirectionInput,
    from: Option<Version>,
    limit: usize,
}

impl From<StreamQueryInput> for StreamQuery {
    fn from(input: StreamQueryInput) -> Self {
        Self {
            stream_id: input.stream_id,
            direction: input.direction.into(),
            from: input.from,
            limit: input.limit,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AllQueryInput {
    #[serde(default)]
    direction: DirectionInput,
    from: Option<u64>,
    limit: usize,
    #[serde(default)]
    stream_prefix: String,
    #[serde(default)]
    query: Vec<ItemInput>,
}

impl From<AllQueryInput> for AllQuery {
    fn from(input: AllQueryInput) -> Self {
        Self {
            direction: input.direction.into(),
            from: input.from,
            limit: input.limit,
            stream_prefix: input.stream_prefix,
            query: to_query(input.query),
        }
    }
}
