//! Catch-up subscriptions: what is there, then what comes.

use super::{AllQuery, Direction, Page, Store};
use crate::storage::Storage;
use crate::{Error, Position, Result};

/// Every event that matches, once and in order: first those that are in the log, then those to
/// come, from this store or, after a [`Store::refresh`], from others. Dropping it ends it.
///
/// ```
/// # use daybook_core::{ExpectedVersion, NewEvent, Timestamp};
/// # use daybook_core::memory::MemoryStorage;
/// # use daybook_core::store::{AllQuery, Append, Options, Store};
/// # daybook_core::testing::block_on(async {
/// # let store = Store::open(MemoryStorage::new(), Options::default()).await?;
/// # let now = Timestamp::from_millis(0);
/// # let opened = NewEvent::new(uuid::Uuid::from_u128(1), "AccountOpened", now, "{}");
/// # store.append(Append::to("account-1", ExpectedVersion::Any, vec![opened], now)).await?;
/// let mut subscription = store.subscribe(AllQuery::default())?;
/// let page = subscription.next().await?;
/// assert_eq!(page.events().map(|event| event.position).collect::<Vec<_>>(), [1]);
/// # Ok::<(), Box<daybook_core::Error>>(())
/// # }).unwrap();
/// ```
pub struct Subscription<S> {
    store: Store<S>,
    query: AllQuery,
    after: Position,
}

impl<S: Storage + 'static> Store<S> {
    /// Follows the log: `query` says after which position, which events, and how many at a time.
    ///
    /// # Errors
    /// `invalid_input` when the query reads backward.
    pub fn subscribe(&self, query: AllQuery) -> Result<Subscription<S>> {
        if query.direction == Direction::Backward {
            return Err(Error::invalid("direction", "a subscription reads forward"));
        }
        Ok(Subscription {
            store: self.clone(),
            after: query.from.unwrap_or(0),
            query,
        })
    }
}

impl<S: Storage + 'static> Subscription<S> {
    /// The next events, one or more; waits until there are some.
    ///
    /// # Errors
    /// `closed`, and whatever the storage says. The next call tries again at the same place.
    pub async fn next(&mut self) -> Result<Page> {
        loop {
            self.query.from = Some(self.after);
            let page = self.store.read_all(&self.query).await?;
            self.after = page.next.unwrap_or(page.position.max(self.after));
            if !page.is_empty() {
                return Ok(page);
            }
            if page.next.is_none() {
                self.store.changed(self.after).await?;
            }
        }
    }

    /// The position up to which everything that matches was given.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.after
    }
}
