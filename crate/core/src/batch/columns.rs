//! Columns of integers, where one that does not vary takes next to nothing.

use crate::codec::{Damaged, Reader, Writer};

/// Collects columns of equally many integers.
#[derive(Default)]
pub(super) struct ColumnWriter {
    columns: u32,
    repeating: u64,
    body: Writer,
    numbers: Vec<i64>,
}

impl ColumnWriter {
    /// Adds a column.
    pub(super) fn column(&mut self, numbers: impl Iterator<Item = i64>) {
        self.numbers.clear();
        self.numbers.extend(numbers);
        let repeats = match self.numbers.as_slice() {
            [_, second, rest @ ..] => !rest.is_empty() && rest.iter().all(|n| n == second),
            _ => false,
        };
        let written = if repeats { 2 } else { self.numbers.len() };
        for number in self.numbers.iter().take(written) {
            self.body.int(*number);
        }
        self.repeating |= u64::from(repeats) << self.columns;
        self.columns += 1;
    }

    /// Adds a column of the differences between `values`.
    pub(super) fn differences(&mut self, values: impl Iterator<Item = i64>) {
        let mut before = 0;
        self.column(values.map(|value| {
            let difference = value.wrapping_sub(before);
            before = value;
            difference
        }));
    }

    /// Writes all columns.
    pub(super) fn finish(self, writer: &mut Writer) {
        writer.uint(self.repeating);
        writer.raw(self.body.as_bytes());
    }
}

/// Takes columns off a reader and puts them into rows.
pub(super) struct ColumnReader<'r, 'a, Row> {
    reader: &'r mut Reader<'a>,
    repeating: u64,
    rows: &'r mut [Row],
    /// Those of one column.
    numbers: Vec<i64>,
}

impl<'r, 'a, Row> ColumnReader<'r, 'a, Row> {
    pub(super) fn new(reader: &'r mut Reader<'a>, rows: &'r mut [Row]) -> Result<Self, Damaged> {
        Ok(Self {
            repeating: reader.uint()?,
            reader,
            numbers: Vec::with_capacity(rows.len()),
            rows,
        })
    }

    /// Gives each row its number of the next column.
    pub(super) fn column(
        &mut self,
        mut put: impl FnMut(&mut Row, i64) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let repeats = self.repeating & 1 == 1;
        self.repeating >>= 1;
        let count = self.rows.len();
        let written = if repeats { count.min(2) } else { count };
        self.numbers.clear();
        self.reader.ints(written, &mut self.numbers)?;
        let last = self.numbers.last().copied().unwrap_or_default();
        self.numbers.resize(count, last);
        for (row, number) in self.rows.iter_mut().zip(&self.numbers) {
            put(row, *number)?;
        }
        Ok(())
    }

    /// Gives each row its value of the next column, which holds differences.
    pub(super) fn differences(
        &mut self,
        mut put: impl FnMut(&mut Row, i64) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let mut value = 0_i64;
        self.column(|row, difference| {
            value = value.wrapping_add(difference);
            put(row, value)
        })
    }

    /// The same, for values of 32 bits without sign.
    pub(super) fn differences_u32(
        &mut self,
        mut put: impl FnMut(&mut Row, u32) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        self.differences(|row, value| put(row, value.try_into().map_err(|_| Damaged)?))
    }

    /// Checks that no further column was announced.
    pub(super) fn finish(self) -> Result<(), Damaged> {
        if self.repeating == 0 {
            Ok(())
        } else {
            Err(Damaged)
        }
    }
}
