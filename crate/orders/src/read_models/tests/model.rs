//! The read models again, as plainly as possible: lists, searched from the start, and whole numbers.

use std::collections::BTreeMap;

use daybook_core::Timestamp;
use serde_json::{Value, json};

use super::{CUSTOMERS, Logged};
use crate::Currency;
use crate::events::OrderEvent;

struct Row {
    id: String,
    customer: String,
    currency: Currency,
    total: i128,
    status: &'static str,
    pieces: u32,
    at: [Option<Timestamp>; 4],
}

#[derive(Default)]
struct Day {
    counts: [u32; 4],
    paid: i128,
    refunded: i128,
}

#[derive(Default)]
pub(super) struct Model {
    rows: Vec<Row>,
    days: BTreeMap<(String, Currency), Day>,
}

/// Minor units of the currency, from a text with all its decimals.
fn minor(text: &str) -> i128 {
    text.replace('.', "").parse().unwrap()
}

fn text(minor: i128, currency: Currency) -> String {
    let ten = 10_i128.pow(currency.decimals().into());
    if ten == 1 {
        return minor.to_string();
    }
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.abs() / ten, minor.abs() % ten);
    format!("{sign}{whole}.{rest:02}")
}

pub(super) fn fold(log: &[Logged]) -> Model {
    let mut model = Model::default();
    for logged in log {
        model.apply(logged);
    }
    model
}

fn by_placement<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Value> {
    let mut rows: Vec<&Row> = rows.collect();
    rows.sort_by_key(|row| row.at[0]);
    rows.into_iter().map(Row::show).collect()
}

impl Model {
    fn apply(&mut self, logged: &Logged) {
        let (event, at) = (&logged.event, Some(logged.at));
        if let OrderEvent::OrderPlaced(placed) = event {
            self.rows.push(Row {
                id: placed.order_id.to_string(),
                customer: placed.customer_id.to_string(),
                currency: placed.currency,
                total: minor(&placed.total_amount.to_string()),
                status: "PENDING",
                pieces: placed.items.iter().map(|item| item.quantity).sum(),
                at: [at, None, None, None],
            });
        }
        let row = self
            .rows
            .iter_mut()
            .find(|row| row.id == event.order_id())
            .unwrap();
        let day = self
            .days
            .entry((logged.at.day().to_string(), row.currency))
            .or_default();
        let kind = match event {
            OrderEvent::OrderPlaced(_) => 0,
            OrderEvent::PaymentConfirmed(paid) => {
                day.paid += minor(&paid.amount.to_string());
                1
            }
            OrderEvent::PaymentRefunded(refunded) => {
                day.refunded += minor(&refunded.amount.to_string());
                2
            }
            OrderEvent::OrderCancelled(_) => 3,
        };
        day.counts[kind] += 1;
        row.status = ["PENDING", "PAID", "REFUNDED", "CANCELLED"][kind];
        row.at[kind] = at;
    }

    pub(super) fn summary(&self) -> Value {
        let mut totals: BTreeMap<Currency, (usize, i128)> = BTreeMap::new();
        for row in &self.rows {
            let total = totals.entry(row.currency).or_default();
            *total = (total.0 + 1, total.1 + row.total);
        }
        let totals: Vec<Value> = totals
            .into_iter()
            .map(|(currency, (count, sum))| {
                json!({"currency": currency.code(), "count": count, "amount": text(sum, currency)})
            })
            .collect();
        json!({
            "rows": by_placement(self.rows.iter()),
            "count": self.rows.len(),
            "totals": totals,
        })
    }

    fn customer(&self, customer: &str) -> Option<Value> {
        let rows = || self.rows.iter().filter(|row| row.customer == customer);
        let placed = || rows().filter_map(|row| row.at[0]);
        let mut value: BTreeMap<Currency, i128> = BTreeMap::new();
        for row in rows().filter(|row| row.status == "PAID") {
            *value.entry(row.currency).or_default() += row.total;
        }
        let value: Vec<Value> = value
            .into_iter()
            .filter(|(_, sum)| *sum != 0)
            .map(|(currency, sum)| json!({"currency": currency.code(), "amount": text(sum, currency)}))
            .collect();
        Some(json!({
            "customerId": customer,
            "orderCount": rows().count(),
            "lifetimeValue": value,
            "firstOrderAt": placed().min()?.to_string(),
            "lastOrderAt": placed().max()?.to_string(),
        }))
    }

    pub(super) fn history(&self) -> Value {
        // The names in the tests are listed in the order they sort in.
        let rows: Vec<Value> = CUSTOMERS
            .iter()
            .filter_map(|id| self.customer(id))
            .collect();
        let customers = CUSTOMERS.map(|id| {
            let mut customer = self.customer(id)?;
            let orders = self.rows.iter().filter(|row| row.customer == id);
            customer["orders"] = json!(by_placement(orders));
            Some(customer)
        });
        json!([{"count": rows.len(), "rows": rows}, customers])
    }

    pub(super) fn revenue(&self) -> Value {
        self.days
            .iter()
            .map(|((day, currency), row)| {
                json!({
                    "day": day,
                    "currency": currency.code(),
                    "placed": row.counts[0],
                    "paid": row.counts[1],
                    "refunded": row.counts[2],
                    "cancelled": row.counts[3],
                    "grossPaid": text(row.paid, *currency),
                    "refundedAmount": text(row.refunded, *currency),
                    "net": text(row.paid - row.refunded, *currency),
                })
            })
            .collect()
    }
}

impl Row {
    fn show(&self) -> Value {
        let [placed, paid, refunded, cancelled] = self.at.map(|at| at.map(|at| at.to_string()));
        json!({
            "orderId": self.id,
            "customerId": self.customer,
            "status": self.status,
            "currency": self.currency.code(),
            "totalAmount": text(self.total, self.currency),
            "itemCount": self.pieces,
            "placedAt": placed,
            "paidAt": paid,
            "refundedAt": refunded,
            "cancelledAt": cancelled,
            "allowed": match self.status {
                "PENDING" => &["confirmPayment", "cancelOrder"][..],
                "PAID" => &["refundPayment"],
                "REFUNDED" => &["cancelOrder"],
                _ => &[],
            },
        })
    }
}
