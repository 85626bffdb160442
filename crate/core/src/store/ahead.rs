//! Reading batches ahead of those who read streams here and there.
//!
//! A log that fits into the cache is there as a whole before long, once streams all over it are
//! read; and asking storage costs a round trip, whatever the size. So what is not in memory is read
//! together with what follows it: each time twice as many batches, up to about a megabyte. Of a log
//! that does not fit, what lies beside a batch is no likelier to be asked for than anything else, and
//! would push out what was.

use super::Inner;
use crate::Position;

/// About so many bytes are read at a time, at most.
const AHEAD_BYTES: usize = 1024 * 1024;
/// So many batches at most, were they small.
const AHEAD_BATCHES: usize = 32;

impl<S> Inner<S> {
    /// The keys of batches that are to be read, ascending, and after them those of batches that are worth
    /// reading with them: the next that are not in memory behind the last.
    pub(super) fn with_others(&self, keys: &[Position]) -> Vec<Position> {
        let mut all = keys.to_vec();
        let Some(&asked) = keys.last() else {
            return all;
        };
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let mut count = state.cache.missed(AHEAD_BATCHES);
        // In memory a batch takes somewhat more than its record.
        let room = self.options.cache_bytes / 4 * 3;
        let mut sizes = state.index.batches().map(|batch| batch.bytes);
        let fits = sizes.try_fold(0_usize, |sum, bytes| {
            Some(sum.saturating_add(bytes)).filter(|sum| *sum <= room)
        });
        if fits.is_none() {
            return all;
        }
        let mut bytes = 0;
        for batch in state.index.batches_after(asked) {
            if state.cache.holds(batch.last) {
                continue;
            }
            bytes += batch.bytes;
            if count == 0 || bytes > AHEAD_BYTES {
                break;
            }
            all.push(batch.last);
            count -= 1;
        }
        all
    }
}
