//! A toy domain: numbers added to streams, and a projection that counts and sums them per stream.

use core::marker::PhantomData;
use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use crate::codec::{Damaged, Reader, Writer};
use crate::domain::{Domain, EncodedEvent};
use crate::event::Tags;
use crate::projection::{Follower, Projection, Row, Save, Table, deliver};
use crate::storage::{Change, Record};
use crate::upcast::Upcaster;
use crate::{Error, Position, RecordedEvent, Result, Timestamp};

/// Knows `Added`, and `Doubled` when `DOUBLED`.
pub(super) struct Numbers<const DOUBLED: bool>;

pub(super) type Old = Numbers<false>;
pub(super) type New = Numbers<true>;

pub(super) enum Event {
    Added(u64),
    Doubled,
}

impl<const DOUBLED: bool> Domain for Numbers<DOUBLED> {
    type Event<'a> = Event;

    const UPCASTERS: &'static [Upcaster] = &[];

    fn knows(event_type: &str, schema_version: u32) -> bool {
        schema_version == 1 && (event_type == "Added" || DOUBLED && event_type == "Doubled")
    }

    fn decode(event_type: &str, _: u32, data: &str) -> Result<Option<Event>> {
        match event_type {
            "Added" => match data.parse() {
                Ok(number) => Ok(Some(Event::Added(number))),
                Err(_) => Err(Error::invalid("data", "is not a number")),
            },
            _ => Ok(Some(Event::Doubled)),
        }
    }

    fn encode(_: &Event) -> EncodedEvent {
        panic!("nothing is appended here")
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sum {
    pub(super) stream: String,
    pub(super) count: u64,
    pub(super) total: u64,
}

impl Row for Sum {
    const ROWS_PER_PAGE: usize = 2;

    fn key(&self) -> &str {
        &self.stream
    }

    fn write(&self, w: &mut Writer) {
        w.text(&self.stream);
        w.uint(self.count);
        w.uint(self.total);
    }

    fn read(r: &mut Reader<'_>) -> Result<Sum, Damaged> {
        Ok(Sum {
            stream: r.text()?.to_owned(),
            count: r.uint()?,
            total: r.uint()?,
        })
    }
}

/// Counts and sums per stream. Version 2 and up read the rows of version 1, and none other's.
/// Cannot take the number [`UNLUCKY`] when `FUSSY`.
#[derive(Debug)]
pub(super) struct Sums<D, const VERSION: u32, const FUSSY: bool> {
    pub(super) rows: Table<Sum>,
    domain: PhantomData<D>,
}

pub(super) const UNLUCKY: u64 = 13;

pub(super) type SumsOf<D> = Sums<D, 1, false>;

impl<D, const VERSION: u32, const FUSSY: bool> Default for Sums<D, VERSION, FUSSY> {
    fn default() -> Self {
        Self {
            rows: Table::new(),
            domain: PhantomData,
        }
    }
}

impl<D, const VERSION: u32, const FUSSY: bool> Projection for Sums<D, VERSION, FUSSY>
where
    D: for<'a> Domain<Event<'a> = Event>,
{
    type Domain = D;

    const NAME: &'static str = "sums";
    const VERSION: u32 = VERSION;

    fn apply(&mut self, recorded: &RecordedEvent<'_>, event: &Event) -> Result<()> {
        let stream = recorded.stream_id;
        match *event {
            Event::Added(UNLUCKY) if FUSSY => Err(Error::corrupt(recorded.position, "unlucky")),
            Event::Added(number) => {
                let add = |row: &mut Sum| {
                    row.count += 1;
                    row.total += number;
                };
                if self.rows.edit(stream, add).is_none() {
                    self.rows.insert(Sum {
                        stream: stream.to_owned(),
                        count: 1,
                        total: number,
                    });
                }
                Ok(())
            }
            Event::Doubled => {
                self.rows.edit(stream, |row| row.total *= 2);
                Ok(())
            }
        }
    }

    fn changed(&mut self) -> Vec<u32> {
        self.rows.changed_pages()
    }

    fn write_page(&self, number: u32) -> Vec<u8> {
        self.rows.write_page(number)
    }

    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool {
        (version == VERSION || version == 1) && self.rows.load_page(number, bytes).is_ok()
    }
}

/// One event of a log to come: its type, stream and data.
pub(super) type Entry = (&'static str, u8, u64);

/// Logs in which streams are many enough for several pages, and old ones are come back to.
pub(super) fn log_of(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<Entry>> {
    let kind = prop::sample::select(kinds);
    prop::collection::vec((kind, 0_u8..12, 0_u64..10), 1..80)
}

/// Gives `follow` each event of `log` from position `after + 1` on, up to `until`.
pub(super) fn each(
    log: &[Entry],
    after: Position,
    until: Position,
    mut follow: impl FnMut(&RecordedEvent<'_>),
) {
    for (position, (event_type, stream, number)) in (1..).zip(log) {
        if position <= after || position > until {
            continue;
        }
        let data = match *event_type {
            "Broken" => "not a number".to_owned(),
            _ => number.to_string(),
        };
        follow(&RecordedEvent {
            event_id: Uuid::from_u128(position.into()),
            event_type: if *event_type == "Broken" {
                "Added"
            } else {
                event_type
            },
            schema_version: None,
            stream_id: &format!("s{stream}"),
            version: 0,
            position,
            occurred_at: Timestamp::from_millis(0),
            recorded_at: Timestamp::from_millis(0),
            correlation_id: None,
            causation_id: None,
            command_id: None,
            tags: Tags::default(),
            metadata: None,
            data: &data,
        });
    }
}

/// Feeds a follower whatever it asks for, up to `until`.
pub(super) fn feed<P: Projection>(follower: &mut Follower<P>, log: &[Entry], until: Position) {
    if let Some(after) = follower.next_after() {
        each(log, after, until, |event| deliver(&mut [follower], event));
    }
}

/// The fold from nothing over the first `until` events.
pub(super) fn folded<P: Projection>(log: &[Entry], until: Position) -> Follower<P> {
    let mut follower = Follower::default();
    feed(&mut follower, log, until);
    follower
}

/// The rows in use.
pub(super) fn shown<D, const VERSION: u32, const FUSSY: bool>(
    follower: &Follower<Sums<D, VERSION, FUSSY>>,
) -> Vec<Sum>
where
    Sums<D, VERSION, FUSSY>: Projection,
{
    follower.rows().rows.iter().cloned().collect()
}

/// The rows of a fold from nothing over the first `until` events.
pub(super) fn expected(log: &[Entry], until: Position) -> Vec<Sum> {
    shown(&folded::<SumsOf<New>>(log, until))
}

pub(super) fn len(log: &[Entry]) -> Position {
    log.len() as Position
}

/// The derived records of a store, which several tabs share.
#[derive(Debug, Clone, Default)]
pub(super) struct Records(pub(super) BTreeMap<String, Vec<u8>>);

impl Records {
    pub(super) fn write(&mut self, changes: &[Change]) {
        for change in changes {
            match change.clone() {
                Change::Put { key, value } => {
                    self.0.insert(key, value);
                }
                Change::Delete { key } => {
                    self.0.remove(&key);
                }
                Change::DeletePrefix { prefix } => {
                    self.0.retain(|key, _| !key.starts_with(&prefix));
                }
            }
        }
    }

    pub(super) fn read(&self, prefix: &str) -> Vec<Record> {
        let records = self.0.clone().into_iter();
        records.filter(|(key, _)| key.starts_with(prefix)).collect()
    }

    pub(super) fn restore<P: Projection>(&self) -> Follower<P> {
        let mut follower = Follower::restore(&self.read(&Follower::<P>::prefix()));
        while let Some(prefix) = follower.missing() {
            follower.supply(&prefix, &self.read(&prefix));
        }
        follower
    }

    /// Saves, and says so.
    pub(super) fn save<P: Projection>(&mut self, follower: &mut Follower<P>) -> Option<Save> {
        let save = follower.changes()?;
        self.write(&save.changes);
        follower.saved(&save);
        Some(save)
    }

    pub(super) fn keys(&self, kind: &str) -> Vec<String> {
        let keys = self.0.keys().filter(|key| key.contains(kind));
        keys.cloned().collect()
    }
}
