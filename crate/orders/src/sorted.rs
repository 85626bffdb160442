//! Rows in an order that is kept up as rows are added and change.

use core::cmp::Ordering;

/// What rows are sorted by. Rows that compare equal stay in the order they were added in.
pub(crate) trait Keys {
    /// A number that sorts as the row does, as far as 64 bits tell.
    fn key(&self, ordinal: u32) -> u64;

    /// Compares two rows whose keys are equal.
    fn tie(&self, _a: u32, _b: u32) -> Ordering {
        Ordering::Equal
    }
}

/// The ordinals of rows, sorted.
///
/// After a change only what changed is sorted, and put in its place by binary search; of the rest,
/// what stands behind it is moved at most.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    ordinals: Vec<u32>,
    /// Rows whose keys may have changed since.
    changed: Vec<u32>,
}

impl Sorted {
    /// The order of the rows as of the last update.
    pub(crate) fn ordinals(&self) -> &[u32] {
        &self.ordinals
    }

    /// Notes that a row's key may have changed.
    pub(crate) fn change(&mut self, ordinal: u32) {
        if self.changed.len() <= self.ordinals.len() {
            self.changed.push(ordinal);
        }
    }

    /// Takes in what has changed, and that there are `len` rows now.
    pub(crate) fn update(&mut self, len: u32, keys: &dyn Keys) {
        let known = u32::try_from(self.ordinals.len()).unwrap_or(u32::MAX);
        let added = known..len;
        let few = (len / 8) as usize;
        if self.changed.len() + added.len() > few {
            self.changed.clear();
            self.ordinals.clear();
            if are_in_order(len, keys) {
                self.ordinals.extend(0..len);
            } else {
                for (_, ordinal) in sorted(&mut (0..len), keys) {
                    self.ordinals.push(ordinal);
                }
            }
            return;
        }
        let mut changed = core::mem::take(&mut self.changed);
        if !changed.is_empty() {
            let mut is_changed = vec![false; known as usize];
            for ordinal in &changed {
                if let Some(place) = is_changed.get_mut(*ordinal as usize) {
                    *place = true;
                }
            }
            let is_same = |ordinal: &u32| is_changed.get(*ordinal as usize) == Some(&false);
            self.ordinals.retain(is_same);
        }
        changed.retain(|ordinal| *ordinal < known);
        changed.extend(added);
        self.merge(&sorted(&mut changed.into_iter(), keys), keys);
    }

    /// Puts rows in their places, from the last on.
    fn merge(&mut self, rows: &[(u64, u32)], keys: &dyn Keys) {
        let mut end = self.ordinals.len();
        self.ordinals.resize(end + rows.len(), 0);
        for (before, row) in rows.iter().enumerate().rev() {
            let greater = self.ordinals.get(..end).map_or(0, |old| {
                old.partition_point(|old| compare(keys, (keys.key(*old), *old), *row).is_lt())
            });
            self.ordinals
                .copy_within(greater..end, greater + before + 1);
            if let Some(place) = self.ordinals.get_mut(greater + before) {
                *place = row.1;
            }
            end = greater;
        }
    }
}

/// Whether rows are sorted as they are, as orders are that were logged when they were placed.
fn are_in_order(len: u32, keys: &dyn Keys) -> bool {
    let keyed = |row| (keys.key(row), row);
    (1..len).all(|row| compare(keys, keyed(row - 1), keyed(row)).is_lt())
}

/// Rows with their keys, sorted, each once.
///
/// Keys are computed once and tell most rows apart. Every sort of this crate is this one: each
/// instance of the standard library's would be as large as all that calls it.
pub(crate) fn sorted(ordinals: &mut dyn Iterator<Item = u32>, keys: &dyn Keys) -> Vec<(u64, u32)> {
    let mut keyed = Vec::with_capacity(ordinals.size_hint().0);
    for row in ordinals {
        keyed.push((keys.key(row), row));
    }
    if keyed.len() < DIGITS {
        keyed.sort_unstable_by(|a, b| compare(keys, *a, *b));
        keyed.dedup();
        return keyed;
    }
    keyed = by_key(keyed);
    let in_order = |a: &(u64, u32), b: &(u64, u32)| compare(keys, *a, *b).is_le();
    for same in keyed.chunk_by_mut(|a, b| a.0 == b.0) {
        if !same.is_sorted_by(in_order) {
            same.sort_unstable_by(|a, b| compare(keys, *a, *b));
        }
    }
    keyed.dedup();
    keyed
}

/// How many bits of a key are told apart at once: the counts of a pass stay in the nearest cache.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Sorts by the keys, and leaves what has the same one in its order: from the lowest digit up, each
/// time putting rows where the counts of the digits before say (Knuth, "The Art of Computer
/// Programming", 5.2.5). It takes time in proportion to the rows, so that some hundred thousand can be
/// sorted while a page is waiting.
fn by_key(mut rows: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    let mut sorted = vec![(0, 0); rows.len()];
    for shift in (0..u64::BITS).step_by(DIGIT_BITS as usize) {
        let digit = |key: u64| usize::try_from((key >> shift) % DIGITS as u64).unwrap_or_default();
        let mut places = [0; DIGITS];
        for (key, _) in &rows {
            if let Some(count) = places.get_mut(digit(*key)) {
                *count += 1;
            }
        }
        if places.contains(&rows.len()) {
            continue;
        }
        let mut next = 0;
        for place in &mut places {
            next += core::mem::replace(place, next);
        }
        for row in &rows {
            if let Some(place) = places.get_mut(digit(row.0))
                && let Some(free) = sorted.get_mut(*place)
            {
                *free = *row;
                *place += 1;
            }
        }
        core::mem::swap(&mut rows, &mut sorted);
    }
    rows
}

fn compare(keys: &dyn Keys, a: (u64, u32), b: (u64, u32)) -> Ordering {
    a.0.cmp(&b.0)
        .then_with(|| keys.tie(a.1, b.1))
        .then(a.1.cmp(&b.1))
}

/// A key that sorts as the signed number does.
pub(crate) const fn signed(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// A key that sorts as the text does, as far as 8 bytes tell.
pub(crate) fn first_bytes(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(bytes) {
        *to = from;
    }
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows by a first number, and where these are equal, by a second.
    struct Pairs(Vec<(u64, u8)>);

    impl Keys for Pairs {
        fn key(&self, ordinal: u32) -> u64 {
            self.0[ordinal as usize].0
        }

        fn tie(&self, a: u32, b: u32) -> Ordering {
            self.0[a as usize].1.cmp(&self.0[b as usize].1)
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Add(u64, u8),
        Change(prop::sample::Index, u64, u8),
        Update,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0_u64..9, 0_u8..3).prop_map(|(first, second)| Step::Add(first, second)),
            3 => (any::<prop::sample::Index>(), 0_u64..9, 0_u8..3)
                .prop_map(|(row, first, second)| Step::Change(row, first, second)),
            3 => Just(Step::Update),
        ]
    }

    proptest! {
        #[test]
        fn rows_are_sorted_by_all_of_their_keys(
            keys in prop::collection::vec(
                (any::<u64>(), 0_u32..64, any::<bool>()).prop_map(|(key, shift, high)| {
                    if high { key << shift } else { key >> shift }
                }),
                0..200,
            ),
        ) {
            let rows: Vec<_> = keys.into_iter().zip(0..).collect();
            let mut expected = rows.clone();
            expected.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(by_key(rows), expected);
        }

        #[test]
        fn many_rows_are_sorted_as_few_are(
            rows in prop::collection::vec((0_u64..99, 0_u8..3), DIGITS..DIGITS + 9),
            high in 0_u32..57,
        ) {
            let rows = Pairs(rows.into_iter().map(|(first, second)| (first << high, second)).collect());
            let len = u32::try_from(rows.0.len()).unwrap();
            let twice = &mut (0..len).chain(0..9);
            let mut expected: Vec<u32> = (0..len).collect();
            expected.sort_by_key(|row| rows.0[*row as usize]);
            prop_assert!(sorted(twice, &rows).iter().map(|(_, row)| *row).eq(expected));
        }

        #[test]
        fn an_order_that_is_kept_up_equals_one_made_anew(
            start in prop::collection::vec((0_u64..9, 0_u8..3), 0..60),
            steps in prop::collection::vec(any_step(), 0..60),
        ) {
            let mut rows = Pairs(start);
            let mut kept = Sorted::default();
            for step in steps.into_iter().chain([Step::Update]) {
                match step {
                    Step::Add(first, second) => rows.0.push((first, second)),
                    Step::Change(row, first, second) if !rows.0.is_empty() => {
                        let row = row.index(rows.0.len());
                        rows.0[row] = (first, second);
                        kept.change(u32::try_from(row).unwrap());
                    }
                    Step::Change(..) => {}
                    Step::Update => {
                        let len = u32::try_from(rows.0.len()).unwrap();
                        kept.update(len, &rows);
                        let mut anew: Vec<u32> = (0..len).collect();
                        anew.sort_by_key(|row| rows.0[*row as usize]);
                        prop_assert_eq!(kept.ordinals(), anew);
                    }
                }
            }
        }
    }
}
