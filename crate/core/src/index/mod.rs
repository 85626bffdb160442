//! The index: what the engine knows about the log without reading it.
//!
//! It answers which events concern a stream, a tag or a command id, each stream's version, each
//! event's type, and where the batches lie. It is derived data: fed with every batch in order, kept
//! in memory, persisted as [segments](Segment) behind the log, and rebuilt from the log when those
//! are missing or damaged.
//!
//! Texts are kept once each and compared in full, so answers are exact whatever the hash function
//! does; only command ids are kept as 32 bits of hash, and [`Index::command_candidates`] says so.
//! Per event there is a link to the one before in its stream and for each of its tags, which makes
//! every chain walkable from its end; long chains have footholds on the way.

mod chains;
mod column;
mod commands;
mod directory;
mod load;
mod names;
mod search;
mod segment;
mod tags;
#[cfg(test)]
mod tests;
mod types;

use core::ptr;

use crate::event::Tags;
use crate::limits::{MAX_APPEND_EVENTS, MAX_POSITION};
use crate::{Error, Hash, NO_STREAM, Position, Result, Version};

use chains::Chains;
use column::Column;
use commands::Commands;
use daybook_codec::hash64::hash64;
use directory::Directory;
use names::{NameHash, Names};
use tags::Tagged;
use types::Types;

pub use directory::BatchEntry;
pub use segment::Segment;

/// One event as the index sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its place in the log.
    pub position: Position,
    /// Its place in the stream.
    pub version: Version,
    /// The stream it belongs to.
    pub stream: &'a str,
    /// What happened.
    pub event_type: &'a str,
    /// The command whose append stored it.
    pub command: Option<&'a str>,
    /// The terms it can be found by.
    pub tags: Tags<'a>,
}

/// The index over the log up to its [`tail`](Self::tail).
///
/// ```
/// use daybook_core::index::{Entry, Index};
/// use daybook_core::Hash;
///
/// let placed = Entry {
///     position: 1,
///     version: 0,
///     stream: "order-1",
///     event_type: "OrderPlaced",
///     command: Some("c1"),
///     tags: ["customer:42"].into_iter().collect(),
/// };
/// let mut index = Index::new();
/// index.push_batch([placed].into_iter(), 300, Hash::GENESIS)?;
/// assert_eq!(index.version("order-1"), 0);
/// assert_eq!(index.command_candidates("c1"), [1]);
///
/// let mut restored = Index::new();
/// assert!(restored.load(&index.segment(0).bytes)?);
/// assert_eq!(restored.tail(), 1);
/// # Ok::<(), Box<daybook_core::Error>>(())
/// ```
#[derive(Debug)]
pub struct Index {
    tail: u32,
    head: Hash,
    streams: Names,
    versions: Chains,
    /// Per event: the position of the one before in its stream, 0 if it is the first.
    previous: Column<u32>,
    types: Types,
    /// Per event: the number of its type.
    kinds: Column<u16>,
    tags: Tagged,
    commands: Commands,
    batches: Directory,
    hash: NameHash,
}

/// An event whose texts have become numbers, and which is linked to its stream.
struct Numbered {
    stream: u32,
    /// The position of the event before it in the stream.
    previous: u32,
    kind: u16,
    /// Where its tags end in the list of all tags of the batch.
    tags_end: usize,
    /// The hash of its command id, if it is the first event of an append with one.
    command: Option<u32>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// The index of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::with_hash(hash64)
    }

    fn with_hash(hash: NameHash) -> Self {
        Self {
            tail: 0,
            head: Hash::GENESIS,
            streams: Names::new(hash),
            versions: Chains::default(),
            previous: Column::default(),
            types: Types::default(),
            kinds: Column::default(),
            tags: Tagged::new(hash),
            commands: Commands::default(),
            batches: Directory::default(),
            hash,
        }
    }

    /// The position of the last event taken in; 0 at first.
    #[must_use]
    pub const fn tail(&self) -> Position {
        self.tail as Position
    }

    /// The chain hash of the event at [`tail`](Self::tail).
    #[must_use]
    pub const fn head(&self) -> Hash {
        self.head
    }

    /// A stream's version: that of its last event, -1 if it has none.
    #[must_use]
    pub fn version(&self, stream: &str) -> Version {
        self.streams.find(stream).map_or(NO_STREAM, |stream| {
            Version::from(self.versions.head(stream).count) - 1
        })
    }

    /// How many streams have events.
    #[must_use]
    pub const fn stream_count(&self) -> usize {
        self.versions.used()
    }

    /// The positions of a stream's events with versions in `from..=to`, ascending.
    #[must_use]
    pub fn stream_positions(&self, stream: &str, from: Version, to: Version) -> Vec<Position> {
        let Some(stream) = self.streams.find(stream) else {
            return Vec::new();
        };
        let (Ok(from), Ok(to)) = (u64::try_from(from.max(0)), u64::try_from(to)) else {
            return Vec::new();
        };
        if from > to {
            return Vec::new();
        }
        let link = |position: u32| self.previous.get(position - 1);
        widen(self.versions.range(stream, narrow(from), narrow(to), link))
    }

    /// The position of the first event of each append that may have carried a command id, ascending.
    ///
    /// None that did is missing. Now and then one that did not is among them (one in four thousand
    /// look-ups of a new id, in a log of a million commands): the caller reads the event to be sure.
    #[must_use]
    pub fn command_candidates(&self, command: &str) -> Vec<Position> {
        widen(self.commands.get(self.command_hash(command)))
    }

    /// Each event type and how many events have it, in order of first appearance.
    pub fn event_types(&self) -> impl Iterator<Item = (&str, u64)> {
        self.types.iter()
    }

    /// The batch that holds `position`, as last known; `None` beyond the tail. Another tab may have
    /// merged it since, so read it as the one with the smallest key not below `position`.
    #[must_use]
    pub fn batch_of(&self, position: Position) -> Option<BatchEntry> {
        self.batches.find(position)
    }

    /// All batches, as last known, ascending.
    #[must_use]
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = BatchEntry> {
        self.batches.iter()
    }

    /// The batches that end after `position`, as last known, ascending.
    pub(crate) fn batches_after(&self, position: Position) -> impl Iterator<Item = BatchEntry> {
        self.batches.after(narrow(position))
    }

    /// Notes that the batches within `first..=last` were merged into one of `bytes` bytes. Beyond
    /// the tail it changes nothing.
    pub fn merged(&mut self, first: Position, last: Position, bytes: usize) {
        if first <= last && last <= self.tail() {
            self.batches.merge(narrow(first), narrow(last), bytes);
        }
    }

    /// The bytes of memory the index holds, without what the allocator adds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.streams.memory_bytes()
            + self.versions.memory_bytes()
            + self.previous.memory_bytes()
            + self.types.memory_bytes()
            + self.kinds.memory_bytes()
            + self.tags.memory_bytes()
            + self.commands.memory_bytes()
            + self.batches.memory_bytes()
    }

    /// Takes in the events of one batch, which must be the ones that follow the tail. Events next
    /// to each other with the same command id count as one append.
    ///
    /// `bytes` is the size of the batch's record, `head` the chain hash of its last event.
    ///
    /// # Errors
    /// `storage_corrupt` when there are no events, or their positions or versions have gaps;
    /// `invalid_input` beyond 2^32 - 1 events, 65,535 event types, 255 tags of an event, or for a
    /// text of more than 65,533 bytes. Nothing has changed then.
    pub fn push_batch<'a>(
        &mut self,
        entries: impl Iterator<Item = Entry<'a>>,
        bytes: usize,
        head: Hash,
    ) -> Result<()> {
        let mut events = Vec::with_capacity(entries.size_hint().0.min(MAX_APPEND_EVENTS));
        let mut tags = Vec::new();
        if let Err(error) = self.number(entries, &mut events, &mut tags) {
            for event in events.iter().rev() {
                self.versions.undo(event.stream, event.previous);
            }
            return Err(error);
        }
        let mut start = 0;
        for event in &events {
            let of_event = tags.get(start..event.tags_end).unwrap_or_default();
            self.enter(event.previous, event.kind, of_event);
            if let Some(hash) = event.command {
                self.commands.insert(hash, self.tail);
            }
            start = event.tags_end;
        }
        self.batches.push(self.tail, bytes, head);
        self.head = head;
        Ok(())
    }

    /// Checks the events of a batch, turns their texts into numbers and links them to their streams.
    /// After an error the links have to be undone; texts that are new stay, which nobody can see.
    #[inline(never)]
    fn number<'a>(
        &mut self,
        entries: impl Iterator<Item = Entry<'a>>,
        events: &mut Vec<Numbered>,
        tags: &mut Vec<u32>,
    ) -> Result<()> {
        let mut command = None;
        let mut known = ("", 0);
        for (position, entry) in (self.tail() + 1..).zip(entries) {
            check_position(position, &entry)?;
            // A batch keeps each text once, and often the next event has the same type.
            if events.is_empty() || !ptr::eq(known.0, entry.event_type) {
                known = (entry.event_type, self.number_type(entry.event_type)?);
            }
            self.number_tags(&entry.tags, tags)?;
            let first = entry.command.is_some() && entry.command != command;
            command = entry.command;
            let (stream, previous) = self.link(&entry)?;
            events.push(Numbered {
                stream,
                previous,
                kind: known.1,
                tags_end: tags.len(),
                command: command.filter(|_| first).map(|id| self.command_hash(id)),
            });
        }
        if events.is_empty() {
            return Err(Error::corrupt(self.tail() + 1, "the batch has no events"));
        }
        Ok(())
    }

    /// Links an event to its stream, if it is the stream's next; returns the stream and the position
    /// of the event before.
    #[inline(never)]
    fn link(&mut self, entry: &Entry<'_>) -> Result<(u32, u32)> {
        let stream = number_text("stream", self.streams.intern(entry.stream))?;
        let version = Version::from(self.versions.head(stream).count) - 1;
        if entry.version != version + 1 {
            let detail = format!(
                "stream '{}' is at version {version}, and its next event has version {}",
                entry.stream, entry.version,
            );
            return Err(Error::corrupt(entry.position, detail));
        }
        let previous = self.versions.push(stream, narrow(entry.position));
        Ok((stream, previous))
    }

    #[inline(never)]
    fn number_type(&mut self, event_type: &str) -> Result<u16> {
        let error = || Error::invalid("type", "the log has more than 65,535 event types");
        self.types.intern(event_type).ok_or_else(error)
    }

    /// Adds the numbers of an event's tags to `numbers`, each once.
    #[inline(never)]
    fn number_tags(&mut self, tags: &Tags<'_>, numbers: &mut Vec<u32>) -> Result<()> {
        let start = numbers.len();
        for tag in tags.iter() {
            let tag = number_text("tags", self.tags.names.intern(tag))?;
            if !numbers.iter().skip(start).any(|known| *known == tag) {
                numbers.push(tag);
            }
        }
        if numbers.len() - start > usize::from(u8::MAX) {
            return Err(Error::invalid("tags", "an event has more than 255 tags"));
        }
        Ok(())
    }

    /// Enters the next event, which has been checked and linked to its stream.
    #[inline(never)]
    fn enter(&mut self, previous: u32, kind: u16, tags: &[u32]) {
        self.tail += 1;
        self.previous.push(previous);
        self.types.count(kind);
        self.kinds.push(kind);
        self.tags.push(self.tail, tags);
    }

    /// The 32 bits under which a command id is kept, here and in segments.
    fn command_hash(&self, command: &str) -> u32 {
        let [_, _, _, _, bytes @ ..] = (self.hash)(command.as_bytes()).to_le_bytes();
        u32::from_le_bytes(bytes)
    }
}

fn check_position(position: Position, entry: &Entry<'_>) -> Result<()> {
    if entry.position != position {
        let detail = format!("found the event at position {} instead", entry.position);
        return Err(Error::corrupt(position, detail));
    }
    if position > MAX_POSITION {
        return Err(Error::invalid("position", "the log is full"));
    }
    Ok(())
}

fn number_text(field: &str, number: Option<u32>) -> Result<u32> {
    number.ok_or_else(|| {
        let reason = format!("is longer than {} bytes", names::MAX_NAME_BYTES);
        Error::invalid(field, reason)
    })
}

/// A position or version as the index counts it. None that is in the index is cut.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn widen(positions: Vec<u32>) -> Vec<Position> {
    let mut wide = Vec::with_capacity(positions.len());
    for position in positions {
        wide.push(position.into());
    }
    wide
}
