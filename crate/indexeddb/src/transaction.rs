//! Transactions: beginning one, issuing requests in it, completing it.
//!
//! A [`Transaction`] that is dropped before it is completed is aborted: that is how everything here
//! takes back what it began, whether on an error, on purpose, or because its future was dropped.

use daybook_core::{Result, storage::Durability};
use indexed_db_futures::{
    Build, BuildPrimitive, KeyRange,
    database::Database,
    future::{BasicRequest, GetAllPrimitiveRequest},
    internals::SystemRepr,
    object_store::ObjectStore,
    primitive::{TryFromJs, TryToJs},
    query_source::QuerySource,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
    typed_array::{Uint8Array, Uint8ArraySlice},
};

use crate::error::{from_exception, from_idb};

/// Begins a transaction that reads `store`. There is nothing to complete in it.
pub(crate) fn reading<'a>(database: &'a Database, store: &str) -> Result<Transaction<'a>> {
    database
        .transaction(store)
        .with_mode(TransactionMode::Readonly)
        .build()
        .map_err(from_idb)
}

/// Begins a transaction that writes to `stores`.
pub(crate) fn writing<'a>(
    database: &'a Database,
    stores: &[&str],
    durability: Durability,
) -> Result<Transaction<'a>> {
    let durability = match durability {
        Durability::Strict => TransactionDurability::Strict,
        Durability::Relaxed => TransactionDurability::Relaxed,
    };
    database
        .transaction(stores)
        .with_mode(TransactionMode::Readwrite)
        .with_options(TransactionOptions::new().with_durability(durability))
        .build()
        .map_err(from_idb)
}

/// Waits until everything asked for in `transaction` is stored.
///
/// # Errors
/// Why nothing of it was. What the browser did on its own account, such as running out of space
/// while committing, only the transaction itself can tell.
pub(crate) async fn complete(transaction: Transaction<'_>) -> Result<()> {
    let raw = transaction.as_sys().clone();
    match transaction.commit().await {
        Ok(()) => Ok(()),
        Err(error) => Err(match raw.error() {
            Some(exception) => from_exception(&exception),
            None => from_idb(error),
        }),
    }
}

/// An object store of `transaction`.
pub(crate) fn object_store<'a>(
    transaction: &'a Transaction<'_>,
    name: &str,
) -> Result<ObjectStore<'a>> {
    transaction.object_store(name).map_err(from_idb)
}

/// Asks for the keys in `range`, ascending, at most `limit` (1 or more) of them.
pub(crate) fn keys<K>(
    store: &ObjectStore<'_>,
    range: KeyRange<K>,
    limit: u32,
) -> Result<GetAllPrimitiveRequest<K>>
where
    K: TryFromJs + TryToJs,
{
    store
        .get_all_keys()
        .with_query::<K, _>(range)
        .with_limit(limit)
        .primitive()
        .map_err(from_idb)
}

/// Asks for the values in `range`, ordered by key, at most `limit` (1 or more) of them.
pub(crate) fn values<K: TryToJs>(
    store: &ObjectStore<'_>,
    range: KeyRange<K>,
    limit: u32,
) -> Result<GetAllPrimitiveRequest<Uint8Array>> {
    store
        .get_all()
        .with_query::<K, _>(range)
        .with_limit(limit)
        .primitive()
        .map_err(from_idb)
}

/// Asks for the value under `key`.
pub(crate) fn value<K: TryToJs>(
    store: &ObjectStore<'_>,
    key: K,
) -> Result<BasicRequest<Option<Uint8Array>>> {
    store.get::<_, K, _>(key).primitive().map_err(from_idb)
}

/// Asks for `value` to be stored under `key`, where nothing may be yet.
pub(crate) fn add<K>(store: &ObjectStore<'_>, key: K, value: &[u8]) -> Result<()>
where
    K: TryFromJs + TryToJs,
{
    let request = store.add(Uint8ArraySlice::new(value)).with_key(key);
    request.primitive().map(drop).map_err(from_idb)
}

/// Asks for `value` to be stored under `key`, replacing what is there.
pub(crate) fn put<K>(store: &ObjectStore<'_>, key: K, value: &[u8]) -> Result<()>
where
    K: TryFromJs + TryToJs,
{
    let request = store.put(Uint8ArraySlice::new(value)).with_key(key);
    request.primitive().map(drop).map_err(from_idb)
}

/// Asks for everything in `range` to be removed.
pub(crate) fn delete<K: TryToJs>(store: &ObjectStore<'_>, range: KeyRange<K>) -> Result<()> {
    let request = store.delete::<K, _>(range);
    request.primitive().map(drop).map_err(from_idb)
}
