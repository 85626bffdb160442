//! The newest orders and the sums over all, to be shown before the rows are read.

use daybook_core::codec::{Damaged, Reader, Writer};

use super::orders::OrdersTable;
use super::tallies::Tallies;

/// How many orders a preview holds: what a screen shows at first.
pub(super) const PREVIEW_ROWS: usize = 50;

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
