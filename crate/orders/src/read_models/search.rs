//! Finding orders and customers by a part of their ids, whatever the case, and sorting by them.

use core::cmp::Ordering;

use super::order_ids::BUFFER;
use super::orders::OrdersTable;
use super::small_letters::small_letter;
use crate::sorted::{Keys, first_bytes};

/// What is searched for, in small letters.
pub(super) struct Needle {
    text: String,
    /// Whether a UUID could hold it.
    in_uuid: bool,
}

impl Needle {
    /// `None` when there is nothing to search for, and everything matches.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text: String = small(text.trim()).collect();
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
            self.is_in_small(&small(text).collect::<String>())
        }
    }

    /// Which customers' ids hold it, by their ordinals.
    pub(super) fn customers(&self, orders: &OrdersTable) -> Vec<bool> {
        let mut matching = Vec::with_capacity(orders.customers().len());
        for row in orders.customers() {
            matching.push(self.is_in(&row.0));
        }
        matching
    }

    /// Whether the order's id holds it.
    pub(super) fn is_in_id(&self, orders: &OrdersTable, ordinal: u32) -> bool {
        let ids = orders.ids();
        let mut buffer = BUFFER;
        if ids.is_uuid(ordinal) {
            self.in_uuid && self.is_in_small(ids.text(ordinal, &mut buffer))
        } else {
            self.is_in(ids.text(ordinal, &mut buffer))
        }
    }

    fn is_in_small(&self, text: &str) -> bool {
        let (text, needle) = (text.as_bytes(), self.text.as_bytes());
        text.windows(needle.len()).any(|part| part == needle)
    }
}

/// Customers by their ids, whatever the case.
pub(super) struct NameKeys<'a>(pub(super) &'a OrdersTable);

impl Keys for NameKeys<'_> {
    fn key(&self, ordinal: u32) -> u64 {
        let utf8 = |letter: char| {
            let mut buffer = [0; 4];
            let length = letter.encode_utf8(&mut buffer).len();
            buffer.into_iter().take(length)
        };
        first_bytes(small(self.0.customer_id(ordinal)).flat_map(utf8))
    }

    fn tie(&self, a: u32, b: u32) -> Ordering {
        small(self.0.customer_id(a)).cmp(small(self.0.customer_id(b)))
    }
}

/// The text in small letters.
fn small(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(small_letter)
}
