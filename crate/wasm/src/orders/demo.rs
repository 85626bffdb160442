//! Adding demo data.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use daybook_core::json::{Malformed, Reader, Writer};
use daybook_core::repository::derived_id;
use daybook_core::store::{Append, Store};
use daybook_core::{Result, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::events::ORDER_PLACED;
use futures_util::FutureExt as _;
use futures_util::future::maybe_done;
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::BookHandle;
use crate::error::to_js;
use crate::input::{moment, parse};
use crate::storage::AnyStorage;
use crate::store::promise;

/// How many events are appended at a time: they share one commit.
const CHUNK_EVENTS: usize = 1_000;

/// A year of trade in the making.
#[wasm_bindgen]
pub struct DemoHandle {
    store: Store<AnyStorage>,
    recorded_at: Timestamp,
    events: Rc<RefCell<DemoEvents>>,
    /// How many orders were placed by what is stored.
    placed: Rc<Cell<usize>>,
}

#[wasm_bindgen]
impl BookHandle {
    /// Makes up a year of trade after a plan (JSON text); nothing is stored yet.
    ///
    /// # Errors
    /// `invalid_input`
    pub fn demo(&self, plan: &str) -> Result<DemoHandle, JsValue> {
        let plan = parse("options", plan, read_plan).map_err(|error| to_js(&error))?;
        let (plan, recorded_at) = plan;
        Ok(DemoHandle {
            store: self.store.clone(),
            recorded_at,
            events: Rc::new(RefCell::new(DemoEvents::new(plan))),
            placed: Rc::default(),
        })
    }
}

#[wasm_bindgen]
impl DemoHandle {
    /// Appends the next events; gives JSON text: how many events, orders so far, and whether all
    /// is done.
    pub fn advance(&self) -> Promise {
        let (store, recorded_at) = (self.store.clone(), self.recorded_at);
        let (events, placed) = (Rc::clone(&self.events), Rc::clone(&self.placed));
        promise(async move {
            let chunk: Vec<DemoEvent> = events.borrow_mut().by_ref().take(CHUNK_EVENTS).collect();
            let append = |demo| Box::pin(maybe_done(store.append(to_append(demo, recorded_at))));
            let mut appends: Vec<_> = chunk.iter().map(append).collect();
            // All have begun before the first is waited for: what waits together is stored together.
            for append in &mut appends {
                append.now_or_never();
            }
            for append in &mut appends {
                append.as_mut().await;
                append.as_mut().take_output().transpose()?;
            }
            let orders = chunk
                .iter()
                .filter(|demo| demo.event.event_type == ORDER_PLACED)
                .count();
            placed.set(placed.get() + orders);
            let mut json = Writer::new();
            json.begin_object().key("events").number(chunk.len());
            json.key("orders").number(placed.get());
            json.key("done").boolean(chunk.len() < CHUNK_EVENTS);
            json.end_object();
            Ok(json.into_string().into())
        })
    }
}

/// What to make up, and when it is recorded.
fn read_plan(reader: &mut Reader<'_>) -> Result<(DemoPlan, Timestamp), Malformed> {
    let (mut seed, mut orders, mut until, mut recorded_at) = (None, None, None, None);
    reader.begin_object()?;
    while let Some(key) = reader.next_key()? {
        match &*key {
            "seed" => seed = Some(reader.unsigned()?),
            "orders" => orders = Some(reader.unsigned32()?),
            "until" => until = Some(moment(reader)?),
            "recordedAt" => recorded_at = Some(moment(reader)?),
            _ => return Err(reader.unknown()),
        }
    }
    let plan = DemoPlan {
        seed: reader.required(seed, "seed")?,
        orders: reader.required(orders, "orders")?,
        until: reader.required(until, "until")?,
    };
    Ok((plan, reader.required(recorded_at, "recordedAt")?))
}

fn to_append(demo: &DemoEvent, recorded_at: Timestamp) -> Append {
    let mut event = demo.event.clone();
    let command_id = derived_id("demo command", 0, &event.event_id.to_string()).to_string();
    event
        .correlation_id
        .get_or_insert_with(|| command_id.clone());
    event.causation_id.get_or_insert_with(|| command_id.clone());
    let mut append = Append::to(
        demo.stream_id.clone(),
        demo.expected,
        vec![event],
        recorded_at,
    );
    append.command_id = Some(command_id);
    append
}
