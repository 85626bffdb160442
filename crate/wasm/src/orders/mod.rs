//! The order book: typed commands and read models, over one store.

mod commands;
mod demo;
mod history;
mod past;
mod peek;
mod queries;

use std::rc::Rc;

use daybook_core::Result;
use daybook_core::json::{FromJson, ToJson, Writer};
use daybook_core::projection::Projector;
use daybook_core::repository::Repository;
use daybook_core::store::Store;
use daybook_orders::draft::{OrderDraft, check_draft};
use daybook_orders::order::Order;
use daybook_orders::read_models::OrderReadModels;
use wasm_bindgen::prelude::wasm_bindgen;

use self::demo::DemoPart;
use self::past::PastPart;
use self::peek::Peek;
use crate::handle::{Answer, Call, Handle, Part, Work, carry_out, unknown};
use crate::input::parse;
use crate::storage::AnyStorage;
use crate::store::{StorePart, open};

/// An open order book.
struct BookPart {
    store: Store<AnyStorage>,
    orders: Repository<Order, AnyStorage>,
    models: Projector<OrderReadModels, AnyStorage>,
    peek: Peek,
}

/// Opens the order book: `storage` is `indexeddb` or `memory`, `durability` is `strict` or `relaxed`.
#[wasm_bindgen(js_name = openBook)]
pub fn open_book(storage: String, name: String, durability: String, answer: Answer) {
    let work = async move {
        let store = open(&storage, &name, &durability).await?;
        let book = BookPart {
            models: Projector::open(store.clone()).await?,
            orders: Repository::new(store.clone()),
            peek: Peek::default(),
            store,
        };
        Ok(Handle::new(book).into())
    };
    carry_out(Box::pin(work), answer);
}

impl BookPart {
    async fn answer(&self, call: Call, json: &mut Writer) -> Result<()> {
        let (input, more) = (call.input.as_str(), call.more.as_str());
        match call.name.as_str() {
            // Lets the read models take in the next events; whether there may be more.
            "advance" => _ = json.boolean(self.models.advance().await?),
            // Does some of the work of saving the read models, and then what can be peeked at;
            // whether there is more.
            "saveMore" => {
                let more = self.models.save_more().await?;
                if !more {
                    self.peek.save(&self.models, &self.store).await?;
                }
                json.boolean(more);
            }
            "execute" => commands::execute(&self.orders, input, more, json).await?,
            "orderState" => history::order_state(&self.store, input, more, json).await?,
            "history" => history::history(&self.store, input, json).await?,
            "log" => history::log(&self.store, &self.models, input, json).await?,
            "eventTypes" => history::event_types(&self.store, json).await?,
            name => return Err(unknown(name)),
        }
        Ok(())
    }
}

impl Part for BookPart {
    fn call<'a>(&'a self, call: Call, json: &'a mut Writer) -> Work<'a, ()> {
        Box::pin(self.answer(call, json))
    }

    fn ask(&self, name: &str, input: &str, json: &mut Writer) -> Result<()> {
        match name {
            // Whether the rows in use have followed the log to its end, whatever a rebuild still does.
            "isLive" => _ = json.boolean(self.models.is_live()),
            // Begins to rebuild a read model, which `advance` carries out, or gives it up; whether
            // there is one so named.
            "startRebuild" => _ = json.boolean(self.models.start_rebuild(input)),
            "cancelRebuild" => _ = json.boolean(self.models.cancel_rebuild(input)),
            // Judges a draft.
            "checkDraft" => {
                let draft = parse("draft", input, OrderDraft::read_json)?;
                check_draft(&draft).write_json(json);
            }
            "currencies" => queries::currencies(json),
            "projections" => queries::projections(&self.models, json),
            _ => return queries::rows(&self.models, name, input, json),
        }
        Ok(())
    }

    fn part(&self, name: &str, input: &str) -> Result<Rc<dyn Part>> {
        let store = self.store.clone();
        Ok(match name {
            "store" => Rc::new(StorePart::of(store)),
            "pastOrders" => Rc::new(PastPart::begin(store, input)?),
            "demo" => Rc::new(DemoPart::begin(store, input)?),
            _ => return Err(unknown(name)),
        })
    }
}
