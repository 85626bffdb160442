//! Opening: where the log ends, and what is stored of the index.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::cache::Cache;
use super::indexing::Unloaded;
use super::maintain::{SUMMARY_KEY, Summary};
use super::refresh::{PAGE_BATCHES, next_limit};
use super::watch::Watchers;
use super::{Inner, Options, State, Store};
use crate::batch::Batch;
use crate::index::Index;
use crate::storage::Storage;
use crate::{Hash, Result, Timestamp};

impl<S: Storage + 'static> Store<S> {
    /// Opens the store in `storage`: finds the log's end. What is stored of the index is loaded when
    /// it is first needed, or by [`maintain`](Self::maintain).
    ///
    /// # Errors
    /// `unsupported_format` when a newer build wrote the log, `storage_corrupt` when its end is
    /// damaged, and whatever the storage says.
    pub async fn open(storage: S, options: Options) -> Result<Self> {
        let record = storage.read_record(SUMMARY_KEY).await?;
        let mut summary = record.and_then(|bytes| Summary::read(&bytes).ok());
        loop {
            let mut state = State::after(summary.as_ref(), options);
            if state.read_end(&storage).await? {
                return Ok(Self {
                    inner: Rc::new(Inner {
                        storage,
                        options,
                        state: RefCell::new(state),
                    }),
                });
            }
            // What is stored of the index speaks of events that are not there: it is another log's.
            summary = None;
        }
    }
}

impl State {
    /// Of a log that was once known as far as `summary` says.
    fn after(summary: Option<&Summary>, options: Options) -> Self {
        Self {
            tail: summary.map_or(0, |summary| summary.tail),
            head: summary.map_or(Hash::GENESIS, |summary| summary.head),
            index: Index::new(),
            unloaded: Unloaded {
                pending: summary.is_some(),
                segments: summary.map_or_else(Vec::new, |summary| summary.segments.clone()),
                batches: Vec::new(),
            },
            loading: None,
            cache: Cache::new(options.cache_bytes),
            recorded_at: Timestamp::from_millis(i64::MIN),
            queue: VecDeque::new(),
            round: None,
            has_turn: false,
            after_turn: None,
            watchers: Watchers::default(),
            segments: Vec::new(),
            ended: None,
        }
    }

    /// Reads the log from its known end on; `false` when that is not in it.
    async fn read_end(&mut self, storage: &impl Storage) -> Result<bool> {
        let mut after = self.tail.saturating_sub(1);
        let mut limit = PAGE_BATCHES;
        loop {
            let page = storage.read_after(after, limit).await?;
            if page.is_empty() && after < self.tail {
                return Ok(false);
            }
            let full = page.len() == limit;
            limit = next_limit(&page, limit);
            for stored in page {
                let batch = Rc::new(Batch::decode(stored.bytes)?);
                if after < self.tail && !batch.links_at(self.tail, &self.head) {
                    return Ok(false);
                }
                after = batch.last();
                if after > self.tail {
                    self.extend(&batch, true)?;
                } else {
                    if let Some(event) = batch.event(after) {
                        self.recorded_at = event.recorded_at;
                    }
                    self.cache.insert(&batch);
                }
            }
            if !full {
                return Ok(true);
            }
        }
    }
}
