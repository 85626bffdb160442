//! The rules of an order's content: one source for forms and for `decide`.

use crate::commands::{DraftItem, MAX_ITEMS, MAX_QUANTITY, Quantity};
use crate::currency::Currency;
use crate::events::Item;
use crate::money::{Amount, MoneyError};
use crate::rules::{Fault, NO_ITEMS, PRICE_NEGATIVE, PRICE_TOO_PRECISE, QUANTITY_BELOW_ONE};
use crate::text;

/// What an order would hold, and all that is wrong with it.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Without the white space around it.
    pub(crate) customer_id: String,
    /// `None` when it is not known.
    pub(crate) currency: Option<Currency>,
    /// Each item with its total; `None` where it is not complete and right.
    pub(crate) lines: Vec<Option<(Item<'static>, Amount)>>,
    /// The exact sum over the lines that are.
    pub(crate) total: Amount,
    /// In the order of the form's fields.
    pub(crate) faults: Vec<Fault>,
}

/// Checks what was typed, all of it.
pub(crate) fn check(customer_id: &str, items: &[DraftItem], currency: &str) -> Checked {
    let mut faults = Vec::new();
    let customer_id = text::name(customer_id, "The customer")
        .map_err(|message| faults.push(Fault::malformed("customerId", &message)))
        .unwrap_or_default()
        .to_owned();
    let known = Currency::from_code(currency);
    if known.is_none() {
        faults.push(Fault::malformed(
            "currency",
            "The currency must be one of the known codes, such as EUR.",
        ));
    }
    if items.is_empty() {
        let message = "An order needs at least one item.";
        faults.push(Fault::rule(NO_ITEMS, "items", message));
    }
    if items.len() > MAX_ITEMS {
        let message = format!("An order has at most {MAX_ITEMS} items.");
        faults.push(Fault::malformed("items", &message));
    }
    let mut lines = Vec::new();
    for (index, item) in items.iter().take(MAX_ITEMS).enumerate() {
        lines.push(check_item(index, item, known, &mut faults));
    }
    let total = total_of(&lines, known).unwrap_or_else(|error| {
        faults.push(Fault::malformed("items", &error.to_string()));
        Amount::ZERO
    });
    Checked {
        customer_id,
        currency: known,
        lines,
        total,
        faults,
    }
}

fn total_of(
    lines: &[Option<(Item<'static>, Amount)>],
    currency: Option<Currency>,
) -> Result<Amount, MoneyError> {
    let zero = Amount::zero(currency.unwrap_or(Currency::USD));
    lines
        .iter()
        .flatten()
        .try_fold(zero, |sum, (_, line)| sum.plus(*line))
}

fn check_item(
    index: usize,
    item: &DraftItem,
    currency: Option<Currency>,
    faults: &mut Vec<Fault>,
) -> Option<(Item<'static>, Amount)> {
    let mut wrong = |name: &str, mut fault: Fault| {
        fault.field = format!("items.{index}.{name}");
        faults.push(fault);
    };
    let product_id = text::name(&item.product_id, "The product")
        .map_err(|message| wrong("productId", Fault::malformed("", &message)));
    let quantity = check_quantity(&item.quantity).map_err(|fault| wrong("quantity", fault));
    // Without a currency, a price can be read but not judged: how many decimals may it have?
    let price = match currency {
        Some(currency) => {
            check_price(&item.unit_price, currency).map_err(|fault| wrong("unitPrice", fault))
        }
        None => Err(()),
    };
    let (Ok(product_id), Ok(quantity), Ok(unit_price)) = (product_id, quantity, price) else {
        return None;
    };
    match unit_price.times(quantity) {
        Ok(total) => Some((
            Item {
                product_id: product_id.to_owned().into(),
                quantity,
                unit_price,
            },
            total,
        )),
        Err(error) => {
            wrong("unitPrice", Fault::malformed("", &error.to_string()));
            None
        }
    }
}

/// Of the fault, the field is left to the caller; so in the next.
fn check_quantity(Quantity(text): &Quantity) -> Result<u32, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "The quantity must be a whole number, 1 or more.";
        return Err(Fault::malformed("", message));
    }
    if digits.len() < text.len() || digits.bytes().all(|byte| byte == b'0') {
        let message = "The quantity must be 1 or more.";
        return Err(Fault::rule(QUANTITY_BELOW_ONE, "", message));
    }
    text.parse()
        .ok()
        .filter(|quantity| *quantity <= MAX_QUANTITY)
        .ok_or_else(|| {
            let message = format!("The quantity must be at most {MAX_QUANTITY}.");
            Fault::malformed("", &message)
        })
}

fn check_price(text: &str, currency: Currency) -> Result<Amount, Fault> {
    Amount::price(text, currency).map_err(|error| match error {
        MoneyError::Negative => Fault::rule(PRICE_NEGATIVE, "", "The price must not be negative."),
        MoneyError::TooPrecise { allowed, .. } => {
            let message = format!("A price in {currency} has at most {allowed} decimals.");
            Fault::rule(PRICE_TOO_PRECISE, "", &message)
        }
        other => Fault::malformed("", &other.to_string()),
    })
}
