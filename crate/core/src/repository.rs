//! The repository: loads an aggregate, lets it decide, and appends with the version it read.

#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::domain::{Domain, understand};
use crate::limits::{MAX_ID_BYTES, check_text};
use crate::snapshot::Snapshot;
use crate::storage::Storage;
use crate::store::{Append, Store, StreamAppend, StreamQuery};
use crate::{
    Error, ExpectedVersion, NO_STREAM, NewEvent, Position, RecordedEvent, Result, Timestamp,
    Version,
};

/// How often a command is decided anew after another writer was quicker, before its conflict is
/// reported.
pub const MAX_RETRIES: u32 = 10;
/// A snapshot is written each time a stream passes another so many events.
pub const SNAPSHOT_EVENTS: Version = 100;

/// Loads, decides and appends for one kind of aggregate.
pub struct Repository<A, S> {
    store: Store<S>,
    aggregate: PhantomData<A>,
}

/// What comes with a command from outside: its identity and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandContext {
    /// The command's own id: sent twice, it has one effect. The ids of its events follow from it.
    pub command_id: String,
    /// What the command belongs to; its own id, when `None`.
    pub correlation_id: Option<String>,
    /// The message that led to it; its own id, when `None`.
    pub causation_id: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Now.
    pub recorded_at: Timestamp,
    /// Free JSON for its events.
    pub metadata: Option<String>,
}

impl CommandContext {
    /// A command that happens now.
    pub fn new(command_id: impl Into<String>, now: Timestamp) -> Self {
        Self {
            command_id: command_id.into(),
            correlation_id: None,
            causation_id: None,
            occurred_at: now,
            recorded_at: now,
            metadata: None,
        }
    }
}

/// An aggregate as it stands at some version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<T> {
    /// Its state.
    pub state: T,
    /// The version of the last event in it; [`NO_STREAM`] when there is none.
    pub version: Version,
    /// How many events were skipped because this build does not know them.
    pub unknown: u64,
}

/// How a command ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed<T> {
    /// The aggregate after it.
    pub loaded: Loaded<T>,
    /// The position of the command's last event; 0 when nothing had to happen.
    pub position: Position,
    /// Whether the command had been carried out before.
    pub repeated: bool,
    /// How often it was decided anew because another writer was quicker.
    pub retries: u32,
}

/// Up to where the past is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Up to and including this version of the stream.
    Version(Version),
    /// Up to and including this position of the log.
    Position(Position),
    /// What had happened by this moment: events that occurred at it or before.
    Occurred(Timestamp),
    /// What was known at this moment: events recorded at it or before.
    Recorded(Timestamp),
}

impl AsOf {
    /// Whether `event` counts.
    #[must_use]
    pub fn includes(&self, event: &RecordedEvent<'_>) -> bool {
        match *self {
            Self::Version(version) => event.version <= version,
            Self::Position(position) => event.position <= position,
            Self::Occurred(moment) => event.occurred_at <= moment,
            Self::Recorded(moment) => event.recorded_at <= moment,
        }
    }
}

impl<A: Aggregate, S: Storage + 'static> Repository<A, S> {
    /// A repository over `store`.
    #[must_use]
    pub const fn new(store: Store<S>) -> Self {
        Self {
            store,
            aggregate: PhantomData,
        }
    }

    /// The aggregate as it stands now: from its snapshot, if there is one, and the events after it.
    ///
    /// # Errors
    /// `storage_corrupt` when an event is not of the shape it claims, and whatever the store says.
    pub async fn load(&self, stream_id: &str) -> Result<Loaded<A::State>> {
        let start = if self.store.version(stream_id).await? >= SNAPSHOT_EVENTS - 1 {
            Snapshot::read::<A, S>(&self.store, stream_id).await?
        } else {
            None
        };
        let start = start.unwrap_or_else(|| Loaded {
            state: A::State::default(),
            version: NO_STREAM,
            unknown: 0,
        });
        self.fold(stream_id, start, |_| true).await
    }

    /// The aggregate as it stood earlier: the same fold over fewer events.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_as_of(&self, stream_id: &str, as_of: AsOf) -> Result<Loaded<A::State>> {
        let start = Loaded {
            state: A::State::default(),
            version: NO_STREAM,
            unknown: 0,
        };
        self.fold(stream_id, start, |event| as_of.includes(event))
            .await
    }

    async fn fold(
        &self,
        stream_id: &str,
        start: Loaded<A::State>,
        counts: impl Fn(&RecordedEvent<'_>) -> bool,
    ) -> Result<Loaded<A::State>> {
        let mut loaded = start;
        let mut query = StreamQuery::new(stream_id);
        let mut next = Some((loaded.version + 1).cast_unsigned());
        while let Some(from) = next {
            query.from = Some(from.cast_signed());
            let page = self.store.read_stream(&query).await?;
            for event in page.events().filter(&counts) {
                let known = understand::<A::Domain, _>(&event, |known| {
                    known
                        .map(|known| A::evolve(&mut loaded.state, known))
                        .is_some()
                })?;
                loaded.unknown += u64::from(!known);
                loaded.version = event.version;
            }
            next = page.next;
        }
        Ok(loaded)
    }

    /// Carries out a command: loads, decides, appends with the version that was read, and decides
    /// anew, at most [`MAX_RETRIES`] times, when another writer was quicker.
    ///
    /// # Errors
    /// What the aggregate decides (`rule_broken`, `invalid_input`, `not_found`), `conflict` when
    /// others were quicker every time, and whatever the store says. Nothing was appended then.
    pub async fn execute(
        &self,
        stream_id: &str,
        command: &A::Command,
        context: &CommandContext,
    ) -> Result<Executed<A::State>> {
        check_text("commandId", &context.command_id, MAX_ID_BYTES)?;
        let mut retries = 0;
        let done = loop {
            if let Some(done) = self.store.find_command(&context.command_id).await? {
                break done;
            }
            let known_tail = self.store.tail();
            let mut before = self.load(stream_id).await?;
            let decided = A::decide(&before.state, command);
            // What forbids the command, or leaves nothing to do, may be a state that another tab has
            // changed before this call. One look is enough: changes during the call may count or not.
            let look = match &decided {
                Ok(events) => events.is_empty(),
                Err(error) => !matches!(**error, Error::InvalidInput { .. }),
            };
            if look && retries == 0 && self.store.refresh().await? > known_tail {
                retries += 1;
                continue;
            }
            let events = decided?;
            if events.is_empty() {
                return Ok(Executed {
                    loaded: before,
                    position: 0,
                    repeated: false,
                    retries,
                });
            }
            let append = append_of::<A>(stream_id, before.version, &events, context);
            match self.store.append(append).await {
                Ok(appended) if appended.repeated => break appended,
                Ok(appended) => {
                    let old = before.version;
                    for event in &events {
                        A::evolve(&mut before.state, event);
                    }
                    before.version = appended
                        .streams
                        .first()
                        .map_or(old, |(_, version)| *version);
                    self.snapshot(stream_id, old, &before).await;
                    return Ok(Executed {
                        loaded: before,
                        position: appended.last,
                        repeated: false,
                        retries,
                    });
                }
                Err(error) if retries < MAX_RETRIES && matches!(*error, Error::Conflict { .. }) => {
                    retries += 1;
                }
                Err(error) => return Err(error),
            }
        };
        // It had been carried out before.
        if !done.streams.iter().any(|(stream, _)| stream == stream_id) {
            let reason = "was used before, for another stream";
            return Err(Error::invalid("commandId", reason));
        }
        Ok(Executed {
            loaded: self.load(stream_id).await?,
            position: done.last,
            repeated: true,
            retries,
        })
    }

    /// Writes a snapshot when the stream has passed another [`SNAPSHOT_EVENTS`] events since `old`.
    async fn snapshot(&self, stream_id: &str, old: Version, loaded: &Loaded<A::State>) {
        let passed = (old + 1) / SNAPSHOT_EVENTS < (loaded.version + 1) / SNAPSHOT_EVENTS;
        // A state that skipped events would be wrong for a build that knows them.
        if passed && loaded.unknown == 0 {
            // A snapshot only shortens loading: the command is done whether or not it could be kept.
            let _ = Snapshot::write::<A, S>(&self.store, stream_id, loaded).await;
        }
    }
}

/// What a command comes to: its events, for a stream at `version`.
fn append_of<A: Aggregate>(
    stream_id: &str,
    version: Version,
    events: &[<A::Domain as Domain>::Event<'static>],
    context: &CommandContext,
) -> Append {
    let events = events.iter().enumerate();
    let part = StreamAppend {
        stream_id: stream_id.to_owned(),
        expected: ExpectedVersion::from(version),
        events: events
            .map(|(number, event)| new_event::<A>(number, event, context))
            .collect(),
    };
    Append {
        streams: vec![part],
        condition: None,
        command_id: Some(context.command_id.clone()),
        recorded_at: context.recorded_at,
    }
}

fn new_event<A: Aggregate>(
    number: usize,
    event: &<A::Domain as Domain>::Event<'_>,
    context: &CommandContext,
) -> NewEvent {
    let encoded = A::Domain::encode(event);
    let own_id = || Some(context.command_id.clone());
    NewEvent {
        event_id: event_id(&context.command_id, number),
        event_type: encoded.event_type.to_owned(),
        schema_version: Some(encoded.schema_version),
        occurred_at: context.occurred_at,
        tags: encoded.tags,
        metadata: context.metadata.clone(),
        data: encoded.data,
        correlation_id: context.correlation_id.clone().or_else(own_id),
        causation_id: context.causation_id.clone().or_else(own_id),
    }
}

/// The id of a command's event number `number`.
fn event_id(command_id: &str, number: usize) -> Uuid {
    derived_id("event", number, command_id)
}

/// An id that follows from a command's: a UUID of version 8 (RFC 9562) made of SHA-256, so that the
/// same command, sent again, means the same things. `purpose` and `number` tell them apart.
#[must_use]
pub fn derived_id(purpose: &str, number: usize, command_id: &str) -> Uuid {
    let mut sha = Sha256::new();
    sha.update(purpose.as_bytes());
    sha.update([0]);
    sha.update((number as u64).to_le_bytes());
    sha.update(command_id.as_bytes());
    let digest: [u8; 32] = sha.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.split_at(16).0);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
