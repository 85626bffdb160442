//! Segments: the index over a range of the log, as bytes. How they are written.
//!
//! A segment depends on nothing but the range it covers, and not on the numbers its writer uses in
//! memory: it has dictionaries of its own. Its parts, in the terms of [`codec`](crate::codec):
//!
//! 1. the format, one byte; `after` and `upto`, integers; the chain hash at `upto`, 32 bytes
//! 2. the event types: count, texts
//! 3. the stream ids, as names (see below); for each its count of events before the segment
//! 4. the tags, as names
//! 5. the batches that end in the range: count; for each the distance from the end of the one before
//!    (at first from `after`), its size in bytes, and the chain hash at its end, 32 bytes
//! 6. four columns, each preceded by its length in bytes:
//!    - per event its stream, as a reference
//!    - per event its type, as an index into the types
//!    - per event with tags: distance from the one before (at first from `after`), count of tags
//!      (one byte), each tag as a reference
//!    - per append with a command id: the upper 32 bits of the id's hash, as the difference to the
//!      one before (they ascend, so that tables are filled in sequence), and the distance of the
//!      append's first event from `after`
//! 7. the hash of all that, 8 bytes, little-endian
//!
//! Names: count and texts of the prefixes; count; for each name 0 and its text, or the number of its
//! prefix + 1 and the 16 bytes of the UUID after it. They are ordered by first appearance, so a
//! reference is 0 for the next one that has not appeared yet, and otherwise counts back from there:
//! events of recent streams, the most frequent ones, take one byte.

use crate::codec::Writer;
use crate::{Hash, Position};

use super::names::{Name, Names};
use super::{Index, narrow};
use daybook_codec::hash64::hash64;

/// The format written, and the newest one read.
pub(super) const FORMAT: u8 = 2;
/// The size of the hash at the end.
pub(super) const CHECKSUM_BYTES: usize = 8;

/// The index over a range of the log, as bytes that [`Index::load`] takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// It covers the events after this position,
    pub after: Position,
    /// up to and including this one.
    pub upto: Position,
    /// The chain hash there.
    pub head: Hash,
    /// The segment itself.
    pub bytes: Vec<u8>,
}

/// Numbers of a segment's own, given in order of first appearance.
struct Dictionary {
    /// Number in the index → number in the segment + 1; 0: not yet.
    local: Vec<u32>,
    order: Vec<u32>,
}

impl Dictionary {
    fn new(len: u32) -> Self {
        Self {
            local: vec![0; len as usize],
            order: Vec::new(),
        }
    }

    /// The number in the segment, and the reference to write.
    fn refer(&mut self, ordinal: u32) -> (usize, usize) {
        let next = self.order.len();
        let Some(local) = self.local.get_mut(ordinal as usize) else {
            return (0, 0);
        };
        match *local {
            0 => {
                self.order.push(ordinal);
                *local = narrow(self.order.len() as u64);
                (next, 0)
            }
            known => (known as usize - 1, next + 1 - known as usize),
        }
    }
}

impl Index {
    /// The segment that covers the events after `after` up to the tail.
    #[must_use]
    pub fn segment(&self, after: Position) -> Segment {
        self.segment_of(after, self.tail())
    }

    /// The segment that covers the events after `after`, up to the end of the last batch that holds
    /// none beyond `upto`; or else of the first batch.
    #[must_use]
    #[inline(never)]
    pub fn segment_of(&self, after: Position, upto: Position) -> Segment {
        let after = narrow(after).min(self.tail);
        let upto = match self.batches.end_below(narrow(upto)) {
            end if end > after => end,
            _ => narrow(
                self.batches
                    .after(after)
                    .next()
                    .map_or(0, |batch| batch.last),
            )
            .max(after),
        };
        let mut kinds = Dictionary::new(narrow(self.types.len() as u64));
        let mut tags = Dictionary::new(self.tags.names.len());
        let mut streams = Dictionary::new(self.streams.len());
        let (stream_column, before) = self.stream_column(after, upto, &mut streams);
        let mut kind_column = Writer::new();
        for position in after + 1..=upto {
            let kind = u32::from(self.kinds.get(position - 1));
            kind_column.count(kinds.refer(kind).0);
        }
        let tag_column = self.tag_column(after, upto, &mut tags);

        let mut out = Writer::new();
        out.byte(FORMAT);
        out.uint(after.into());
        out.uint(upto.into());
        let head = self.batches.head(upto).unwrap_or(Hash::GENESIS);
        out.raw(&head.0);
        out.count(kinds.order.len());
        for &kind in &kinds.order {
            let kind = u16::try_from(kind).unwrap_or(u16::MAX);
            out.text(self.types.name(kind));
        }
        write_names(&mut out, &self.streams, &streams.order);
        for count in before {
            out.uint(count.into());
        }
        write_names(&mut out, &self.tags.names, &tags.order);
        self.write_batches(&mut out, after, upto);
        out.blob(stream_column.as_bytes());
        out.blob(kind_column.as_bytes());
        out.blob(tag_column.as_bytes());
        out.blob(self.command_column(after, upto).as_bytes());
        let checksum = hash64(out.as_bytes());
        out.raw(&checksum.to_le_bytes());
        Segment {
            after: after.into(),
            upto: upto.into(),
            head,
            bytes: out.into_bytes(),
        }
    }

    /// The column of streams, and how many events each of them has before it.
    #[inline(never)]
    fn stream_column(&self, after: u32, upto: u32, streams: &mut Dictionary) -> (Writer, Vec<u32>) {
        // An event does not know its stream, but every stream knows its events.
        let mut owners = vec![0_u32; (upto - after) as usize];
        let mut counts = vec![0_u32; self.streams.len() as usize];
        for (stream, count) in (0..).zip(&mut counts) {
            let head = self.versions.head(stream);
            let mut position = head.last;
            *count = head.count;
            while position > after {
                if let Some(owner) = owners.get_mut((position - after - 1) as usize) {
                    *owner = stream;
                }
                *count -= 1;
                position = self.previous.get(position - 1);
            }
        }
        let mut column = Writer::new();
        for stream in owners {
            column.count(streams.refer(stream).1);
        }
        let before = |stream: &u32| counts.get(*stream as usize).copied().unwrap_or_default();
        (column, streams.order.iter().map(before).collect())
    }

    #[inline(never)]
    fn tag_column(&self, after: u32, upto: u32, tags: &mut Dictionary) -> Writer {
        let mut column = Writer::new();
        let mut before = after;
        let mut references = Vec::new();
        for position in after + 1..=upto {
            references.clear();
            references.extend(self.tags.of(position).map(|tag| tags.refer(tag).1));
            if references.is_empty() {
                continue;
            }
            column.uint(u64::from(position - before));
            column.byte(u8::try_from(references.len()).unwrap_or(u8::MAX));
            for &reference in &references {
                column.count(reference);
            }
            before = position;
        }
        column
    }

    #[inline(never)]
    fn command_column(&self, after: u32, upto: u32) -> Writer {
        let mut column = Writer::new();
        let mut before = 0;
        for (hash, position) in self.commands.within(after, upto) {
            column.uint(u64::from(hash - before));
            column.uint(u64::from(position - after));
            before = hash;
        }
        column
    }

    #[inline(never)]
    fn write_batches(&self, out: &mut Writer, after: u32, upto: u32) {
        let within = || {
            let batches = self.batches.after(after);
            batches.take_while(move |batch| batch.last <= upto.into())
        };
        out.count(within().count());
        let mut before = Position::from(after);
        for batch in within() {
            out.uint(batch.last - before);
            out.count(batch.bytes);
            let head = self.batches.head(narrow(batch.last));
            out.raw(&head.unwrap_or(Hash::GENESIS).0);
            before = batch.last;
        }
    }
}

fn write_names(out: &mut Writer, names: &Names, order: &[u32]) {
    let mut prefixes = Dictionary::new(u32::from(u8::MAX));
    for &ordinal in order {
        if let Some(Name::Uuid(prefix, _)) = names.get(ordinal) {
            prefixes.refer(prefix.into());
        }
    }
    out.count(prefixes.order.len());
    for &prefix in &prefixes.order {
        out.text(names.prefix_text(u8::try_from(prefix).unwrap_or(u8::MAX)));
    }
    out.count(order.len());
    for name in order.iter().filter_map(|&ordinal| names.get(ordinal)) {
        match name {
            Name::Plain(text) => {
                out.byte(0);
                out.text(text);
            }
            Name::Uuid(prefix, id) => {
                out.count(prefixes.refer(prefix.into()).0 + 1);
                out.raw(&id);
            }
        }
    }
}
