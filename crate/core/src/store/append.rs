//! Appending: what a caller asks for, and what comes of it.

use core::fmt;

use crate::limits::{
    MAX_APPEND_BYTES, MAX_APPEND_EVENTS, MAX_ID_BYTES, MAX_POSITION, MAX_STREAM_ID_BYTES,
    check_text,
};
use crate::query::Condition;
use crate::storage::Storage;
use crate::store::Store;
use crate::store::commit::Caller;
use crate::texts::TextMap;
use crate::{
    Error, ExpectedVersion, NewEvent, Position, RecordedEvent, Result, Timestamp, Version,
};

/// Events to append to one or more streams, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Each stream's part; a stream may be named once. Positions follow this order.
    pub streams: Vec<StreamAppend>,
    /// What must not have happened.
    pub condition: Option<Condition>,
    /// Makes the append idempotent: a second one with this id stores nothing and answers where the
    /// first one's events stand.
    pub command_id: Option<String>,
    /// Now. The log never goes back in time: an earlier moment than the last event's is raised to it.
    pub recorded_at: Timestamp,
}

/// One stream's part of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamAppend {
    /// The stream; made by its first event.
    pub stream_id: String,
    /// What its version must be.
    pub expected: ExpectedVersion,
    /// One or more events, in order.
    pub events: Vec<NewEvent>,
}

/// What is known of the data and metadata of events that are to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payloads {
    /// Nothing: that they are JSON is checked.
    Given,
    /// They are JSON: a [`Reader`](crate::json::Reader) gave them as [raw](crate::json::Reader::raw) text.
    /// Whoever says so has them from there: it is not checked again.
    Read,
}

/// Where the events of an append stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The position of the first of them.
    pub first: Position,
    /// The position of the last of them.
    pub last: Position,
    /// Each stream, in the order given, with the version of its last event of this append.
    pub streams: Vec<(String, Version)>,
    /// Whether they stood there before: the append was a retry, and nothing was stored.
    pub repeated: bool,
}

impl Appended {
    /// Takes in the next of its events, as found in the log.
    pub(super) fn add(&mut self, event: &RecordedEvent<'_>) {
        self.last = event.position;
        let mut known = self.streams.iter_mut();
        match known.find(|(stream, _)| stream == event.stream_id) {
            Some((_, version)) => *version = event.version,
            None => self
                .streams
                .push((event.stream_id.to_owned(), event.version)),
        }
    }
}

impl Append {
    /// An append to one stream, without condition or command id.
    pub fn to(
        stream_id: impl Into<String>,
        expected: ExpectedVersion,
        events: Vec<NewEvent>,
        recorded_at: Timestamp,
    ) -> Self {
        let stream = StreamAppend {
            stream_id: stream_id.into(),
            expected,
            events,
        };
        Self {
            streams: vec![stream],
            condition: None,
            command_id: None,
            recorded_at,
        }
    }

    /// Every event with the stream it goes to, in order.
    pub(super) fn events(&self) -> impl Iterator<Item = (&StreamAppend, &NewEvent)> {
        self.streams
            .iter()
            .flat_map(|part| part.events.iter().map(move |event| (part, event)))
    }

    pub(super) fn payload_bytes(&self) -> usize {
        self.events().map(|(_, event)| event.payload_bytes()).sum()
    }

    #[inline(never)]
    fn check(&self, payloads: Payloads) -> Result<()> {
        if self.streams.is_empty() {
            return Err(Error::invalid("streams", "must name at least one stream"));
        }
        let one = self.streams.len() == 1;
        let mut named = TextMap::default();
        for (index, part) in self.streams.iter().enumerate() {
            let path = Path((!one).then_some(index));
            part.check(path, payloads)?;
            if !one && named.insert(&part.stream_id, 0).is_some() {
                let field = format!("{path}streamId");
                return Err(Error::invalid(field, "is named twice in one append"));
            }
        }
        let count: usize = self.streams.iter().map(|part| part.events.len()).sum();
        if count > MAX_APPEND_EVENTS {
            return Err(Error::invalid(
                "events",
                format!("are {count}; the limit is {MAX_APPEND_EVENTS}"),
            ));
        }
        let bytes = self.payload_bytes();
        if bytes > MAX_APPEND_BYTES {
            let reason =
                format!("hold {bytes} bytes; the limit of one append is {MAX_APPEND_BYTES}");
            return Err(Error::invalid("events", reason));
        }
        if let Some(id) = &self.command_id {
            check_text("commandId", id, MAX_ID_BYTES)?;
        }
        self.condition.as_ref().map_or(Ok(()), |condition| {
            condition.fail_if.check("condition.failIf")
        })
    }
}

/// What paths in errors begin with: which stream's part it is, when there are several.
#[derive(Clone, Copy)]
struct Path(Option<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |index| write!(f, "streams.{index}."))
    }
}

impl StreamAppend {
    #[inline(never)]
    fn check(&self, path: Path, payloads: Payloads) -> Result<()> {
        let stream_id = format_args!("{path}streamId");
        check_text(stream_id, &self.stream_id, MAX_STREAM_ID_BYTES)?;
        if self.events.is_empty() {
            let field = format!("{path}events");
            return Err(Error::invalid(field, "must hold at least one event"));
        }
        if let ExpectedVersion::Exact(version) = self.expected
            && !u64::try_from(version).is_ok_and(|version| version < MAX_POSITION)
        {
            let reason = format!("must be -1 (no stream) or 0 to {}", MAX_POSITION - 1);
            return Err(Error::invalid(format!("{path}expectedVersion"), reason));
        }
        for (index, event) in self.events.iter().enumerate() {
            let field = format_args!("{path}events.{index}");
            match payloads {
                Payloads::Given => event.check(field)?,
                Payloads::Read => event.check_read(field)?,
            }
        }
        Ok(())
    }
}

impl<S: Storage + 'static> Store<S> {
    /// Appends events. Resolves once they are stored; appends that arrive while a commit is under
    /// way share the next one, and each stands or falls by itself.
    ///
    /// Dropping the future before its commit began withdraws the append; afterwards it may be stored
    /// all the same. Poll it to its end or drop it: later appends may wait for it. Retrying with the
    /// same event ids, or the same command id, is safe.
    ///
    /// # Errors
    /// `conflict`, `condition_failed`, `invalid_input`, `quota_exceeded`, `connection_lost`,
    /// `data_lost`, `storage_corrupt` or `closed`; nothing was appended then, except that after
    /// `connection_lost` the append may have been stored.
    pub async fn append(&self, append: Append) -> Result<Appended> {
        let answer = self.append_each(vec![append], Payloads::Given).await.pop();
        answer.unwrap_or(Err(Error::Aborted.into()))
    }

    /// Appends each of `appends` for itself, as so many calls of [`append`](Self::append) at once
    /// would, for less than they cost. The answers are in the same order.
    pub async fn append_each(
        &self,
        appends: Vec<Append>,
        payloads: Payloads,
    ) -> Vec<Result<Appended>> {
        let (mut callers, mut sound) = (Vec::with_capacity(appends.len()), Vec::new());
        for append in appends {
            let caller = Caller::default();
            match append.check(payloads) {
                Ok(()) => sound.push(caller.waiting(append)),
                Err(error) => caller.settle(Err(error)),
            }
            callers.push(caller);
        }
        if let Err(error) = self.commit(sound, &callers).await {
            for caller in &callers {
                caller.settle(Err(error.clone()));
            }
        }
        callers.iter().map(Caller::answer).collect()
    }
}
