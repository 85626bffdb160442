//! Reads: each is one transaction, whose requests are issued together.

use daybook_core::{
    Error, Position, Result,
    storage::{Record, StoredBatch},
};
use indexed_db_futures::{
    KeyRange, database::Database, error::Error as IdbError, iter::GetAllPrimitiveIter,
    object_store::ObjectStore,
};
use wasm_bindgen::JsValue;

use crate::{
    connection::{DERIVED, LOG},
    error::from_idb,
    key,
    transaction::{keys, object_store, reading, value, values},
};

/// The batches with a key beyond `after`, ascending, at most `limit` (1 or more) of them.
pub(crate) async fn batches_after(
    database: &Database,
    after: f64,
    limit: usize,
) -> Result<Vec<StoredBatch>> {
    let transaction = reading(database, LOG)?;
    let log = object_store(&transaction, LOG)?;
    let range = KeyRange::LowerBound(after, true);
    let found = keys(&log, range.clone(), count(limit))?;
    let contents = values(&log, range, count(limit))?;
    let found = positions_in(found.await)?;
    let contents = contents.await.map_err(from_idb)?;
    found
        .into_iter()
        .zip(contents)
        .map(|(last, bytes)| {
            let bytes = bytes.map_err(|error| not_bytes(last, &error))?.into();
            Ok(StoredBatch { last, bytes })
        })
        .collect()
}

/// For each of `positions` (ascending), the batch with the smallest key not below it, each once.
///
/// Positions are mostly keys, so each is first taken for one: that is one request for each, and
/// moves no batch twice. For those inside of batches, merged since, a second round asks for the
/// keys and a third for the batches.
pub(crate) async fn batches_at(
    database: &Database,
    positions: &[Position],
) -> Result<Vec<StoredBatch>> {
    let transaction = reading(database, LOG)?;
    let log = object_store(&transaction, LOG)?;
    let mut wanted = positions.to_vec();
    wanted.dedup();
    let mut batches = Vec::with_capacity(wanted.len());
    let inside = read_batches(&log, &wanted, &mut batches).await?;
    if !inside.is_empty() {
        let mut covering = covering_keys(&log, &inside).await?;
        covering.retain(|key| wanted.binary_search(key).is_err());
        read_batches(&log, &covering, &mut batches).await?;
        batches.sort_unstable_by_key(|batch| batch.last);
    }
    Ok(batches)
}

/// Adds the batches under `keys` to `batches`; returns those of `keys` under which there is none.
async fn read_batches(
    log: &ObjectStore<'_>,
    keys: &[Position],
    batches: &mut Vec<StoredBatch>,
) -> Result<Vec<Position>> {
    let requests = keys
        .iter()
        .map(|last| value(log, key::from_position(*last)?))
        .collect::<Result<Vec<_>>>()?;
    let mut absent = Vec::new();
    for (&last, request) in keys.iter().zip(requests) {
        match request.await.map_err(from_idb)? {
            Some(bytes) => batches.push(StoredBatch {
                last,
                bytes: bytes.into(),
            }),
            None => absent.push(last),
        }
    }
    Ok(absent)
}

/// For each of `positions` (ascending), the smallest key not below it, where there is one; each once.
async fn covering_keys(log: &ObjectStore<'_>, positions: &[Position]) -> Result<Vec<Position>> {
    let requests = positions
        .iter()
        .map(|position| {
            let from = key::from_position(*position)?;
            keys(log, KeyRange::LowerBound(from, false), 1)
        })
        .collect::<Result<Vec<_>>>()?;
    let mut covering = Vec::with_capacity(positions.len());
    for request in requests {
        covering.extend(positions_in(request.await)?);
    }
    covering.dedup();
    Ok(covering)
}

/// The derived record under `key`.
pub(crate) async fn record(database: &Database, key: &str) -> Result<Option<Vec<u8>>> {
    let transaction = reading(database, DERIVED)?;
    let derived = object_store(&transaction, DERIVED)?;
    let found = value(&derived, key.to_owned())?.await.map_err(from_idb)?;
    Ok(found.map(Into::into))
}

/// The derived records whose keys begin with `prefix`, ordered by key.
pub(crate) async fn records(database: &Database, prefix: &str) -> Result<Vec<Record>> {
    let transaction = reading(database, DERIVED)?;
    let derived = object_store(&transaction, DERIVED)?;
    let range = key::beginning_with(prefix);
    let found = keys(&derived, range.clone(), u32::MAX)?;
    let contents = values(&derived, range, u32::MAX)?;
    let found = found.await.map_err(from_idb)?;
    let contents = contents.await.map_err(from_idb)?;
    let mut records = found
        .zip(contents)
        .map(|(key, value)| Ok((text(&key?), value?.into())))
        .collect::<Result<Vec<Record>, IdbError>>()
        .map_err(from_idb)?;
    // IndexedDB orders by UTF-16 code unit, which differs from Rust's order for rare characters.
    records.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(records)
}

/// The positions for which an answer's keys stand.
pub(crate) fn positions_in(
    answer: Result<GetAllPrimitiveIter<f64>, IdbError>,
) -> Result<Vec<Position>> {
    answer
        .map_err(from_idb)?
        .map(|key| key::to_position(key.map_err(from_idb)?))
        .collect()
}

/// A number of records as `IndexedDB` takes it.
pub(crate) fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

fn text(key: &JsValue) -> String {
    key.as_string().unwrap_or_default()
}

fn not_bytes(position: Position, error: &IdbError) -> Error {
    Error::corrupt(position, error.to_string())
}
