//! What is known of an order, in 32 bytes.
//!
//! Nearly all amounts fit into 64 bits, and most orders are paid within days and that is all that
//! becomes of them. What is out of the ordinary stands beside the rows, in lists.

use daybook_core::Timestamp;
use daybook_core::codec::{Damaged, Reader, Writer};

use super::pages::Column;
use crate::currency::Currency;
use crate::events::OrderPlaced;
use crate::money::Sum;
use crate::order::Status;

/// What is known of each order, by its number.
#[derive(Debug, Default)]
pub(super) struct Facts {
    rows: Column<Fact>,
    /// When more than a timely payment happened.
    moments: Column<Delays>,
    /// Moments that are no delays.
    wide_moments: Vec<Moments>,
    /// Totals beyond 64 bits.
    wide: Vec<Sum>,
}

/// What is known of one order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// In millionths; from [`WIDE`] on down, a number among the wide totals.
    total: i64,
    pub(super) placed_at: Timestamp,
    /// How many milliseconds after its placement the order was paid, if that is all; [`NEVER`]; or
    /// with [`LISTED`], a number among the moments.
    moments: u32,
    /// The ordinal of its row among the customers.
    pub(super) customer: u32,
    pub(super) item_count: u32,
    pub(super) currency: Currency,
    pub(super) status: Status,
}

/// Totals of this and less are numbers in a list: 0 is the first.
const WIDE: i64 = i64::MIN + u32::MAX as i64;
const LISTED: u32 = 1 << 31;
const NEVER: u32 = LISTED - 1;

/// How many milliseconds after its placement an order was last paid, refunded and cancelled; or
/// [`WIDE_DELAY`] and a number among the wide moments.
type Delays = [u32; 3];
const NO_DELAY: u32 = u32::MAX;
const WIDE_DELAY: u32 = NO_DELAY - 1;

/// When an order was last paid, refunded and cancelled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) paid: Moment,
    pub(super) refunded: Moment,
    pub(super) cancelled: Moment,
}

/// A moment that may not have come, in 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(i64);

impl Facts {
    pub(super) fn get(&self, ordinal: u32) -> Option<&Fact> {
        self.rows.get(ordinal)
    }

    /// Shows each order's to `look`, in the order of the log.
    pub(super) fn each(&self, look: &mut dyn FnMut(u32, &Fact)) {
        self.rows.each(look);
    }

    /// Adds an order that was placed just now.
    pub(super) fn place(&mut self, placed: &OrderPlaced<'_>, customer: u32, at: Timestamp) {
        let total = self.pack_total(placed.total_amount.into());
        self.rows.push(Fact {
            total,
            placed_at: at,
            moments: NEVER,
            customer,
            item_count: placed.item_count(),
            currency: placed.currency,
            status: Status::Pending,
        });
    }

    /// Enters the status an order has since `at`, and returns the one before.
    pub(super) fn enter(&mut self, ordinal: u32, status: Status, at: Timestamp) -> Option<Status> {
        let fact = self.rows.get_mut(ordinal)?;
        let before = core::mem::replace(&mut fact.status, status);
        if status == Status::Paid
            && fact.moments < LISTED
            && let Some(delay @ 0..NEVER) = Moment::at(at).delay_after(fact.placed_at)
        {
            // Nothing else ever happens to most orders.
            fact.moments = delay;
            return Some(before);
        }
        let fact = *fact;
        let mut moments = self.moments(&fact);
        match status {
            Status::Pending => {}
            Status::Paid => moments.paid = Moment::at(at),
            Status::Refunded => moments.refunded = Moment::at(at),
            Status::Cancelled => moments.cancelled = Moment::at(at),
        }
        let packed = self.pack_moments(&fact, moments);
        self.rows.get_mut(ordinal)?.moments = packed;
        Some(before)
    }

    /// What an order comes to.
    pub(super) fn total(&self, fact: &Fact) -> Sum {
        let listed = || self.wide.get(wide_index(fact.total)?).copied();
        listed().unwrap_or(Sum::from_millionths(fact.total.into()))
    }

    /// What becomes of an order, and when.
    pub(super) fn moments(&self, fact: &Fact) -> Moments {
        let placed_at = fact.placed_at.as_millis();
        let after = |delay: u32| match delay {
            NO_DELAY => Moment::NEVER,
            _ => Moment(placed_at + i64::from(delay)),
        };
        let Some(number) = fact.moments.checked_sub(LISTED) else {
            let delay = Some(fact.moments).filter(|delay| *delay != NEVER);
            return Moments {
                paid: after(delay.unwrap_or(NO_DELAY)),
                ..Moments::NONE
            };
        };
        let moments = match self.moments.get(number) {
            Some([WIDE_DELAY, number, _]) => self.wide_moments.get(*number as usize).copied(),
            Some([paid, refunded, cancelled]) => Some(Moments {
                paid: after(*paid),
                refunded: after(*refunded),
                cancelled: after(*cancelled),
            }),
            None => None,
        };
        moments.unwrap_or(Moments::NONE)
    }

    /// Writes what is known of an order.
    pub(super) fn write(&self, ordinal: u32, writer: &mut Writer) {
        let Some(fact) = self.get(ordinal) else {
            return;
        };
        writer.uint(fact.customer.into());
        writer.uint(fact.item_count.into());
        writer.raw(&fact.currency.bytes());
        writer.byte(fact.status.to_byte());
        self.total(fact).write(writer);
        writer.int(fact.placed_at.as_millis());
        let moments = self.moments(fact);
        for moment in [moments.paid, moments.refunded, moments.cancelled] {
            moment.write(writer, fact.placed_at);
        }
    }

    /// Reads what [`write`](Self::write) wrote, as the next order's.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let mut fact = Fact {
            total: 0,
            placed_at: Timestamp::default(),
            moments: NEVER,
            customer: reader.uint32()?,
            item_count: reader.uint32()?,
            currency: Currency::from_bytes(reader.array()?).ok_or(Damaged)?,
            status: Status::from_byte(reader.byte()?).ok_or(Damaged)?,
        };
        fact.total = self.pack_total(Sum::read_from(reader)?);
        fact.placed_at = Timestamp::from_millis(reader.int()?);
        let moments = Moments {
            paid: Moment::read(reader, fact.placed_at)?,
            refunded: Moment::read(reader, fact.placed_at)?,
            cancelled: Moment::read(reader, fact.placed_at)?,
        };
        fact.moments = self.pack_moments(&fact, moments);
        self.rows.push(fact);
        Ok(())
    }

    /// Gives an order another number for its customer.
    pub(super) fn set_customer(&mut self, ordinal: u32, customer: u32) {
        if let Some(fact) = self.rows.get_mut(ordinal) {
            fact.customer = customer;
        }
    }

    /// How many bytes of memory they take.
    pub(super) fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes()
            + self.moments.memory_bytes()
            + self.wide_moments.capacity() * size_of::<Moments>()
            + self.wide.capacity() * size_of::<Sum>()
    }

    /// How `moments` are kept, given how the ones before were.
    fn pack_moments(&mut self, fact: &Fact, moments: Moments) -> u32 {
        let delays = [moments.paid, moments.refunded, moments.cancelled]
            .map(|moment| moment.delay_after(fact.placed_at));
        let listed = fact.moments.checked_sub(LISTED);
        if let (None, [Some(paid), Some(NO_DELAY), Some(NO_DELAY)]) = (listed, delays) {
            match paid {
                NO_DELAY => return NEVER,
                0..NEVER => return paid,
                _ => {}
            }
        }
        let row = match delays {
            [Some(paid), Some(refunded), Some(cancelled)] => [paid, refunded, cancelled],
            _ => [WIDE_DELAY, self.widen(listed, moments), 0],
        };
        if let Some(number) = listed {
            if let Some(place) = self.moments.get_mut(number) {
                *place = row;
            }
            return fact.moments;
        }
        self.moments.push(row);
        // Memory ends long before these numbers do.
        LISTED | (self.moments.len() - 1)
    }

    /// Keeps moments that are no delays, in the place of those before, and returns their number.
    fn widen(&mut self, listed: Option<u32>, moments: Moments) -> u32 {
        let before = listed.and_then(|number| self.moments.get(number));
        if let Some([WIDE_DELAY, number, _]) = before
            && let Some(place) = self.wide_moments.get_mut(*number as usize)
        {
            *place = moments;
            return *number;
        }
        self.wide_moments.push(moments);
        u32::try_from(self.wide_moments.len() - 1).unwrap_or_default()
    }

    fn pack_total(&mut self, total: Sum) -> i64 {
        if let Ok(packed) = i64::try_from(total.millionths())
            && packed > WIDE
        {
            return packed;
        }
        self.wide.push(total);
        let listed = i64::try_from(self.wide.len()).unwrap_or(i64::MAX);
        WIDE.saturating_add(1).saturating_sub(listed)
    }
}

impl Fact {
    /// The total in millionths, or the least or greatest of 64 bits where it lies beyond.
    pub(super) fn clamped_total(&self, facts: &Facts) -> i64 {
        let total = facts.total(self).millionths();
        i64::try_from(total).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX })
    }
}

fn wide_index(total: i64) -> Option<usize> {
    usize::try_from(WIDE.checked_sub(total)?).ok()
}

impl Moments {
    const NONE: Self = Self {
        paid: Moment::NEVER,
        refunded: Moment::NEVER,
        cancelled: Moment::NEVER,
    };
}

impl Moment {
    const NEVER: Self = Self(i64::MIN);

    const fn at(at: Timestamp) -> Self {
        Self(at.as_millis())
    }

    pub(super) fn get(self) -> Option<Timestamp> {
        (self != Self::NEVER).then(|| Timestamp::from_millis(self.0))
    }

    /// How many milliseconds after `start` it was; [`NO_DELAY`] when never. `None` when that is no
    /// delay.
    fn delay_after(self, start: Timestamp) -> Option<u32> {
        if self == Self::NEVER {
            return Some(NO_DELAY);
        }
        let delay = u32::try_from(self.0 - start.as_millis()).ok()?;
        (delay < WIDE_DELAY).then_some(delay)
    }

    /// Writes how long after `start` it was.
    fn write(self, writer: &mut Writer, start: Timestamp) {
        writer.byte((self != Self::NEVER).into());
        if self != Self::NEVER {
            writer.int(self.0 - start.as_millis());
        }
    }

    fn read(reader: &mut Reader<'_>, start: Timestamp) -> Result<Self, Damaged> {
        if reader.byte()? == 0 {
            return Ok(Self::NEVER);
        }
        let at = start.as_millis().saturating_add(reader.int()?);
        Ok(Self::at(Timestamp::from_millis(at)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Amount;

    fn any_moment() -> impl Strategy<Value = i64> {
        let day = 86_400_000_i64;
        prop_oneof![
            0..3 * day,
            24 * day..26 * day,
            Just(i64::from(NEVER) - 1),
            Just(i64::from(NEVER)),
            Just(i64::from(WIDE_DELAY) - 1),
            Just(i64::from(WIDE_DELAY)),
            Just(i64::from(NO_DELAY)),
            -day..0,
            -60_000_000_000_000_i64..200_000_000_000_000,
        ]
    }

    proptest! {
        #[test]
        fn facts_in_little_memory_are_the_same_facts(
            orders in prop::collection::vec(
                (
                    "-?[1-9][0-9]{0,21}\\.[0-9]{6}",
                    prop::collection::vec((1_u8..4, any_moment()), 0..5),
                ),
                1..9,
            ),
        ) {
            let mut facts = Facts::default();
            let mut expected = Vec::new();
            let placed_at = Timestamp::from_millis(1_000_000);
            for (ordinal, (total, steps)) in (0..).zip(&orders) {
                let total = Amount::recorded(total).unwrap();
                facts.place(
                    &OrderPlaced {
                        order_id: "a".into(),
                        customer_id: "b".into(),
                        items: Vec::new(),
                        total_amount: total,
                        currency: Currency::USD,
                    },
                    ordinal,
                    placed_at,
                );
                let (mut last, mut moments) = (Status::Pending, [None; 4]);
                for (step, after) in steps {
                    let status = Status::from_byte(*step).unwrap();
                    let at = Timestamp::from_millis(1_000_000 + after);
                    prop_assert_eq!(facts.enter(ordinal, status, at), Some(last));
                    (last, moments[usize::from(*step)]) = (status, Some(at));
                }
                expected.push((Sum::from(total), last, moments));
            }
            let mut writer = Writer::new();
            for (ordinal, _) in (0..).zip(&orders) {
                facts.write(ordinal, &mut writer);
            }
            let bytes = writer.into_bytes();
            let (mut reader, mut again) = (Reader::new(&bytes), Facts::default());
            for _ in &orders {
                again.read(&mut reader).unwrap();
            }
            for facts in [facts, again] {
                for (ordinal, (total, status, [_, paid, refunded, cancelled])) in (0..).zip(&expected) {
                    let fact = facts.get(ordinal).unwrap();
                    prop_assert_eq!((facts.total(fact), fact.status), (*total, *status));
                    let moments = facts.moments(fact);
                    prop_assert_eq!(moments.paid.get(), *paid);
                    prop_assert_eq!(moments.refunded.get(), *refunded);
                    prop_assert_eq!(moments.cancelled.get(), *cancelled);
                }
            }
        }
    }
}
