//! `orders_summary` as it stood earlier.

use std::cell::RefCell;
use std::rc::Rc;

use daybook_core::json::FromJson;
use daybook_core::projection::Past;
use daybook_core::store::Store;
use daybook_orders::read_models::OrdersSummary;
use daybook_orders::read_models::orders_summary::OrdersQuery;
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::history::read_as_of;
use super::queries::write_page;
use super::{BookHandle, answer};
use crate::error::to_js;
use crate::input::parse;
use crate::storage::AnyStorage;
use crate::store::promise;

/// A fold of the log up to some time, carried out step by step.
#[wasm_bindgen]
pub struct PastHandle {
    store: Store<AnyStorage>,
    /// Taken out while a step is under way.
    past: Rc<RefCell<Option<Past<OrdersSummary, AnyStorage>>>>,
}

#[wasm_bindgen]
impl BookHandle {
    /// Begins to fold `orders_summary` as of `as_of` (JSON text).
    ///
    /// # Errors
    /// `invalid_input`
    #[wasm_bindgen(js_name = pastOrders)]
    pub fn past_orders(&self, as_of: &str) -> Result<PastHandle, JsValue> {
        let as_of = parse("asOf", as_of, read_as_of).map_err(|error| to_js(&error))?;
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
        let slot = Rc::clone(&self.past);
        promise(async move {
            let taken = slot.borrow_mut().take();
            let Some(mut past) = taken else {
                return Ok(JsValue::TRUE);
            };
            let more = past.advance().await;
            *slot.borrow_mut() = Some(past);
            Ok(more?.into())
        })
    }

    /// A page of the rows; takes and gives JSON text.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn orders(&self, query: &str) -> Result<String, JsValue> {
        answer(&mut |json| {
            let query = parse("query", query, OrdersQuery::read_json)?;
            match self.past.borrow().as_ref() {
                Some(past) => write_page(json, &past.rows().query(&query), self.store.tail()),
                None => _ = json.null(),
            }
            Ok(())
        })
    }
}
