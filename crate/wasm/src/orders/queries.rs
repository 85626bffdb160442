//! Asking the read models: synchronous, as JSON text.

use daybook_core::Result;
use daybook_core::projection::{Failure, State, Status};
use daybook_orders::read_models::customer_order_history::CustomersQuery;
use daybook_orders::read_models::orders_summary::{OrdersPage, OrdersQuery};
use daybook_orders::read_models::revenue_by_day::RevenueQuery;
use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::BookHandle;
use crate::error::to_js;
use crate::input::parse;
use crate::output::to_json;

#[derive(Serialize)]
pub(super) struct OrdersOutput {
    #[serde(flatten)]
    pub(super) page: OrdersPage,
    pub(super) position: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusOutput {
    name: &'static str,
    version: u32,
    position: u64,
    lag: u64,
    skipped: u64,
    skipped_types: Vec<SkippedOutput>,
    rows: usize,
    state: &'static str,
    rebuilt: Option<u64>,
    error: Option<FailureOutput>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SkippedOutput {
    r#type: String,
    schema_version: u32,
    count: u64,
}

#[derive(Serialize)]
struct FailureOutput {
    position: u64,
    message: String,
}

#[derive(Serialize)]
struct EventTypeOutput {
    r#type: String,
    count: u64,
}

/// Runs a query, turning its error into the object the face makes a class of.
fn answer<T: Serialize>(query: impl FnOnce() -> Result<T>) -> Result<String, JsValue> {
    query()
        .and_then(|answer| to_json(&answer))
        .map_err(|error| to_js(&error))
}

#[wasm_bindgen]
impl BookHandle {
    /// A page of `orders_summary`.
    ///
    /// # Errors
    /// `invalid_input` when the query is malformed; so for the others.
    pub fn orders(&self, query: &str) -> Result<String, JsValue> {
        answer(|| {
            let query: OrdersQuery = parse("query", query)?;
            Ok(self.models.read(|models| {
                let summary = &models.orders_summary;
                OrdersOutput {
                    page: summary.rows().query(&query),
                    position: summary.checkpoint(),
                }
            }))
        })
    }

    /// One row of `orders_summary`, or `null`.
    ///
    /// # Errors
    /// None in practice; so for the others without a query.
    pub fn order(&self, order_id: &str) -> Result<String, JsValue> {
        answer(|| {
            Ok(self
                .models
                .read(|models| models.orders_summary.rows().order(order_id)))
        })
    }

    /// A page of `customer_order_history`.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn customers(&self, query: &str) -> Result<String, JsValue> {
        answer(|| {
            let query: CustomersQuery = parse("query", query)?;
            Ok(self
                .models
                .read(|models| models.customer_order_history.rows().query(&query)))
        })
    }

    /// One customer with their orders, or `null`.
    ///
    /// # Errors
    /// None in practice.
    pub fn customer(&self, customer_id: &str) -> Result<String, JsValue> {
        answer(|| {
            Ok(self
                .models
                .read(|models| models.customer_order_history.rows().customer(customer_id)))
        })
    }

    /// Rows of `revenue_by_day`.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn revenue(&self, query: &str) -> Result<String, JsValue> {
        answer(|| {
            let query: RevenueQuery = parse("query", query)?;
            Ok(self
                .models
                .read(|models| models.revenue_by_day.rows().query(&query)))
        })
    }

    /// How each read model is doing.
    ///
    /// # Errors
    /// None in practice.
    pub fn projections(&self) -> Result<String, JsValue> {
        answer(|| {
            let statuses = self.models.statuses().into_iter();
            Ok(self.models.read(|models| {
                statuses
                    .map(|status| output(status, |name| models.row_count(name)))
                    .collect::<Vec<_>>()
            }))
        })
    }

    /// Every event type in the log, with its count.
    ///
    /// # Errors
    /// None in practice.
    #[wasm_bindgen(js_name = eventTypes)]
    pub fn event_types(&self) -> Result<String, JsValue> {
        answer(|| {
            let types = self.store.event_types().into_iter();
            Ok(types
                .map(|(name, count)| EventTypeOutput {
                    r#type: name,
                    count,
                })
                .collect::<Vec<_>>())
        })
    }
}

fn output(status: Status, rows: impl Fn(&str) -> usize) -> StatusOutput {
    let (state, rebuilt) = match status.state {
        State::Live => ("live", None),
        State::CatchingUp => ("catching_up", None),
        State::Rebuilding { done } => ("rebuilding", Some(done)),
        State::Stopped => ("stopped", None),
    };
    let skipped_types = status.skipped_types.into_iter().map(|kind| SkippedOutput {
        r#type: kind.event_type,
        schema_version: kind.schema_version,
        count: kind.count,
    });
    let failure = |failure: Failure| FailureOutput {
        position: failure.position,
        message: failure.error.to_string(),
    };
    StatusOutput {
        name: status.name,
        version: status.version,
        position: status.position,
        lag: status.lag,
        skipped: status.skipped,
        skipped_types: skipped_types.collect(),
        rows: rows(status.name),
        state,
        rebuilt,
        error: status.error.map(failure),
    }
}
