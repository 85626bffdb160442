//! Events: as they are given to an append, and as they are read back.

use core::fmt::{Arguments, Display};

use uuid::Uuid;

use crate::batch::Strings;
use crate::limits::{
    MAX_DATA_BYTES, MAX_EVENT_TYPE_BYTES, MAX_ID_BYTES, MAX_METADATA_BYTES, MAX_TAG_BYTES,
    MAX_TAGS, check_json, check_length, check_text,
};
use crate::{Error, Position, Result, Timestamp, Version};

/// An event to be appended. Where it will stand is decided by the append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's own id; the same event sent again carries the same id.
    pub event_id: Uuid,
    /// What happened, in the past tense, such as `OrderPlaced`.
    pub event_type: String,
    /// Which shape `data` has; 1 or more. `None` is read as 1.
    pub schema_version: Option<u32>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Terms by which the event can be found and conditions can be stated, such as `customer:42`.
    pub tags: Vec<String>,
    /// Free JSON beside the data, such as who did it.
    pub metadata: Option<String>,
    /// The event itself, as JSON text; given back byte for byte.
    pub data: String,
    /// What this event belongs to, such as a whole checkout.
    pub correlation_id: Option<String>,
    /// The message that led to this event.
    pub causation_id: Option<String>,
}

impl NewEvent {
    /// An event with only what every event needs.
    ///
    /// ```
    /// use daybook_core::{NewEvent, Timestamp};
    /// let id = uuid::Uuid::from_u128(1);
    /// let event = NewEvent::new(id, "AccountOpened", Timestamp::from_millis(0), r#"{"owner":"Ada"}"#);
    /// assert!(event.check("event").is_ok());
    /// ```
    pub fn new(
        event_id: Uuid,
        event_type: impl Into<String>,
        occurred_at: Timestamp,
        data: impl Into<String>,
    ) -> Self {
        Self {
            event_id,
            event_type: event_type.into(),
            schema_version: Some(1),
            occurred_at,
            tags: Vec::new(),
            metadata: None,
            data: data.into(),
            correlation_id: None,
            causation_id: None,
        }
    }

    /// Checks the event against the stated limits. `field` begins the path in the error.
    ///
    /// # Errors
    /// `invalid_input` naming what is wrong.
    pub fn check(&self, field: impl Display) -> Result<()> {
        self.check_at(&field, check_json)
    }

    /// As [`check`](Self::check), of an event whose payloads [`Reader::raw`](crate::json::Reader::raw) gave:
    /// that they are JSON is known.
    pub(crate) fn check_read(&self, field: impl Display) -> Result<()> {
        self.check_at(&field, check_length)
    }

    /// Paths are passed as they are to be formatted: almost every event is as it should be.
    fn check_at(&self, field: &dyn Display, check_payload: CheckPayload) -> Result<()> {
        let event_type = format_args!("{field}.type");
        check_text(event_type, &self.event_type, MAX_EVENT_TYPE_BYTES)?;
        if self.schema_version == Some(0) {
            let field = format!("{field}.schemaVersion");
            return Err(Error::invalid(field, "must be 1 or more"));
        }
        if self.tags.len() > MAX_TAGS {
            let reason = format!("has {} tags; the limit is {MAX_TAGS}", self.tags.len());
            return Err(Error::invalid(format!("{field}.tags"), reason));
        }
        for (index, tag) in self.tags.iter().enumerate() {
            check_text(format_args!("{field}.tags.{index}"), tag, MAX_TAG_BYTES)?;
        }
        if let Some(id) = &self.correlation_id {
            check_text(format_args!("{field}.correlationId"), id, MAX_ID_BYTES)?;
        }
        if let Some(id) = &self.causation_id {
            check_text(format_args!("{field}.causationId"), id, MAX_ID_BYTES)?;
        }
        check_payload(format_args!("{field}.data"), &self.data, MAX_DATA_BYTES)?;
        if let Some(json) = &self.metadata {
            check_payload(format_args!("{field}.metadata"), json, MAX_METADATA_BYTES)?;
        }
        Ok(())
    }

    /// The bytes of data and metadata, as limits count them.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        self.data.len() + self.metadata.as_deref().map_or(0, str::len)
    }
}

type CheckPayload = fn(Arguments<'_>, &str, usize) -> Result<()>;

/// An event as it stands in the log: its envelope and its data, borrowed from a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent<'a> {
    /// The event's own id.
    pub event_id: Uuid,
    /// What happened.
    pub event_type: &'a str,
    /// The schema version as stored; `None` is to be read as 1.
    pub schema_version: Option<u32>,
    /// The stream it belongs to.
    pub stream_id: &'a str,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was stored; never decreases along the log.
    pub recorded_at: Timestamp,
    /// What it belongs to.
    pub correlation_id: Option<&'a str>,
    /// The message that led to it.
    pub causation_id: Option<&'a str>,
    /// The command whose append stored it.
    pub command_id: Option<&'a str>,
    /// The terms it can be found by.
    pub tags: Tags<'a>,
    /// Free JSON beside the data.
    pub metadata: Option<&'a str>,
    /// The event itself, as JSON text.
    pub data: &'a str,
}

impl RecordedEvent<'_> {
    /// The schema version, where an event stored without one has version 1.
    #[must_use]
    pub fn schema(&self) -> u32 {
        self.schema_version.unwrap_or(1)
    }
}

/// The tags of one recorded event: a list of texts, or numbers into a batch's strings, so that
/// reading an event from a batch allocates nothing. Equal when the texts are.
#[derive(Debug, Clone)]
pub struct Tags<'a>(Repr<'a>);

#[derive(Debug, Clone)]
enum Repr<'a> {
    Listed(Vec<&'a str>),
    Numbered(&'a Strings, &'a [u32]),
}

impl<'a> Tags<'a> {
    /// The tags whose numbers in `strings` are `numbers`; all of them must be there.
    pub(crate) const fn numbered(strings: &'a Strings, numbers: &'a [u32]) -> Self {
        Self(Repr::Numbered(strings, numbers))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Listed(tags) => tags.len(),
            Repr::Numbered(_, numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each tag, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// Whether `tag` is among them.
    #[must_use]
    pub fn contains(&self, tag: &str) -> bool {
        self.iter().any(|own| own == tag)
    }

    fn get(&self, index: usize) -> Option<&'a str> {
        match &self.0 {
            Repr::Listed(tags) => tags.get(index).copied(),
            Repr::Numbered(strings, numbers) => strings.get(*numbers.get(index)?),
        }
    }
}

impl Default for Tags<'_> {
    fn default() -> Self {
        Self(Repr::Listed(Vec::new()))
    }
}

impl PartialEq for Tags<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Tags<'_> {}

impl<'a> FromIterator<&'a str> for Tags<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(tags: I) -> Self {
        Self(Repr::Listed(tags.into_iter().collect()))
    }
}
