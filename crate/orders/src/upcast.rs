//! The chain that brings old `OrderPlaced` events to today's shape when they are read.
//!
//! The log is forever, so the steps are forgiving: what an old event already has in the newer
//! shape is kept.

use core::mem::replace;

use daybook_core::json::{Object, Value};
use daybook_core::upcast::Upcaster;

use crate::currency::Currency;
use crate::events::ORDER_PLACED;
use crate::money::Amount;

/// Every step, for [`daybook_core::upcast::upcast`].
pub const UPCASTERS: &[Upcaster] = &[
    Upcaster {
        event_type: ORDER_PLACED,
        from: 1,
        upcast: items_from_product_ids,
    },
    Upcaster {
        event_type: ORDER_PLACED,
        from: 2,
        upcast: currency_and_total,
    },
];

/// 1 → 2: each product id becomes an item, of which nothing but the product was recorded.
fn items_from_product_ids(data: Value) -> Result<Value, String> {
    let mut data = object(data)?;
    match data.remove("product_ids") {
        Some(Value::Array(mut ids)) => {
            for id in &mut ids {
                if id.as_str().is_none() {
                    return Err("product_ids must hold texts only".to_owned());
                }
                *id = Value::from([
                    ("productId", replace(id, Value::Null)),
                    ("quantity", Value::from(1)),
                    ("unitPrice", Value::from("0.00")),
                ]);
            }
            data.insert("items", Value::Array(ids));
        }
        None if data.get("items").is_some() => {}
        _ => return Err("product_ids must be a list".to_owned()),
    }
    Ok(Value::Object(data))
}

/// 2 → 3: orders were in US dollars before events said so. A total that was never recorded is what
/// the items come to.
fn currency_and_total(data: Value) -> Result<Value, String> {
    let mut data = object(data)?;
    if matches!(data.get("currency"), None | Some(Value::Null)) {
        data.insert("currency", Value::from(Currency::USD.code()));
    }
    if matches!(data.get("total_amount"), None | Some(Value::Null)) {
        let total = total_of(data.get("items"))?;
        data.insert("total_amount", Value::from(total));
    }
    Ok(Value::Object(data))
}

fn total_of(items: Option<&Value>) -> Result<String, String> {
    let items = items.and_then(Value::as_array).ok_or("items are missing")?;
    let mut total = Amount::zero(Currency::USD);
    for item in items {
        let item = item.as_object().ok_or("an item is not an object")?;
        let quantity = item
            .get("quantity")
            .and_then(Value::as_u64)
            .and_then(|quantity| u32::try_from(quantity).ok())
            .ok_or("a quantity is not a whole number")?;
        let price = item
            .get("unitPrice")
            .and_then(Value::as_str)
            .ok_or("a unitPrice is not a text")?;
        total = Amount::recorded(price)
            .and_then(|price| total.plus(price.times(quantity)?))
            .map_err(|error| error.to_string())?;
    }
    Ok(total.to_string())
}

fn object(data: Value) -> Result<Object, String> {
    match data {
        Value::Object(data) => Ok(data),
        _ => Err("the data must be an object".to_owned()),
    }
}
