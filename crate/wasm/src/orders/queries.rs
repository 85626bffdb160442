//! Asking the read models.

use daybook_core::Result;
use daybook_core::json::{FromJson, ToJson, Writer};
use daybook_core::projection::{Projector, State, Status};
use daybook_orders::Currency;
use daybook_orders::read_models::OrderReadModels;
use daybook_orders::read_models::customer_order_history::CustomersQuery;
use daybook_orders::read_models::orders_summary::{OrdersPage, OrdersQuery};
use daybook_orders::read_models::revenue_by_day::RevenueQuery;

use crate::handle::unknown;
use crate::input::parse;
use crate::storage::AnyStorage;

type Models = Projector<OrderReadModels, AnyStorage>;

/// Writes rows of a read model: those a query asks for, or the one of an id, or `null`.
pub(super) fn rows(models: &Models, name: &str, input: &str, json: &mut Writer) -> Result<()> {
    models.read(|models| {
        let orders = models.orders_summary.rows();
        let customers = models.customer_order_history.rows();
        match name {
            "orders" => {
                let query = parse("query", input, OrdersQuery::read_json)?;
                let page = orders.query(&query);
                write_page(json, &page, models.orders_summary.checkpoint());
            }
            "order" => optional(json, orders.order(input).as_ref()),
            "customers" => {
                let query = parse("query", input, CustomersQuery::read_json)?;
                customers.query(&query).write_json(json);
            }
            "customer" => optional(json, customers.customer(input).as_ref()),
            "revenue" => {
                let query = parse("query", input, RevenueQuery::read_json)?;
                json.begin_array();
                for row in models.revenue_by_day.rows().query(&query) {
                    row.write_json(json);
                }
                json.end_array();
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    })
}

/// Writes how each read model is doing.
pub(super) fn projections(models: &Models, json: &mut Writer) {
    json.begin_array();
    for status in models.statuses() {
        let rows = models.read(|models| models.row_count(status.name));
        write_status(json, &status, rows);
    }
    json.end_array();
}

/// Writes the currencies.
pub(super) fn currencies(json: &mut Writer) {
    json.begin_array();
    for currency in Currency::all() {
        json.begin_object().key("code").string(currency.code());
        json.key("decimals").number(currency.decimals());
        json.end_object();
    }
    json.end_array();
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
