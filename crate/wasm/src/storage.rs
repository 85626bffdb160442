//! The storage, as the caller chose it.

use daybook_core::{Error, Result};
use daybook_indexeddb::IndexedDbStorage;

/// Either backend of the package: both are asked in the same way, whether JavaScript has `IndexedDB`
/// answer or its own memory.
pub(crate) type AnyStorage = IndexedDbStorage;

/// Opens `kind`: `indexeddb` or `memory`.
pub(crate) async fn open(kind: &str, name: &str) -> Result<AnyStorage> {
    match kind {
        "indexeddb" => AnyStorage::open(name).await,
        "memory" => Ok(AnyStorage::in_memory("")),
        _ => Err(Error::invalid("storage", "must be 'indexeddb' or 'memory'")),
    }
}
