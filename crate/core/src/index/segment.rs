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
//!    (at first from `after`), and its size in bytes
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

use crate::Position;
use crate::codec::Writer;

use super::hash64::hash64;
use super::names::{Name, Names};
use super::{Index, narrow};

/// The format written, and the newest one read.
pub(super) const FORMAT: u8 = 1;
/// The size of the hash at the end.
pub(super) const CHECKSUM_BYTES: usize = 8;

/// The index over a range of the log, as bytes that [`Index::load`] takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// It covers the events after this position,
    pub after: Position,
    /// up to and including this one.
    pub upto: Position,
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
        let after = narrow(after).min(self.tail);
        let mut kinds = Dictionary::new(narrow(self.types.len() as u64));
        let mut tags = Dictionary::new(self.tags.names.len());
        let mut streams = Dictionary::new(self.streams.len());
        let (stream_column, counts) = self.stream_column(after, &mut streams);
        let mut kind_column = Writer::new();
        for position in after + 1..=self.tail {
            let kind = u32::from(self.kinds.get(position - 1));
            kind_column.count(kinds.refer(kind).0);
        }
        let tag_column = self.tag_column(after, &mut tags);

        let mut out = Writer::new();
        out.byte(FORMAT);
        out.uint(after.into());
        out.uint(self.tail.into());
        out.raw(&self.head.0);
        out.count(kinds.order.len());
        for &kind in &kinds.order {
            let kind = u16::try_from(kind).unwrap_or(u16::MAX);
            out.text(self.types.name(kind));
        }
        write_names(&mut out, &self.streams, &streams.order);
        for (&stream, &count) in streams.order.iter().zip(&counts) {
            out.uint(u64::from(self.versions.head(stream).count - count));
        }
        write_names(&mut out, &self.tags.names, &tags.order);
        self.write_batches(&mut out, after);
        out.blob(stream_column.as_bytes());
        out.blob(kind_column.as_bytes());
        out.blob(tag_column.as_bytes());
        out.blob(self.command_column(after).as_bytes());
        let checksum = hash64(out.as_bytes());
        out.raw(&checksum.to_le_bytes());
        Segment {
            after: after.into(),
            upto: self.tail(),
            bytes: out.into_bytes(),
        }
    }

    /// The column of streams, and how many events each of them has in it.
    fn stream_column(&self, after: u32, streams: &mut Dictionary) -> (Writer, Vec<u32>) {
        // An event does not know its stream, but every stream knows its events.
        let mut owners = vec![0_u32; (self.tail - after) as usize];
        for stream in 0..self.streams.len() {
            let mut position = self.versions.head(stream).last;
            while position > after {
                if let Some(owner) = owners.get_mut((position - after - 1) as usize) {
                    *owner = stream;
                }
                position = self.previous.get(position - 1);
            }
        }
        let mut column = Writer::new();
        let mut counts = Vec::new();
        for stream in owners {
            let (local, reference) = streams.refer(stream);
            column.count(reference);
            match counts.get_mut(local) {
                Some(count) => *count += 1,
                None => counts.push(1),
            }
        }
        (column, counts)
    }

    fn tag_column(&self, after: u32, tags: &mut Dictionary) -> Writer {
        let mut column = Writer::new();
        let mut before = after;
        let mut references = Vec::new();
        for position in after + 1..=self.tail {
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

    fn command_column(&self, after: u32) -> Writer {
        let mut column = Writer::new();
        let mut before = 0;
        for (hash, position) in self.commands.after(after) {
            column.uint(u64::from(hash - before));
            column.uint(u64::from(position - after));
            before = hash;
        }
        column
    }

    fn write_batches(&self, out: &mut Writer, after: u32) {
        out.count(self.batches.after(after).count());
        let mut before = Position::from(after);
        for batch in self.batches.after(after) {
            out.uint(batch.last - before);
            out.count(batch.bytes);
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
