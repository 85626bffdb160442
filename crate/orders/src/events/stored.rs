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

/// Reads an event of this kind.
pub(super) fn read(kind: Kind, data: &str) -> Result<OrderEvent<'_>, Malformed> {
    let mut fields = Fields::NONE;
    if fields.read_as_written(kind, data).is_none() {
        fields.read_in_any_order(kind, data)?;
    }
    Ok(fields.into_event(kind))
}

/// What events hold, whichever they are; nothing where an event of its kind holds none.
struct Fields<'a> {
    order_id: Cow<'a, str>,
    customer_id: Cow<'a, str>,
    items: Vec<Item<'a>>,
    payment_reference: Cow<'a, str>,
    /// The total, where an order is placed.
    amount: Amount,
    currency: Currency,
    reason: Cow<'a, str>,
}

/// The fields an event of this kind has.
const fn names(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::OrderPlaced => &[
            "order_id",
            "customer_id",
            "items",
            "total_amount",
            "currency",
        ],
        Kind::PaymentConfirmed => &["order_id", "payment_reference", "amount"],
        Kind::OrderCancelled => &["order_id", "reason"],
        Kind::PaymentRefunded => &["order_id", "payment_reference", "amount", "reason"],
    }
}

impl<'a> Fields<'a> {
    const NONE: Self = Self {
        order_id: Cow::Borrowed(""),
        customer_id: Cow::Borrowed(""),
        items: Vec::new(),
        payment_reference: Cow::Borrowed(""),
        amount: Amount::ZERO,
        currency: Currency::USD,
        reason: Cow::Borrowed(""),
    };

    fn into_event(self, kind: Kind) -> OrderEvent<'a> {
        let order_id = self.order_id.into();
        match kind {
            Kind::OrderPlaced => OrderEvent::OrderPlaced(OrderPlaced {
                order_id,
                customer_id: self.customer_id,
                items: self.items,
                total_amount: self.amount,
                currency: self.currency,
            }),
            Kind::PaymentConfirmed => OrderEvent::PaymentConfirmed(PaymentConfirmed {
                order_id,
                payment_reference: self.payment_reference,
                amount: self.amount,
            }),
            Kind::OrderCancelled => OrderEvent::OrderCancelled(OrderCancelled {
                order_id,
                reason: self.reason,
            }),
            Kind::PaymentRefunded => OrderEvent::PaymentRefunded(PaymentRefunded {
                order_id,
                payment_reference: self.payment_reference,
                amount: self.amount,
                reason: self.reason,
            }),
        }
    }

    /// Reads them as the writer of the event's type wrote them; `None` when anything differs.
    fn read_as_written(&mut self, kind: Kind, data: &'a str) -> Option<()> {
        let reader = &mut Reader::new(data);
        self.order_id = text_after(reader, r#"{"order_id":""#)?.into();
        if kind == Kind::OrderPlaced {
            self.customer_id = text_after(reader, r#"","customer_id":""#)?.into();
            self.items = items_as_written(reader)?;
            self.amount = amount_after(reader, r#","total_amount":""#)?;
            let currency = text_after(reader, r#"","currency":""#)?;
            self.currency = Currency::from_recorded(currency)?;
        }
        if matches!(kind, Kind::PaymentConfirmed | Kind::PaymentRefunded) {
            self.payment_reference = text_after(reader, r#"","payment_reference":""#)?.into();
            self.amount = amount_after(reader, r#"","amount":""#)?;
        }
        if matches!(kind, Kind::OrderCancelled | Kind::PaymentRefunded) {
            self.reason = text_after(reader, r#"","reason":""#)?.into();
        }
        (reader.literal(r#""}"#) && reader.end().is_ok()).then_some(())
    }

    /// Reads them as any JSON; what such an event is not known to hold is passed over.
    fn read_in_any_order(&mut self, kind: Kind, data: &'a str) -> Result<(), Malformed> {
        let (names, mut found) = (names(kind), 0);
        let reader = &mut Reader::new(data);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            let Some(place) = names.iter().position(|name| *name == key) else {
                reader.skip()?;
                continue;
            };
            found |= 1 << place;
            match &*key {
                "order_id" => self.order_id = reader.string()?,
                "customer_id" => self.customer_id = reader.string()?,
                "items" => self.items = read_items(reader)?,
                "payment_reference" => self.payment_reference = reader.string()?,
                "currency" => self.currency = Currency::read_json(reader)?,
                "reason" => self.reason = reader.string()?,
                _ => self.amount = Amount::read_json(reader)?,
            }
        }
        for (place, name) in names.iter().enumerate() {
            reader.required((found >> place & 1 == 1).then_some(()), name)?;
        }
        reader.end()
    }
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
