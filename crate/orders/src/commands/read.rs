//! Commands as JSON says them. Keys that mean nothing are refused, so that a slip of the pen is not
//! passed over.

use daybook_core::json::{FromJson, Malformed, Reader};

use super::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, Quantity, RefundPayment,
};
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
        let (mut order_id, mut customer_id, mut items, mut currency) = (None, None, None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "orderId" => order_id = owned(reader)?,
                "customerId" => customer_id = owned(reader)?,
                "items" => items = Some(read_items(reader)?),
                "currency" => currency = owned(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(Self {
            order_id: order_id.unwrap_or_default(),
            customer_id: reader.required(customer_id, "customerId")?,
            items: reader.required(items, "items")?,
            currency: reader.required(currency, "currency")?,
        })
    }
}

/// The items of an order or a draft.
pub(crate) fn read_items(reader: &mut Reader<'_>) -> Result<Vec<DraftItem>, Malformed> {
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

impl FromJson<'_> for ConfirmPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (mut order_id, mut payment_reference, mut amount) = (None, None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "orderId" => order_id = owned(reader)?,
                "paymentReference" => payment_reference = owned(reader)?,
                "amount" => amount = owned(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(Self {
            order_id: reader.required(order_id, "orderId")?,
            payment_reference: reader.required(payment_reference, "paymentReference")?,
            amount: reader.required(amount, "amount")?,
        })
    }
}

impl FromJson<'_> for CancelOrder {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (mut order_id, mut reason) = (None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "orderId" => order_id = owned(reader)?,
                "reason" => reason = owned(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(Self {
            order_id: reader.required(order_id, "orderId")?,
            reason: reader.required(reason, "reason")?,
        })
    }
}

impl FromJson<'_> for RefundPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (mut order_id, mut reason) = (None, None);
        reader.begin_object()?;
        while let Some(key) = reader.next_key()? {
            match &*key {
                "orderId" => order_id = owned(reader)?,
                "reason" => reason = owned(reader)?,
                _ => return Err(reader.unknown()),
            }
        }
        Ok(Self {
            order_id: reader.required(order_id, "orderId")?,
            reason: reader.required(reason, "reason")?,
        })
    }
}
