//! Judging an order while it is typed, with the rules it will meet when it is placed.

use daybook_core::json::{ToJson, Writer};

use crate::check::check;
use crate::commands::{DraftItem, PlaceOrder};
use crate::currency::Currency;
use crate::rules::Fault;

/// An order as typed into a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderDraft {
    /// Who places it.
    pub customer_id: String,
    /// What is ordered.
    pub items: Vec<DraftItem>,
    /// In which currency.
    pub currency: String,
}

/// What a draft comes to, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCheck {
    /// The exact total of the lines that are complete and right so far.
    pub total: String,
    /// Each line's exact total; `None` where the line is not complete.
    pub line_totals: Vec<Option<String>>,
    /// In the order of the form's fields; empty when the order would be accepted.
    pub problems: Vec<Problem>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A path such as `customerId`, `items` or `items.0.unitPrice`.
    pub field: String,
    /// A sentence for a person.
    pub message: String,
}

/// Judges a draft. Nothing is stored, and nothing is needed but the draft.
///
/// ```
/// use daybook_orders::commands::DraftItem;
/// use daybook_orders::draft::{OrderDraft, check_draft};
/// let draft = OrderDraft {
///     customer_id: "Ada".into(),
///     items: vec![DraftItem { product_id: "tea".into(), quantity: 2.into(), unit_price: "22.49".into() }],
///     currency: "EUR".into(),
/// };
/// let check = check_draft(&draft);
/// assert_eq!((check.total.as_str(), check.problems.len()), ("44.98", 0));
/// ```
#[must_use]
pub fn check_draft(draft: &OrderDraft) -> DraftCheck {
    let checked = check(&draft.customer_id, &draft.items, &draft.currency);
    let currency = checked.currency.unwrap_or(Currency::USD);
    let mut line_totals = Vec::new();
    for line in &checked.lines {
        line_totals.push(line.as_ref().map(|(_, total)| total.in_currency(currency)));
    }
    line_totals.resize(draft.items.len(), None);
    let mut problems = Vec::new();
    for Fault { field, message, .. } in checked.faults {
        problems.push(Problem { field, message });
    }
    DraftCheck {
        total: checked.total.in_currency(currency),
        line_totals,
        problems,
    }
}

impl OrderDraft {
    /// The command that places this order.
    #[must_use]
    pub fn place(self, order_id: impl Into<String>) -> PlaceOrder {
        PlaceOrder {
            order_id: order_id.into(),
            customer_id: self.customer_id,
            items: self.items,
            currency: self.currency,
        }
    }
}

impl ToJson for DraftCheck {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("total").string(&self.total);
        json.key("lineTotals").begin_array();
        for total in &self.line_totals {
            json.optional(total.as_deref());
        }
        json.end_array().key("problems").begin_array();
        for problem in &self.problems {
            json.begin_object().key("field").string(&problem.field);
            json.key("message").string(&problem.message).end_object();
        }
        json.end_array().end_object();
    }
}
