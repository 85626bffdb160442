//! A year of a shop's trade, made up from a seed: the same plan gives the same events.
//!
//! The first tenth of the orders is stored as `OrderPlaced` 1, half of it without a schema version,
//! and the next 15 % as `OrderPlaced` 2, as an old shop would have them.

mod catalogue;
mod trade;

#[cfg(test)]
mod tests;

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use daybook_core::time::Day;
use daybook_core::{ExpectedVersion, NewEvent, Timestamp};

use crate::sorted::{Keys, signed, sorted};
use crate::splitmix::SplitMix64;

const DAY_MS: i64 = 86_400_000;
const DAYS: i32 = 365;
/// Orders by weekday, Sunday first.
const WEEK: [u64; 7] = [12, 9, 9, 10, 11, 14, 17];
/// Orders by month, January first.
const SEASON: [u64; 12] = [8, 7, 9, 9, 10, 10, 9, 8, 10, 11, 15, 18];
/// Orders by hour (UTC), midnight first.
const HOURS: [u64; 24] = [
    1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 14, 13, 12, 12, 13, 15, 17, 18, 16, 11, 6, 3,
];

/// What is to be made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoPlan {
    /// Another seed gives another year.
    pub seed: u64,
    /// How many orders are placed.
    pub orders: u32,
    /// The year's last moment: nothing happens after it.
    pub until: Timestamp,
}

/// An event to be appended to its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoEvent {
    /// The order's stream.
    pub stream_id: String,
    /// The version the stream has when everything before was appended.
    pub expected: ExpectedVersion,
    /// What happened.
    pub event: NewEvent,
}

/// The year's events in the order they happened in. Chunks of any size can be appended as they come.
///
/// ```
/// use daybook_core::Timestamp;
/// use daybook_orders::demo::{DemoEvents, DemoPlan};
/// let until = Timestamp::parse("2026-01-31T18:00:00Z")?;
/// let plan = DemoPlan { seed: 7, orders: 100, until };
/// assert!(DemoEvents::new(plan).count() > 150);
/// # Ok::<(), Box<daybook_core::Error>>(())
/// ```
pub struct DemoEvents {
    plan: DemoPlan,
    /// The days whose orders were not made up yet, with how many orders were placed by their end.
    days: std::vec::IntoIter<(Day, u32)>,
    placed: u32,
    due: BinaryHeap<Reverse<Due>>,
}

/// An event to come; the earliest is the least.
struct Due {
    at: Timestamp,
    order: u32,
    version: i64,
    event: Box<DemoEvent>,
}

/// Moments in the order of time.
struct Times<'a>(&'a [i64]);

impl Keys for Times<'_> {
    fn key(&self, ordinal: u32) -> u64 {
        self.0.get(ordinal as usize).map_or(0, |time| signed(*time))
    }
}

impl DemoEvents {
    /// The events of `plan`.
    #[must_use]
    pub fn new(plan: DemoPlan) -> Self {
        let last = plan.until.day();
        let first_day = Day(last.0.saturating_sub(DAYS - 1));
        Self {
            plan,
            days: orders_by_day(first_day, plan.orders).into_iter(),
            placed: 0,
            due: BinaryHeap::new(),
        }
    }

    /// How many of the plan's orders were made up so far; for showing progress.
    #[must_use]
    pub const fn orders_placed(&self) -> u32 {
        self.placed
    }

    /// Makes up the orders of one day, and all that happens to them.
    fn make_day(&mut self, day: Day, placed_by_evening: u32) {
        let start = i64::from(day.0) * DAY_MS;
        let span = (self.plan.until.as_millis() - start).clamp(0, DAY_MS - 1);
        let mut random = SplitMix64::new(self.plan.seed, u64::from(day.0.unsigned_abs()));
        let mut times = Vec::new();
        for _ in self.placed..placed_by_evening {
            times.push(start + time_of_day(&mut random) * span / DAY_MS);
        }
        let count = placed_by_evening - self.placed;
        let by_time = sorted(&mut (0..count), &Times(&times));
        for (order, (_, drawn)) in (self.placed..).zip(by_time) {
            let at = times.get(drawn as usize).copied().unwrap_or(start);
            let at = Timestamp::from_millis(at);
            for (version, event) in (0..).zip(trade::order(self.plan, order, at)) {
                let at = event.event.occurred_at;
                if at <= self.plan.until {
                    self.due.push(Reverse(Due {
                        at,
                        order,
                        version,
                        event: Box::new(event),
                    }));
                }
            }
        }
        self.placed = placed_by_evening;
    }
}

impl Iterator for DemoEvents {
    type Item = DemoEvent;

    fn next(&mut self) -> Option<DemoEvent> {
        // The earliest event is certain once no day that is still to come can hold an earlier one.
        loop {
            let next_day = self.days.as_slice().first();
            let certain = match (next_day, self.due.peek()) {
                (Some((day, _)), Some(Reverse(due))) => due.at.day() < *day,
                (Some(_), None) => false,
                (None, _) => true,
            };
            if certain {
                return self.due.pop().map(|Reverse(due)| *due.event);
            }
            if let Some((day, placed)) = self.days.next() {
                self.make_day(day, placed);
            }
        }
    }
}

impl core::fmt::Debug for DemoEvents {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DemoEvents")
            .field("plan", &self.plan)
            .field("placed", &self.placed)
            .finish_non_exhaustive()
    }
}

/// Each day with how many of `orders` are placed by its end, by weekday and season.
fn orders_by_day(first: Day, orders: u32) -> Vec<(Day, u32)> {
    let days = (0..DAYS).map(|offset| Day(first.0.saturating_add(offset)));
    let sum: u64 = days.clone().map(weight).sum();
    let (mut by_evening, mut placed_by) = (0, Vec::new());
    for day in days {
        by_evening += weight(day);
        let placed = u64::from(orders) * by_evening / sum;
        placed_by.push((day, u32::try_from(placed).unwrap_or(orders)));
    }
    placed_by
}

fn weight(day: Day) -> u64 {
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from((i64::from(day.0) + 4).rem_euclid(7)).unwrap_or_default();
    let month = day
        .to_string()
        .get(5..7)
        .and_then(|month| month.parse::<usize>().ok())
        .unwrap_or(1);
    let of_week = WEEK.get(weekday).copied().unwrap_or(1);
    of_week * SEASON.get(month.saturating_sub(1)).copied().unwrap_or(1)
}

/// Milliseconds since midnight.
fn time_of_day(random: &mut SplitMix64) -> i64 {
    let mut left = random.below(HOURS.iter().sum());
    let mut hour = 0;
    for weight in &HOURS {
        if left < *weight {
            break;
        }
        left -= weight;
        hour += 1;
    }
    hour * 3_600_000 + i64::try_from(random.below(3_600_000)).unwrap_or_default()
}

impl Due {
    const fn key(&self) -> (i64, u32, i64) {
        (self.at.as_millis(), self.order, self.version)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
