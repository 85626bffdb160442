//! Finding orders and customers by a part of their ids, whatever the case.

use super::orders::{OrderRow, OrdersTable};

/// What is searched for, in small letters.
pub(super) struct Needle {
    text: String,
    /// Whether a UUID could hold it.
    in_uuid: bool,
}

impl Needle {
    /// `None` when there is nothing to search for, and everything matches.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let in_uuid = text.len() <= 36
            && text
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        (!text.is_empty()).then_some(Self { text, in_uuid })
    }

    /// Whether `text` holds it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        if text.is_ascii() {
            let (text, needle) = (text.as_bytes(), self.text.as_bytes());
            text.windows(needle.len())
                .any(|part| part.eq_ignore_ascii_case(needle))
        } else {
            text.to_lowercase().contains(&self.text)
        }
    }

    /// Which customers' ids hold it, by their ordinals.
    pub(super) fn customers(&self, orders: &OrdersTable) -> Vec<bool> {
        orders
            .customers()
            .iter()
            .map(|row| self.is_in(&row.0))
            .collect()
    }

    /// Whether the order's id holds it, or its customer is among `customers`.
    pub(super) fn matches(&self, row: &OrderRow, customers: &[bool]) -> bool {
        if customers.get(row.customer as usize) == Some(&true) {
            return true;
        }
        if row.has_uuid() {
            self.in_uuid && row.id().contains(&self.text)
        } else {
            self.is_in(row.id())
        }
    }
}
