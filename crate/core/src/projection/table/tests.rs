use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, PartialEq)]
struct Pair(String, u64);

impl Row for Pair {
    const ROWS_PER_PAGE: usize = 3;

    fn key(&self) -> &str {
        &self.0
    }

    fn write(&self, w: &mut Writer) {
        w.text(&self.0);
        w.uint(self.1);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self(r.text()?.to_owned(), r.uint()?))
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(String, u64),
    Edit(String, u64),
    Save,
}

fn step() -> impl Strategy<Value = Step> {
    let key = "[a-d]{0,3}";
    prop_oneof![
        4 => (key, any::<u64>()).prop_map(|(key, value)| Step::Insert(key, value)),
        4 => (key, any::<u64>()).prop_map(|(key, value)| Step::Edit(key, value)),
        1 => Just(Step::Save),
    ]
}

fn load(pages: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Result<Table<Pair>, Damaged> {
    let mut table = Table::new();
    for (number, bytes) in pages {
        table.load_page(number, &bytes)?;
    }
    Ok(table)
}

/// A table with `count` rows and its pages.
fn filled(count: u64) -> (Table<Pair>, Vec<(u32, Vec<u8>)>) {
    let mut table = Table::new();
    for value in 0..count {
        table.insert(Pair(format!("row {value}"), value));
    }
    let pages = changed(&mut table);
    (table, pages)
}

/// The pages that changed, with their bytes.
fn changed(table: &mut Table<Pair>) -> Vec<(u32, Vec<u8>)> {
    let numbers = table.changed_pages();
    let written = |number| (number, table.write_page(number));
    numbers.into_iter().map(written).collect()
}

proptest! {
    /// Rows are found by key, stay in order of insertion, and the pages that were said to have
    /// changed, each in its last form, give the table back.
    #[test]
    fn a_table_is_an_ordered_map_that_survives_saving(steps in prop::collection::vec(step(), 0..120)) {
        let mut table = Table::new();
        let mut values: HashMap<String, u64> = HashMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut stored = std::collections::BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    let before = values.insert(key.clone(), value);
                    if before.is_none() {
                        order.push(key.clone());
                    }
                    prop_assert_eq!(table.insert(Pair(key, value)).map(|row| row.1), before);
                }
                Step::Edit(key, value) => {
                    let before = values.get_mut(&key).map(|old| std::mem::replace(old, value));
                    let edited = table.edit(&key, |row| std::mem::replace(&mut row.1, value));
                    prop_assert_eq!(edited, before);
                }
                Step::Save => stored.extend(changed(&mut table)),
            }
        }
        stored.extend(changed(&mut table));
        for table in [&table, &load(stored.clone()).unwrap()] {
            prop_assert_eq!(table.len(), order.len());
            for (ordinal, key) in order.iter().enumerate() {
                prop_assert_eq!(table.position_of(key), Some(ordinal));
                prop_assert_eq!(table.get(key), Some(&Pair(key.clone(), values[key])));
                prop_assert_eq!(table.row(ordinal), table.get(key));
            }
            prop_assert!(table.get("no such key").is_none());
            prop_assert_eq!(table.iter().len(), order.len());
            let backward: Vec<&str> = table.iter().rev().map(Row::key).collect();
            prop_assert!(backward.into_iter().rev().eq(order.iter()));
        }
    }

    /// Only the pages that changed are saved again.
    #[test]
    fn an_edit_changes_one_page(count in 1_u64..40, edited in any::<prop::sample::Index>()) {
        let (mut table, _) = filled(count);
        prop_assert!(table.changed_pages().is_empty());
        let ordinal = edited.index(table.len());
        let key = table.row(ordinal).unwrap().0.clone();
        table.edit(&key, |row| row.1 += 1);
        let numbers = table.changed_pages();
        prop_assert_eq!(numbers, [u32::try_from(ordinal / 3).unwrap()]);
    }

    /// Whatever bytes a page has, loading it gives an error or rows, and never panics.
    #[test]
    fn damaged_bytes_are_told(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(mut table) = load([(0, bytes)]) {
            table.insert(Pair("after".to_owned(), 1));
            prop_assert!(table.get("after").is_some());
        }
    }
}

#[test]
fn a_loaded_table_goes_on_in_its_last_page() {
    let (_, pages) = filled(7);
    let mut table = load(pages).unwrap();
    table.insert(Pair("more".to_owned(), 8));
    let numbers = table.changed_pages();
    assert_eq!(numbers, [2]);
    assert_eq!(table.position_of("more"), Some(7));
}

#[test]
fn pages_out_of_order_missing_twice_or_cut_are_damaged() {
    let (_, pages) = filled(7);
    let [first, second, last] = <[_; 3]>::try_from(pages).unwrap();
    let cut = (0, first.1[..first.1.len() - 1].to_vec());
    let repeated = (1, first.1.clone());
    let after_the_end = (3, first.1.clone());
    assert!(load([first.clone(), second.clone(), last.clone()]).is_ok());
    assert!(load([second.clone(), first.clone()]).is_err());
    assert!(load([first.clone(), last.clone()]).is_err());
    assert!(load([first.clone(), repeated]).is_err());
    assert!(load([first, second, last, after_the_end]).is_err());
    assert!(load([cut]).is_err());
}

#[test]
fn memory_is_estimated_from_the_rows() {
    let (small, _) = filled(10);
    let (large, _) = filled(1000);
    assert!(small.memory_bytes() >= 10 * size_of::<Pair>());
    assert!(large.memory_bytes() > 50 * small.memory_bytes());
}
