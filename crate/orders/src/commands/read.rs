//! Commands as JSON says them.

use daybook_core::json::{FromJson, Malformed, Reader};

use super::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, Quantity, RefundPayment,
};
use crate::draft::OrderDraft;
use crate::fields::{self, Field};

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
        let mut command = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("customerId", &mut command.customer_id),
            ("items", &mut command.items),
            ("currency", &mut command.currency),
            ("orderId", &mut command.order_id),
        ];
        fields::read(reader, 3, fields)?;
        Ok(command)
    }
}

impl FromJson<'_> for OrderDraft {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut draft = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("customerId", &mut draft.customer_id),
            ("items", &mut draft.items),
            ("currency", &mut draft.currency),
        ];
        fields::read(reader, 3, fields)?;
        Ok(draft)
    }
}

impl FromJson<'_> for ConfirmPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut command = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("orderId", &mut command.order_id),
            ("paymentReference", &mut command.payment_reference),
            ("amount", &mut command.amount),
        ];
        fields::read(reader, 3, fields)?;
        Ok(command)
    }
}

impl FromJson<'_> for CancelOrder {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut command = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("orderId", &mut command.order_id),
            ("reason", &mut command.reason),
        ];
        fields::read(reader, 2, fields)?;
        Ok(command)
    }
}

impl FromJson<'_> for RefundPayment {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut command = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("orderId", &mut command.order_id),
            ("reason", &mut command.reason),
        ];
        fields::read(reader, 2, fields)?;
        Ok(command)
    }
}

impl Field for DraftItem {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("productId", &mut self.product_id),
            ("quantity", &mut self.quantity),
            ("unitPrice", &mut self.unit_price),
        ];
        fields::read(reader, 3, fields)
    }
}

impl Field for Quantity {
    /// A text, or a number as it is written; `NaN` and `Infinity` are `null` in JSON. Whether it is
    /// a quantity at all is judged with everything else that was typed.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        self.0 = match reader.peek() {
            Some(b'"') => reader.string()?.into_owned(),
            Some(b'-' | b'0'..=b'9' | b'n') => reader.raw()?.to_owned(),
            _ => return Err(reader.malformed("a whole number or a text")),
        };
        Ok(())
    }
}
