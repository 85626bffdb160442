//! The order book: typed commands and read models, over one store.

mod commands;
mod demo;
mod history;
mod past;
mod peek;
mod queries;

use std::rc::Rc;

use daybook_core::Result;
use daybook_core::json::Writer;
use daybook_core::projection::Projector;
use daybook_core::repository::Repository;
use daybook_core::store::Store;
use daybook_orders::order::Order;
use daybook_orders::read_models::OrderReadModels;
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

pub use demo::DemoHandle;
pub use past::PastHandle;

use self::peek::Peek;
use crate::error::to_js;
use crate::storage::AnyStorage;
use crate::store::{StoreHandle, durability_of, promise};

/// An open order book.
#[wasm_bindgen]
pub struct BookHandle {
    store: Store<AnyStorage>,
    orders: Rc<Repository<Order, AnyStorage>>,
    models: Rc<Projector<OrderReadModels, AnyStorage>>,
    peek: Rc<Peek>,
}

/// Opens the order book: `storage` is `indexeddb` or `memory`, `durability` is `strict` or `relaxed`.
#[wasm_bindgen(js_name = openBook)]
pub fn open_book(storage: String, name: String, durability: &str) -> Promise {
    let durability = durability_of(durability);
    promise(async move {
        let store = StoreHandle::open(&storage, &name, durability?).await?.store;
        let models = Rc::new(Projector::open(store.clone()).await?);
        let orders = Rc::new(Repository::new(store.clone()));
        let peek = Rc::new(Peek::default());
        let book = BookHandle {
            store,
            orders,
            models,
            peek,
        };
        Ok(book.into())
    })
}

/// Writes an answer, turning its error into the object the face makes a class of.
fn answer(write: &mut dyn FnMut(&mut Writer) -> Result<()>) -> Result<String, JsValue> {
    let mut json = Writer::new();
    write(&mut json).map_err(|error| to_js(&error))?;
    Ok(json.into_string())
}

#[wasm_bindgen]
impl BookHandle {
    /// The general store beneath.
    #[must_use]
    pub fn store(&self) -> StoreHandle {
        StoreHandle::over(self.store.clone())
    }

    /// Lets the read models take in the next events; gives whether there may be more.
    pub fn advance(&self) -> Promise {
        let models = Rc::clone(&self.models);
        promise(async move { Ok(models.advance().await?.into()) })
    }

    /// Whether the rows in use have followed the log to its end, whatever a rebuild still does.
    #[wasm_bindgen(js_name = isLive)]
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.models.is_live()
    }

    /// Does some of the work of saving the read models, and then what can be peeked at; gives whether
    /// there is more.
    #[wasm_bindgen(js_name = saveMore)]
    pub fn save_more(&self) -> Promise {
        let (models, peek) = (Rc::clone(&self.models), Rc::clone(&self.peek));
        let store = self.store.clone();
        promise(async move {
            let more = models.save_more().await?;
            if !more {
                peek.save(&models, &store).await?;
            }
            Ok(more.into())
        })
    }

    /// Begins to rebuild a read model; `advance` carries it out. Gives whether there is one so named.
    #[wasm_bindgen(js_name = startRebuild)]
    #[must_use]
    pub fn start_rebuild(&self, name: &str) -> bool {
        self.models.start_rebuild(name)
    }

    /// Gives up rebuilding a read model.
    #[wasm_bindgen(js_name = cancelRebuild)]
    #[must_use]
    pub fn cancel_rebuild(&self, name: &str) -> bool {
        self.models.cancel_rebuild(name)
    }
}
