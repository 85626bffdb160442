//! Looking into the log: one order's history, its state at any time, and every event in words.

use daybook_core::domain::Domain;
use daybook_core::json::{Malformed, Reader, ToJson, Writer};
use daybook_core::projection::Projector;
use daybook_core::query::Query;
use daybook_core::repository::AsOf;
use daybook_core::store::{AllQuery, Direction, PAGE_EVENTS, Page, Store, StreamQuery};
use daybook_core::upcast::upcast;
use daybook_core::{Position, RecordedEvent, Result};
use daybook_orders::details::OrderDetails;
use daybook_orders::events::{OrderEvent, Orders};
use daybook_orders::order::parse_order_id;
use daybook_orders::read_models::OrderReadModels;
use daybook_orders::words::{describe, describe_unknown};
use daybook_orders::{Currency, stream_id};

use super::commands::no_order;
use crate::input::{count, list, moment, optional, parse, text};
use crate::output::event_fields;
use crate::storage::AnyStorage;

/// How many pages one look into a filtered log may read before it answers.
const MAX_PAGES: usize = 16;

/// Reads up to where the past is asked for: an object of one field.
pub(super) fn read_as_of(reader: &mut Reader<'_>) -> Result<AsOf, Malformed> {
    let mut as_of = None;
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        as_of = Some(match &*key {
            "version" => AsOf::Version(reader.signed()?),
            "position" => AsOf::Position(reader.unsigned()?),
            "time" => AsOf::Occurred(moment(reader)?),
            _ => return Err(reader.unknown()),
        });
    }
    as_of.ok_or_else(|| reader.malformed("a version, a position or a time"))
}

/// What is asked of the log: how many events, and which.
fn read_log_query(reader: &mut Reader<'_>) -> Result<(usize, AllQuery), Malformed> {
    let (mut limit, mut all) = (None, AllQuery::default());
    all.direction = Direction::Backward;
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "before" => all.from = optional(reader, Reader::unsigned)?,
            "limit" => limit = optional(reader, count)?,
            "types" => {
                let types = list(reader, text)?;
                if !types.is_empty() {
                    all.query = Query::types(types);
                }
            }
            "streamPrefix" => all.stream_prefix = text(reader)?,
            _ => return Err(reader.unknown()),
        }
    }
    let limit = limit.unwrap_or(100).max(1);
    // Of a page, only what has the prefix is left.
    let filtered = !all.stream_prefix.is_empty();
    all.limit = if filtered { PAGE_EVENTS } else { limit };
    Ok((limit, all))
}

/// One order's state as of `as_of`, or when that is empty, now.
pub(super) async fn order_state(
    store: &Store<AnyStorage>,
    order_id: &str,
    as_of: &str,
    json: &mut Writer,
) -> Result<()> {
    let order_id = parse_order_id(order_id)?;
    let as_of = match as_of {
        "" => AsOf::Version(i64::MAX),
        text => parse("asOf", text, read_as_of)?,
    };
    let mut details = OrderDetails::default();
    each_event(store, &order_id, &mut |event| {
        if as_of.includes(event) {
            details.apply(event)?;
        }
        Ok(())
    })
    .await?;
    details.view(&order_id).write_json(json);
    Ok(())
}

/// One order's events, oldest first.
pub(super) async fn history(
    store: &Store<AnyStorage>,
    order_id: &str,
    json: &mut Writer,
) -> Result<()> {
    let mut currency = None;
    json.begin_array();
    each_event(store, &parse_order_id(order_id)?, &mut |event| {
        entry(json, event, &mut currency);
        Ok(())
    })
    .await?;
    json.end_array();
    Ok(())
}

/// Events of the whole log, newest first.
pub(super) async fn log(
    store: &Store<AnyStorage>,
    models: &Projector<OrderReadModels, AnyStorage>,
    query: &str,
    json: &mut Writer,
) -> Result<()> {
    let (limit, query) = parse("query", query, read_log_query)?;
    let (pages, next) = newest(store, limit, query).await?;
    json.begin_object().key("events").begin_array();
    for event in pages.iter().flat_map(Page::events).take(limit) {
        let order_id = event.stream_id.strip_prefix("order-").unwrap_or_default();
        let row = models.read(|models| models.orders_summary.rows().order(order_id));
        entry(json, &event, &mut row.map(|row| row.currency));
    }
    json.end_array().key("position").number(store.tail());
    json.key("next");
    match next {
        Some(next) => json.number(next),
        None => json.null(),
    };
    json.end_object();
    Ok(())
}

/// Every event type in the log, with its count.
pub(super) async fn event_types(store: &Store<AnyStorage>, json: &mut Writer) -> Result<()> {
    let types = store.event_types().await?;
    json.begin_array();
    for (name, count) in &types {
        json.begin_object().key("type").string(name);
        json.key("count").number(*count).end_object();
    }
    json.end_array();
    Ok(())
}

/// The newest events that `query` asks for, `limit` of them or a few more, and where to go on after
/// as many as that.
async fn newest(
    store: &Store<AnyStorage>,
    limit: usize,
    mut query: AllQuery,
) -> Result<(Vec<Page>, Option<Position>)> {
    let (mut pages, mut found) = (Vec::new(), 0);
    while found < limit && pages.len() < MAX_PAGES {
        let page = store.read_all(&query).await?;
        found += page.len();
        query.from = page.next;
        pages.push(page);
        if query.from.is_none() {
            break;
        }
    }
    let mut next = query.from;
    if found > limit {
        let last = pages.iter().flat_map(Page::events).nth(limit - 1);
        next = last.map(|event| event.position);
    }
    Ok((pages, next))
}

/// Gives all of an order's events to `take`, page by page.
async fn each_event(
    store: &Store<AnyStorage>,
    order_id: &str,
    take: &mut dyn FnMut(&RecordedEvent<'_>) -> Result<()>,
) -> Result<()> {
    let mut query = StreamQuery::new(stream_id(order_id));
    loop {
        let page = store.read_stream(&query).await?;
        if page.is_empty() && query.from.is_none() {
            return Err(no_order(order_id));
        }
        for event in page.events() {
            take(&event)?;
        }
        match page.next {
            Some(from) => query.from = Some(from.cast_signed()),
            None => return Ok(()),
        }
    }
}

/// Writes one event with its words. `currency` is the order's, learned from its placement.
fn entry(json: &mut Writer, event: &RecordedEvent<'_>, currency: &mut Option<Currency>) {
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
    event_fields(json.begin_object(), event, schema, data);
    json.key("summary").string(&summary);
    json.key("known").boolean(known.is_some()).key("upcasted");
    if schema == stored_schema {
        json.null();
    } else {
        json.begin_object().key("fromSchema").number(stored_schema);
        json.key("toSchema").number(schema);
        json.key("storedData").raw(event.data).end_object();
    }
    json.end_object();
}
