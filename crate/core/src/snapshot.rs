//! Snapshots: an aggregate's state kept beside the log, so that loading starts later.

use crate::aggregate::Aggregate;
use crate::codec::{Damaged, Reader, Writer};
use crate::repository::Loaded;
use crate::storage::{Change, Storage};
use crate::store::{Store, StreamQuery};
use crate::{Result, Version};

/// The form of the record itself; the state's own shape is [`Aggregate::STATE_VERSION`].
const FORMAT: u8 = 1;

/// A stored state and the event it includes.
pub(crate) struct Snapshot<'a> {
    version: Version,
    event_id: [u8; 16],
    state: &'a [u8],
}

impl Snapshot<'_> {
    /// The state kept for a stream. `None` when it is missing, cannot be read, is of another shape,
    /// or speaks of an event that is not in the log: it will be replaced.
    pub(crate) async fn read<A: Aggregate, S: Storage + 'static>(
        store: &Store<S>,
        stream_id: &str,
    ) -> Result<Option<Loaded<A::State>>> {
        let Ok(Some(bytes)) = store.read_record(&key::<A>(stream_id)).await else {
            return Ok(None);
        };
        let Ok(snapshot) = Snapshot::decode::<A>(&bytes) else {
            return Ok(None);
        };
        let Some(state) = A::restore(snapshot.state) else {
            return Ok(None);
        };
        let version = snapshot.version;
        let stands = event_at(store, stream_id, version).await? == Some(snapshot.event_id);
        Ok(stands.then_some(Loaded {
            state,
            version,
            unknown: 0,
        }))
    }

    /// Keeps a state that includes every event of the stream up to its version.
    pub(crate) async fn write<A: Aggregate, S: Storage + 'static>(
        store: &Store<S>,
        stream_id: &str,
        loaded: &Loaded<A::State>,
    ) -> Result<()> {
        let Some(event_id) = event_at(store, stream_id, loaded.version).await? else {
            return Ok(());
        };
        let state = A::save(&loaded.state);
        let value = Snapshot {
            version: loaded.version,
            event_id,
            state: &state,
        }
        .encode::<A>();
        store
            .write_records(&[Change::Put {
                key: key::<A>(stream_id),
                value,
            }])
            .await
    }

    fn encode<A: Aggregate>(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.byte(FORMAT);
        writer.uint(u64::from(A::STATE_VERSION));
        writer.int(self.version);
        writer.raw(&self.event_id);
        writer.raw(&checksum(self.state).to_le_bytes());
        writer.blob(self.state);
        writer.into_bytes()
    }
}

impl<'a> Snapshot<'a> {
    fn decode<A: Aggregate>(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != FORMAT || reader.uint32()? != A::STATE_VERSION {
            return Err(Damaged);
        }
        let (version, event_id) = (reader.int()?, reader.array()?);
        let sum = u64::from_le_bytes(reader.array()?);
        let state = reader.blob()?;
        reader.end()?;
        let intact = sum == checksum(state);
        intact
            .then_some(Self {
                version,
                event_id,
                state,
            })
            .ok_or(Damaged)
    }
}

fn key<A: Aggregate>(stream_id: &str) -> String {
    format!("snapshot/{}/{stream_id}", A::NAME)
}

async fn event_at<S: Storage + 'static>(
    store: &Store<S>,
    stream_id: &str,
    version: Version,
) -> Result<Option<[u8; 16]>> {
    let query = StreamQuery {
        from: Some(version),
        limit: 1,
        ..StreamQuery::new(stream_id)
    };
    let page = store.read_stream(&query).await?;
    Ok(page
        .events()
        .find(|event| event.version == version)
        .map(|event| event.event_id.into_bytes()))
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): against damage, not against malice.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
