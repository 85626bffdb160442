//! The storage port's operations. What each must do is said in [`daybook_core::storage`].

use core::cell::RefCell;
use std::rc::Rc;

use daybook_core::{
    Error, Position, Result,
    storage::{Change, Commit, Durability, Record, Storage, StoredBatch},
};
use indexed_db_futures::{KeyRange, object_store::ObjectStore};

use crate::{
    connection::{Connection, DERIVED, LOG},
    error::from_idb,
    key, reading,
    transaction::{add, complete, delete, keys, object_store, put, writing},
};

/// A store's log and derived records in `IndexedDB`.
///
/// Dropping it closes the connection.
pub struct IndexedDbStorage {
    database: String,
    link: RefCell<Link>,
}

/// How the storage stands to its database. Never borrowed while something is awaited.
enum Link {
    Open(Rc<Connection>),
    /// The database was deleted by this storage; what is used next begins a new one.
    Deleted,
    Closed,
}

impl IndexedDbStorage {
    /// Opens the store called `name`, which is created when it does not exist. Its database is
    /// called `daybook:` and the name.
    ///
    /// # Errors
    /// - `unsupported_format` when a newer build wrote the database,
    /// - `blocked` when another tab kept it from being opened for 10 seconds,
    /// - `data_lost` when the browser replaced a damaged database by an empty one, where it says so
    ///   (Chromium); opening again uses the empty one,
    /// - `connection_lost` when the browser could not open it,
    /// - `invalid_input` naming `storage` where there is no `IndexedDB`, or none for this page.
    pub async fn open(name: &str) -> Result<Self> {
        let database = format!("daybook:{name}");
        let connection = Connection::open(&database).await?;
        Ok(Self {
            database,
            link: RefCell::new(Link::Open(Rc::new(connection))),
        })
    }

    /// The connection to use; a new one after the database was deleted, and then only.
    async fn connection(&self) -> Result<Rc<Connection>> {
        match &*self.link.borrow() {
            Link::Open(connection) => return Ok(Rc::clone(connection)),
            Link::Closed => return Err(Error::Closed),
            Link::Deleted => {}
        }
        self.connect().await
    }

    /// Opens a new connection and lets go of the one before.
    async fn connect(&self) -> Result<Rc<Connection>> {
        let connection = Rc::new(Connection::open(&self.database).await?);
        let mut link = self.link.borrow_mut();
        if matches!(*link, Link::Closed) {
            return Err(Error::Closed);
        }
        *link = Link::Open(Rc::clone(&connection));
        Ok(connection)
    }
}

impl Storage for IndexedDbStorage {
    async fn commit(
        &self,
        tail: Position,
        batch: &StoredBatch,
        durability: Durability,
    ) -> Result<Commit> {
        let from = key::from_position(tail)?;
        let last = key::from_position(batch.last)?;
        let connection = self.connection().await?;
        let transaction = writing(connection.database()?, &[LOG], durability)?;
        let found = {
            let log = object_store(&transaction, LOG)?;
            // Both are on their way before the answer to the first decides about the second.
            let found = keys(&log, KeyRange::LowerBound(from, false), 2)?;
            add(&log, last, &batch.bytes)?;
            found
        };
        let found = reading::positions_in(found.await)?;
        match found.as_slice() {
            [] if tail == 0 => {}
            [only] if tail > 0 && *only == tail => {}
            [] => {
                return Err(Error::DataLost {
                    detail: format!("the log ended at position {tail} and is now empty"),
                });
            }
            _ => return Ok(Commit::Behind),
        }
        complete(transaction).await?;
        Ok(Commit::Done)
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        if limit == 0 {
            return Err(Error::invalid("limit", "must be 1 or more"));
        }
        let after = key::from_position(after)?;
        let connection = self.connection().await?;
        reading::batches_after(connection.database()?, after, limit).await
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        let connection = self.connection().await?;
        reading::batches_at(connection.database()?, positions).await
    }

    async fn replace(
        &self,
        after: Position,
        keys_replaced: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        let last = key::from_position(merged.last)?;
        let from = key::from_position(after)?;
        if after >= merged.last || keys_replaced.last() != Some(&merged.last) {
            return Err(Error::invalid(
                "keys",
                "must end with the merged batch's key, beyond `after`",
            ));
        }
        let before = (after > 0).then_some(after);
        let expected: Vec<_> = before
            .into_iter()
            .chain(keys_replaced.iter().copied())
            .collect();
        let connection = self.connection().await?;
        // Strict: what is deleted may have been stored so, and must not be lost to a power cut.
        let transaction = writing(connection.database()?, &[LOG], Durability::Strict)?;
        {
            let log = object_store(&transaction, LOG)?;
            let limit = reading::count(expected.len().saturating_add(1));
            let known = KeyRange::Bound(from, false, last, false);
            if reading::positions_in(keys(&log, known, limit)?.await)? != expected {
                return Ok(false);
            }
            delete(&log, KeyRange::Bound(from, true, last, false))?;
            put(&log, last, &merged.bytes)?;
        }
        complete(transaction).await?;
        Ok(true)
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let connection = self.connection().await?;
        reading::record(connection.database()?, key).await
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        let connection = self.connection().await?;
        reading::records(connection.database()?, prefix).await
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        let connection = self.connection().await?;
        // Derived records can be made anew from the log, so they need not wait for the disk.
        let transaction = writing(connection.database()?, &[DERIVED], Durability::Relaxed)?;
        {
            let derived = object_store(&transaction, DERIVED)?;
            for change in changes {
                apply(&derived, change)?;
            }
        }
        complete(transaction).await
    }

    async fn reconnect(&self) -> Result<()> {
        if matches!(*self.link.borrow(), Link::Closed) {
            return Err(Error::Closed);
        }
        self.connect().await.map(drop)
    }

    async fn destroy(&self) -> Result<()> {
        let connection = self.connection().await?;
        // Emptied first: that happens at once and for everyone, whereas deleting a database waits
        // for other tabs and takes minutes when it is large.
        let transaction = writing(connection.database()?, &[LOG, DERIVED], Durability::Strict)?;
        for store in [LOG, DERIVED] {
            let cleared = object_store(&transaction, store)?.clear();
            cleared.map_err(from_idb)?;
        }
        complete(transaction).await?;
        {
            let mut link = self.link.borrow_mut();
            if !matches!(*link, Link::Closed) {
                *link = Link::Deleted;
            }
        }
        connection.delete().await
    }

    async fn close(&self) {
        if let Link::Open(connection) = self.link.replace(Link::Closed) {
            connection.close();
        }
    }
}

/// Asks for one change to the derived records.
fn apply(derived: &ObjectStore<'_>, change: &Change) -> Result<()> {
    match change {
        Change::Put { key, value } => put(derived, key.clone(), value),
        Change::Delete { key } => delete(derived, KeyRange::Only(key.as_str())),
        Change::DeletePrefix { prefix } if prefix.is_empty() => {
            Err(Error::invalid("prefix", "must not be empty"))
        }
        Change::DeletePrefix { prefix } => delete(derived, key::beginning_with(prefix)),
    }
}
