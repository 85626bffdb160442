//! Commands as JSON says them. Keys that mean nothing are refused, so that a slip of the pen is not
//! passed over.

use daybook_core::json::{FromJson, Malformed, Reader};

use super::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, Quantity, RefundPayment,
};
use crate::draft::OrderDraft;
use crate::text::owned;

impl FromJson<'_> for OrderCommand {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        const EXPECTED: &str =
            "one of 'placeOrder', 'confirmPayment', 'cancelOrder' and 'refundPayment'";
        reader.begin_object()?;
        let name = reader.next_key()?;
        let command = match name.as_deref() {
            Some("placeOrder") => Self::PlaceOrder(PlaceOrder::read_json(reader)?),
            Some("confirmPayment") => Self::ConfirmPayment(ConfirmPayment::read_json(reader)?),
            Some("cancelOrder") => Self::CancelOrder(CancelOrder::read_json(reader)?),
            Some("refundPayment") => Self::RefundPayment(RefundPayment::read_json(reader)?),
            _ => return Err(reader.malformed(EXPECTED)),
        };
        match reader.next_key()? {
            None => Ok(command),
            Some(_) => Err(reader.unknown()),
        }
    }
}

impl FromJson<'_> for PlaceOrder {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let fields = Fields::read(reader, &["orderId", "customerId", "items", "currency"])?;
        Ok(Self {
            order_id: fields.order_id.unwrap_or_default(),
            customer_id: reader.required(fields.customer_id, "customerId")?,
            items: reader.required(fields.items, "items")?,
            currency: reader.required(fields.currency, "currency")?,
        })
    }
}

impl FromJson<'_> for OrderDraft {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let fields = Fields::read(reader, &["customerId", "items", "currency"])?;
        Ok(Self {
            customer_id: reader.required(fields.customer_id, "customerId")?,
            items: reader.required(fields.items, "items")?,
            currency: reader.required(fields.currency, "currency")?,
        })
    }
}

impl FromJson<'_> for ConfirmPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let fields = Fields::read(reader, &["orderId", "paymentReference", "amount"])?;
        Ok(Self {
            order_id: reader.required(fields.order_id, "orderId")?,
            payment_reference: reader.required(fields.payment_reference, "paymentReference")?,
            amount: reader.required(fields.amount, "amount")?,
        })
    }
}

impl FromJson<'_> for CancelOrder {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (order_id, reason) = id_and_reason(reader)?;
        Ok(Self { order_id, reason })
    }
}

impl FromJson<'_> for RefundPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (order_id, reason) = id_and_reason(reader)?;
        Ok(Self { order_id, reason })
    }
}

fn id_and_reason(reader: &mut Reader<'_>) -> Result<(String, String), Malformed> {
    let fields = Fields::read(reader, &["orderId", "reason"])?;
    let order_id = reader.required(fields.order_id, "orderId")?;
    Ok((order_id, reader.required(fields.reason, "reason")?))
}

/// What commands and drafts hold. One reader of them all is a fraction of one for each.
#[derive(Default)]
struct Fields {
    order_id: Option<String>,
    customer_id: Option<String>,
    items: Option<Vec<DraftItem>>,
    currency: Option<String>,
    payment_reference: Option<String>,
    amount: Option<String>,
    reason: Option<String>,
}

impl Fields {
    /// Reads the fields named in `own`, and refuses others.
    fn read(reader: &mut Reader<'_>, own: &[&str]) -> Result<Self, Malformed> {
        let mut fields = Self::default();
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            let field = match &*key {
                key if !own.contains(&key) => return Err(reader.unknown()),
                "items" => {
                    fields.items = Some(read_items(reader)?);
                    continue;
                }
                "orderId" => &mut fields.order_id,
                "customerId" => &mut fields.customer_id,
                "currency" => &mut fields.currency,
                "paymentReference" => &mut fields.payment_reference,
                "amount" => &mut fields.amount,
                _ => &mut fields.reason,
            };
            *field = Some(reader.string()?.into_owned());
        }
        Ok(fields)
    }
}

fn read_items(reader: &mut Reader<'_>) -> Result<Vec<DraftItem>, Malformed> {
    let mut items = Vec::new();
    reader.begin_array()?;
    while reader.next_item()? {
        items.push(DraftItem::read_json(reader)?);
    }
    Ok(items)
}

impl FromJson<'_> for DraftItem {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (mut product_id, mut quantity, mut unit_price) = (None, None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "productId" => product_id = owned(reader)?,
                "quantity" => quantity = Some(Quantity::read_json(reader)?),
                "unitPrice" => unit_price = owned(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(Self {
            product_id: reader.required(product_id, "productId")?,
            quantity: reader.required(quantity, "quantity")?,
            unit_price: reader.required(unit_price, "unitPrice")?,
        })
    }
}

impl FromJson<'_> for Quantity {
    /// A text, or a number as it is written; `NaN` and `Infinity` are `null` in JSON. Whether it is
    /// a quantity at all is judged with everything else that was typed.
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = match reader.peek() {
            Some(b'"') => reader.string()?.into_owned(),
            Some(b'-' | b'0'..=b'9' | b'n') => reader.raw()?.to_owned(),
            _ => return Err(reader.malformed("a whole number or a text")),
        };
        Ok(Self(text))
    }
}
