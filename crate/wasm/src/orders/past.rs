//! `orders_summary` as it stood earlier.

use std::cell::RefCell;

use daybook_core::Result;
use daybook_core::json::{FromJson, Writer};
use daybook_core::projection::Past;
use daybook_core::store::Store;
use daybook_orders::read_models::OrdersSummary;
use daybook_orders::read_models::orders_summary::OrdersQuery;

use super::history::read_as_of;
use super::queries::write_page;
use crate::handle::{Call, Part, Work, unknown};
use crate::input::parse;
use crate::storage::AnyStorage;

/// A fold of the log up to some time, carried out step by step.
pub(super) struct PastPart {
    store: Store<AnyStorage>,
    /// Taken out while a step is under way.
    past: RefCell<Option<Past<OrdersSummary, AnyStorage>>>,
}

impl PastPart {
    /// Begins to fold as of `as_of` (JSON text).
    pub(super) fn begin(store: Store<AnyStorage>, as_of: &str) -> Result<Self> {
        let past = Past::new(&store, parse("asOf", as_of, read_as_of)?);
        Ok(Self {
            store,
            past: RefCell::new(Some(past)),
        })
    }
}

impl Part for PastPart {
    /// Takes in the next events; gives whether there are more.
    fn call<'a>(&'a self, _call: Call, json: &'a mut Writer) -> Work<'a, ()> {
        Box::pin(async move {
            let taken = self.past.borrow_mut().take();
            let more = match taken {
                Some(mut past) => {
                    let more = past.advance().await;
                    *self.past.borrow_mut() = Some(past);
                    more?
                }
                None => true,
            };
            json.boolean(more);
            Ok(())
        })
    }

    fn ask(&self, name: &str, input: &str, json: &mut Writer) -> Result<()> {
        if name != "orders" {
            return Err(unknown(name));
        }
        let query = parse("query", input, OrdersQuery::read_json)?;
        match self.past.borrow().as_ref() {
            Some(past) => write_page(json, &past.rows().query(&query), self.store.tail()),
            None => _ = json.null(),
        }
        Ok(())
    }
}
