//! Events to bytes.

use super::FORMAT;
use super::checksum::checksum;
use super::columns::ColumnWriter;
use super::payloads::pack;
use super::strings::Interner;
use crate::codec::Writer;
use crate::storage::StoredBatch;
use crate::{Error, Hash, NO_STREAM, RecordedEvent, Result};

/// A batch as a commit stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedBatch {
    /// Key and bytes.
    pub stored: StoredBatch,
    /// The hash of the last event; the next batch continues from it.
    pub head: Hash,
    /// What [`Batch::plain_bytes`](super::Batch::plain_bytes) will be.
    pub plain_bytes: usize,
}

/// Encodes `events`, one or more with consecutive positions; `previous` is the hash of the event
/// before them, or [`Hash::GENESIS`].
///
/// # Errors
/// `invalid_input` when there are no events or their positions are not consecutive from 1 or more,
/// when one has a negative version or the schema version 0, or when all of them together exceed
/// 4 GiB.
pub fn encode(events: &[RecordedEvent<'_>], previous: &Hash) -> Result<EncodedBatch> {
    check(events)?;
    let mut hash = *previous;
    let hashes: Vec<Hash> = events
        .iter()
        .map(|event| {
            hash = hash.next(event);
            hash
        })
        .collect();
    let (bytes, saved) = write(events, previous, &hashes, &[]);
    Ok(EncodedBatch {
        plain_bytes: bytes.len() + saved,
        stored: StoredBatch {
            last: events.last().map_or(0, |event| event.position),
            bytes,
        },
        head: hash,
    })
}

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

/// Writes a batch, and says how many bytes compression took off. `hashes` are those of `events`;
/// `extensions` are encoded extension fields.
pub(super) fn write(
    events: &[RecordedEvent<'_>],
    previous: &Hash,
    hashes: &[Hash],
    extensions: &[u8],
) -> (Vec<u8>, usize) {
    let plain = payloads(events);
    let plain_bytes = plain.len();
    let (codec, packed) = pack(plain);
    let envelopes = 256 + events.len() * 96;
    let mut writer = Writer::with_capacity(packed.len() + envelopes);
    writer.byte(FORMAT);
    writer.byte(codec);
    writer.blob(extensions);
    writer.uint(events.first().map_or(0, |event| event.position));
    writer.count(events.len());
    writer.raw(&previous.0);
    writer.raw(&hashes.last().unwrap_or(previous).0);

    let mut strings = Interner::for_events(events.len());
    let mut columns = ColumnWriter::default();
    let streams = write_references(events, &mut strings, &mut columns);
    write_numbers(events, &streams, &mut columns);
    let tags = write_tags(events, &mut strings);

    strings.finish(&mut writer);
    for event in events {
        writer.raw(event.event_id.as_bytes());
    }
    for hash in hashes {
        writer.raw(&hash.short());
    }
    columns.finish(&mut writer);
    writer.raw(tags.as_bytes());
    writer.raw(&packed);
    let sum = checksum(writer.as_bytes());
    writer.raw(&sum.to_le_bytes());
    (writer.into_bytes(), plain_bytes - packed.len())
}

fn payloads(events: &[RecordedEvent<'_>]) -> Vec<u8> {
    let mut payloads = Vec::with_capacity(events.iter().map(payload_bytes).sum());
    for event in events {
        payloads.extend_from_slice(event.data.as_bytes());
        payloads.extend_from_slice(event.metadata.unwrap_or_default().as_bytes());
    }
    payloads
}

/// Writes the columns that refer to strings, and returns each event's stream reference. Strings are
/// interned column by column, so that new ones have numbers in sequence and like ones stand
/// together.
fn write_references<'a>(
    events: &[RecordedEvent<'a>],
    strings: &mut Interner<'a>,
    columns: &mut ColumnWriter,
) -> Vec<u32> {
    let mut column = |text: fn(&RecordedEvent<'a>) -> Option<&'a str>| {
        let mut before = ("", 0);
        let references: Vec<u32> = events
            .iter()
            .map(|event| {
                let Some(text) = text(event) else { return 0 };
                // Neighbours often have the same.
                if text != before.0 || before.1 == 0 {
                    before = (text, strings.reference(text));
                }
                before.1
            })
            .collect();
        columns.differences(references.iter().map(|reference| i64::from(*reference)));
        references
    };
    column(|event| Some(event.event_type));
    let streams = column(|event| Some(event.stream_id));
    column(|event| event.correlation_id);
    column(|event| event.causation_id);
    column(|event| event.command_id);
    streams
}

fn write_numbers(events: &[RecordedEvent<'_>], streams: &[u32], columns: &mut ColumnWriter) {
    let size = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    columns.differences(
        events
            .iter()
            .map(|event| i64::from(event.schema_version.unwrap_or(0))),
    );
    write_versions(events, streams, columns);
    let occurred_at = || events.iter().map(|event| event.occurred_at.as_millis());
    columns.differences(occurred_at());
    let mut before = occurred_at().next().unwrap_or(0);
    columns.column(events.iter().map(|event| {
        let recorded_at = event.recorded_at.as_millis();
        let difference = recorded_at - before;
        before = recorded_at;
        difference
    }));
    columns.differences(events.iter().map(|event| size(event.tags.len())));
    columns.differences(events.iter().map(|event| size(event.data.len())));
    columns.differences(
        events
            .iter()
            .map(|event| event.metadata.map_or(0, |text| size(text.len()) + 1)),
    );
}

fn write_versions(events: &[RecordedEvent<'_>], streams: &[u32], columns: &mut ColumnWriter) {
    let highest = streams.iter().max().copied().unwrap_or(0);
    let mut latest = vec![NO_STREAM; highest as usize + 1];
    columns.column(events.iter().zip(streams).map(|(event, stream)| {
        let Some(latest) = latest.get_mut(*stream as usize) else {
            return event.version;
        };
        let difference = event.version.wrapping_sub(*latest);
        *latest = event.version;
        difference
    }));
}

fn write_tags<'a>(events: &[RecordedEvent<'a>], strings: &mut Interner<'a>) -> Writer {
    let mut writer = Writer::with_capacity(events.len() * 2);
    let mut before = 0;
    for event in events {
        for tag in event.tags.iter() {
            let number = i64::from(strings.reference(tag)) - 1;
            writer.int(number - before);
            before = number;
        }
    }
    writer
}
