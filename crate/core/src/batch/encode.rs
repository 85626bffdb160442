//! Events to bytes, and to what decoding those bytes would give.

use super::decode::CHECKSUM_BYTES;
use super::payloads::{LZ4, PLAIN, pack};
use super::strings::Interner;
use super::{Batch, Contents, FORMAT, Row};
use crate::codec::Writer;
use crate::hash::Chain;
use crate::storage::StoredBatch;
use crate::{Error, Hash, NO_STREAM, Position, RecordedEvent, Result};
use daybook_codec::bytes::same_bytes;
use daybook_codec::checksum::checksum;
use daybook_codec::columns::ColumnWriter;
use daybook_codec::strings::Strings;

/// A batch as a commit stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedBatch {
    /// Key and bytes.
    pub stored: StoredBatch,
    /// What [`Batch::decode`] makes of the bytes, for less than decoding them.
    pub batch: Batch,
}

/// Encodes `events`, one or more with consecutive positions; `previous` is the hash of the event
/// before them, or [`Hash::GENESIS`].
///
/// # Errors
/// `invalid_input` when there are no events or their positions are not consecutive from 1 or more,
/// when one has a negative version or the schema version 0, or when all of them together exceed
/// 4 GiB.
pub fn encode(events: &[RecordedEvent<'_>], previous: &Hash) -> Result<EncodedBatch> {
    encode_with(events, previous, 0)
}

/// As [`encode`], with the first `old` events hashed as in version 1, where they were stored first.
///
/// # Errors
/// As those of [`encode`].
pub(crate) fn encode_with(
    events: &[RecordedEvent<'_>],
    previous: &Hash,
    old: usize,
) -> Result<EncodedBatch> {
    check(events)?;
    let mut chain = Chain::after(*previous);
    let mut hashes = Vec::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        hashes.push(if index < old {
            chain.next_of_version_1(event)
        } else {
            chain.next(event)
        });
    }
    let chained = Chained {
        previous,
        hashes: &hashes,
        old,
    };
    Ok(write(events, chained, &[]))
}

/// Where the events of a batch stand in the hash chain.
#[derive(Clone, Copy)]
pub(super) struct Chained<'a> {
    /// The hash of the event before the first.
    pub(super) previous: &'a Hash,
    /// That of each event.
    pub(super) hashes: &'a [Hash],
    /// How many of them, from the first on, are those of version 1.
    pub(super) old: usize,
}

#[inline(never)]
fn check(events: &[RecordedEvent<'_>]) -> Result<()> {
    let first = events.first().map_or(0, |event| event.position);
    if first == 0 {
        return Err(Error::invalid(
            "events",
            "must be one or more, from position 1 on",
        ));
    }
    let mut total = 0_u64;
    for (index, event) in events.iter().enumerate() {
        let field = |name: &str| format!("events.{index}.{name}");
        if first.checked_add(index as u64) != Some(event.position) {
            return Err(Error::invalid(field("position"), "must be consecutive"));
        }
        if event.version < 0 {
            return Err(Error::invalid(field("version"), "must not be negative"));
        }
        if event.schema_version == Some(0) {
            return Err(Error::invalid(field("schemaVersion"), "must be 1 or more"));
        }
        total += payload_bytes(event) as u64;
    }
    if total >= u64::from(u32::MAX) {
        return Err(Error::invalid("events", "are larger than 4 GiB"));
    }
    Ok(())
}

fn payload_bytes(event: &RecordedEvent<'_>) -> usize {
    event.data.len() + event.metadata.map_or(0, str::len)
}

/// Writes a batch; `extensions` are encoded extension fields.
#[inline(never)]
pub(super) fn write(
    events: &[RecordedEvent<'_>],
    Chained {
        previous,
        hashes,
        old,
    }: Chained<'_>,
    extensions: &[u8],
) -> EncodedBatch {
    let payloads = payloads(events);
    let packed = pack(payloads.as_bytes());
    let stored_payloads = packed.as_deref().unwrap_or(payloads.as_bytes());
    let (rows, tags, strings) = rows(events);
    let mut contents = Contents {
        first: events.first().map_or(0, |event| event.position),
        previous: *previous,
        head: *hashes.last().unwrap_or(previous),
        old,
        strings: Strings::default(),
        rows,
        tags,
        event_ids: 0,
        short_hashes: 0,
        payloads: 0,
        codec: if packed.is_some() { LZ4 } else { PLAIN },
    };

    let envelopes = 256 + events.len() * 96;
    let mut writer = Writer::with_capacity(stored_payloads.len() + envelopes);
    writer.byte(FORMAT);
    writer.byte(contents.codec);
    writer.blob(extensions);
    writer.uint(contents.first);
    writer.count(events.len());
    writer.count(old);
    writer.raw(&contents.previous.0);
    writer.raw(&contents.head.0);
    contents.strings = strings.finish(&mut writer);
    contents.event_ids = writer.as_bytes().len();
    for event in events {
        writer.raw(event.event_id.as_bytes());
    }
    contents.short_hashes = writer.as_bytes().len();
    for hash in hashes {
        writer.raw(&hash.short());
    }
    write_columns(&contents.rows, contents.strings.len(), &mut writer);
    let mut before = 0;
    for tag in &contents.tags {
        writer.int(i64::from(*tag) - before);
        before = i64::from(*tag);
    }
    contents.payloads = writer.as_bytes().len();
    let front = writer.as_bytes().to_vec();
    writer.raw(stored_payloads);
    let sum = checksum(writer.as_bytes());
    writer.raw(&sum.to_le_bytes());
    EncodedBatch {
        stored: StoredBatch {
            last: last_of(events),
            bytes: writer.into_bytes(),
        },
        batch: Batch {
            plain_bytes: front.len() + payloads.len() + CHECKSUM_BYTES,
            front,
            payloads,
            contents,
        },
    }
}

fn last_of(events: &[RecordedEvent<'_>]) -> Position {
    events.last().map_or(0, |event| event.position)
}

#[inline(never)]
fn payloads(events: &[RecordedEvent<'_>]) -> String {
    let mut payloads = String::with_capacity(events.iter().map(payload_bytes).sum());
    for event in events {
        payloads.push_str(event.data);
        payloads.push_str(event.metadata.unwrap_or_default());
    }
    payloads
}

/// A column that refers to strings: the text of an event, and where its number goes.
type TextColumn<'a> = (
    fn(&RecordedEvent<'a>) -> Option<&'a str>,
    fn(&mut Row) -> &mut u32,
);

/// The columns of each event, the numbers of all tags, and the strings all of these refer to. Strings
/// are interned column by column, so that new ones have numbers in sequence and like ones stand
/// together.
#[inline(never)]
fn rows<'a>(events: &[RecordedEvent<'a>]) -> (Vec<Row>, Vec<u32>, Interner<'a>) {
    let mut strings = Interner::for_events(events.len());
    let mut rows = numbers(events);
    let columns: [TextColumn<'a>; 5] = [
        (|event| Some(event.event_type), |row| &mut row.event_type),
        (|event| Some(event.stream_id), |row| &mut row.stream),
        (|event| event.correlation_id, |row| &mut row.correlation),
        (|event| event.causation_id, |row| &mut row.causation),
        (|event| event.command_id, |row| &mut row.command),
    ];
    for (text, field) in columns {
        let mut before = ("", 0);
        for (row, event) in rows.iter_mut().zip(events) {
            let Some(text) = text(event) else { continue };
            // Neighbours often have the same.
            if before.1 == 0 || !same_bytes(text.as_bytes(), before.0.as_bytes()) {
                before = (text, strings.reference(text));
            }
            *field(row) = before.1;
        }
    }
    let (mut tags, mut before) = (Vec::with_capacity(events.len()), ("", 0));
    for event in events {
        for tag in event.tags.iter() {
            if before.1 == 0 || !same_bytes(tag.as_bytes(), before.0.as_bytes()) {
                before = (tag, strings.reference(tag));
            }
            tags.push(before.1 - 1);
        }
    }
    (rows, tags, strings)
}

/// The columns that are numbers by themselves.
#[inline(never)]
fn numbers(events: &[RecordedEvent<'_>]) -> Vec<Row> {
    // It was checked that all of them together are below 4 GiB.
    let narrow = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let (mut tags, mut end) = (0, 0);
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        tags += event.tags.len();
        let (data_start, data_end) = (end, end + event.data.len());
        end = data_end + event.metadata.map_or(0, str::len);
        rows.push(Row {
            version: event.version,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            schema_version: event.schema_version.unwrap_or(0),
            tags_end: narrow(tags),
            data_start: narrow(data_start),
            data_end: narrow(data_end),
            metadata: event.metadata.map_or(0, |text| narrow(text.len()) + 1),
            ..Row::default()
        });
    }
    rows
}

#[inline(never)]
fn write_columns(rows: &[Row], strings: usize, writer: &mut Writer) {
    let mut columns = ColumnWriter::with_capacity(rows.len());
    let mut differences = |number: fn(&Row) -> i64| columns.differences(rows.iter().map(number));
    differences(|row| row.event_type.into());
    differences(|row| row.stream.into());
    differences(|row| row.correlation.into());
    differences(|row| row.causation.into());
    differences(|row| row.command.into());
    differences(|row| row.schema_version.into());
    let mut latest = vec![NO_STREAM; strings + 1];
    columns.column(rows.iter().map(|row| {
        let Some(latest) = latest.get_mut(row.stream as usize) else {
            return row.version;
        };
        let difference = row.version.wrapping_sub(*latest);
        *latest = row.version;
        difference
    }));
    columns.differences(rows.iter().map(|row| row.occurred_at.as_millis()));
    let mut before = rows.first().map_or(0, |row| row.occurred_at.as_millis());
    columns.column(rows.iter().map(|row| {
        let recorded_at = row.recorded_at.as_millis();
        let difference = recorded_at - before;
        before = recorded_at;
        difference
    }));
    let mut tags_before = 0;
    columns.differences(rows.iter().map(|row| {
        let count = row.tags_end - tags_before;
        tags_before = row.tags_end;
        count.into()
    }));
    let mut differences = |number: fn(&Row) -> i64| columns.differences(rows.iter().map(number));
    differences(|row| (row.data_end - row.data_start).into());
    differences(|row| row.metadata.into());
    columns.finish(writer);
}
