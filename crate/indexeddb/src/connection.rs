//! One connection to a database: opening it, and noticing that it is gone.

use core::cell::RefCell;
use std::rc::Rc;

use daybook_core::{Error, Result};
use indexed_db_futures::{
    Build, OpenDbResult, database::Database, future::OpenDbRequest, internals::SystemRepr,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use crate::{error, limit};

/// The object store of the batches: positions to bytes.
pub(crate) const LOG: &str = "log";
/// The object store of the derived records: strings to bytes.
pub(crate) const DERIVED: &str = "derived";

/// The layout this build writes and reads.
const VERSION: u32 = 1;
/// How long opening may take, in milliseconds. It waits for other tabs to let go of an older
/// version or of a deleted database, and a frozen tab never does.
const OPENING_LIMIT: u32 = 10_000;
/// How long deleting may take, in milliseconds; see [`Connection::delete`].
const DELETING_LIMIT: u32 = 3_000;

/// An open database. It closes itself when another connection wants to delete or upgrade the
/// database: a connection that stays open would keep that one waiting.
pub(crate) struct Connection {
    database: Database,
    /// Why the connection is of no more use, once it is.
    lost: Rc<RefCell<Option<&'static str>>>,
    _listener: Closure<dyn FnMut(Event)>,
}

impl Connection {
    /// Opens the database called `name`, which is created when it does not exist.
    ///
    /// # Errors
    /// `unsupported_format`, `blocked`, `data_lost`, `connection_lost`, or `invalid_input` naming
    /// `storage` where there is no `IndexedDB`.
    pub(crate) async fn open(name: &str) -> Result<Self> {
        let opening = Opening::begin(name, Some(VERSION)).map_err(error::from_open)?;
        match opening.finish().await? {
            Ok((database, None)) => Ok(Self::new(database)),
            Ok((database, Some(loss))) => {
                database.close();
                Err(Error::DataLost { detail: loss })
            }
            Err(error) if error::is_newer_version(&error) => Err(newer_version(name).await),
            Err(error) => Err(error::from_open(error)),
        }
    }

    fn new(database: Database) -> Self {
        let lost = Rc::new(RefCell::new(None));
        // The listener of `indexed_db_futures` would need a task to poll it; this closes at once.
        let listener = Closure::<dyn FnMut(Event)>::new({
            let (database, lost) = (database.clone(), Rc::clone(&lost));
            move |event: Event| {
                database.as_sys().close();
                *lost.borrow_mut() = Some(match event.type_().as_str() {
                    "versionchange" => "another connection deletes or upgrades the database",
                    _ => "the browser closed the database",
                });
            }
        });
        let raw = database.as_sys();
        raw.set_onversionchange(Some(listener.as_ref().unchecked_ref()));
        raw.set_onclose(Some(listener.as_ref().unchecked_ref()));
        Self {
            database,
            lost,
            _listener: listener,
        }
    }

    /// The database, while it can be used.
    ///
    /// # Errors
    /// `connection_lost`.
    pub(crate) fn database(&self) -> Result<&Database> {
        match *self.lost.borrow() {
            None => Ok(&self.database),
            Some(reason) => Err(Error::ConnectionLost {
                detail: reason.into(),
            }),
        }
    }

    /// Closes the connection once its running transactions have ended.
    pub(crate) fn close(&self) {
        self.database.as_sys().close();
    }

    /// Closes the connection and deletes the database, whose object stores are to be empty by now.
    ///
    /// The other connections close themselves when they hear of it. A frozen tab does not hear: the
    /// browser then deletes when the tab thaws or goes, and until that nobody can open the
    /// database. Nothing of it is left to read anyhow, so this does not wait for it for long.
    ///
    /// # Errors
    /// `connection_lost`.
    pub(crate) async fn delete(&self) -> Result<()> {
        let request = self.database.clone().delete().map_err(error::from_open)?;
        match limit::within(DELETING_LIMIT, request).await {
            Some(deleted) => deleted.map_err(error::from_idb),
            None => Ok(()),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
        self.database.as_sys().set_onversionchange(None);
        self.database.as_sys().set_onclose(None);
    }
}

/// A request to open a database, which cannot be taken back. Dropped before its end it is finished
/// in the background, lest it create a database without object stores, or leave a connection open
/// that nobody would ever close.
struct Opening {
    request: Option<(OpenDbRequest, UpgradeListener)>,
    data_loss: Rc<RefCell<Option<String>>>,
}

type UpgradeListener = Closure<dyn FnMut(UpgradeEvent)>;

impl Opening {
    /// Asks for `version`, or for whatever version there is.
    fn begin(name: &str, version: Option<u32>) -> OpenDbResult<Self> {
        let builder = Database::open(name).with_on_upgrade_needed(|_, database| {
            database.create_object_store(LOG).build()?;
            database.create_object_store(DERIVED).build()?;
            Ok(())
        });
        let request = match version {
            Some(version) => builder.with_version(version).build(),
            None => builder.build(),
        }?;
        let data_loss = Rc::new(RefCell::new(None));
        let on_upgrade = UpgradeListener::new({
            let data_loss = Rc::clone(&data_loss);
            move |event: UpgradeEvent| *data_loss.borrow_mut() = event.what_was_lost()
        });
        request.as_sys().add_event_listener_with_callback(
            "upgradeneeded",
            on_upgrade.as_ref().unchecked_ref(),
        )?;
        Ok(Self {
            request: Some((request, on_upgrade)),
            data_loss,
        })
    }

    /// The database, and what the browser says it lost of it.
    ///
    /// # Errors
    /// `blocked`, when it takes too long.
    async fn finish(mut self) -> Result<OpenDbResult<(Database, Option<String>)>> {
        let opened = match &mut self.request {
            Some((request, _)) => limit::within(OPENING_LIMIT, request).await,
            None => None,
        };
        let Some(opened) = opened else {
            return Err(Error::Blocked {
                detail: format!("it did not open within {OPENING_LIMIT} ms"),
            });
        };
        self.request = None;
        Ok(opened.map(|database| (database, self.data_loss.take())))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some((request, listener)) = self.request.take() {
            spawn_local(async move {
                if let Ok(database) = request.await {
                    database.close();
                }
                drop(listener);
            });
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// An `IDBVersionChangeEvent` as Chromium has it: when it found a database too damaged to open
    /// and began a new one, it says so here, and only here.
    #[wasm_bindgen(extends = Event)]
    type UpgradeEvent;

    #[wasm_bindgen(method, getter, js_name = dataLoss)]
    fn data_loss(this: &UpgradeEvent) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = dataLossMessage)]
    fn data_loss_message(this: &UpgradeEvent) -> Option<String>;
}

impl UpgradeEvent {
    fn what_was_lost(&self) -> Option<String> {
        self.data_loss()
            .filter(|extent| extent != "none")
            .map(|extent| format!("{extent}: {}", self.data_loss_message().unwrap_or_default()))
    }
}

/// The error for a database with a higher version than [`VERSION`].
async fn newer_version(name: &str) -> Error {
    let opening = match Opening::begin(name, None) {
        Ok(opening) => opening.finish().await,
        Err(error) => return error::from_open(error),
    };
    match opening {
        Ok(Ok((database, _))) => {
            let found = database.version();
            database.close();
            Error::UnsupportedFormat {
                what: "the database".into(),
                found: version_number(found),
                supported: VERSION,
            }
        }
        Ok(Err(error)) => error::from_open(error),
        Err(error) => error,
    }
}

/// A database's version as a number to show; versions beyond 32 bits become the highest.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn version_number(version: f64) -> u32 {
    version as u32
}
