//! Keyed rows, in order of insertion, grouped in pages for saving.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;

use super::KeyIndex;
use crate::codec::{Damaged, Reader, Writer, same_bytes};

#[cfg(test)]
mod tests;

/// One row of a [`Table`].
pub trait Row: Sized {
    /// How many rows are saved together; 1 or more. The default suits rows of about 100 bytes: a
    /// record of around 100 KB costs storage no more than a small one. Choose fewer for larger rows.
    /// Changing it changes the saved form: raise the projection's version.
    const ROWS_PER_PAGE: usize = 1024;

    /// What the row is found by. Never changes once the row is in a table.
    fn key(&self) -> &str;

    /// Writes all of the row, its key included.
    fn write(&self, w: &mut Writer);

    /// Reads what [`write`](Self::write) wrote, and no more.
    ///
    /// # Errors
    /// [`Damaged`] when the bytes are not a row.
    fn read(r: &mut Reader<'_>) -> Result<Self, Damaged>;

    /// About how many bytes the row holds on the heap, beside its own size.
    fn heap_bytes(&self) -> usize {
        self.key().len()
    }
}

/// Rows in order of insertion, found by key. A row may change but is never removed, so its ordinal
/// (0, 1, 2 …) stays its own.
///
/// ```
/// use daybook_core::codec::{Damaged, Reader, Writer};
/// use daybook_core::projection::{Row, Table};
///
/// struct Stock { product: String, pieces: u64 }
/// impl Row for Stock {
///     fn key(&self) -> &str { &self.product }
///     fn write(&self, w: &mut Writer) { w.text(&self.product); w.uint(self.pieces); }
///     fn read(r: &mut Reader<'_>) -> Result<Self, Damaged> {
///         Ok(Self { product: r.text()?.to_owned(), pieces: r.uint()? })
///     }
/// }
///
/// let mut table = Table::new();
/// table.insert(Stock { product: "pen".into(), pieces: 12 });
/// table.edit("pen", |row| row.pieces -= 2);
/// assert_eq!(table.get("pen").map(|row| row.pieces), Some(10));
/// assert_eq!(table.changed_pages().len(), 1);
/// assert_eq!(table.changed_pages().len(), 0);
/// ```
pub struct Table<R> {
    // One vector per page, so that growing never copies all rows.
    pages: Vec<Page<R>>,
    by_key: KeyIndex,
}

struct Page<R> {
    rows: Vec<R>,
    changed: bool,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            by_key: KeyIndex::default(),
        }
    }
}

impl<R: Row> Table<R> {
    const PER_PAGE: usize = if R::ROWS_PER_PAGE == 0 {
        1
    } else {
        R::ROWS_PER_PAGE
    };

    /// A table without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len() as usize
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&R> {
        self.row(self.position_of(key)?)
    }

    /// The row at `ordinal`: 0 is the row inserted first.
    #[must_use]
    pub fn row(&self, ordinal: usize) -> Option<&R> {
        let page = self.pages.get(ordinal / Self::PER_PAGE)?;
        page.rows.get(ordinal % Self::PER_PAGE)
    }

    /// The ordinal of the row under `key`.
    #[must_use]
    pub fn position_of(&self, key: &str) -> Option<usize> {
        let is_it = &mut |ordinal| {
            self.row(ordinal as usize)
                .is_some_and(|row| same_bytes(row.key().as_bytes(), key.as_bytes()))
        };
        let ordinal = self.by_key.find(hash(key), is_it)?;
        Some(ordinal as usize)
    }

    /// Changes the row under `key` with `change`, which must leave the key as it is: a row whose key
    /// changed is no longer found. Returns what `change` returned; `None`, and nothing done, when
    /// there is no such row.
    pub fn edit<T>(&mut self, key: &str, change: impl FnOnce(&mut R) -> T) -> Option<T> {
        let ordinal = self.position_of(key)?;
        let page = self.pages.get_mut(ordinal / Self::PER_PAGE)?;
        let row = page.rows.get_mut(ordinal % Self::PER_PAGE)?;
        page.changed = true;
        Some(change(row))
    }

    /// Adds `row` behind all others; where a row of the same key is, takes its place and returns it.
    pub fn insert(&mut self, row: R) -> Option<R> {
        if let Some(ordinal) = self.position_of(row.key()) {
            let page = self.pages.get_mut(ordinal / Self::PER_PAGE)?;
            let place = page.rows.get_mut(ordinal % Self::PER_PAGE)?;
            page.changed = true;
            return Some(core::mem::replace(place, row));
        }
        self.enter(row.key());
        match self.pages.last_mut() {
            Some(page) if page.rows.len() < Self::PER_PAGE => {
                page.rows.push(row);
                page.changed = true;
            }
            _ => self.pages.push(Page {
                rows: vec![row],
                changed: true,
            }),
        }
        None
    }

    /// Every row, in order of insertion.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, R> {
        Iter {
            table: self,
            ordinals: 0..self.len(),
        }
    }

    /// The numbers of the pages that changed since this was last asked, ascending.
    pub fn changed_pages(&mut self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (number, page) in (0..).zip(&mut self.pages) {
            if core::mem::take(&mut page.changed) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// A page as its rows stand; nothing when there is none of that number.
    #[must_use]
    pub fn write_page(&self, number: u32) -> Vec<u8> {
        let mut writer = Writer::new();
        if let Some(page) = self.pages.get(number as usize) {
            writer.count(page.rows.len());
            for row in &page.rows {
                row.write(&mut writer);
            }
        }
        writer.into_bytes()
    }

    /// Takes in a page as [`write_page`](Self::write_page) gave it. Pages are loaded into an
    /// empty table in the order of their numbers, 0 first and none left out.
    ///
    /// # Errors
    /// [`Damaged`] when the bytes are not a page, or not the next one. The table may then hold a
    /// part of it, and is of no further use.
    pub fn load_page(&mut self, number: u32, bytes: &[u8]) -> Result<(), Damaged> {
        if number as usize != self.pages.len() || self.len() != self.pages.len() * Self::PER_PAGE {
            return Err(Damaged);
        }
        let mut reader = Reader::new(bytes);
        let count = reader.count()?;
        if count == 0 || count > Self::PER_PAGE {
            return Err(Damaged);
        }
        self.pages.push(Page {
            rows: Vec::with_capacity(count),
            changed: false,
        });
        for _ in 0..count {
            let row = R::read(&mut reader)?;
            if self.position_of(row.key()).is_some() {
                return Err(Damaged);
            }
            self.enter(row.key());
            self.pages.last_mut().ok_or(Damaged)?.rows.push(row);
        }
        reader.end()
    }

    /// About how many bytes the table holds in memory. Looks at every row.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let rows: usize = self
            .iter()
            .map(|row| size_of::<R>() + row.heap_bytes())
            .sum();
        rows + self.by_key.memory_bytes()
    }

    /// Makes the row that is about to be added findable.
    fn enter(&mut self, key: &str) {
        let pages = &self.pages;
        let hash_of = &mut |ordinal: u32| {
            let ordinal = ordinal as usize;
            let page = pages.get(ordinal / Self::PER_PAGE);
            let row = page.and_then(|page| page.rows.get(ordinal % Self::PER_PAGE));
            row.map_or(0, |row| hash(row.key()))
        };
        self.by_key.push(hash(key), hash_of);
    }
}

fn hash(key: &str) -> u64 {
    KeyIndex::hash(key.as_bytes())
}

impl<R: Row + fmt::Debug> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<R: Row + PartialEq> PartialEq for Table<R> {
    /// The same rows in the same order; whether they were saved does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<'a, R: Row> IntoIterator for &'a Table<R> {
    type Item = &'a R;
    type IntoIter = Iter<'a, R>;

    fn into_iter(self) -> Iter<'a, R> {
        self.iter()
    }
}

/// The rows of a [`Table`], in order of insertion.
pub struct Iter<'a, R> {
    table: &'a Table<R>,
    ordinals: Range<usize>,
}

impl<'a, R: Row> Iterator for Iter<'a, R> {
    type Item = &'a R;

    fn next(&mut self) -> Option<&'a R> {
        self.table.row(self.ordinals.next()?)
    }

    fn nth(&mut self, n: usize) -> Option<&'a R> {
        self.table.row(self.ordinals.nth(n)?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ordinals.size_hint()
    }
}

impl<R: Row> DoubleEndedIterator for Iter<'_, R> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.table.row(self.ordinals.next_back()?)
    }

    fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
        self.table.row(self.ordinals.nth_back(n)?)
    }
}

impl<R: Row> ExactSizeIterator for Iter<'_, R> {}
impl<R: Row> FusedIterator for Iter<'_, R> {}
