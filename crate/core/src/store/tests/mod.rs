//! What must hold of the engine, over the memory backend.

mod ahead;
mod faults;
mod interleaving;
mod upkeep;

use uuid::Uuid;

use super::{Options, Store};
use crate::memory::MemoryStorage;
use crate::storage::Storage;
use crate::testing::Yielding;
use crate::{NewEvent, RecordedEvent, Timestamp};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A tab: a store of its own over shared memory, with places to switch at.
pub(super) async fn tab(memory: &MemoryStorage) -> Store<Yielding<MemoryStorage>> {
    Store::open(Yielding::new(memory.connect()), Options::default())
        .await
        .unwrap()
}

pub(super) fn event(id: u128) -> NewEvent {
    NewEvent::new(
        Uuid::from_u128(id),
        "Happened",
        NOW,
        format!("{{\"id\":{id}}}"),
    )
}

/// An event read back, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: u128,
    pub(super) stream: String,
    pub(super) version: i64,
    pub(super) position: u64,
    pub(super) command: Option<String>,
    pub(super) tags: Vec<String>,
}

impl Seen {
    fn of(event: &RecordedEvent<'_>) -> Self {
        Self {
            id: event.event_id.as_u128(),
            stream: event.stream_id.to_owned(),
            version: event.version,
            position: event.position,
            command: event.command_id.map(str::to_owned),
            tags: event.tags.iter().map(str::to_owned).collect(),
        }
    }
}

/// The whole log, read by a store opened anew.
pub(super) async fn log<S: Storage + 'static>(storage: S) -> Vec<Seen> {
    let store = Store::open(storage, Options::default()).await.unwrap();
    let mut query = super::AllQuery::default();
    let mut seen = Vec::new();
    loop {
        let page = store.read_all(&query).await.unwrap();
        seen.extend(page.events().map(|event| Seen::of(&event)));
        match page.next {
            Some(next) => query.from = Some(next),
            None => return seen,
        }
    }
}

/// Verifies the chain from the first event to the last.
pub(super) async fn verify<S: Storage + 'static>(storage: S) -> u64 {
    let store = Store::open(storage, Options::default()).await.unwrap();
    let mut verified = super::Verified::default();
    while !verified.complete {
        verified = store.verify(verified).await.unwrap();
    }
    verified.position
}
