//! Whatever two connections do in whatever order, the log is as a plain list of batches would be.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a failed test panics, and its numbers are small"
)]

use daybook_core::memory::MemoryStorage;
use daybook_core::storage::{Durability, Storage, StoredBatch};
use daybook_core::testing::ready;
use daybook_core::{Position, Result};
use daybook_indexeddb::IndexedDbStorage;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// Of either size that the storage tells apart.
const SIZES: [usize; 6] = [0, 1, 60, 500, 32 * 1024, 40_000];

/// Numbers as if at random, the same for the same seed (Knuth's linear congruential generator).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn batch(&mut self, last: Position) -> StoredBatch {
        let size = SIZES[self.below(SIZES.len())];
        let byte = self.below(256) as u8;
        StoredBatch {
            last,
            bytes: vec![byte; size],
        }
    }
}

/// What failed, without the words.
fn kind<T>(result: Result<T>) -> Result<T, &'static str> {
    result.map_err(|error| error.code())
}

#[wasm_bindgen_test]
async fn any_sequence_of_calls_does_what_a_list_of_batches_would() {
    for seed in 0..24 {
        console_log!("seed {seed}");
        let mut random = Random(seed);
        let name = format!("model {seed}");
        drop(super::empty(&name).await);
        let mut connections = Vec::new();
        for _ in 0..2 {
            connections.push(IndexedDbStorage::open(&name).await.unwrap());
        }
        let model = MemoryStorage::new();
        for _ in 0..60 {
            let connection = &connections[random.below(2)];
            step(&mut random, connection, &model).await;
        }
        let wanted = model.read_after(0, usize::MAX).await;
        for connection in &connections {
            assert!(connection.read_after(0, 1_000).await == wanted);
        }
        connections[0].destroy().await.unwrap();
    }
}

async fn step(random: &mut Random, storage: &IndexedDbStorage, model: &MemoryStorage) {
    let log = model.read_after(0, usize::MAX).await.unwrap();
    let end = log.last().map_or(0, |batch| batch.last);
    let anywhere = random.below(end as usize + 3) as Position;
    match random.below(8) {
        0..=3 => {
            let at_end = random.below(4) > 0;
            let tail = if at_end { end } else { anywhere };
            // Now and then more than are sealed together.
            let many = random.below(12) == 0;
            let count = 1 + random.below(if many { 40 } else { 4 });
            let mut last = tail;
            let batches: Vec<_> = (0..count)
                .map(|_| {
                    last += 1 + random.below(3) as Position;
                    random.batch(last)
                })
                .collect();
            let done = storage
                .commit(tail, ready(&batches), Durability::Relaxed)
                .await;
            let wanted = model
                .commit(tail, ready(&batches), Durability::Relaxed)
                .await;
            assert_eq!(kind(done), kind(wanted), "at {tail} of {end}");
        }
        4 | 5 if !log.is_empty() => {
            let from = random.below(log.len());
            let count = 1 + random.below((log.len() - from).min(6));
            let mut keys: Vec<_> = log[from..from + count].iter().map(|it| it.last).collect();
            let mut before = from.checked_sub(1).map_or(0, |at| log[at].last);
            match random.below(8) {
                0 if count > 1 => drop(keys.remove(random.below(count - 1))),
                1 if before > 0 => before -= 1,
                _ => {}
            }
            let merged = random.batch(keys[keys.len() - 1]);
            let done = storage.replace(before, &keys, &merged).await;
            let wanted = model.replace(before, &keys, &merged).await;
            assert_eq!(kind(done), kind(wanted), "{keys:?} after {before}");
        }
        6 => {
            let mut positions: Vec<_> = (0..=random.below(4))
                .map(|_| 1 + random.below(end as usize + 2) as Position)
                .collect();
            positions.sort_unstable();
            let found = storage.read_at(&positions).await;
            assert!(found == model.read_at(&positions).await, "{positions:?}");
        }
        _ => {
            let limit = 1 + random.below(5);
            let found = storage.read_after(anywhere, limit).await;
            let wanted = model.read_after(anywhere, limit).await;
            assert!(found == wanted, "{limit} after {anywhere}");
        }
    }
}
