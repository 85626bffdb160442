//! How many orders there are and what they come to, by currency and status.

use daybook_core::codec::{Damaged, Reader, Writer};

use super::facts::Fact;
use super::orders_summary::{StatusFilter, Total};
use crate::currency::Currency;
use crate::money::Sum;
use crate::order::Status;

/// A tally of each status, for each currency, in the order of the currencies. There are few, so a
/// list is searched fastest.
#[derive(Debug, Default)]
pub(super) struct Tallies(Vec<(Currency, [Tally; 4])>);

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    count: usize,
    sum: Sum,
}

impl Tallies {
    /// Counts an order in, with what it comes to.
    pub(super) fn add(&mut self, fact: &Fact, total: Sum) {
        if let Some(tally) = self.tally(fact.currency, fact.status) {
            tally.count += 1;
            tally.sum.plus(total);
        }
    }

    /// Counts an order under the status it has, and no longer under the one before.
    pub(super) fn enter(&mut self, fact: &Fact, before: Status, total: Sum) {
        if let Some(tally) = self.tally(fact.currency, before) {
            tally.count = tally.count.saturating_sub(1);
            tally.sum = tally.sum.less(total);
        }
        self.add(fact, total);
    }

    /// Writes all of them.
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.count(self.0.len());
        for (currency, tallies) in &self.0 {
            writer.raw(&currency.bytes());
            for tally in tallies {
                writer.count(tally.count);
                tally.sum.write(writer);
            }
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mut tallies = Vec::new();
        for _ in 0..reader.count()? {
            let currency = Currency::from_bytes(reader.array()?).ok_or(Damaged)?;
            let mut of_currency = [Tally::default(); 4];
            for tally in &mut of_currency {
                tally.count = reader.uint32()? as usize;
                tally.sum = Sum::read_from(reader)?;
            }
            tallies.push((currency, of_currency));
        }
        Ok(Self(tallies))
    }

    /// What the orders of the statuses asked for come to; nothing where there are none.
    pub(super) fn totals(&self, status: StatusFilter) -> Vec<Total> {
        let mut totals = Vec::new();
        for (currency, tallies) in &self.0 {
            let mut all = Tally::default();
            for (of, tally) in Status::ALL.iter().zip(tallies) {
                if status.matches(*of) {
                    all.count += tally.count;
                    all.sum.plus(tally.sum);
                }
            }
            if all.count > 0 {
                totals.push(Total {
                    currency: *currency,
                    count: all.count,
                    amount: all.sum.in_currency(*currency),
                });
            }
        }
        totals
    }

    fn tally(&mut self, currency: Currency, status: Status) -> Option<&mut Tally> {
        let at = self.0.partition_point(|(known, _)| *known < currency);
        if self.0.get(at).is_none_or(|(known, _)| *known != currency) {
            self.0.insert(at, (currency, Default::default()));
        }
        let (_, tallies) = self.0.get_mut(at)?;
        tallies.get_mut(usize::from(status.to_byte()))
    }
}
