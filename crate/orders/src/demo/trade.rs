//! One made-up order: what is placed, and what becomes of it.

use std::borrow::Cow;

use daybook_core::domain::Domain;
use daybook_core::json::{ToJson, Writer};
use daybook_core::{ExpectedVersion, NewEvent, Timestamp};
use uuid::{Builder, Uuid};

use super::catalogue::{self, CANCELLED, PRODUCTS, REFUNDED};
use super::{DemoEvent, DemoPlan};
use crate::currency::Currency;
use crate::events::{
    Item, ORDER_PLACED, OrderCancelled, OrderEvent, OrderPlaced, Orders, PaymentConfirmed,
    PaymentRefunded, customer_tag,
};
use crate::money::Amount;
use crate::splitmix::SplitMix64;
use crate::stream_id;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How the order's first event is stored.
#[derive(Clone, Copy)]
enum Shape {
    /// Schema 1, and whether it says so.
    ProductIds { says_schema: bool },
    /// Schema 2.
    NoCurrency,
    /// Today's.
    Current,
}

/// The events of order number `index`, placed at `at`, in the order they happen in.
pub(super) fn order(plan: DemoPlan, index: u32, at: Timestamp) -> Vec<DemoEvent> {
    // Orders and days draw from streams of their own.
    let mut random = SplitMix64::new(plan.seed, u64::from(index) | 1 << 32);
    let shape = shape_of(plan, index);
    let placed = placed(&mut random, shape);
    let order_id = placed.order_id.to_string();
    let follow_ups = follow_ups(&mut random, &placed, at);
    let mut happened = vec![stored_placed(&mut random, &placed, shape, at)];
    for (at, event) in follow_ups {
        let encoded = Orders::encode(&event);
        let id = uuid(&mut random);
        let mut event = NewEvent::new(id, encoded.event_type, at, encoded.data);
        event.schema_version = Some(encoded.schema_version);
        event.tags = encoded.tags;
        happened.push(event);
    }
    let mut events = Vec::new();
    for (version, mut event) in (-1_i64..).zip(happened) {
        event.correlation_id = Some(order_id.clone());
        events.push(DemoEvent {
            stream_id: stream_id(&order_id),
            expected: ExpectedVersion::from(version),
            event,
        });
    }
    events
}

fn shape_of(plan: DemoPlan, index: u32) -> Shape {
    if index < plan.orders / 10 {
        Shape::ProductIds {
            says_schema: index.is_multiple_of(2),
        }
    } else if index < plan.orders / 4 {
        Shape::NoCurrency
    } else {
        Shape::Current
    }
}

fn placed(random: &mut SplitMix64, shape: Shape) -> OrderPlaced<'static> {
    let order_id = uuid(random).to_string();
    let currency = match (shape, random.below(100)) {
        (Shape::Current, 0..15) => "EUR",
        (Shape::Current, 15..25) => "GBP",
        (Shape::Current, 25..30) => "JPY",
        _ => "USD",
    };
    let currency = Currency::from_code(currency).unwrap_or(Currency::USD);
    let items = items(random, currency);
    let total_amount = items
        .iter()
        .try_fold(Amount::zero(currency), |sum, item| {
            sum.plus(item.unit_price.times(item.quantity)?)
        })
        .unwrap_or(Amount::ZERO);
    OrderPlaced {
        order_id: order_id.into(),
        customer_id: catalogue::customer(random).into(),
        items,
        total_amount,
        currency,
    }
}

fn items(random: &mut SplitMix64, currency: Currency) -> Vec<Item<'static>> {
    let mut items: Vec<Item<'static>> = Vec::new();
    for _ in 0..=random.below(4) {
        let Some(product) = random.pick(&PRODUCTS) else {
            continue;
        };
        let quantity = match random.below(10) {
            0..7 => 1,
            7..9 => 2,
            _ => 3 + u32::try_from(random.below(4)).unwrap_or_default(),
        };
        if items.iter().all(|item| item.product_id != product.id) {
            items.push(Item {
                product_id: Cow::Borrowed(product.id),
                quantity,
                unit_price: price(product.cents, currency),
            });
        }
    }
    items
}

/// The same number in every currency, but for those without decimals: there, 150 times as much.
fn price(cents: u64, currency: Currency) -> Amount {
    let text = if currency.decimals() == 0 {
        format!("{}", cents * 3 / 2)
    } else {
        format!("{}.{:02}", cents / 100, cents % 100)
    };
    Amount::price(&text, currency).unwrap_or(Amount::ZERO)
}

/// What becomes of an order: 80 % are paid within days, 9 % late, 6 % are cancelled unpaid, and
/// 5 % are paid and refunded, of which some are cancelled then.
fn follow_ups(
    random: &mut SplitMix64,
    placed: &OrderPlaced<'static>,
    at: Timestamp,
) -> Vec<(Timestamp, OrderEvent<'static>)> {
    let fate = random.below(100);
    let soon = match random.below(10) {
        0..6 => MINUTE_MS + random.below(3 * HOUR_MS),
        _ => 3 * HOUR_MS + random.below(3 * DAY_MS),
    };
    let late = 5 * DAY_MS + random.below(25 * DAY_MS);
    if fate < 6 {
        return vec![(after(at, HOUR_MS + soon), cancelled(random, placed))];
    }
    let paid_at = after(at, if fate < 91 { soon } else { late });
    let refunded_at = (fate < 11).then(|| after(paid_at, DAY_MS + random.below(19 * DAY_MS)));
    let paid = paid(random, placed);
    let refunded = refunded_at.map(|at| (at, refunded(random, placed, &paid)));
    let mut events = vec![(paid_at, OrderEvent::PaymentConfirmed(paid))];
    if let Some(refunded) = refunded {
        events.push(refunded);
    }
    if let (Some(refunded_at), 0..8) = (refunded_at, fate) {
        let at = after(refunded_at, MINUTE_MS + random.below(DAY_MS));
        events.push((at, cancelled(random, placed)));
    }
    events
}

fn paid(random: &mut SplitMix64, placed: &OrderPlaced<'static>) -> PaymentConfirmed<'static> {
    PaymentConfirmed {
        order_id: placed.order_id.clone(),
        payment_reference: format!("PAY-{:08}", random.below(100_000_000)).into(),
        amount: placed.total_amount,
    }
}

fn refunded(
    random: &mut SplitMix64,
    placed: &OrderPlaced<'static>,
    paid: &PaymentConfirmed<'static>,
) -> OrderEvent<'static> {
    OrderEvent::PaymentRefunded(PaymentRefunded {
        order_id: placed.order_id.clone(),
        payment_reference: paid.payment_reference.clone(),
        amount: paid.amount,
        reason: random.pick(&REFUNDED).copied().unwrap_or_default().into(),
    })
}

fn cancelled(random: &mut SplitMix64, placed: &OrderPlaced<'static>) -> OrderEvent<'static> {
    OrderEvent::OrderCancelled(OrderCancelled {
        order_id: placed.order_id.clone(),
        reason: random.pick(&CANCELLED).copied().unwrap_or_default().into(),
    })
}

fn stored_placed(
    random: &mut SplitMix64,
    placed: &OrderPlaced<'static>,
    shape: Shape,
    at: Timestamp,
) -> NewEvent {
    let (schema_version, data) = match shape {
        Shape::ProductIds { says_schema } => (says_schema.then_some(1), old_data(placed, false)),
        Shape::NoCurrency => (Some(2), old_data(placed, true)),
        Shape::Current => {
            let encoded = Orders::encode(&OrderEvent::OrderPlaced(placed.clone()));
            (Some(encoded.schema_version), encoded.data)
        }
    };
    let mut event = NewEvent::new(uuid(random), ORDER_PLACED, at, data);
    event.schema_version = schema_version;
    event.tags = vec![customer_tag(&placed.customer_id)];
    event
}

/// Before schema 3, everything was in US dollars. In schema 1, a product ordered twice is listed twice,
/// and its price was not kept.
fn old_data(placed: &OrderPlaced<'_>, has_items: bool) -> String {
    let mut json = Writer::new();
    json.begin_object()
        .key("customer_id")
        .string(&placed.customer_id);
    if has_items {
        json.key("items").begin_array();
        for item in &placed.items {
            item.write_json(&mut json);
        }
        json.end_array();
    }
    json.key("order_id").string(&placed.order_id);
    if !has_items {
        json.key("product_ids").begin_array();
        for item in &placed.items {
            for _ in 0..item.quantity {
                json.string(&item.product_id);
            }
        }
        json.end_array();
    }
    placed.total_amount.write_json(json.key("total_amount"));
    json.end_object();
    json.into_string()
}

fn after(at: Timestamp, delay_ms: u64) -> Timestamp {
    let delay = i64::try_from(delay_ms).unwrap_or_default();
    Timestamp::from_millis(at.as_millis().saturating_add(delay))
}

fn uuid(random: &mut SplitMix64) -> Uuid {
    let (high, low) = (u128::from(random.next()), u128::from(random.next()));
    Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
}
