//! What JavaScript asks of the general store, as JSON text. Unknown fields are refused.

use core::slice::Chunks;

use daybook_core::json::Reader;
use daybook_core::query::{Condition, Query, QueryItem};
use daybook_core::store::{AllQuery, Append, Direction, StreamAppend, StreamQuery};
use daybook_core::uuid_text::split_uuid;
use daybook_core::{ExpectedVersion, NO_STREAM, NewEvent, Timestamp};
use uuid::{Builder, Uuid};

use crate::input::{Read, count, list, moment, optional, text};

/// What an append's events have unless they say otherwise.
pub(super) struct Defaults<'a> {
    /// Random bytes, 16 for each event that has no id.
    ids: Chunks<'a, u8>,
    now: Timestamp,
}

impl<'a> Defaults<'a> {
    pub(super) fn new(random: &'a [u8], now: Timestamp) -> Self {
        Self {
            ids: random.chunks(16),
            now,
        }
    }

    fn id(&mut self) -> Option<Uuid> {
        let random = self.ids.next()?.first_chunk()?;
        Some(Builder::from_random_bytes(*random).into_uuid())
    }
}

#[inline(never)]
pub(super) fn append(reader: &mut Reader<'_>, defaults: &mut Defaults<'_>) -> Read<Append> {
    let (mut streams, mut condition, mut command_id) = (None, None, None);
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "streams" => {
                streams = Some(list(reader, |reader| match reader.peek() {
                    Some(b'[') => stream_row(reader, defaults),
                    _ => stream(reader, defaults),
                })?);
            }
            "condition" => condition = optional(reader, self::condition)?,
            "commandId" => command_id = optional(reader, text)?,
            _ => return Err(reader.unknown()),
        }
    }
    Ok(Append {
        streams: reader.required(streams, "streams")?,
        condition,
        command_id,
        recorded_at: defaults.now,
    })
}

#[inline(never)]
fn stream(reader: &mut Reader<'_>, defaults: &mut Defaults<'_>) -> Read<StreamAppend> {
    let (mut stream_id, mut events, mut expected) = (None, None, ExpectedVersion::Any);
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "streamId" => stream_id = Some(text(reader)?),
            "events" => events = Some(self::events(reader, defaults)?),
            "expectedVersion" => expected = self::expected(reader)?,
            _ => return Err(reader.unknown()),
        }
    }
    Ok(StreamAppend {
        stream_id: reader.required(stream_id, "streamId")?,
        expected,
        events: reader.required(events, "events")?,
    })
}

/// Reads a stream's part as the face writes most, in the order that [`place`](crate::place) names too, where
/// `null` is absent.
#[inline(never)]
fn stream_row(reader: &mut Reader<'_>, defaults: &mut Defaults<'_>) -> Read<StreamAppend> {
    reader.begin_array()?;
    item(reader)?;
    let stream_id = text(reader)?;
    item(reader)?;
    let expected = optional(reader, expected)?.unwrap_or(ExpectedVersion::Any);
    item(reader)?;
    let events = events(reader, defaults)?;
    end(reader)?;
    Ok(StreamAppend {
        stream_id,
        expected,
        events,
    })
}

#[inline(never)]
fn events(reader: &mut Reader<'_>, defaults: &mut Defaults<'_>) -> Read<Vec<NewEvent>> {
    let mut events: Vec<NewEvent> = Vec::new();
    reader.begin_array()?;
    while reader.next_item()? {
        let event = match reader.peek() {
            Some(b'[') => row(reader, defaults, events.last())?,
            _ => event(reader, defaults)?,
        };
        events.push(event);
    }
    Ok(events)
}

/// Reads an event as the face writes most (`crate/wasm/js/rows.ts`): its fields in an order that
/// [`place`](crate::place) names too, where `null` is absent. From the tags on they are left out when they
/// are those of the event before, and there is no metadata.
#[inline(never)]
fn row(
    reader: &mut Reader<'_>,
    defaults: &mut Defaults<'_>,
    before: Option<&NewEvent>,
) -> Read<NewEvent> {
    let mut event = NewEvent::new(Uuid::nil(), "", defaults.now, "");
    reader.begin_array()?;
    item(reader)?;
    let event_id = optional(reader, uuid)?;
    event.event_id = event_id
        .or_else(|| defaults.id())
        .ok_or_else(|| reader.malformed("a UUID"))?;
    item(reader)?;
    event.event_type = text(reader)?;
    item(reader)?;
    reader.raw()?.clone_into(&mut event.data);
    item(reader)?;
    event.occurred_at = optional(reader, moment)?.unwrap_or(defaults.now);
    item(reader)?;
    event.schema_version = optional(reader, Reader::unsigned32)?.or(Some(1));
    if !reader.next_item()? {
        if let Some(before) = before {
            event.tags.clone_from(&before.tags);
            event.correlation_id.clone_from(&before.correlation_id);
            event.causation_id.clone_from(&before.causation_id);
        }
        return Ok(event);
    }
    event.tags = list(reader, text)?;
    item(reader)?;
    event.correlation_id = optional(reader, text)?;
    item(reader)?;
    event.causation_id = optional(reader, text)?;
    if reader.next_item()? {
        event.metadata = optional(reader, raw)?;
        end(reader)?;
    }
    Ok(event)
}

/// Goes on to the next item of a row, which must be there.
fn item(reader: &mut Reader<'_>) -> Read<()> {
    if reader.next_item()? {
        Ok(())
    } else {
        Err(reader.malformed("a whole row"))
    }
}

/// Leaves a row, which must end.
fn end(reader: &mut Reader<'_>) -> Read<()> {
    if reader.next_item()? {
        Err(reader.malformed("a row's end"))
    } else {
        Ok(())
    }
}

#[inline(never)]
fn event(reader: &mut Reader<'_>, defaults: &mut Defaults<'_>) -> Read<NewEvent> {
    let (mut event_id, mut event_type, mut data) = (None, None, None);
    let mut event = NewEvent::new(Uuid::nil(), "", defaults.now, "");
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "type" => event_type = Some(text(reader)?),
            "data" => data = Some(reader.raw()?),
            "id" => event_id = optional(reader, uuid)?,
            "occurredAt" => {
                event.occurred_at = optional(reader, moment)?.unwrap_or(defaults.now);
            }
            "schemaVersion" => {
                event.schema_version = optional(reader, Reader::unsigned32)?.or(Some(1));
            }
            "tags" => event.tags = list(reader, text)?,
            "metadata" => event.metadata = optional(reader, raw)?,
            "correlationId" => event.correlation_id = optional(reader, text)?,
            "causationId" => event.causation_id = optional(reader, text)?,
            _ => return Err(reader.unknown()),
        }
    }
    event.event_type = reader.required(event_type, "type")?;
    reader.required(data, "data")?.clone_into(&mut event.data);
    event.event_id = reader.required(event_id.or_else(|| defaults.id()), "id")?;
    Ok(event)
}

/// A version of -1 or more, or a word; not `null`.
fn expected(reader: &mut Reader<'_>) -> Read<ExpectedVersion> {
    let kinds = "a version of -1 or more, 'any', 'no-stream' or 'stream-exists'";
    if reader.peek() != Some(b'"') {
        let version = reader.signed().map_err(|_| reader.malformed(kinds))?;
        return if version < NO_STREAM {
            Err(reader.malformed(kinds))
        } else {
            Ok(version.into())
        };
    }
    match &*reader.string()? {
        "any" => Ok(ExpectedVersion::Any),
        "no-stream" => Ok(ExpectedVersion::NoStream),
        "stream-exists" => Ok(ExpectedVersion::StreamExists),
        _ => Err(reader.malformed(kinds)),
    }
}

fn condition(reader: &mut Reader<'_>) -> Read<Condition> {
    let (mut fail_if, mut after) = (None, 0);
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "failIf" => fail_if = Some(query(reader)?),
            "after" => after = reader.unsigned()?,
            _ => return Err(reader.unknown()),
        }
    }
    let fail_if = reader.required(fail_if, "failIf")?;
    Ok(Condition { fail_if, after })
}

fn query(reader: &mut Reader<'_>) -> Read<Query> {
    let items = list(reader, |reader| {
        let mut item = QueryItem::default();
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "types" => item.types = list(reader, text)?,
                "tags" => item.tags = list(reader, text)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(item)
    })?;
    Ok(Query { items })
}

fn direction(reader: &mut Reader<'_>) -> Read<Direction> {
    match &*reader.string()? {
        "forward" => Ok(Direction::Forward),
        "backward" => Ok(Direction::Backward),
        _ => Err(reader.malformed("'forward' or 'backward'")),
    }
}

pub(super) fn stream_query(reader: &mut Reader<'_>) -> Read<StreamQuery> {
    let mut query = StreamQuery::new("");
    let mut stream_id = None;
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "streamId" => stream_id = Some(text(reader)?),
            "direction" => query.direction = direction(reader)?,
            "from" => query.from = optional(reader, Reader::signed)?,
            "limit" => query.limit = count(reader)?,
            _ => return Err(reader.unknown()),
        }
    }
    query.stream_id = reader.required(stream_id, "streamId")?;
    Ok(query)
}

pub(super) fn all_query(reader: &mut Reader<'_>) -> Read<AllQuery> {
    let mut all = AllQuery::default();
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "direction" => all.direction = direction(reader)?,
            "from" => all.from = optional(reader, Reader::unsigned)?,
            "limit" => all.limit = count(reader)?,
            "streamPrefix" => all.stream_prefix = text(reader)?,
            "query" => all.query = query(reader)?,
            _ => return Err(reader.unknown()),
        }
    }
    Ok(all)
}

fn raw(reader: &mut Reader<'_>) -> Read<String> {
    reader.raw().map(str::to_owned)
}

#[inline(never)]
fn uuid(reader: &mut Reader<'_>) -> Read<Uuid> {
    let text = reader.string()?;
    // Most are written so, which is read by table.
    if let Some(("", id)) = split_uuid(&text) {
        return Ok(Uuid::from_bytes(id));
    }
    Uuid::try_parse(&text).map_err(|_| reader.malformed("a UUID"))
}
