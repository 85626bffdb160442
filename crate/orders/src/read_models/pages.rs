//! Two tables and a position, saved as the numbered pages of one projection.
//!
//! Page `n` of the first table is saved as page `3 n`, of the second as `3 n + 1`; page 2 holds the
//! position of the last event applied.

use daybook_core::Position;
use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::projection::{Row, Table};

const PARTS: u32 = 3;
const POSITION_PAGE: u32 = 2;

/// The pages that changed. `position` gives nothing when no event was applied since.
pub(super) fn save<A: Row, B: Row>(
    first: &mut Table<A>,
    second: &mut Table<B>,
    position: &mut Applied,
) -> Vec<(u32, Vec<u8>)> {
    let part = |pages: Vec<(u32, Vec<u8>)>, part: u32| {
        pages
            .into_iter()
            .map(move |(number, bytes)| (number * PARTS + part, bytes))
    };
    let mut pages: Vec<_> = part(first.changed_pages(), 0)
        .chain(part(second.changed_pages(), 1))
        .collect();
    if core::mem::take(&mut position.changed) {
        let mut writer = Writer::new();
        writer.uint(position.last);
        pages.push((POSITION_PAGE, writer.into_bytes()));
    }
    pages.sort_unstable_by_key(|(number, _)| *number);
    pages
}

/// Takes in all pages of a projection.
pub(super) fn load<A: Row, B: Row>(
    pages: &[(u32, Vec<u8>)],
) -> Result<(Table<A>, Table<B>, Applied), Damaged> {
    let (mut first, mut second) = (Table::default(), Table::default());
    let mut position = Applied::default();
    for (number, bytes) in pages {
        match number % PARTS {
            0 => first.load_page(number / PARTS, bytes)?,
            1 => second.load_page(number / PARTS, bytes)?,
            _ => {
                let mut reader = Reader::new(bytes);
                position.last = reader.uint()?;
                reader.end()?;
            }
        }
    }
    if position.last == 0 && !first.is_empty() {
        return Err(Damaged);
    }
    Ok((first, second, position))
}

/// The position of the last event applied: what makes a projection idempotent.
#[derive(Debug, Clone, Default)]
pub(super) struct Applied {
    last: Position,
    changed: bool,
}

impl Applied {
    /// Whether the event at `position` was applied already.
    pub(super) const fn includes(&self, position: Position) -> bool {
        position <= self.last
    }

    /// Notes that the event at `position` is applied.
    pub(super) fn advance(&mut self, position: Position) {
        self.last = position;
        self.changed = true;
    }
}
