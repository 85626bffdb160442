//! Opening: the index comes from its stored segments, and is completed from the log.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::cache::Cache;
use super::maintain::{INDEX_PREFIX, SegmentRange};
use super::refresh::{PAGE_BATCHES, index_batch};
use super::watch::Watchers;
use super::{Inner, Options, State, Store};
use crate::batch::Batch;
use crate::index::Index;
use crate::storage::{Record, Storage};
use crate::{Result, Timestamp};

impl<S: Storage + 'static> Store<S> {
    /// Opens the store in `storage`.
    ///
    /// # Errors
    /// `unsupported_format` when a newer build wrote the log, `storage_corrupt` when its end is
    /// damaged, and whatever the storage says.
    pub async fn open(storage: S, options: Options) -> Result<Self> {
        let records = storage.read_records(INDEX_PREFIX).await?;
        let (mut index, mut segments) = from_segments(&records);
        let mut cache = Cache::new(options.cache_bytes);
        let mut recorded_at = Timestamp::from_millis(i64::MIN);
        let mut after = index.tail().saturating_sub(1);
        loop {
            let page = storage.read_after(after, PAGE_BATCHES).await?;
            if page.is_empty() && after < index.tail() {
                // The segments speak of events that are not there: they belong to another log.
                (index, segments, after) = (Index::new(), Vec::new(), 0);
                continue;
            }
            let full = page.len() == PAGE_BATCHES;
            let mut foreign = false;
            for stored in page {
                let batch = Rc::new(Batch::decode(stored.bytes)?);
                let tail = index.tail();
                if after < tail && !batch.links_at(tail, &index.head()) {
                    foreign = true;
                    break;
                }
                if batch.last() > tail {
                    index_batch(&mut index, &batch)?;
                }
                after = batch.last();
                if let Some(event) = batch.event(after) {
                    recorded_at = event.recorded_at;
                }
                cache.insert(&batch);
            }
            if foreign {
                (index, segments, after) = (Index::new(), Vec::new(), 0);
            } else if !full {
                break;
            }
        }
        let state = State {
            index,
            cache,
            recorded_at,
            queue: VecDeque::new(),
            round: None,
            watchers: Watchers::default(),
            segments,
            ended: None,
        };
        Ok(Self {
            inner: Rc::new(Inner {
                storage,
                options,
                state: RefCell::new(state),
            }),
        })
    }
}

/// The index as far as the stored segments carry it. One that is damaged, or leaves a gap, ends
/// it: the rest comes from the log.
fn from_segments(records: &[Record]) -> (Index, Vec<SegmentRange>) {
    let mut index = Index::new();
    let mut segments = Vec::new();
    for (key, bytes) in records {
        let Some(after) = SegmentRange::after_of(key) else {
            continue;
        };
        if after > index.tail() || index.load(bytes) != Ok(true) {
            continue;
        }
        segments.push(SegmentRange {
            after,
            upto: index.tail(),
        });
    }
    (index, segments)
}
