//! Deciding which of the waiting appends go into the next commit.

use super::{Append, Appended, StreamAppend};
use crate::batch::{EncodedBatch, encode};
use crate::event::Tags;
use crate::index::Index;
use crate::limits::MAX_POSITION;
use crate::query::Condition;
use crate::texts::TextMap;
use crate::{Error, Hash, NewEvent, Position, RecordedEvent, Result, Timestamp, Version};

/// What becomes of one append, given the log so far and what is staged before it.
pub(super) enum Verdict {
    /// It is staged; this is where its events will stand.
    Staged(Places),
    /// It depends on an append staged before it: decide once that one is stored.
    Later,
    /// Its command id may be in the log, at one of these positions.
    MaybeRepeated(Vec<Position>),
    /// The log as this store knows it forbids the append.
    Refused(Box<Error>),
}

/// Where the events of a staged append will stand, and the versions of its streams.
pub(super) struct Places {
    first: Position,
    last: Position,
    versions: Vec<Version>,
}

impl Places {
    /// What its caller is told, once it is stored; the streams' ids are the append's own.
    #[inline(never)]
    pub(super) fn appended(self, streams: Vec<StreamAppend>) -> Appended {
        let ids = streams.into_iter().map(|part| part.stream_id);
        Appended {
            first: self.first,
            last: self.last,
            streams: ids.zip(self.versions).collect(),
            repeated: false,
        }
    }
}

/// The most that one batch should hold, in bytes of payloads and so many more for each event. To read
/// one stream of a batch is to read the batch, so none is much larger than a sealed one. Compressed, it
/// is below 64 KB, from where on Chromium keeps a file for each record: those take two to three times
/// as long to write and to read.
const MAX_BATCH_BYTES: usize = 128 * 1024;
const EVENT_BYTES: usize = 64;

fn weight_of(event: &RecordedEvent<'_>) -> usize {
    EVENT_BYTES + event.data.len() + event.metadata.map_or(0, str::len)
}

/// The batches in the making: events of accepted appends, and what they change.
pub(super) struct Stage<'i, 'a> {
    index: &'i Index,
    position: Position,
    recorded_at: Timestamp,
    versions: TextMap<'a>,
    commands: TextMap<'a>,
    events: Vec<RecordedEvent<'a>>,
}

impl<'i, 'a> Stage<'i, 'a> {
    pub(super) fn new(index: &'i Index, recorded_at: Timestamp) -> Self {
        Self {
            index,
            position: index.tail(),
            recorded_at,
            versions: TextMap::default(),
            commands: TextMap::default(),
            events: Vec::new(),
        }
    }

    /// Judges `append`, and stages its events if nothing forbids it. `ruled_out` are positions
    /// known not to hold its command id.
    #[inline(never)]
    pub(super) fn offer(&mut self, append: &'a Append, ruled_out: &[Position]) -> Verdict {
        if let Some(command) = append.command_id.as_deref() {
            if self.commands.get(command).is_some() {
                return Verdict::Later;
            }
            let mut candidates = self.index.command_candidates(command);
            candidates.retain(|candidate| !ruled_out.contains(candidate));
            if !candidates.is_empty() {
                return Verdict::MaybeRepeated(candidates);
            }
        }
        let mut versions = Vec::with_capacity(append.streams.len());
        for part in &append.streams {
            let version = self.version(&part.stream_id);
            if !part.expected.holds(version) {
                return self.conflict(append, part);
            }
            versions.push(version);
        }
        if let Some(condition) = &append.condition {
            let (query, after) = (&condition.fail_if, condition.after);
            if let Some(position) = self.index.first_match(query, after) {
                return Verdict::Refused(Error::ConditionFailed { position }.into());
            }
            if self.stages(condition) {
                return Verdict::Later;
            }
        }
        let count = append
            .streams
            .iter()
            .map(|part| part.events.len() as u64)
            .sum::<u64>();
        if self.position + count > MAX_POSITION {
            let detail = format!("a log holds at most {MAX_POSITION} events");
            return Verdict::Refused(Error::QuotaExceeded { detail }.into());
        }
        Verdict::Staged(self.take(append, versions))
    }

    /// What becomes of `append` when `part` does not fit: nothing is sure while an append that is
    /// only staged has a say in it.
    #[inline(never)]
    fn conflict(&self, append: &Append, part: &StreamAppend) -> Verdict {
        let staged = |part: &StreamAppend| self.versions.get(&part.stream_id).is_some();
        if append.streams.iter().any(staged) {
            return Verdict::Later;
        }
        Verdict::Refused(Box::new(Error::Conflict {
            stream: part.stream_id.clone(),
            expected: part.expected,
            actual: self.index.version(&part.stream_id),
        }))
    }

    fn version(&self, stream: &str) -> Version {
        self.versions
            .get(stream)
            .unwrap_or_else(|| self.index.version(stream))
    }

    /// Whether a staged event is one that `condition` forbids.
    fn stages(&self, condition: &Condition) -> bool {
        self.events
            .iter()
            .any(|event| event.position > condition.after && condition.fail_if.matches(event))
    }

    /// Stages the append's events; `versions` are those of its streams.
    #[inline(never)]
    fn take(&mut self, append: &'a Append, mut versions: Vec<Version>) -> Places {
        self.recorded_at = self.recorded_at.max(append.recorded_at);
        let command_id = append.command_id.as_deref();
        if let Some(command) = command_id {
            self.commands.insert(command, 0);
        }
        let first = self.position + 1;
        for (part, version) in append.streams.iter().zip(&mut versions) {
            for event in &part.events {
                *version += 1;
                self.position += 1;
                let place = Place {
                    version: *version,
                    position: self.position,
                    recorded_at: self.recorded_at,
                };
                let event = record(&part.stream_id, event, command_id, place);
                self.events.push(event);
            }
            self.versions.insert(&part.stream_id, *version);
        }
        Places {
            first,
            last: self.position,
            versions,
        }
    }

    /// The staged events, in batches of about equal weight.
    #[inline(never)]
    pub(super) fn finish(self) -> Staged<'a> {
        let weight: usize = self.events.iter().map(weight_of).sum();
        let share = weight.div_ceil(weight.div_ceil(MAX_BATCH_BYTES).max(1));
        let (mut counts, mut taken) = (Vec::new(), share);
        for event in &self.events {
            if taken >= share {
                taken = 0;
                counts.push(0);
            }
            taken += weight_of(event);
            if let Some(count) = counts.last_mut() {
                *count += 1;
            }
        }
        Staged {
            head: self.index.head(),
            events: self.events,
            counts,
        }
    }
}

/// The events of accepted appends, and how many of them each batch holds.
pub(super) struct Staged<'a> {
    head: Hash,
    events: Vec<RecordedEvent<'a>>,
    counts: Vec<usize>,
}

impl Staged<'_> {
    pub(super) const fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The batches, each encoded when it is asked for.
    pub(super) fn batches(&self) -> impl ExactSizeIterator<Item = Result<EncodedBatch>> {
        let (mut head, mut rest) = (self.head, self.events.as_slice());
        self.counts.iter().map(move |count| {
            let (batch, after) = rest.split_at_checked(*count).unwrap_or((rest, &[]));
            rest = after;
            let encoded = encode(batch, &head)?;
            head = *encoded.batch.head();
            Ok(encoded)
        })
    }
}

#[derive(Clone, Copy)]
struct Place {
    version: Version,
    position: Position,
    recorded_at: Timestamp,
}

#[inline(never)]
fn record<'a>(
    stream_id: &'a str,
    event: &'a NewEvent,
    command_id: Option<&'a str>,
    place: Place,
) -> RecordedEvent<'a> {
    RecordedEvent {
        event_id: event.event_id,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        stream_id,
        version: place.version,
        position: place.position,
        occurred_at: event.occurred_at,
        recorded_at: place.recorded_at,
        correlation_id: event.correlation_id.as_deref(),
        causation_id: event.causation_id.as_deref(),
        command_id,
        tags: event.tags.iter().map(String::as_str).collect::<Tags<'_>>(),
        metadata: event.metadata.as_deref(),
        data: &event.data,
    }
}
