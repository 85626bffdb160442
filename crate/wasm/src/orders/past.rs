//! `orders_summary` as it stood earlier.

use std::rc::Rc;

use daybook_core::projection::Past;
use daybook_core::store::Store;
use daybook_orders::read_models::OrdersSummary;
use daybook_orders::read_models::orders_summary::OrdersQuery;
use js_sys::Promise;
use std::cell::RefCell;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::BookHandle;
use super::history::AsOfInput;
use super::queries::OrdersOutput;
use crate::error::to_js;
use crate::input::parse;
use crate::output::to_json;
use crate::storage::AnyStorage;
use crate::store::promise;

/// A fold of the log up to some time, carried out step by step.
#[wasm_bindgen]
pub struct PastHandle {
    store: Store<AnyStorage>,
    /// Taken out while a step is under way.
    past: Rc<RefCell<Option<Past<OrdersSummary>>>>,
}

#[wasm_bindgen]
impl BookHandle {
    /// Begins to fold `orders_summary` as of `as_of` (JSON text).
    ///
    /// # Errors
    /// `invalid_input`
    #[wasm_bindgen(js_name = pastOrders)]
    pub fn past_orders(&self, as_of: &str) -> Result<PastHandle, JsValue> {
        let as_of = parse::<AsOfInput>("asOf", as_of).and_then(AsOfInput::into_as_of);
        let as_of = as_of.map_err(|error| to_js(&error))?;
        let past = Past::new(&self.store, as_of);
        Ok(PastHandle {
            store: self.store.clone(),
            past: Rc::new(RefCell::new(Some(past))),
        })
    }
}

#[wasm_bindgen]
impl PastHandle {
    /// Takes in the next events; gives whether there are more.
    pub fn advance(&self) -> Promise {
        let (store, slot) = (self.store.clone(), Rc::clone(&self.past));
        promise(async move {
            let taken = slot.borrow_mut().take();
            let Some(mut past) = taken else {
                return Ok(true);
            };
            let more = past.advance(&store).await;
            *slot.borrow_mut() = Some(past);
            more
        })
    }

    /// A page of the rows; takes and gives JSON text.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn orders(&self, query: &str) -> Result<String, JsValue> {
        let page = || {
            let query: OrdersQuery = parse("query", query)?;
            let slot = self.past.borrow();
            let page = slot.as_ref().map(|past| past.rows().query(&query));
            to_json(&page.map(|page| OrdersOutput {
                page,
                position: self.store.tail(),
            }))
        };
        page().map_err(|error| to_js(&error))
    }
}
