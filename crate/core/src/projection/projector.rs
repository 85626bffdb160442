//! Driving read models from a store: catching up, following, rebuilding and saving.

use std::cell::{Cell, RefCell};

use super::checkpoint::CHECKPOINTS;
use super::{Follow, Projection, Save, Status, deliver};
use crate::domain::{Domain, understand};
use crate::repository::AsOf;
use crate::storage::{Record, Storage};
use crate::store::{Scan, Store, each_event};
use crate::{Position, Result};

/// How many events are folded between two chances for the caller to do something else: a few
/// milliseconds of work.
const STEP_EVENTS: Position = 1_000;

/// The read models of one domain, each with its follower.
pub trait ReadModels: Sized {
    /// The domain whose events they fold.
    type Domain: Domain;

    /// Goes on from what was saved: each follower is [restored](super::Follower::restore) from these.
    fn restore(checkpoints: &[Record]) -> Self;

    /// All the followers.
    fn followers(&mut self) -> Vec<&mut dyn Follow<Self::Domain>>;
}

/// Keeps read models up with a store.
///
/// Nothing happens by itself: the caller awaits [`advance`](Self::advance) until there is no more,
/// doing other things in between, and [`save`](Self::save)s when there is time.
pub struct Projector<M, S> {
    store: Store<S>,
    models: RefCell<M>,
    /// Where the log is being read; taken out while it is.
    scan: Cell<Option<Scan<S>>>,
    /// The number of the follower that is to be saved next.
    saving: Cell<usize>,
}

/// What was done of saving one follower.
enum Step {
    /// Some of its pages were written.
    Prepared,
    /// All of them were.
    Write(Save),
    /// There was nothing to do.
    Done,
}

impl<M: ReadModels, S: Storage + 'static> Projector<M, S> {
    /// Finds what was saved of the read models beside the log. Their rows follow with the first
    /// steps of [`advance`](Self::advance); until then they show a preview at most.
    ///
    /// # Errors
    /// Whatever the store says. Saved rows that are damaged, or of another log, are no error: they
    /// are folded anew.
    pub async fn open(store: Store<S>) -> Result<Self> {
        let mut models = M::restore(&store.read_records(CHECKPOINTS).await?);
        let tail = store.tail();
        if models.followers().iter().any(|one| one.checkpoint() > tail) {
            // Another tab saved them, and has seen more of the log.
            store.refresh().await?;
        }
        for follower in models.followers() {
            if !is_of_this_log(&store, follower).await? {
                follower.start_over();
            }
        }
        Ok(Self {
            store,
            models: RefCell::new(models),
            scan: Cell::new(None),
            saving: Cell::new(0),
        })
    }

    /// Reads from the read models. `read` must not call back into this projector.
    pub fn read<R>(&self, read: impl FnOnce(&M) -> R) -> R {
        read(&self.models.borrow())
    }

    /// Works on the read models, as when a query keeps a sorted order. `work` must not call back
    /// into this projector.
    pub fn with<R>(&self, work: impl FnOnce(&mut M) -> R) -> R {
        work(&mut self.models.borrow_mut())
    }

    /// Takes in the next events: those that the rows in use have not had, and only when there are
    /// none, those of a rebuild. So a rebuild holds nobody up. Returns whether there may be more.
    ///
    /// # Errors
    /// Whatever the store says. A read model that fails on an event is no error: it stops, and says
    /// so in its status.
    pub async fn advance(&self) -> Result<bool> {
        if self.restore_more().await? {
            return Ok(true);
        }
        let tail = self.store.tail();
        let next = self.with(|models| {
            let followers = models.followers();
            let live = followers.iter().filter_map(|one| one.live_after()).min();
            let rebuilt = followers.iter().filter_map(|one| one.next_after()).min();
            live.filter(|after| *after < tail).or(rebuilt)
        });
        let Some(after) = next else { return Ok(false) };
        let mut more = after < tail;
        if more {
            self.deliver_after(after).await?;
        }
        self.with(|models| {
            // One in a step: letting go of the rows before takes a while.
            more |= models.followers().into_iter().any(Follow::finish_rebuild);
        });
        Ok(more)
    }

    /// Whether the rows in use have followed the log as far as the store knows it; those that have
    /// stopped do not count.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let tail = self.store.tail();
        self.with(|models| {
            let followers = models.followers();
            followers
                .iter()
                .all(|one| one.missing().is_none() && one.live_after().is_none_or(|at| at >= tail))
        })
    }

    /// Resolves once the rows of every read model are there.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub async fn restored(&self) -> Result<()> {
        while self.restore_more().await? {}
        Ok(())
    }

    /// Reads the next records of a read model whose rows are not there yet; `false` when all are.
    async fn restore_more(&self) -> Result<bool> {
        let missing = self.with(|models| {
            let followers = models.followers();
            let mut missing = followers.iter().map(|one| one.missing()).enumerate();
            missing.find_map(|(index, prefix)| Some((index, prefix?)))
        });
        let Some((index, prefix)) = missing else {
            return Ok(false);
        };
        let records = self.store.read_records(&prefix).await?;
        self.with(|models| {
            if let Some(follower) = models.followers().get_mut(index) {
                follower.supply(&prefix, &records);
            }
        });
        Ok(true)
    }

    async fn deliver_after(&self, after: Position) -> Result<()> {
        let tail = self.store.tail();
        let scan = self.scan.take();
        let mut scan = scan.unwrap_or_else(|| Scan::new(self.store.clone()));
        let chunk = scan.after(after).await?;
        let upto = tail.min(after + STEP_EVENTS);
        self.with(|models| {
            let mut followers = models.followers();
            each_event(chunk, after, upto, &mut |event| {
                deliver(&mut followers, event);
                Ok(())
            })
        })?;
        if upto < tail {
            self.scan.set(Some(scan));
        }
        Ok(())
    }

    /// Saves every read model that has changed, each with its checkpoint.
    ///
    /// # Errors
    /// Whatever the storage says; what was saved before is as it was then.
    pub async fn save(&self) -> Result<()> {
        while self.save_more().await? {}
        Ok(())
    }

    /// Does the next few milliseconds' work of a [`save`](Self::save), so that a large one leaves the
    /// caller time for other things; a call after the last step begins another save. Returns whether
    /// there is more to do.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn save_more(&self) -> Result<bool> {
        // Should this fail, the next save begins with the first.
        let index = self.saving.take();
        let (save, count) = self.with(|models| {
            let mut followers = models.followers();
            let count = followers.len();
            let save = followers.get_mut(index).map(|one| {
                if one.prepare() {
                    Step::Prepared
                } else {
                    one.changes().map_or(Step::Done, Step::Write)
                }
            });
            (save.unwrap_or(Step::Done), count)
        });
        if let Step::Write(save) = &save {
            self.store.write_records(&save.changes).await?;
            self.with(|models| {
                if let Some(follower) = models.followers().get_mut(index) {
                    follower.saved(save);
                }
            });
        }
        let next = match save {
            Step::Prepared => index,
            _ => index + 1,
        };
        self.saving.set(if next < count { next } else { 0 });
        Ok(next < count)
    }

    /// How each read model is doing.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status> {
        let tail = self.store.tail();
        let mut statuses = Vec::new();
        self.with(|models| {
            for follower in models.followers() {
                statuses.push(follower.status(tail));
            }
        });
        statuses
    }

    /// Begins to rebuild the read model `name`; [`advance`](Self::advance) carries it out. Returns
    /// whether there is one of that name.
    pub fn start_rebuild(&self, name: &str) -> bool {
        self.with_named(name, |follower| follower.start_rebuild())
    }

    /// Gives up rebuilding the read model `name`; its rows stay as they are.
    pub fn cancel_rebuild(&self, name: &str) -> bool {
        self.with_named(name, |follower| follower.cancel_rebuild())
    }

    fn with_named(&self, name: &str, act: impl FnOnce(&mut dyn Follow<M::Domain>)) -> bool {
        self.with(|models| {
            for follower in models.followers() {
                if follower.name() == name {
                    act(follower);
                    return true;
                }
            }
            false
        })
    }
}

/// Whether the log holds, at the follower's checkpoint, the event the follower has seen there.
async fn is_of_this_log<D: Domain, S: Storage + 'static>(
    store: &Store<S>,
    follower: &dyn Follow<D>,
) -> Result<bool> {
    let checkpoint = follower.checkpoint();
    if checkpoint == 0 {
        return Ok(true);
    }
    let found = store.event_id(checkpoint).await?;
    Ok(found.is_some() && found == follower.last_event())
}

/// A read model as it stood earlier: a fold from nothing, in steps.
pub struct Past<P, S> {
    scan: Scan<S>,
    rows: P,
    as_of: AsOf,
    after: Position,
    upto: Position,
}

impl<P: Projection, S: Storage + 'static> Past<P, S> {
    /// Begins to fold what counts as of `as_of`, out of what `store` knows now.
    #[must_use]
    pub fn new(store: &Store<S>, as_of: AsOf) -> Self {
        let tail = store.tail();
        let upto = if let AsOf::Position(position) = as_of {
            position.min(tail)
        } else {
            tail
        };
        Self {
            scan: Scan::new(store.clone()),
            rows: P::default(),
            as_of,
            after: 0,
            upto,
        }
    }

    /// Takes in the next events. Returns whether there are more.
    ///
    /// # Errors
    /// `storage_corrupt` when an event cannot be read, and whatever the store says.
    pub async fn advance(&mut self) -> Result<bool> {
        if self.after >= self.upto {
            return Ok(false);
        }
        let Self {
            scan,
            rows,
            as_of,
            after,
            upto,
        } = self;
        let chunk = scan.after(*after).await?;
        let last = (*upto).min(*after + STEP_EVENTS);
        each_event(chunk, *after, last, &mut |event| {
            *after = event.position;
            if !as_of.includes(event) {
                return Ok(());
            }
            understand::<P::Domain, _>(event, |known| {
                known.map_or(Ok(()), |known| rows.apply(event, known))
            })?
        })?;
        Ok(self.after < self.upto)
    }

    /// The rows as folded so far.
    pub const fn rows(&self) -> &P {
        &self.rows
    }
}
