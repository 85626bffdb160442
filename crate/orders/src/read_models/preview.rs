//! The newest orders and the sums over all, to be shown before the rows are read.

use daybook_core::Timestamp;
use daybook_core::codec::{Damaged, Reader, Writer};

use super::orders::OrdersTable;
use super::tallies::Tallies;

/// How many orders a preview holds: what a screen shows at first.
pub(super) const PREVIEW_ROWS: usize = 50;

/// The orders placed last, out of all in turn: several times quicker than sorting all of them.
#[derive(Default)]
pub(super) struct Newest(Vec<(Timestamp, u32)>);

impl Newest {
    /// How many are kept before those that are too old go: seldom, as it moves the others.
    const MOST: usize = 16 * PREVIEW_ROWS;

    pub(super) fn consider(&mut self, order: (Timestamp, u32)) {
        let oldest = self.too_old().and_then(|count| self.0.get(count));
        if oldest.is_some_and(|oldest| order < *oldest) {
            return;
        }
        let at = self.0.partition_point(|other| *other < order);
        self.0.insert(at, order);
        if self.0.len() > Self::MOST {
            self.0.drain(..self.too_old().unwrap_or_default());
        }
    }

    /// Their ordinals, in the order they were placed in.
    pub(super) fn ordinals(&self) -> Vec<u32> {
        let mut ordinals = Vec::with_capacity(PREVIEW_ROWS);
        for (_, ordinal) in self.0.iter().skip(self.too_old().unwrap_or_default()) {
            ordinals.push(*ordinal);
        }
        ordinals
    }

    /// How many are too old; `None` while there is room.
    fn too_old(&self) -> Option<usize> {
        self.0.len().checked_sub(PREVIEW_ROWS)
    }
}

/// Writes the orders numbered `ordinals`, and the sums.
pub(super) fn write(table: &OrdersTable, tallies: &Tallies, ordinals: &[u32]) -> Vec<u8> {
    let mut writer = Writer::new();
    tallies.write(&mut writer);
    writer.count(ordinals.len());
    for ordinal in ordinals {
        table.write_alone(*ordinal, &mut writer);
    }
    writer.into_bytes()
}

/// A table of these orders alone, and the sums over all.
pub(super) fn read(preview: &[u8]) -> Result<(OrdersTable, Tallies), Damaged> {
    let mut reader = Reader::new(preview);
    let tallies = Tallies::read(&mut reader)?;
    let mut table = OrdersTable::default();
    for _ in 0..reader.count()? {
        table.read_alone(&mut reader)?;
    }
    reader.end()?;
    Ok((table, tallies))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_newest_are_the_last_when_all_are_sorted(
            times in prop::collection::vec(0_i64..500, 0..2_000),
            in_order in any::<bool>(),
        ) {
            let mut times = times;
            if in_order {
                times.sort_unstable();
            }
            let mut all: Vec<_> = times.into_iter().map(Timestamp::from_millis).zip(0_u32..).collect();
            let mut newest = Newest::default();
            for order in &all {
                newest.consider(*order);
            }
            all.sort_unstable();
            let expected: Vec<u32> = all.iter().map(|(_, ordinal)| *ordinal).collect();
            let start = expected.len().saturating_sub(PREVIEW_ROWS);
            prop_assert_eq!(newest.ordinals(), &expected[start..]);
        }
    }
}
