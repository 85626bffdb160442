//! An open log: following it, keeping house, checking, ending.

use std::cell::Cell;

use crate::handle::{Call, Part, Work, unknown};
use crate::input::parse;
use crate::output;
use crate::storage::{self, AnyStorage};
use daybook_core::json::{Reader, Writer};
use daybook_core::storage::Durability;
use daybook_core::store::{Maintenance, Options, Store, Verified};
use daybook_core::{Error, Result};

pub(crate) async fn open(storage: &str, name: &str, durability: &str) -> Result<Store<AnyStorage>> {
    let durability = match durability {
        "strict" => Durability::Strict,
        "relaxed" => Durability::Relaxed,
        _ => {
            let reason = "must be 'strict' or 'relaxed'";
            return Err(Error::invalid("durability", reason));
        }
    };
    let storage = storage::open(storage, name).await?;
    let options = Options {
        durability,
        ..Options::default()
    };
    Store::open(storage, options).await
}

/// An open store.
pub(crate) struct StorePart {
    store: Store<AnyStorage>,
    /// How far the log has been verified.
    verified: Cell<Verified>,
}

impl StorePart {
    pub(crate) fn of(store: Store<AnyStorage>) -> Self {
        Self {
            store,
            verified: Cell::default(),
        }
    }

    async fn answer(&self, call: Call, json: &mut Writer) -> Result<()> {
        let (store, input) = (&self.store, call.input.as_str());
        match call.name.as_str() {
            // Looks for what other tabs have appended; the position of the last event.
            "refresh" => _ = json.number(store.refresh().await?),
            // Waits for events after a position; the position of the last.
            "changed" => {
                let after = parse("after", input, Reader::unsigned)?;
                json.number(store.changed(after).await?);
            }
            // Loads what will be needed, if that is soon done.
            "prepare" => {
                store.prepare().await?;
                json.null();
            }
            // A step of maintenance; whether there may be more to do.
            "maintain" => _ = json.boolean(store.maintain().await? != Maintenance::Idle),
            // Verifies the next part of the log, or the first.
            "verify" => {
                let restart = input == "true";
                let from = if restart {
                    Verified::default()
                } else {
                    self.verified.get()
                };
                let verified = store.verify(from).await?;
                self.verified.set(verified);
                output::verified(json, &verified);
            }
            // Deletes the log for every tab; this store is closed by it.
            "destroy" => {
                store.destroy().await?;
                json.null();
            }
            // Saves the index, when there is something to save, and lets go of the storage.
            "close" => {
                // The index is derived: closing goes on when it cannot be saved.
                let _ = store.save_index().await;
                store.close().await;
                json.null();
            }
            #[cfg(feature = "general")]
            name => return crate::general::answer(store, name, input, json).await,
            #[cfg(not(feature = "general"))]
            name => return Err(unknown(name)),
        }
        Ok(())
    }
}

impl Part for StorePart {
    #[cfg(feature = "general")]
    fn store(&self) -> Option<&Store<AnyStorage>> {
        Some(&self.store)
    }

    fn call<'a>(&'a self, call: Call, json: &'a mut Writer) -> Work<'a, ()> {
        Box::pin(self.answer(call, json))
    }

    fn ask(&self, name: &str, _input: &str, json: &mut Writer) -> Result<()> {
        match name {
            // The position of the last event this store knows of.
            "position" => _ = json.number(self.store.tail()),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}
