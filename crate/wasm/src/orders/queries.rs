//! Asking the read models: synchronous, as JSON text.

use daybook_core::Result;
use daybook_core::json::{FromJson, ToJson, Writer};
use daybook_core::projection::{State, Status};
use daybook_orders::read_models::customer_order_history::CustomersQuery;
use daybook_orders::read_models::orders_summary::{OrdersPage, OrdersQuery};
use daybook_orders::read_models::revenue_by_day::RevenueQuery;
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::{BookHandle, answer};
use crate::input::parse;
use crate::store::promise;

#[wasm_bindgen]
impl BookHandle {
    /// A page of `orders_summary`.
    ///
    /// # Errors
    /// `invalid_input` when the query is malformed; so for the others.
    pub fn orders(&self, query: &str) -> Result<String, JsValue> {
        answer(&mut |json| {
            let query = parse("query", query, OrdersQuery::read_json)?;
            self.models.read(|models| {
                let summary = &models.orders_summary;
                write_page(json, &summary.rows().query(&query), summary.checkpoint());
            });
            Ok(())
        })
    }

    /// One row of `orders_summary`, or `null`.
    #[must_use]
    pub fn order(&self, order_id: &str) -> String {
        written(&mut |json| {
            self.models.read(|models| {
                optional(json, models.orders_summary.rows().order(order_id).as_ref());
            });
        })
    }

    /// A page of `customer_order_history`.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn customers(&self, query: &str) -> Result<String, JsValue> {
        answer(&mut |json| {
            let query = parse("query", query, CustomersQuery::read_json)?;
            self.models.read(|models| {
                let customers = models.customer_order_history.rows();
                customers.query(&query).write_json(json);
            });
            Ok(())
        })
    }

    /// One customer with their orders, or `null`.
    #[must_use]
    pub fn customer(&self, customer_id: &str) -> String {
        written(&mut |json| {
            self.models.read(|models| {
                let customers = models.customer_order_history.rows();
                optional(json, customers.customer(customer_id).as_ref());
            });
        })
    }

    /// Rows of `revenue_by_day`.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn revenue(&self, query: &str) -> Result<String, JsValue> {
        answer(&mut |json| {
            let query = parse("query", query, RevenueQuery::read_json)?;
            json.begin_array();
            self.models.read(|models| {
                for row in models.revenue_by_day.rows().query(&query) {
                    row.write_json(json);
                }
            });
            json.end_array();
            Ok(())
        })
    }

    /// How each read model is doing.
    #[must_use]
    pub fn projections(&self) -> String {
        written(&mut |json| {
            json.begin_array();
            for status in self.models.statuses() {
                let rows = self.models.read(|models| models.row_count(status.name));
                write_status(json, &status, rows);
            }
            json.end_array();
        })
    }

    /// Every event type in the log, with its count.
    #[wasm_bindgen(js_name = eventTypes)]
    pub fn event_types(&self) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let types = store.event_types().await?;
            let counts = written(&mut |json| {
                json.begin_array();
                for (name, count) in &types {
                    json.begin_object().key("type").string(name);
                    json.key("count").number(*count).end_object();
                }
                json.end_array();
            });
            Ok(counts.into())
        })
    }
}

/// An answer that cannot fail.
fn written(write: &mut dyn FnMut(&mut Writer)) -> String {
    let mut json = Writer::new();
    write(&mut json);
    json.into_string()
}

fn optional(json: &mut Writer, value: Option<&impl ToJson>) {
    match value {
        Some(value) => value.write_json(json),
        None => _ = json.null(),
    }
}

/// `{rows, count, totals, position}`.
pub(super) fn write_page(json: &mut Writer, page: &OrdersPage, position: u64) {
    page.write_fields(json.begin_object());
    json.key("position").number(position).end_object();
}

fn write_status(json: &mut Writer, status: &Status, rows: usize) {
    let (state, rebuilt) = match status.state {
        State::Restoring => ("restoring", None),
        State::Live => ("live", None),
        State::CatchingUp => ("catching_up", None),
        State::Rebuilding { done } => ("rebuilding", Some(done)),
        State::Stopped => ("stopped", None),
    };
    json.begin_object().key("name").string(status.name);
    json.key("version").number(status.version);
    json.key("position").number(status.position);
    json.key("lag").number(status.lag);
    json.key("skipped").number(status.skipped);
    json.key("skippedTypes").begin_array();
    for kind in &status.skipped_types {
        json.begin_object().key("type").string(&kind.event_type);
        json.key("schemaVersion").number(kind.schema_version);
        json.key("count").number(kind.count).end_object();
    }
    json.end_array().key("rows").number(rows);
    json.key("state").string(state).key("rebuilt");
    match rebuilt {
        Some(done) => json.number(done),
        None => json.null(),
    };
    json.key("error");
    match &status.error {
        Some(failure) => {
            let message = failure.error.to_string();
            json.begin_object().key("position").number(failure.position);
            json.key("message").string(&message).end_object();
        }
        None => _ = json.null(),
    }
    json.end_object();
}
