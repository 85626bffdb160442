//! Looking into the log: one order's history, its state at any time, and every event in words.

use std::rc::Rc;

use daybook_core::domain::Domain;
use daybook_core::query::Query;
use daybook_core::repository::AsOf;
use daybook_core::store::{AllQuery, Direction, Page, Store, StreamQuery};
use daybook_core::upcast::upcast;
use daybook_core::{RecordedEvent, Result};
use daybook_orders::details::OrderDetails;
use daybook_orders::events::{OrderEvent, Orders};
use daybook_orders::order::parse_order_id;
use daybook_orders::words::{describe, describe_unknown};
use daybook_orders::{Currency, stream_id};
use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::BookHandle;
use super::commands::no_order;
use crate::input::{moment, parse};
use crate::output::{Json, event_fields, to_json};
use crate::storage::AnyStorage;
use crate::store::promise;

/// How many pages one look into a filtered log may read before it answers.
const MAX_PAGES: usize = 16;

/// Up to where the past is asked for: one of the fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum AsOfInput {
    Version(i64),
    Position(u64),
    Time(String),
}

impl AsOfInput {
    pub(super) fn into_as_of(self) -> Result<AsOf> {
        Ok(match self {
            Self::Version(version) => AsOf::Version(version),
            Self::Position(position) => AsOf::Position(position),
            Self::Time(text) => AsOf::Occurred(moment("time", &text)?),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LogInput {
    before: Option<u64>,
    limit: Option<usize>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    stream_prefix: String,
}

#[wasm_bindgen]
impl BookHandle {
    /// One order's state as of `as_of` (JSON text, or empty for now), as JSON text.
    #[wasm_bindgen(js_name = orderState)]
    pub fn order_state(&self, order_id: String, as_of: String) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let order_id = parse_order_id(&order_id)?;
            let as_of = match as_of.as_str() {
                "" => AsOf::Version(i64::MAX),
                text => parse::<AsOfInput>("asOf", text)?.into_as_of()?,
            };
            let mut details = OrderDetails::default();
            for page in stream_pages(&store, &order_id).await? {
                for event in page.events().filter(|event| as_of.includes(event)) {
                    details.apply(&event)?;
                }
            }
            to_json(&details.view(&order_id))
        })
    }

    /// One order's events, oldest first, as JSON text.
    pub fn history(&self, order_id: String) -> Promise {
        let store = self.store.clone();
        promise(async move {
            let pages = stream_pages(&store, &parse_order_id(&order_id)?).await?;
            let mut currency = None;
            let mut json = Json::default();
            let events = pages.iter().flat_map(Page::events);
            json.list(events, |json, event| entry(json, &event, &mut currency));
            Ok(json.into_string())
        })
    }

    /// Events of the whole log, newest first; takes and gives JSON text.
    pub fn log(&self, query: String) -> Promise {
        let (store, models) = (self.store.clone(), Rc::clone(&self.models));
        promise(async move {
            let input: LogInput = parse("query", &query)?;
            let limit = input.limit.unwrap_or(100).max(1);
            let mut query = AllQuery {
                direction: Direction::Backward,
                from: input.before,
                limit: if input.stream_prefix.is_empty() {
                    limit
                } else {
                    1_000
                },
                stream_prefix: input.stream_prefix,
                query: if input.types.is_empty() {
                    Query::default()
                } else {
                    Query::types(input.types)
                },
            };
            let (mut pages, mut found) = (Vec::new(), 0);
            let mut next = loop {
                let page = store.read_all(&query).await?;
                found += page.len();
                query.from = page.next;
                pages.push(page);
                if query.from.is_none() || found >= limit || pages.len() >= MAX_PAGES {
                    break query.from;
                }
            };
            if found > limit {
                let last = pages.iter().flat_map(Page::events).nth(limit - 1);
                next = last.map(|event| event.position);
            }
            let mut json = Json::default();
            json.raw("{\"events\":");
            let events = pages.iter().flat_map(Page::events).take(limit);
            json.list(events, |json, event| {
                let order_id = event.stream_id.strip_prefix("order-").unwrap_or_default();
                let row = models.read(|models| models.orders_summary.rows().order(order_id));
                entry(json, &event, &mut row.map(|row| row.currency));
            });
            json.raw(",\"position\":")
                .display(store.tail())
                .raw(",\"next\":");
            match next {
                Some(next) => json.display(next),
                None => json.raw("null"),
            };
            json.raw("}");
            Ok(json.into_string())
        })
    }
}

/// All of an order's events.
async fn stream_pages(store: &Store<AnyStorage>, order_id: &str) -> Result<Vec<Page>> {
    let mut query = StreamQuery::new(stream_id(order_id));
    let mut pages = Vec::new();
    loop {
        let page = store.read_stream(&query).await?;
        let next = page.next;
        if page.is_empty() && pages.is_empty() {
            return Err(no_order(order_id));
        }
        pages.push(page);
        match next {
            Some(from) => query.from = Some(from.cast_signed()),
            None => return Ok(pages),
        }
    }
}

/// Writes one event with its words. `currency` is the order's, learned from its placement.
fn entry(json: &mut Json, event: &RecordedEvent<'_>, currency: &mut Option<Currency>) {
    let stored_schema = event.schema();
    let today = upcast(Orders::UPCASTERS, event).ok();
    let (schema, data) = match &today {
        Some(today) => (today.schema_version, today.data.as_ref()),
        None => (stored_schema, event.data),
    };
    let known = Orders::decode(event.event_type, schema, data)
        .ok()
        .flatten();
    if let Some(OrderEvent::OrderPlaced(placed)) = &known {
        *currency = Some(placed.currency);
    }
    let summary = known.as_ref().map_or_else(
        || describe_unknown(event.event_type, stored_schema),
        |known| describe(known, *currency),
    );
    json.raw("{");
    event_fields(json, event, schema, data);
    json.raw(",\"summary\":")
        .text(&summary)
        .raw(",\"known\":")
        .display(known.is_some());
    json.raw(",\"upcasted\":");
    if schema == stored_schema {
        json.raw("null");
    } else {
        json.raw("{\"fromSchema\":")
            .display(stored_schema)
            .raw(",\"toSchema\":")
            .display(schema);
        json.raw(",\"storedData\":").raw(event.data).raw("}");
    }
    json.raw("}");
}
