//! Waiting for the log to grow, in this tab or another.

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use super::{Inner, Store};
use crate::sorted::SortedMap;
use crate::storage::Storage;
use crate::{Position, Result};

/// Those who wait. Each is forgotten when it goes away.
#[derive(Default)]
pub(super) struct Watchers {
    waiting: SortedMap<u64, Waker>,
    next: u64,
}

impl<S: Storage + 'static> Store<S> {
    /// Resolves with the tail as soon as it is beyond `after`; at once, if it is already.
    ///
    /// The tail moves when this store commits and when it [`refresh`](Self::refresh)es.
    ///
    /// # Errors
    /// `closed`, or why the store has ended.
    pub async fn changed(&self, after: Position) -> Result<Position> {
        let mut watcher = Watcher {
            inner: &self.inner,
            number: None,
        };
        poll_fn(|context| watcher.poll(after, context)).await
    }
}

struct Watcher<'a, S> {
    inner: &'a Inner<S>,
    number: Option<u64>,
}

impl<S> Watcher<'_, S> {
    fn poll(&mut self, after: Position, context: &Context<'_>) -> Poll<Result<Position>> {
        let mut state = self.inner.state.borrow_mut();
        if let Some(error) = &state.ended {
            return Poll::Ready(Err(error.clone()));
        }
        let tail = state.tail;
        if tail > after {
            return Poll::Ready(Ok(tail));
        }
        let watchers = &mut state.watchers;
        let number = *self.number.get_or_insert_with(|| {
            watchers.next += 1;
            watchers.next
        });
        watchers.waiting.insert(number, context.waker().clone());
        Poll::Pending
    }
}

impl<S> Drop for Watcher<'_, S> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.inner
                .state
                .borrow_mut()
                .watchers
                .waiting
                .remove(&number);
        }
    }
}

impl<S> Inner<S> {
    /// Tells everyone who waits that there is something to look at. The state must not be borrowed:
    /// whoever is woken may look at once.
    pub(super) fn wake_watchers(&self) {
        let waiting = self.state.borrow_mut().watchers.waiting.take();
        for (_, waker) in waiting {
            waker.wake();
        }
    }
}
