//! Adding demo data.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use daybook_core::repository::derived_id;
use daybook_core::store::{Append, Store};
use daybook_core::{Result, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::events::ORDER_PLACED;
use futures_util::future::join_all;
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::BookHandle;
use crate::error::to_js;
use crate::input::{moment, parse};
use crate::output::to_json;
use crate::storage::AnyStorage;
use crate::store::promise;

/// How many events are appended at a time: they share one commit.
const CHUNK_EVENTS: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlanInput {
    seed: u64,
    orders: u32,
    until: String,
    recorded_at: String,
}

#[derive(Serialize)]
struct ProgressOutput {
    events: usize,
    orders: usize,
    done: bool,
}

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
        let handle = || -> Result<DemoHandle> {
            let input: PlanInput = parse("options", plan)?;
            let until = moment("until", &input.until)?;
            let plan = DemoPlan {
                seed: input.seed,
                orders: input.orders,
                until,
            };
            Ok(DemoHandle {
                store: self.store.clone(),
                recorded_at: moment("recordedAt", &input.recorded_at)?,
                events: Rc::new(RefCell::new(DemoEvents::new(plan))),
                placed: Rc::default(),
            })
        };
        handle().map_err(|error| to_js(&error))
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
            let appends = chunk
                .iter()
                .map(|demo| store.append(to_append(demo, recorded_at)));
            for appended in join_all(appends).await {
                appended?;
            }
            let orders = chunk
                .iter()
                .filter(|demo| demo.event.event_type == ORDER_PLACED)
                .count();
            placed.set(placed.get() + orders);
            to_json(&ProgressOutput {
                events: chunk.len(),
                orders: placed.get(),
                done: chunk.len() < CHUNK_EVENTS,
            })
        })
    }
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
