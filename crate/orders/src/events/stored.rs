//! The events' data as it is stored: JSON, its fields in an order that never changes. It is read in
//! one pass, and texts without escapes are borrowed from it.
//!
//! Nearly everything in a log was written here. So it is first read as that, comparing keys where
//! they must be instead of looking for them, which takes half the time; whatever differs, or holds
//! an escape, is read as any JSON.

use std::borrow::Cow;

use daybook_core::json::{FromJson, Malformed, Reader, ToJson, Writer};

use super::{
    Item, Kind, OrderCancelled, OrderEvent, OrderPlaced, PaymentConfirmed, PaymentRefunded,
};
use crate::currency::Currency;
use crate::money::Amount;
use crate::order_id::OrderId;

impl ToJson for OrderPlaced<'_> {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("order_id").string(&self.order_id);
        json.key("customer_id").string(&self.customer_id);
        json.key("items").begin_array();
        for item in &self.items {
            item.write_json(json);
        }
        json.end_array();
        self.total_amount.write_json(json.key("total_amount"));
        self.currency.write_json(json.key("currency"));
        json.end_object();
    }
}

impl ToJson for Item<'_> {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object()
            .key("productId")
            .string(&self.product_id);
        json.key("quantity").number(self.quantity);
        self.unit_price.write_json(json.key("unitPrice"));
        json.end_object();
    }
}

impl ToJson for PaymentConfirmed<'_> {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("order_id").string(&self.order_id);
        json.key("payment_reference")
            .string(&self.payment_reference);
        self.amount.write_json(json.key("amount"));
        json.end_object();
    }
}

impl ToJson for OrderCancelled<'_> {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("order_id").string(&self.order_id);
        json.key("reason").string(&self.reason).end_object();
    }
}

impl ToJson for PaymentRefunded<'_> {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("order_id").string(&self.order_id);
        json.key("payment_reference")
            .string(&self.payment_reference);
        self.amount.write_json(json.key("amount"));
        json.key("reason").string(&self.reason).end_object();
    }
}

/// Reads an event as its type's writer wrote it; `None` when it differs in anything.
pub(super) fn as_written(kind: Kind, data: &str) -> Option<OrderEvent<'_>> {
    let reader = &mut Reader::new(data);
    let order_id = text_after(reader, r#"{"order_id":""#)?.into();
    let event = match kind {
        Kind::OrderPlaced => OrderEvent::OrderPlaced(OrderPlaced {
            order_id,
            customer_id: text_after(reader, r#"","customer_id":""#)?.into(),
            items: items_as_written(reader)?,
            total_amount: amount_after(reader, r#","total_amount":""#)?,
            currency: Currency::from_recorded(text_after(reader, r#"","currency":""#)?)?,
        }),
        Kind::PaymentConfirmed => OrderEvent::PaymentConfirmed(PaymentConfirmed {
            order_id,
            payment_reference: text_after(reader, r#"","payment_reference":""#)?.into(),
            amount: amount_after(reader, r#"","amount":""#)?,
        }),
        Kind::OrderCancelled => OrderEvent::OrderCancelled(OrderCancelled {
            order_id,
            reason: text_after(reader, r#"","reason":""#)?.into(),
        }),
        Kind::PaymentRefunded => OrderEvent::PaymentRefunded(PaymentRefunded {
            order_id,
            payment_reference: text_after(reader, r#"","payment_reference":""#)?.into(),
            amount: amount_after(reader, r#"","amount":""#)?,
            reason: text_after(reader, r#"","reason":""#)?.into(),
        }),
    };
    (reader.literal(r#""}"#) && reader.end().is_ok()).then_some(event)
}

fn items_as_written<'a>(reader: &mut Reader<'a>) -> Option<Vec<Item<'a>>> {
    let mut items = Vec::new();
    let mut before = r#"","items":[{"productId":""#;
    loop {
        let product_id = text_after(reader, before)?.into();
        if !reader.literal(r#"","quantity":"#) {
            return None;
        }
        let quantity = reader.unsigned32().ok()?;
        items.push(Item {
            product_id,
            quantity,
            unit_price: amount_after(reader, r#","unitPrice":""#)?,
        });
        if reader.literal(r#""}]"#) {
            return Some(items);
        }
        before = r#""},{"productId":""#;
    }
}

/// A text without escapes, whose opening quote `before` ends with. The closing one is left to what
/// comes after: an escape in its place is not what was expected there.
fn text_after<'a>(reader: &mut Reader<'a>, before: &str) -> Option<&'a str> {
    reader.literal(before).then(|| reader.plain())
}

fn amount_after(reader: &mut Reader<'_>, before: &str) -> Option<Amount> {
    Amount::recorded(text_after(reader, before)?).ok()
}

impl<'a> FromJson<'a> for OrderPlaced<'a> {
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let (mut order_id, mut customer_id, mut items) = (None, None, None);
        let (mut total_amount, mut currency) = (None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "order_id" => order_id = Some(reader.string()?.into()),
                "customer_id" => customer_id = Some(reader.string()?),
                "items" => items = Some(read_items(reader)?),
                "total_amount" => total_amount = Some(Amount::read_json(reader)?),
                "currency" => currency = Some(Currency::read_json(reader)?),
                _ => reader.skip()?,
            }
        }
        Ok(Self {
            order_id: reader.required(order_id, "order_id")?,
            customer_id: reader.required(customer_id, "customer_id")?,
            items: reader.required(items, "items")?,
            total_amount: reader.required(total_amount, "total_amount")?,
            currency: reader.required(currency, "currency")?,
        })
    }
}

fn read_items<'a>(reader: &mut Reader<'a>) -> Result<Vec<Item<'a>>, Malformed> {
    let mut items = Vec::new();
    reader.begin_array()?;
    while reader.next_item()? {
        items.push(Item::read_json(reader)?);
    }
    Ok(items)
}

impl<'a> FromJson<'a> for Item<'a> {
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let (mut product_id, mut quantity, mut unit_price) = (None, None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "productId" => product_id = Some(reader.string()?),
                "quantity" => quantity = Some(reader.unsigned32()?),
                "unitPrice" => unit_price = Some(Amount::read_json(reader)?),
                _ => reader.skip()?,
            }
        }
        Ok(Self {
            product_id: reader.required(product_id, "productId")?,
            quantity: reader.required(quantity, "quantity")?,
            unit_price: reader.required(unit_price, "unitPrice")?,
        })
    }
}

/// What the events that follow a placement hold.
#[derive(Default)]
struct Fields<'a> {
    order_id: Option<OrderId<'a>>,
    payment_reference: Option<Cow<'a, str>>,
    amount: Option<Amount>,
    reason: Option<Cow<'a, str>>,
}

impl<'a> Fields<'a> {
    /// Reads the fields named in `own`; others are passed over, whatever they hold.
    fn read(reader: &mut Reader<'a>, own: &[&str]) -> Result<Self, Malformed> {
        let mut fields = Self::default();
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                key if !own.contains(&key) => reader.skip()?,
                "order_id" => fields.order_id = Some(reader.string()?.into()),
                "payment_reference" => fields.payment_reference = Some(reader.string()?),
                "amount" => fields.amount = Some(Amount::read_json(reader)?),
                _ => fields.reason = Some(reader.string()?),
            }
        }
        Ok(fields)
    }
}

impl<'a> FromJson<'a> for PaymentConfirmed<'a> {
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let fields = Fields::read(reader, &["order_id", "payment_reference", "amount"])?;
        Ok(Self {
            order_id: reader.required(fields.order_id, "order_id")?,
            payment_reference: reader.required(fields.payment_reference, "payment_reference")?,
            amount: reader.required(fields.amount, "amount")?,
        })
    }
}

impl<'a> FromJson<'a> for OrderCancelled<'a> {
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let fields = Fields::read(reader, &["order_id", "reason"])?;
        Ok(Self {
            order_id: reader.required(fields.order_id, "order_id")?,
            reason: reader.required(fields.reason, "reason")?,
        })
    }
}

impl<'a> FromJson<'a> for PaymentRefunded<'a> {
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let own = ["order_id", "payment_reference", "amount", "reason"];
        let fields = Fields::read(reader, &own)?;
        Ok(Self {
            order_id: reader.required(fields.order_id, "order_id")?,
            payment_reference: reader.required(fields.payment_reference, "payment_reference")?,
            amount: reader.required(fields.amount, "amount")?,
            reason: reader.required(fields.reason, "reason")?,
        })
    }
}
