//! Projections: folds of the log into read models.

use crate::domain::Domain;
use crate::{RecordedEvent, Result};

/// A fold of the log into keyed rows, held in memory and read synchronously.
///
/// Whoever drives it applies each event once, in the log's order; [`save`](Self::save)d pages are
/// stored together with the checkpoint, so this holds across restarts too. `Default` is the state
/// before the first event.
pub trait Projection: Default {
    /// The domain whose events it folds.
    type Domain: Domain;

    /// Its name, such as `orders_summary`; part of the keys of its records.
    const NAME: &'static str;
    /// Raised whenever the fold or the rows change: the projection is then rebuilt.
    const VERSION: u32;

    /// Takes in one event.
    ///
    /// # Errors
    /// Any error stops this projection at this event; others go on.
    fn apply(
        &mut self,
        recorded: &RecordedEvent<'_>,
        event: &<Self::Domain as Domain>::Event<'_>,
    ) -> Result<()>;

    /// The pages that changed since they were last taken, with their bytes.
    fn save(&mut self) -> Vec<(u32, Vec<u8>)>;

    /// Takes in pages saved at `version`, in page order. May serve an older version's rows while
    /// the projection is rebuilt; `false` when it cannot read them.
    fn load(&mut self, version: u32, pages: &[(u32, Vec<u8>)]) -> bool;
}
