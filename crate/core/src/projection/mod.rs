//! Projections: folds of the log into read models.
//!
//! A [`Projection`] says how events change rows; a [`Follower`] carries it along the log, keeps its
//! checkpoint, rebuilds it beside the rows in use, and says what to store; [`Table`] is the place
//! for its rows. None of them reads or writes storage: whoever drives them does.

mod checkpoint;
mod course;
mod fingerprint;
mod follow;
mod follower;
mod key_index;
mod projector;
mod restore;
mod saved;
mod status;
pub mod table;
#[cfg(test)]
mod tests;

pub use follow::{Follow, deliver};
pub use follower::Follower;
pub use key_index::KeyIndex;
pub use projector::{Past, Projector, ReadModels};
pub use saved::Save;
pub use status::{Failure, Skipped, State, Status};
pub use table::{Row, Table};

use crate::domain::Domain;
use crate::{RecordedEvent, Result};

/// A fold of the log into keyed rows, held in memory and read synchronously.
///
/// Whoever drives it applies each event once, in the log's order; pages are stored together with
/// the checkpoint, so this holds across restarts too. `Default` is the state
/// before the first event.
///
/// The fold must be pure: the same events give the same rows, and change the same pages, in every
/// tab. What depends on anything else would differ from tab to tab.
pub trait Projection: Default {
    /// The domain whose events it folds.
    type Domain: Domain;

    /// Its name, such as `orders_summary`; part of the keys of its records. Holds no `/`.
    const NAME: &'static str;
    /// Raised whenever the fold or the rows change: the projection is then rebuilt.
    const VERSION: u32;

    /// Takes in one event.
    ///
    /// # Errors
    /// Any error stops this projection at this event; others go on. The rows must then be as they
    /// were before it: check first, change after.
    fn apply(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: &<Self::Domain as Domain>::Event<'_>,
    ) -> Result<()>;

    /// The rows before the first event, for a rebuild of these. Where growing takes long, they may have
    /// room for as many.
    #[must_use]
    fn anew(&self) -> Self {
        Self::default()
    }

    /// The numbers of the pages that changed since this was last asked, each once.
    fn changed(&mut self) -> Vec<u32>;

    /// Writes a page as its rows stand; it changed at some time.
    fn write_page(&self, number: u32) -> Vec<u8>;

    /// Takes in a page saved at `version`; pages come in order of their numbers, into rows that were
    /// just made. May serve an older version's rows while the projection is rebuilt; `false` when it
    /// cannot read the page, and the rows are then thrown away.
    fn load_page(&mut self, version: u32, number: u32, bytes: &[u8]) -> bool;

    /// All pages have been taken in. `false` when they do not go together, and the rows are then
    /// thrown away.
    fn loaded(&mut self) -> bool {
        true
    }

    /// What is worth showing before the pages are read, such as the first rows of a list; stored
    /// with each checkpoint, so it should be small. Nothing, unless overridden.
    fn preview(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Shows what [`preview`](Self::preview) wrote at `version`, until the rows themselves are there;
    /// called on rows that were just made. What cannot be read is left out.
    fn show_preview(&mut self, _version: u32, _preview: &[u8]) {}
}
