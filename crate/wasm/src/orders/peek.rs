//! The newest orders in a record of their own, as JSON text: a page can show them before this module
//! is loaded. It says how things stood at its position, and nothing is decided by it.

use std::cell::Cell;

use daybook_core::json::Writer;
use daybook_core::projection::Projector;
use daybook_core::storage::Change;
use daybook_core::store::Store;
use daybook_core::{Position, Result};
use daybook_orders::read_models::OrderReadModels;
use daybook_orders::read_models::orders_summary::{OrderSort, OrdersQuery};

use super::queries::write_page;
use crate::storage::AnyStorage;

/// The number changes with the form of the text; the same as in `js/peek.ts`.
const KEY: &str = "peek/1/orders";
/// As many as `orders_summary` keeps in its preview.
const ROWS: usize = 50;

type Models = Projector<OrderReadModels, AnyStorage>;

/// What was saved to be peeked at.
#[derive(Default)]
pub(super) struct Peek {
    /// Nothing at first: another build may have saved what is there.
    saved: Cell<Option<Position>>,
}

impl Peek {
    /// Saves the newest orders, unless this has done so at this position.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub(super) async fn save(&self, models: &Models, store: &Store<AnyStorage>) -> Result<()> {
        let position = models.read(|models| models.orders_summary.checkpoint());
        if self.saved.get() == Some(position) || !models.is_live() {
            return Ok(());
        }
        let query = OrdersQuery {
            sort: OrderSort::PlacedAt,
            descending: true,
            limit: Some(ROWS),
            ..OrdersQuery::default()
        };
        let mut json = Writer::new();
        models.read(|models| {
            let page = models.orders_summary.rows().query(&query);
            write_page(&mut json, &page, position);
        });
        let change = Change::Put {
            key: KEY.to_owned(),
            value: json.into_string().into_bytes(),
        };
        store.write_records(&[change]).await?;
        self.saved.set(Some(position));
        Ok(())
    }
}
