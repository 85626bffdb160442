//! What JavaScript asks for, as JSON text. Unknown fields are refused.

use daybook_core::query::{Condition, Query, QueryItem};
use daybook_core::store::{AllQuery, Append, Direction, StreamAppend, StreamQuery};
use daybook_core::{Error, ExpectedVersion, NO_STREAM, NewEvent, Result, Timestamp, Version};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Reads `text`, which the face made with `JSON.stringify`.
pub(crate) fn parse<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        // Where in the text is of no use to a caller who gave an object.
        let reason = message.split(" at line ").next().unwrap_or_default();
        Error::invalid(what, reason)
    })
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

#[derive(Deserialize)]
#[serde(untagged)]
enum ExpectedInput {
    Version(Version),
    Word(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StreamInput {
    stream_id: String,
    events: Vec<EventInput>,
    expected_version: Option<ExpectedInput>,
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
        let expected = to_expected(self.expected_version, &format!("{path}expectedVersion"))?;
        let events = self.events.into_iter().enumerate();
        let events =
            events.map(|(index, event)| event.into_event(&format!("{path}events.{index}")));
        Ok(StreamAppend {
            stream_id: self.stream_id,
            expected,
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

fn to_expected(input: Option<ExpectedInput>, field: &str) -> Result<ExpectedVersion> {
    match input {
        None => Ok(ExpectedVersion::Any),
        Some(ExpectedInput::Version(version)) if version >= NO_STREAM => Ok(version.into()),
        Some(ExpectedInput::Word(word)) if word == "any" => Ok(ExpectedVersion::Any),
        Some(ExpectedInput::Word(word)) if word == "no-stream" => Ok(ExpectedVersion::NoStream),
        Some(ExpectedInput::Word(word)) if word == "stream-exists" => {
            Ok(ExpectedVersion::StreamExists)
        }
        Some(_) => {
            let reason = "must be a version of -1 or more, 'any', 'no-stream' or 'stream-exists'";
            Err(Error::invalid(field, reason))
        }
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
