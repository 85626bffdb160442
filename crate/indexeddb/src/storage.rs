//! The storage port's operations. What each must do is said in [`daybook_core::storage`].

use core::cell::RefCell;
use std::rc::Rc;

use daybook_core::{
    Error, Position, Result,
    storage::{Change, Commit, Durability, Record, Storage, StoredBatch},
};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::convert::{key, keys, pairs, position};
use crate::error::from_js;
use crate::promise::{Promise, Settled};
use crate::requests::{self, Bytes, Connection, Entries};

/// A store's log and derived records in `IndexedDB`.
///
/// Dropping it closes the connection.
pub struct IndexedDbStorage {
    database: String,
    in_memory: bool,
    link: RefCell<Link>,
}

/// Begins a request on the connection that is open then.
type Request<'a> = &'a dyn Fn(&Connection) -> Promise;

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
        let storage = Self {
            database: format!("daybook:{name}"),
            in_memory: false,
            link: RefCell::new(Link::Deleted),
        };
        storage.connect().await?;
        Ok(storage)
    }

    /// Opens a store in the memory of this page instead: the one called `name`, or when that is
    /// empty, a new one that nobody else can open.
    #[must_use]
    pub fn in_memory(name: &str) -> Self {
        Self {
            database: name.to_owned(),
            in_memory: true,
            link: RefCell::new(Link::Open(Rc::new(requests::open_memory(name)))),
        }
    }

    /// The connection to use; a new one after the database was deleted, and then only.
    async fn connection(&self) -> Result<Rc<Connection>> {
        match &*self.link.borrow() {
            Link::Open(connection) => return Ok(Rc::clone(connection)),
            Link::Closed => return Err(Error::Closed.into()),
            Link::Deleted => {}
        }
        self.connect().await
    }

    /// Opens a new connection and lets go of the one before.
    async fn connect(&self) -> Result<Rc<Connection>> {
        let connection = if self.in_memory {
            requests::open_memory(&self.database)
        } else {
            answer(&requests::open(&self.database))
                .await?
                .unchecked_into()
        };
        let connection = Rc::new(connection);
        let mut link = self.link.borrow_mut();
        if let Link::Open(before) = &*link {
            before.close();
        }
        if matches!(*link, Link::Closed) {
            connection.close();
            return Err(Error::Closed.into());
        }
        *link = Link::Open(Rc::clone(&connection));
        Ok(connection)
    }

    /// Makes a request and waits for its answer. One function for all of them: what waits is long.
    async fn ask(&self, request: Request<'_>) -> Result<JsValue> {
        let connection = self.connection().await?;
        answer(&request(&connection)).await
    }
}

impl Drop for IndexedDbStorage {
    fn drop(&mut self) {
        if let Link::Open(connection) = &*self.link.borrow() {
            connection.close();
        }
    }
}

impl Storage for IndexedDbStorage {
    async fn commit(
        &self,
        tail: Position,
        mut batches: impl ExactSizeIterator<Item = Result<StoredBatch>>,
        durability: Durability,
    ) -> Result<Commit> {
        let (tail, strict) = (key(tail)?, durability == Durability::Strict);
        let connection = self.connection().await?;
        let stored = if batches.len() == 1
            && let Some(batch) = batches.next()
        {
            commit_one(&connection, tail, &batch?, strict).await?
        } else {
            let commit = connection.commit(tail, strict);
            let added = batches.try_for_each(|batch| {
                let batch = batch?;
                commit.add(key(batch.last)?, &batch.bytes);
                Ok(())
            });
            let ended = answer(&commit.end(added.is_ok())).await;
            added.and(ended)?
        };
        Ok(if stored.is_truthy() {
            Commit::Done
        } else {
            Commit::Behind
        })
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        if limit == 0 {
            return Err(Error::invalid("limit", "must be 1 or more"));
        }
        let (after, limit) = (key(after)?, u32::try_from(limit).unwrap_or(u32::MAX));
        let found = self
            .ask(&|connection| requests::read_after(connection, after, limit))
            .await?;
        Ok(batches(&found))
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        let positions = keys(positions)?;
        let found = self
            .ask(&|connection| connection.read_at(&positions))
            .await?;
        Ok(batches(&found))
    }

    async fn replace(
        &self,
        after: Position,
        replaced: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        if after >= merged.last || replaced.last() != Some(&merged.last) {
            return Err(Error::invalid(
                "keys",
                "must end with the merged batch's key, beyond `after`",
            ));
        }
        let (before, replaced) = (key(after)?, keys(replaced)?);
        let merged = Bytes::copy(&merged.bytes);
        let done = self
            .ask(&|connection| connection.replace(before, &replaced, &merged))
            .await?;
        Ok(done.is_truthy())
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let found = self.ask(&|connection| connection.read_record(key)).await?;
        let found = (!found.is_undefined()).then(|| found.unchecked_into::<Bytes>());
        Ok(found.map(|bytes| bytes.to_vec()))
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        let found = self
            .ask(&|connection| connection.read_records(prefix))
            .await?;
        let pair = |found: &Entries, at| (found.text(at), found.bytes(at + 1));
        Ok(by_code_point(pairs(&found, pair)))
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        let list = Entries::new();
        for change in changes {
            let (key, value) = match change {
                Change::Put { key, value } => (key, Bytes::copy(value).into()),
                Change::Delete { key } => (key, JsValue::NULL),
                Change::DeletePrefix { prefix } if prefix.is_empty() => {
                    return Err(Error::invalid("prefix", "must not be empty"));
                }
                Change::DeletePrefix { prefix } => (prefix, JsValue::UNDEFINED),
            };
            list.push(&JsValue::from_str(key));
            list.push(&value);
        }
        self.ask(&|connection| connection.write_records(&list))
            .await
            .map(drop)
    }

    async fn reconnect(&self) -> Result<()> {
        if matches!(*self.link.borrow(), Link::Closed) {
            return Err(Error::Closed.into());
        }
        self.connect().await.map(drop)
    }

    async fn destroy(&self) -> Result<()> {
        let connection = self.connection().await?;
        // Emptied first: that happens at once and for everyone, whereas deleting a database waits
        // for other tabs and takes minutes when it is large.
        answer(&connection.clear()).await?;
        {
            let mut link = self.link.borrow_mut();
            if !matches!(*link, Link::Closed) {
                *link = Link::Deleted;
            }
        }
        answer(&connection.delete()).await.map(drop)
    }

    async fn close(&self) {
        if let Link::Open(connection) = self.link.replace(Link::Closed) {
            connection.close();
        }
    }
}

/// What most appends ask for, with as few crossings as can be.
async fn commit_one(
    connection: &Connection,
    tail: f64,
    batch: &StoredBatch,
    strict: bool,
) -> Result<JsValue> {
    let last = key(batch.last)?;
    let settled = Settled::by(|settling, number| {
        connection.commit_one(tail, last, &batch.bytes, strict, settling, number);
    });
    settled.await.map_err(from_js)
}

async fn answer(promise: &Promise) -> Result<JsValue> {
    Settled::of(promise).await.map_err(from_js)
}

fn batches(found: &JsValue) -> Vec<StoredBatch> {
    pairs(found, |found, at| StoredBatch {
        last: position(found.number(at)),
        bytes: found.bytes(at + 1),
    })
}

/// The records ordered as `str` compares. `IndexedDB` orders by UTF-16 code unit, which differs for
/// rare characters only.
fn by_code_point(found: Vec<Record>) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::with_capacity(found.len());
    for record in found {
        let at = records.partition_point(|(key, _)| *key < record.0);
        records.insert(at, record);
    }
    records
}
