//! The log as a plain list of events, and every answer as a scan of it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::index::names::NameHash;
use crate::index::{BatchEntry, Entry, Index};
use crate::query::{Query, QueryItem};
use crate::{Hash, Position, Version};
use daybook_codec::hash64::hash64;

/// The real hash function, one that makes everything collide, and one that makes much collide.
pub(super) const HASHES: [NameHash; 3] = [hash64, |_| 0, |bytes| bytes.len() as u64 % 3];

/// Names that differ as little as names can.
pub(super) const STREAMS: [&str; 9] = [
    "order-0190f5c4-7a3b-7c1d-8e2f-0123456789ab",
    "order-0190f5c4-7a3b-7c1d-8e2f-0123456789ac",
    "order-0190F5C4-7A3B-7C1D-8E2F-0123456789AB",
    "order-0190f5c4-7a3b-7c1d-8e2f-0123456789abc",
    "0190f5c4-7a3b-7c1d-8e2f-0123456789ab",
    "cart-0190f5c4-7a3b-7c1d-8e2f-0123456789ab",
    "order-0190f5c4-7a3b-7c1d-8e2f0-123456789ab",
    "a",
    "ü-0190f5c4-7a3b-7c1d-8e2f-0123456789ab",
];
pub(super) const TYPES: [&str; 5] = ["Placed", "Paid", "Refunded", "Cancelled", "Never"];
pub(super) const TAGS: [&str; 6] = [
    "customer:1",
    "customer:2",
    "order:0190f5c4-7a3b-7c1d-8e2f-0123456789ab",
    "vip",
    "till:7",
    "never",
];

/// Stream, type, command and tags of an event, as indexes into the lists above.
pub(super) type Spec = (usize, usize, Option<usize>, Vec<usize>);

pub(super) fn events() -> impl Strategy<Value = Vec<Spec>> {
    let event = (
        0..STREAMS.len(),
        0_usize..4,
        option::of(0_usize..8),
        vec(0_usize..5, 0..4),
    );
    vec(event, 1..10)
}

pub(super) fn batches() -> impl Strategy<Value = Vec<Vec<Spec>>> {
    vec(events(), 0..14)
}

pub(super) fn queries() -> impl Strategy<Value = Vec<Query>> {
    let item =
        (vec(0..TYPES.len(), 0..3), vec(0..TAGS.len(), 0..3)).prop_map(|(types, tags)| QueryItem {
            types: types.into_iter().map(|at| TYPES[at].to_owned()).collect(),
            tags: tags.into_iter().map(|at| TAGS[at].to_owned()).collect(),
        });
    vec(vec(item, 0..4).prop_map(|items| Query { items }), 1..5)
}

pub(super) fn command(number: usize) -> String {
    format!("command {number}")
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    position: Position,
    version: Version,
    stream: &'static str,
    kind: &'static str,
    command: Option<String>,
    tags: Vec<&'static str>,
}

impl Event {
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            position: self.position,
            version: self.version,
            stream: self.stream,
            event_type: self.kind,
            command: self.command.as_deref(),
            tags: self.tags.iter().copied().collect(),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) log: Vec<Event>,
    pub(super) batches: Vec<BatchEntry>,
    /// The positions at which an append with a command id begins, with that id.
    appends: Vec<(Position, String)>,
}

impl Model {
    pub(super) fn tail(&self) -> Position {
        self.log.len() as Position
    }

    /// The events of a batch, as they would stand at the end of the log.
    pub(super) fn next(&self, batch: &[Spec]) -> Vec<Event> {
        let mut log = self.log.clone();
        for (stream, kind, command_number, tags) in batch {
            let stream = STREAMS[*stream];
            let version = log.iter().filter(|event| event.stream == stream).count();
            log.push(Event {
                position: log.len() as Position + 1,
                version: Version::try_from(version).unwrap(),
                stream,
                kind: TYPES[*kind],
                command: command_number.map(command),
                tags: tags.iter().map(|&tag| TAGS[tag]).collect(),
            });
        }
        log.split_off(self.log.len())
    }

    /// Adds a batch here and to an index.
    pub(super) fn push(&mut self, index: &mut Index, batch: &[Spec]) {
        let events = self.next(batch);
        let first = self.tail() + 1;
        let mut before: Option<&str> = None;
        for event in &events {
            if let Some(command) = event
                .command
                .as_ref()
                .filter(|id| Some(id.as_str()) != before)
            {
                self.appends.push((event.position, command.clone()));
            }
            before = event.command.as_deref();
        }
        self.log.extend(events.iter().cloned());
        let bytes = events.len() * 100;
        self.batches.push(BatchEntry {
            first,
            last: self.tail(),
            bytes,
        });
        index
            .push_batch(events.iter().map(Event::entry), bytes, head(self.tail()))
            .unwrap();
    }

    /// Merges some batches here and in an index.
    pub(super) fn merge(&mut self, index: &mut Index, start: usize, count: usize) {
        if self.batches.is_empty() {
            return;
        }
        let start = start % self.batches.len();
        let end = (start + count).min(self.batches.len());
        let merged = BatchEntry {
            first: self.batches[start].first,
            last: self.batches[end - 1].last,
            bytes: self.batches[start..end]
                .iter()
                .map(|batch| batch.bytes)
                .sum(),
        };
        self.batches.splice(start..end, [merged]);
        index.merged(merged.first, merged.last, merged.bytes);
    }

    /// Every answer but those to queries is what the log says.
    pub(super) fn assert_same(&self, index: &Index) {
        assert_eq!(index.tail(), self.tail());
        assert_eq!(
            index.head(),
            if self.tail() == 0 {
                Hash::GENESIS
            } else {
                head(self.tail())
            }
        );
        self.assert_streams(index);
        self.assert_commands(index);
        let counts = TYPES.map(|name| {
            let count = self.log.iter().filter(|event| event.kind == name).count();
            (name, count as u64)
        });
        let mut found: Vec<_> = index.event_types().collect();
        found.sort_by_key(|(name, _)| TYPES.iter().position(|known| known == name));
        let expected: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(found, expected);
        assert!(index.batches().eq(self.batches.iter().copied()));
        assert!(index.batches().rev().eq(self.batches.iter().rev().copied()));
        for position in 0..=self.tail() + 1 {
            let holder = self
                .batches
                .iter()
                .find(|batch| (batch.first..=batch.last).contains(&position));
            assert_eq!(index.batch_of(position), holder.copied());
        }
    }

    fn assert_streams(&self, index: &Index) {
        let mut count = 0;
        for stream in STREAMS.into_iter().chain(["", "order-", "b"]) {
            let events = self
                .log
                .iter()
                .filter(|event| event.stream == stream)
                .count();
            let version = Version::try_from(events).unwrap() - 1;
            count += usize::from(events > 0);
            assert_eq!(index.version(stream), version, "of '{stream}'");
            for (from, to) in [
                (0, Version::MAX),
                (Version::MIN, version),
                (1, 3),
                (version, version),
                (2, 1),
            ] {
                self.assert_stream(index, stream, from, to);
            }
        }
        assert_eq!(index.stream_count(), count);
    }

    pub(super) fn assert_stream(&self, index: &Index, stream: &str, from: Version, to: Version) {
        let expected: Vec<Position> = self
            .log
            .iter()
            .filter(|event| event.stream == stream && (from..=to).contains(&event.version))
            .map(|event| event.position)
            .collect();
        assert_eq!(
            index.stream_positions(stream, from, to),
            expected,
            "{from}..={to} of '{stream}'"
        );
    }

    /// No append is missed; others may be among the candidates only where hashes collide.
    fn assert_commands(&self, index: &Index) {
        for number in 0..9 {
            let id = command(number);
            let appends = self.appends.iter().filter(|(_, known)| *known == id);
            let expected: Vec<Position> = appends.map(|(position, _)| *position).collect();
            let found = index.command_candidates(&id);
            assert!(found.is_sorted_by(|one, other| one < other));
            if index.command_hash("some") == index.command_hash("other one") {
                assert!(expected.iter().all(|position| found.contains(position)));
            } else {
                assert_eq!(found, expected);
            }
        }
    }

    /// A query's answers, forward within `after < position <= upto` and backward from `upto`.
    pub(super) fn assert_matches(
        &self,
        index: &Index,
        query: &Query,
        (after, upto, limit): (Position, Position, usize),
    ) {
        let all: Vec<Position> = self
            .log
            .iter()
            .filter(|event| matches(query, event))
            .map(|event| event.position)
            .collect();
        let within = all
            .iter()
            .copied()
            .filter(|&position| position > after && position <= upto);
        let expected: Vec<Position> = within.take(limit).collect();
        assert_eq!(
            index.matches_after(query, after, upto, limit),
            expected,
            "{query:?}"
        );
        let below = all
            .iter()
            .rev()
            .copied()
            .filter(|&position| position < upto);
        let expected: Vec<Position> = below.take(limit).collect();
        assert_eq!(
            index.matches_before(query, upto, limit),
            expected,
            "{query:?}"
        );
        let first = all.iter().copied().find(|&position| position > after);
        assert_eq!(index.first_match(query, after), first, "{query:?}");
    }
}

/// A chain hash that tells positions apart.
pub(super) fn head(position: Position) -> Hash {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&position.to_le_bytes());
    Hash(hash)
}

fn matches(query: &Query, event: &Event) -> bool {
    query.items.is_empty()
        || query.items.iter().any(|item| {
            (item.types.is_empty() || item.types.iter().any(|name| name == event.kind))
                && item
                    .tags
                    .iter()
                    .all(|tag| event.tags.contains(&tag.as_str()))
        })
}
