//! The batch format: one or more consecutive events as one record of the log.
//!
//! What is stored is for ever, so this page describes version 2 byte by byte. *uint* is a LEB128
//! varint and *int* a zigzag-coded one, as in [`codec`](crate::codec); *blob* is a uint length and
//! that many bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format version: 2 |
//! | 1 | codec of the body: 0, stored as it is, or 1, with compressed payloads |
//! | blob | extension fields, each a tag of 1 byte and a blob |
//! | uint | position of the first event, 1 or more |
//! | uint | number of events `n`, 1 or more |
//! | uint | how many of them, from the first on, are hashed as in version 1 |
//! | 32 | hash of the event before the first ([`Hash::GENESIS`] at the log's beginning) |
//! | 32 | hash of the last event |
//! | … | **body**: string table, event ids, short hashes, columns, tags, payloads |
//! | 8 | checksum over everything before it, little-endian |
//!
//! **Extension fields** with a tag below 128 may be skipped by a reader that does not know them;
//! one from 128 up changes what the batch means, and whoever does not know it must refuse the batch
//! with `unsupported_format`. Neither version defines one. A body with a codec above 1 is refused
//! likewise.
//!
//! **String table**: a uint count, then each distinct event type, stream id, tag and correlation,
//! causation and command id once, numbered from 0. An entry begins with a uint `h`:
//! - `h` even: the first `h / 2` bytes (64 at most) of the entry before it, then a blob, the rest.
//! - `h` odd: a text that ends in a UUID (lowercase, with hyphens). `h / 2`, zigzag-decoded, is the
//!   difference between its *prefix* and that of the nearest UUID entry before (0 where there is
//!   none); prefix 0 is the empty text, prefix `p` is entry `p - 1`, which stands earlier and has
//!   64 bytes at most. The 16 bytes of the UUID follow.
//!
//! So `order-<uuid>` takes 17 bytes, and a damaged table expands to a small multiple of its size.
//!
//! **Event ids**: `n` × 16 bytes. **Short hashes**: `n` × 4 bytes, the first of each event's hash.
//!
//! **Columns**: a uint mask, then twelve columns of `n` ints. Each int is the difference from the
//! event before (from 0 for the first), unless stated otherwise:
//!
//! | bit | column |
//! |---|---|
//! | 0–4 | event type, stream id, correlation id, causation id, command id: 0 is absent, `s + 1` is string `s` |
//! | 5 | schema version, 0 when absent |
//! | 6 | version: the difference from the preceding event of the same stream in this batch, or from -1 |
//! | 7 | `occurred_at` in milliseconds since 1970 |
//! | 8 | `recorded_at`, the same; for the first event the difference from its `occurred_at` |
//! | 9 | number of tags |
//! | 10 | bytes of data |
//! | 11 | bytes of metadata plus 1; 0 when absent |
//!
//! Where a column's bit is set in the mask, its ints are the same from the second on, and only the
//! first two are written.
//!
//! **Tags**: for each tag of each event an int: the difference between its string number and that
//! of the tag before it in the batch (from 0 for the first).
//!
//! **Payloads**: for each event its data and then its metadata, UTF-8 without separators, up to the
//! checksum; with codec 1, one LZ4 block that expands to that.
//!
//! **Checksum**: 64 bits, defined in [`checksum`](daybook_codec::checksum). It tells accidents, such as
//! a torn write, from a good record before anything else is believed; it proves nothing against intent.
//! For that there is the hash chain, which [`Batch::verify`] walks. The chain's input, which
//! [`Hash::next`] describes, does not depend on this format, so batches can be merged, split or encoded
//! anew without touching it.
//!
//! **Version 1** is the same without the number of events that are hashed as in version 1: all of them
//! are, over another input (`Chain::next_of_version_1`). However batches are merged since, an event keeps
//! its hash; those of version 1 come first in a log.
//!
//! Encoding is a function of its input alone: the same events after the same hash, as many of them hashed
//! as in version 1, give the same bytes, and `tests/golden` keeps that true.

mod decode;
mod encode;
mod payloads;
mod strings;

#[cfg(test)]
pub(crate) mod tests;

use uuid::Uuid;

pub use daybook_codec::strings::Strings;
pub(crate) use encode::encode_with;
pub use encode::{EncodedBatch, encode};

use payloads::unpack;

use crate::event::Tags;
use crate::hash::Chain;
use crate::{Error, Hash, Position, RecordedEvent, Result, Timestamp, Version};

/// The newest format this build reads, and the one it writes.
pub const FORMAT: u8 = 2;

/// A batch, checked and ready to be read. It borrows nothing and holds its bytes once; events are
/// views into it, built when asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Everything before the payloads, as it was stored.
    front: Vec<u8>,
    payloads: String,
    contents: Contents,
    plain_bytes: usize,
}

/// What [`decode`](decode::decode) found in the bytes, or [`encode`] has put there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contents {
    first: Position,
    previous: Hash,
    head: Hash,
    /// How many events, from the first on, are hashed as in version 1.
    old: usize,
    strings: Strings,
    rows: Vec<Row>,
    /// String numbers of all events' tags, one event after the other.
    tags: Vec<u32>,
    /// Where in the record the event ids, the short hashes and the payloads begin.
    event_ids: usize,
    short_hashes: usize,
    payloads: usize,
    /// How the payloads are stored.
    codec: u8,
}

impl Contents {
    /// How many bytes of payloads there are, when they are not compressed.
    fn payload_bytes(&self) -> usize {
        let last = self.rows.last();
        last.map_or(0, |row| {
            row.data_end as usize + row.metadata.saturating_sub(1) as usize
        })
    }
}

/// One event's columns. References are string numbers plus 1, and 0 where absent; ends are offsets
/// within the tags and the payloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Row {
    version: Version,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    event_type: u32,
    stream: u32,
    correlation: u32,
    causation: u32,
    command: u32,
    schema_version: u32,
    tags_end: u32,
    data_start: u32,
    data_end: u32,
    /// Length plus 1; 0 when absent.
    metadata: u32,
}

/// What an index wants to know of an event, with texts as numbers in the batch's [`Strings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventColumns<'a> {
    /// Its place in the log.
    pub position: Position,
    /// Its place in the stream.
    pub version: Version,
    /// The stream it belongs to.
    pub stream: u32,
    /// What happened.
    pub event_type: u32,
    /// The command whose append stored it.
    pub command: Option<u32>,
    /// The terms it can be found by.
    pub tags: &'a [u32],
}

impl Batch {
    /// Checks and opens an encoded batch.
    ///
    /// # Errors
    /// `storage_corrupt`, naming the first position as far as the bytes still tell it and 0
    /// otherwise, when they are not what was written; `unsupported_format` when a newer build wrote
    /// them.
    pub fn decode(bytes: Vec<u8>) -> Result<Self> {
        let contents = decode::decode(&bytes)?;
        let damaged = || decode::damaged(contents.first);
        let mut front = bytes;
        front.truncate(front.len().saturating_sub(decode::CHECKSUM_BYTES));
        let (start, length) = (contents.payloads, contents.payload_bytes());
        let payloads = unpack(contents.codec, &mut front, start, length).map_err(|_| damaged())?;
        let payloads = String::from_utf8(payloads).map_err(|_| damaged())?;
        let whole = |at: u32| payloads.is_char_boundary(at as usize);
        if !contents
            .rows
            .iter()
            .all(|row| whole(row.data_start) && whole(row.data_end))
        {
            return Err(damaged());
        }
        Ok(Self {
            plain_bytes: front.len() + payloads.len() + decode::CHECKSUM_BYTES,
            front,
            payloads,
            contents,
        })
    }

    /// The position of the first event.
    #[must_use]
    pub const fn first(&self) -> Position {
        self.contents.first
    }

    /// The position of the last event; the batch's key in the log.
    #[must_use]
    pub const fn last(&self) -> Position {
        // Decoding has checked that there is an event and that positions fit.
        (self.contents.first + self.contents.rows.len() as u64).saturating_sub(1)
    }

    /// How many events there are; 1 or more.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.contents.rows.len()
    }

    /// Whether there are no events: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.contents.rows.is_empty()
    }

    /// The hash of the event before the first, as the batch states it.
    #[must_use]
    pub const fn previous(&self) -> &Hash {
        &self.contents.previous
    }

    /// The hash of the last event, as the batch states it.
    #[must_use]
    pub const fn head(&self) -> &Hash {
        &self.contents.head
    }

    /// How many events, from the first on, are hashed as in version 1 of the format.
    pub(crate) const fn old(&self) -> usize {
        self.contents.old
    }

    /// Whether the event at `position` has the hash `hash`: exactly, when it is the batch's last;
    /// by its first four bytes otherwise. False when the batch does not hold it.
    #[must_use]
    pub fn links_at(&self, position: Position, hash: &Hash) -> bool {
        if position == self.last() {
            return self.head() == hash;
        }
        let Some(index) = position.checked_sub(self.first()) else {
            return false;
        };
        usize::try_from(index).is_ok_and(|index| self.short_hash(index) == Some(hash.short()))
    }

    /// The memory the batch holds, in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> usize {
        size_of::<Self>()
            + self.front.capacity()
            + self.payloads.capacity()
            + self.contents.strings.size_bytes()
            + self.contents.rows.capacity() * size_of::<Row>()
            + self.contents.tags.capacity() * size_of::<u32>()
    }

    /// The size of the encoded batch if its payloads are stored as they are: what it costs to
    /// decode, whatever it takes up in storage.
    #[must_use]
    pub const fn plain_bytes(&self) -> usize {
        self.plain_bytes
    }

    /// The event at `position`, if it is in this batch.
    #[must_use]
    pub fn event(&self, position: Position) -> Option<RecordedEvent<'_>> {
        let index = position.checked_sub(self.first())?;
        self.at(usize::try_from(index).ok()?)
    }

    /// Every event, in order of position.
    #[must_use]
    pub fn events(&self) -> impl DoubleEndedIterator<Item = RecordedEvent<'_>> + ExactSizeIterator {
        let rows = self.contents.rows.iter().enumerate();
        rows.map(|(index, row)| self.recorded(index, row))
    }

    /// Each distinct text of the batch once; events refer to them by number.
    #[must_use]
    pub const fn strings(&self) -> &Strings {
        &self.contents.strings
    }

    /// Every event as numbers, in order of position; cheaper than [`Batch::events`].
    #[must_use]
    pub fn columns(&self) -> impl DoubleEndedIterator<Item = EventColumns<'_>> + ExactSizeIterator {
        let rows = self.contents.rows.iter().enumerate();
        rows.map(|(index, row)| EventColumns {
            position: self.first() + index as u64,
            version: row.version,
            // Decoding has checked that both are there.
            stream: row.stream.saturating_sub(1),
            event_type: row.event_type.saturating_sub(1),
            command: row.command.checked_sub(1),
            tags: self.tags(index, row),
        })
    }

    /// Walks the hash chain through the batch, beginning with `previous`, the hash of the event
    /// before it, and returns the hash of its last event.
    ///
    /// # Errors
    /// `storage_corrupt` naming the first position that does not hold.
    pub fn verify(&self, previous: &Hash) -> Result<Hash> {
        if self.previous() != previous {
            let detail = "the batch does not continue the log's hash chain";
            return Err(Error::corrupt(self.first(), detail));
        }
        let (mut chain, mut hash) = (Chain::after(*previous), *previous);
        for (index, event) in self.events().enumerate() {
            hash = if index < self.old() {
                chain.next_of_version_1(&event)
            } else {
                chain.next(&event)
            };
            if self.short_hash(index) != Some(hash.short()) {
                let detail = "the event is not the one that was stored";
                return Err(Error::corrupt(event.position, detail));
            }
        }
        if &hash != self.head() {
            let detail = "the batch's last event does not have the hash stated";
            return Err(Error::corrupt(self.last(), detail));
        }
        Ok(hash)
    }

    fn at(&self, index: usize) -> Option<RecordedEvent<'_>> {
        let row = self.contents.rows.get(index)?;
        Some(self.recorded(index, row))
    }

    /// The event of `row`, which stands at `index`. Decoding has checked that everything is there.
    fn recorded(&self, index: usize, row: &Row) -> RecordedEvent<'_> {
        let text = |reference: u32| self.strings().get(reference.checked_sub(1)?);
        let start = self.contents.event_ids + index * 16;
        RecordedEvent {
            event_id: Uuid::from_bytes(self.fixed(start).unwrap_or_default()),
            event_type: text(row.event_type).unwrap_or_default(),
            schema_version: (row.schema_version > 0).then_some(row.schema_version),
            stream_id: text(row.stream).unwrap_or_default(),
            version: row.version,
            position: self.first() + index as u64,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            correlation_id: text(row.correlation),
            causation_id: text(row.causation),
            command_id: text(row.command),
            tags: Tags::numbered(self.strings(), self.tags(index, row)),
            metadata: row.metadata.checked_sub(1).map(|length| {
                let end = row.data_end.saturating_add(length);
                self.payload(row.data_end, end)
            }),
            data: self.payload(row.data_start, row.data_end),
        }
    }

    fn tags(&self, index: usize, row: &Row) -> &[u32] {
        let before = index.checked_sub(1).and_then(|i| self.contents.rows.get(i));
        let start = before.map_or(0, |row| row.tags_end) as usize;
        let tags = self.contents.tags.get(start..row.tags_end as usize);
        tags.unwrap_or_default()
    }

    /// A part of the payloads. Decoding has checked that it is there.
    fn payload(&self, start: u32, end: u32) -> &str {
        let part = self.payloads.get(start as usize..end as usize);
        part.unwrap_or_default()
    }

    fn short_hash(&self, index: usize) -> Option<[u8; 4]> {
        self.fixed(self.contents.short_hashes + index * 4)
    }

    fn fixed<const N: usize>(&self, start: usize) -> Option<[u8; N]> {
        self.front.get(start..)?.first_chunk().copied()
    }
}
