//! Adding demo data.

use std::cell::{Cell, RefCell};

use daybook_core::json::{Malformed, Reader, Writer};
use daybook_core::repository::derived_id;
use daybook_core::store::{Append, Payloads, Store};
use daybook_core::{Result, Timestamp};
use daybook_orders::demo::{DemoEvent, DemoEvents, DemoPlan};
use daybook_orders::events::ORDER_PLACED;

use crate::handle::{Call, Part, Work, unknown};
use crate::input::{moment, parse};
use crate::storage::AnyStorage;

/// How many events are appended at a time: they share one commit.
const CHUNK_EVENTS: usize = 1_000;

/// A year of trade in the making.
pub(super) struct DemoPart {
    store: Store<AnyStorage>,
    recorded_at: Timestamp,
    events: RefCell<DemoEvents>,
    /// How many orders were placed by what is stored.
    placed: Cell<usize>,
}

impl DemoPart {
    /// Makes up a year of trade after a plan (JSON text); nothing is stored yet.
    pub(super) fn begin(store: Store<AnyStorage>, plan: &str) -> Result<Self> {
        let (plan, recorded_at) = parse("options", plan, read_plan)?;
        Ok(Self {
            store,
            recorded_at,
            events: RefCell::new(DemoEvents::new(plan)),
            placed: Cell::default(),
        })
    }
}

impl Part for DemoPart {
    /// Appends the next events; gives how many, the orders so far, and whether all is done.
    fn call<'a>(&'a self, _call: Call, json: &'a mut Writer) -> Work<'a, ()> {
        Box::pin(async move {
            let next = self
                .events
                .borrow_mut()
                .by_ref()
                .take(CHUNK_EVENTS)
                .collect();
            let chunk: Vec<DemoEvent> = next;
            let appends = chunk.iter().map(|demo| to_append(demo, self.recorded_at));
            // Together: what waits together is stored together.
            for answer in self
                .store
                .append_each(appends.collect(), Payloads::Given)
                .await
            {
                answer?;
            }
            let orders = chunk
                .iter()
                .filter(|demo| demo.event.event_type == ORDER_PLACED)
                .count();
            self.placed.set(self.placed.get() + orders);
            json.begin_object().key("events").number(chunk.len());
            json.key("orders").number(self.placed.get());
            json.key("done").boolean(chunk.len() < CHUNK_EVENTS);
            json.end_object();
            Ok(())
        })
    }

    fn ask(&self, name: &str, _input: &str, _json: &mut Writer) -> Result<()> {
        Err(unknown(name))
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
