//! Queries and answers as JSON says them. Keys of queries that mean nothing are refused.

use daybook_core::json::{FromJson, Malformed, Reader, ToJson, Writer};

use super::customer_order_history::{
    Customer, CustomerSort, CustomerView, CustomersPage, CustomersQuery,
};
use super::orders::OrderView;
use super::orders_summary::{OrderSort, OrdersPage, OrdersQuery, StatusFilter};
use super::revenue_by_day::{RevenueQuery, RevenueView};
use crate::fields::{self, Field};
use crate::order::write_actions;

impl FromJson<'_> for OrdersQuery {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut query = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("search", &mut query.search),
            ("status", &mut query.status),
            ("sort", &mut query.sort),
            ("descending", &mut query.descending),
            ("offset", &mut query.offset),
            ("limit", &mut query.limit),
        ];
        fields::read(reader, 0, fields)?;
        Ok(query)
    }
}

impl Field for OrderSort {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = match &*reader.string()? {
            "placedAt" => Self::PlacedAt,
            "orderId" => Self::OrderId,
            "customerId" => Self::CustomerId,
            "status" => Self::Status,
            "totalAmount" => Self::TotalAmount,
            _ => {
                return Err(reader
                    .malformed("'placedAt', 'orderId', 'customerId', 'status' or 'totalAmount'"));
            }
        };
        Ok(())
    }
}

impl Field for StatusFilter {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = match &*reader.string()? {
            "ALL" => Self::All,
            "PENDING" => Self::Pending,
            "PAID" => Self::Paid,
            "REFUNDED" => Self::Refunded,
            "CANCELLED" => Self::Cancelled,
            _ => {
                return Err(reader.malformed("'ALL', 'PENDING', 'PAID', 'REFUNDED' or 'CANCELLED'"));
            }
        };
        Ok(())
    }
}

impl OrdersPage {
    /// Writes the fields of its object.
    pub fn write_fields(&self, json: &mut Writer) {
        json.key("rows").begin_array();
        for row in &self.rows {
            row.write_json(json);
        }
        json.end_array().key("count").number(self.count);
        json.key("totals").begin_array();
        for total in &self.totals {
            json.begin_object()
                .key("currency")
                .string(total.currency.code());
            json.key("count").number(total.count);
            json.key("amount").string(&total.amount).end_object();
        }
        json.end_array();
    }
}

impl ToJson for OrdersPage {
    fn write_json(&self, json: &mut Writer) {
        self.write_fields(json.begin_object());
        json.end_object();
    }
}

impl ToJson for OrderView {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("orderId").string(&self.order_id);
        json.key("customerId").string(&self.customer_id);
        json.key("status").string(self.status.name());
        json.key("currency").string(self.currency.code());
        json.key("totalAmount").string(&self.total_amount);
        json.key("itemCount").number(self.item_count);
        json.key("placedAt").string(&self.placed_at);
        json.key("paidAt").optional(self.paid_at.as_deref());
        json.key("refundedAt").optional(self.refunded_at.as_deref());
        json.key("cancelledAt")
            .optional(self.cancelled_at.as_deref());
        write_actions(json.key("allowed"), &self.allowed);
        json.end_object();
    }
}

impl FromJson<'_> for CustomersQuery {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut query = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("search", &mut query.search),
            ("sort", &mut query.sort),
            ("descending", &mut query.descending),
            ("offset", &mut query.offset),
            ("limit", &mut query.limit),
        ];
        fields::read(reader, 0, fields)?;
        Ok(query)
    }
}

impl Field for CustomerSort {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = match &*reader.string()? {
            "customerId" => Self::CustomerId,
            "orderCount" => Self::OrderCount,
            "lastOrderAt" => Self::LastOrderAt,
            _ => return Err(reader.malformed("'customerId', 'orderCount' or 'lastOrderAt'")),
        };
        Ok(())
    }
}

impl ToJson for CustomersPage {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("rows").begin_array();
        for row in &self.rows {
            row.write_fields(json.begin_object());
            json.end_object();
        }
        json.end_array()
            .key("count")
            .number(self.count)
            .end_object();
    }
}

impl ToJson for Customer {
    fn write_json(&self, json: &mut Writer) {
        self.customer.write_fields(json.begin_object());
        json.key("orders").begin_array();
        for order in &self.orders {
            order.write_json(json);
        }
        json.end_array().end_object();
    }
}

impl CustomerView {
    fn write_fields(&self, json: &mut Writer) {
        json.key("customerId").string(&self.customer_id);
        json.key("orderCount").number(self.order_count);
        json.key("lifetimeValue").begin_array();
        for value in &self.lifetime_value {
            json.begin_object()
                .key("currency")
                .string(value.currency.code());
            json.key("amount").string(&value.amount).end_object();
        }
        json.end_array();
        json.key("firstOrderAt").string(&self.first_order_at);
        json.key("lastOrderAt").string(&self.last_order_at);
    }
}

impl FromJson<'_> for RevenueQuery {
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut query = Self::default();
        let fields: &mut [(_, &mut dyn Field)] = &mut [
            ("currency", &mut query.currency),
            ("from", &mut query.from),
            ("to", &mut query.to),
        ];
        fields::read(reader, 0, fields)?;
        Ok(query)
    }
}

impl ToJson for RevenueView {
    fn write_json(&self, json: &mut Writer) {
        json.begin_object().key("day").string(&self.day);
        json.key("currency").string(self.currency.code());
        json.key("placed").number(self.placed);
        json.key("paid").number(self.paid);
        json.key("refunded").number(self.refunded);
        json.key("cancelled").number(self.cancelled);
        json.key("grossPaid").string(&self.gross_paid);
        json.key("refundedAmount").string(&self.refunded_amount);
        json.key("net").string(&self.net).end_object();
    }
}
