//! The rows of a projection in memory, and the numbered pages they are saved as.
//!
//! Page `n` of a projection's first table is saved as page `3 n`, of its second as `3 n + 1`; page 2
//! holds the position of the last event applied.

use daybook_core::Position;
use daybook_core::codec::{Damaged, Reader, Writer};

/// How many rows are saved together.
pub(super) const ROWS_PER_PAGE: u32 = 1024;

const PARTS: u32 = 3;
const POSITION_PAGE: u32 = 2;

/// A value for each row, in pieces of a page each: growing never copies what is there, and leaves
/// hardly a gap.
#[derive(Debug)]
pub(super) struct Column<T>(Vec<Vec<T>>);

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Column<T> {
    pub(super) fn get(&self, ordinal: u32) -> Option<&T> {
        let piece = self.0.get((ordinal / ROWS_PER_PAGE) as usize)?;
        piece.get((ordinal % ROWS_PER_PAGE) as usize)
    }

    pub(super) fn get_mut(&mut self, ordinal: u32) -> Option<&mut T> {
        let piece = self.0.get_mut((ordinal / ROWS_PER_PAGE) as usize)?;
        piece.get_mut((ordinal % ROWS_PER_PAGE) as usize)
    }

    pub(super) fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some(piece) if piece.len() < ROWS_PER_PAGE as usize => piece.push(value),
            Some(_) => {
                // The next one will be full as well: no growing, and no holes left by that.
                let mut piece = Vec::with_capacity(ROWS_PER_PAGE as usize);
                piece.push(value);
                self.0.push(piece);
            }
            None => self.0.push(vec![value]),
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> u32 {
        let Some(last) = self.0.last() else { return 0 };
        // Memory ends long before the numbers of rows do.
        let full = u32::try_from(self.0.len() - 1).unwrap_or_default();
        full * ROWS_PER_PAGE + u32::try_from(last.len()).unwrap_or_default()
    }

    /// Shows each value to `look`, with its ordinal.
    pub(super) fn each(&self, look: &mut dyn FnMut(u32, &T)) {
        let mut ordinal = 0;
        for piece in &self.0 {
            for value in piece {
                look(ordinal, value);
                ordinal += 1;
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let values = self.0.iter().map(Vec::capacity).sum::<usize>();
        values * size_of::<T>() + self.0.capacity() * size_of::<Vec<T>>()
    }
}

/// Which pages of a table have changed since they were saved.
#[derive(Debug, Default)]
pub(super) struct Changed(Vec<bool>);

impl Changed {
    /// Notes that a row has changed, or is new.
    pub(super) fn mark(&mut self, ordinal: u32) {
        let page = (ordinal / ROWS_PER_PAGE) as usize;
        if page >= self.0.len() {
            self.0.resize(page + 1, false);
        }
        if let Some(changed) = self.0.get_mut(page) {
            *changed = true;
        }
    }

    /// The numbers of the pages that changed since this was last asked.
    pub(super) fn take(&mut self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (number, changed) in (0..).zip(&mut self.0) {
            if core::mem::take(changed) {
                numbers.push(number);
            }
        }
        numbers
    }
}

/// Writes a page of a table of `len` rows, each row by `write`.
pub(super) fn write_page(
    len: u32,
    number: u32,
    write: &mut dyn FnMut(u32, &mut Writer),
) -> Vec<u8> {
    let start = number.saturating_mul(ROWS_PER_PAGE);
    let rows = start..len.min(start.saturating_add(ROWS_PER_PAGE));
    let mut writer = Writer::with_capacity(rows.len() * 48);
    writer.count(rows.len());
    for ordinal in rows {
        write(ordinal, &mut writer);
    }
    writer.into_bytes()
}

/// Reads the next page of a table that has `len` rows so far, each row by `read`.
pub(super) fn load_page(
    len: u32,
    number: u32,
    bytes: &[u8],
    read: &mut dyn FnMut(&mut Reader<'_>) -> Result<(), Damaged>,
) -> Result<(), Damaged> {
    if number.checked_mul(ROWS_PER_PAGE) != Some(len) {
        return Err(Damaged);
    }
    let mut reader = Reader::new(bytes);
    let count = reader.uint32()?;
    if count == 0 || count > ROWS_PER_PAGE {
        return Err(Damaged);
    }
    for _ in 0..count {
        read(&mut reader)?;
    }
    reader.end()
}

/// The pages of a projection that changed, out of those of its two tables. The one of the position
/// is among them when an event was applied since.
pub(super) fn together(first: Vec<u32>, second: Vec<u32>, position: &mut Applied) -> Vec<u32> {
    let mut pages = Vec::with_capacity(first.len() + second.len() + 1);
    for (part, table) in [(0, first), (1, second)] {
        for number in table {
            pages.push(number * PARTS + part);
        }
    }
    if core::mem::take(&mut position.changed) {
        pages.push(POSITION_PAGE);
    }
    pages
}

/// Writes a page of a projection: `write` is given the table (0 or 1) and the page's number in it.
pub(super) fn write(
    number: u32,
    position: &Applied,
    write: &mut dyn FnMut(u32, u32) -> Vec<u8>,
) -> Vec<u8> {
    let part = number % PARTS;
    if part < POSITION_PAGE {
        return write(part, number / PARTS);
    }
    let mut writer = Writer::new();
    writer.uint(position.last);
    writer.into_bytes()
}

type LoadPage<'a> = dyn FnMut(u32, u32, &[u8]) -> Result<(), Damaged> + 'a;

/// Takes in a page of a projection: `load` is given the table (0 or 1), the page's number in it and
/// the page's bytes.
pub(super) fn take(
    number: u32,
    bytes: &[u8],
    position: &mut Applied,
    load: &mut LoadPage<'_>,
) -> Result<(), Damaged> {
    let part = number % PARTS;
    if part < POSITION_PAGE {
        return load(part, number / PARTS, bytes);
    }
    let mut reader = Reader::new(bytes);
    position.last = reader.uint()?;
    reader.end()
}

/// The position of the last event applied: what makes a projection idempotent.
#[derive(Debug, Clone, Default)]
pub(super) struct Applied {
    last: Position,
    changed: bool,
}

impl Applied {
    /// Whether any event was applied.
    pub(super) const fn is_any(&self) -> bool {
        self.last > 0
    }

    /// Whether the event at `position` was applied already.
    pub(super) const fn includes(&self, position: Position) -> bool {
        position <= self.last
    }

    /// Notes that the event at `position` is applied.
    pub(super) const fn advance(&mut self, position: Position) {
        self.last = position;
        self.changed = true;
    }
}
