//! Each read model equals a plain fold over the whole log, whatever happened in between.

mod model;
mod queries;

use std::collections::BTreeMap;

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::{Domain, understand};
use daybook_core::event::Tags;
use daybook_core::json::ToJson;
use daybook_core::projection::Projection;
use daybook_core::{RecordedEvent, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::customer_order_history::{CustomerSort, CustomersQuery};
use super::orders_summary::{OrderSort, OrdersQuery};
use super::revenue_by_day::RevenueQuery;
use super::{CustomerOrderHistory, OrdersSummary, RevenueByDay};
use crate::commands::{
    CancelOrder, ConfirmPayment, DraftItem, OrderCommand, PlaceOrder, RefundPayment,
};
use crate::events::{OrderEvent, Orders};
use crate::order::{Order, OrderState};

pub(super) const CUSTOMERS: [&str; 4] = ["Ada", "bob", "Zoë 🌻", "נועה"];
const CURRENCIES: [&str; 3] = ["USD", "EUR", "JPY"];

/// An event of the tests' log; its position is its place in the log.
#[derive(Debug, Clone)]
pub(super) struct Logged {
    pub(super) event: OrderEvent<'static>,
    pub(super) at: Timestamp,
}

/// One thing someone does to one of a few orders.
#[derive(Debug, Clone)]
struct Step {
    order: u128,
    command: u8,
    customer: usize,
    currency: usize,
    quantity: u32,
    price: u32,
    at: i64,
}

pub(super) fn order_id(number: u128) -> String {
    Uuid::from_u128(number << 100 | number).to_string()
}

fn any_step() -> impl Strategy<Value = Step> {
    // A few orders over a few days, in no order of time.
    (
        0_u128..6,
        0_u8..6,
        0_usize..4,
        0_usize..3,
        1_u32..4,
        0_u32..100_000,
        0_i64..400_000_000,
    )
        .prop_map(
            |(order, command, customer, currency, quantity, price, at)| Step {
                order,
                command,
                customer,
                currency,
                quantity,
                price,
                at,
            },
        )
}

fn command(step: &Step, state: &OrderState) -> OrderCommand {
    let order_id = order_id(step.order);
    let total = state.placed.as_ref().map(|order| order.total.to_string());
    match step.command {
        0 | 1 => OrderCommand::PlaceOrder(PlaceOrder {
            order_id,
            customer_id: CUSTOMERS[step.customer].into(),
            items: vec![DraftItem {
                product_id: "tea".into(),
                quantity: step.quantity.into(),
                unit_price: if CURRENCIES[step.currency] == "JPY" {
                    step.price.to_string()
                } else {
                    format!("{}.{:02}", step.price / 100, step.price % 100)
                },
            }],
            currency: CURRENCIES[step.currency].into(),
        }),
        2 | 3 => OrderCommand::ConfirmPayment(ConfirmPayment {
            order_id,
            payment_reference: "7781".into(),
            amount: total.unwrap_or("1".into()),
        }),
        4 => OrderCommand::RefundPayment(RefundPayment {
            order_id,
            reason: String::new(),
        }),
        _ => OrderCommand::CancelOrder(CancelOrder {
            order_id,
            reason: "no".into(),
        }),
    }
}

/// The log after commands, of which only some are accepted.
fn log_of(steps: &[Step]) -> Vec<Logged> {
    let mut states: BTreeMap<u128, OrderState> = BTreeMap::new();
    let mut log = Vec::new();
    for step in steps {
        let state = states.entry(step.order).or_default();
        for event in Order::decide(state, &command(step, state)).unwrap_or_default() {
            Order::evolve(state, &event);
            log.push(Logged {
                event,
                at: Timestamp::from_millis(step.at),
            });
        }
    }
    log
}

fn apply<P: Projection<Domain = Orders>>(projection: &mut P, position: u64, logged: &Logged) {
    let stored = Orders::encode(&logged.event);
    let recorded = RecordedEvent {
        event_id: Uuid::from_u128(position.into()),
        event_type: stored.event_type,
        schema_version: Some(stored.schema_version),
        stream_id: "",
        version: 0,
        position,
        occurred_at: logged.at,
        recorded_at: logged.at,
        correlation_id: None,
        causation_id: None,
        command_id: None,
        tags: Tags::default(),
        metadata: None,
        data: &stored.data,
    };
    understand::<Orders, _>(&recorded, |event| {
        projection.apply(&recorded, event.unwrap()).unwrap();
    })
    .unwrap();
}

pub(super) fn fold<P: Projection<Domain = Orders>>(log: &[Logged]) -> P {
    let mut projection = P::default();
    for (position, logged) in (1..).zip(log) {
        apply(&mut projection, position, logged);
    }
    projection
}

/// The pages that changed, with their bytes.
fn saved<P: Projection>(projection: &mut P) -> Vec<(u32, Vec<u8>)> {
    let numbers = projection.changed();
    let written = |number| (number, projection.write_page(number));
    numbers.into_iter().map(written).collect()
}

/// Takes in all pages.
fn load<P: Projection>(projection: &mut P, version: u32, pages: &[(u32, Vec<u8>)]) -> bool {
    let mut pages = pages.iter();
    pages.all(|(number, bytes)| projection.load_page(version, *number, bytes))
        && projection.loaded()
}

/// The fold, saved and loaded after each of `cuts` events, with events before a cut given again.
fn fold_with_restarts<P: Projection<Domain = Orders>>(log: &[Logged], cuts: &[usize]) -> P {
    let mut projection = P::default();
    let mut pages: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    for (position, logged) in (1..).zip(log) {
        apply(&mut projection, position, logged);
        if cuts.contains(&usize::try_from(position).unwrap()) {
            pages.extend(saved(&mut projection));
            let stored: Vec<_> = pages.clone().into_iter().collect();
            projection = P::default();
            assert!(load(&mut projection, P::VERSION, &stored));
            assert!(projection.changed().is_empty(), "nothing changed since");
            for (position, logged) in (1..=position).zip(log) {
                apply(&mut projection, position, logged);
            }
        }
    }
    projection
}

fn everything() -> OrdersQuery {
    OrdersQuery {
        limit: Some(usize::MAX),
        ..OrdersQuery::default()
    }
}

/// What JavaScript is given.
fn shown(view: &dyn ToJson) -> Value {
    serde_json::from_str(&view.to_json()).unwrap()
}

fn show_summary(summary: &OrdersSummary) -> Value {
    shown(&summary.query(&everything()))
}

fn show_history(history: &CustomerOrderHistory) -> Value {
    let customers = CUSTOMERS.map(|customer| history.customer(customer).map(|found| shown(&found)));
    json!([shown(&history.query(&CustomersQuery::default())), customers])
}

fn show_revenue(revenue: &RevenueByDay) -> Value {
    let rows = revenue.query(&RevenueQuery::default());
    rows.iter().map(|row| shown(row)).collect()
}

/// The `sort`-th way to ask for orders, and for customers.
fn queries(sort: usize, descending: bool, search: Option<String>) -> (OrdersQuery, CustomersQuery) {
    let orders = OrdersQuery {
        search: search.clone(),
        sort: [
            OrderSort::PlacedAt,
            OrderSort::OrderId,
            OrderSort::CustomerId,
            OrderSort::Status,
            OrderSort::TotalAmount,
        ][sort],
        descending,
        offset: sort % 2,
        limit: Some(4),
        ..OrdersQuery::default()
    };
    let customers = CustomersQuery {
        search,
        sort: [
            CustomerSort::CustomerId,
            CustomerSort::OrderCount,
            CustomerSort::LastOrderAt,
        ][sort % 3],
        descending,
        offset: sort % 2,
        limit: Some(2),
    };
    (orders, customers)
}

proptest! {
    #[test]
    fn a_preview_shows_the_newest_orders_as_they_are(
        steps in prop::collection::vec((any_step(), 0_u128..120), 0..160),
        bytes in any::<Vec<u8>>(),
    ) {
        let of_many = |(step, order)| Step { order, ..step };
        let log = log_of(&steps.into_iter().map(of_many).collect::<Vec<_>>());
        let summary: OrdersSummary = fold(&log);
        let mut shown = OrdersSummary::default();
        shown.show_preview(OrdersSummary::VERSION, &summary.preview());
        let newest = OrdersQuery { descending: true, limit: Some(50), ..OrdersQuery::default() };
        prop_assert_eq!(shown.query(&newest), summary.query(&newest));
        // What is no preview shows nothing.
        let mut other = OrdersSummary::default();
        other.show_preview(OrdersSummary::VERSION + 1, &summary.preview());
        prop_assert_eq!(other.len(), 0);
        OrdersSummary::default().show_preview(OrdersSummary::VERSION, &bytes);
    }

    #[test]
    fn every_read_model_equals_a_fold_from_nothing(
        steps in prop::collection::vec(any_step(), 0..40),
        cuts in prop::collection::vec(1_usize..20, 0..3),
    ) {
        let log = log_of(&steps);
        let expected = model::fold(&log);
        prop_assert_eq!(show_summary(&fold(&log)), expected.summary());
        prop_assert_eq!(show_summary(&fold_with_restarts(&log, &cuts)), expected.summary());
        prop_assert_eq!(show_history(&fold(&log)), expected.history());
        prop_assert_eq!(show_history(&fold_with_restarts(&log, &cuts)), expected.history());
        prop_assert_eq!(show_revenue(&fold(&log)), expected.revenue());
        prop_assert_eq!(show_revenue(&fold_with_restarts(&log, &cuts)), expected.revenue());
    }

    #[test]
    fn queries_in_between_change_no_answer(
        steps in prop::collection::vec(any_step(), 0..40),
        cuts in prop::collection::vec(1_usize..40, 0..8),
        descending: bool,
        search in prop::sample::select(vec![None, Some("a".to_owned()), Some("ZOË".to_owned())]),
    ) {
        let log = log_of(&steps);
        for sort in 0..5 {
            let (orders, customers) = queries(sort, descending, search.clone());
            let (mut summary, mut history) = (OrdersSummary::default(), CustomerOrderHistory::default());
            for (position, logged) in (1..).zip(&log) {
                apply(&mut summary, position, logged);
                apply(&mut history, position, logged);
                if cuts.contains(&usize::try_from(position).unwrap()) {
                    let _ = summary.query(&orders);
                    let _ = history.query(&customers);
                }
            }
            prop_assert_eq!(summary.query(&orders), fold::<OrdersSummary>(&log).query(&orders));
            let anew: CustomerOrderHistory = fold(&log);
            prop_assert_eq!(history.query(&customers), anew.query(&customers));
        }
    }

    #[test]
    fn damaged_pages_are_refused_or_read_but_never_panic(
        steps in prop::collection::vec(any_step(), 1..20),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        fn survives<P: Projection<Domain = Orders>>(log: &[Logged], damage: &[(prop::sample::Index, u8)]) {
            let mut pages = saved(&mut fold::<P>(log));
            for (place, byte) in damage {
                if !pages.is_empty() {
                    let page = place.index(pages.len());
                    let bytes = &mut pages[page].1;
                    let at = place.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            load(&mut P::default(), P::VERSION, &pages);
            assert!(!load(&mut P::default(), P::VERSION + 1, &pages));
        }
        let log = log_of(&steps);
        survives::<OrdersSummary>(&log, &damage);
        survives::<CustomerOrderHistory>(&log, &damage);
        survives::<RevenueByDay>(&log, &damage);
    }
}
