//! Waiting for the log to grow, in this tab or another.

use std::future::poll_fn;
use std::task::Poll;

use super::{State, Store};
use crate::storage::Storage;
use crate::{Position, Result};

impl<S: Storage + 'static> Store<S> {
    /// Resolves with the tail as soon as it is beyond `after`; at once, if it is already.
    ///
    /// The tail moves when this store commits and when it [`refresh`](Self::refresh)es. A
    /// catch-up subscription is a loop of reading to the tail and waiting here.
    ///
    /// # Errors
    /// `closed`, or why the store has ended.
    pub async fn changed(&self, after: Position) -> Result<Position> {
        poll_fn(|context| {
            let mut state = self.inner.state.borrow_mut();
            if let Some(error) = &state.ended {
                return Poll::Ready(Err(error.clone()));
            }
            let tail = state.index.tail();
            if tail > after {
                return Poll::Ready(Ok(tail));
            }
            if !state
                .watchers
                .iter()
                .any(|waker| waker.will_wake(context.waker()))
            {
                state.watchers.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }
}

impl State {
    /// Tells everyone who waits that there is something to look at.
    pub(super) fn wake_watchers(&mut self) {
        for waker in self.watchers.drain(..) {
            waker.wake();
        }
    }
}
