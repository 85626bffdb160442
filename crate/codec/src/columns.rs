//! Columns of integers, where one that does not vary takes next to nothing.

use crate::bytes::{Damaged, Reader, Writer};

/// Collects columns of equally many integers.
#[derive(Default)]
pub struct ColumnWriter {
    columns: u32,
    repeating: u64,
    body: Writer,
    numbers: Vec<i64>,
}

impl ColumnWriter {
    /// No columns, with room for those of so many integers each.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self {
            body: Writer::with_capacity(8 * count + 64),
            numbers: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// Adds a column.
    pub fn column(&mut self, numbers: impl Iterator<Item = i64>) {
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
    pub fn differences(&mut self, values: impl Iterator<Item = i64>) {
        let mut before = 0;
        self.column(values.map(|value| {
            let difference = value.wrapping_sub(before);
            before = value;
            difference
        }));
    }

    /// Writes all columns.
    pub fn finish(self, writer: &mut Writer) {
        writer.uint(self.repeating);
        writer.raw(self.body.as_bytes());
    }
}

/// Takes columns off a reader, one after the other; the caller puts them into rows.
pub struct ColumnReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    repeating: u64,
    count: usize,
    /// Those of one column.
    numbers: Vec<i64>,
}

impl<'r, 'a> ColumnReader<'r, 'a> {
    /// Of columns of `count` integers each.
    ///
    /// # Errors
    /// [`Damaged`] when it is not said which of them repeat.
    pub fn new(reader: &'r mut Reader<'a>, count: usize) -> Result<Self, Damaged> {
        Ok(Self {
            repeating: reader.uint()?,
            reader,
            count,
            numbers: Vec::with_capacity(count),
        })
    }

    /// The next column.
    ///
    /// # Errors
    /// [`Damaged`] when it is not all there.
    #[inline(never)]
    pub fn column(&mut self) -> Result<&[i64], Damaged> {
        let repeats = self.repeating & 1 == 1;
        self.repeating >>= 1;
        let written = if repeats {
            self.count.min(2)
        } else {
            self.count
        };
        self.numbers.clear();
        self.reader.ints(written, &mut self.numbers)?;
        let last = self.numbers.last().copied().unwrap_or_default();
        self.numbers.resize(self.count, last);
        Ok(&self.numbers)
    }

    /// The next column, which holds differences, as what they add up to.
    ///
    /// # Errors
    /// [`Damaged`] when it is not all there.
    #[inline(never)]
    pub fn differences(&mut self) -> Result<&[i64], Damaged> {
        self.column()?;
        let mut value = 0_i64;
        for number in &mut self.numbers {
            value = value.wrapping_add(*number);
            *number = value;
        }
        Ok(&self.numbers)
    }

    /// Checks that no further column was announced.
    ///
    /// # Errors
    /// [`Damaged`] when one was.
    pub fn finish(self) -> Result<(), Damaged> {
        if self.repeating == 0 {
            Ok(())
        } else {
            Err(Damaged)
        }
    }
}
