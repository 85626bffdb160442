//! Searching, filtering, sorting and paging.

use daybook_core::Timestamp;
use daybook_core::json::FromJson;

use super::{Logged, fold, order_id};
use crate::events::{Item, OrderCancelled, OrderEvent, OrderPlaced, PaymentConfirmed};
use crate::read_models::customer_order_history::{CustomerSort, CustomersQuery};
use crate::read_models::orders_summary::{OrderSort, OrdersQuery};
use crate::read_models::revenue_by_day::RevenueQuery;
use crate::read_models::{CustomerOrderHistory, OrdersSummary, RevenueByDay};
use crate::{Amount, Currency};

const DAY_MS: i64 = 86_400_000;

fn placed(id: &str, customer: &str, total: &str, day: i64) -> Logged {
    Logged {
        event: OrderEvent::OrderPlaced(OrderPlaced {
            order_id: id.to_owned().into(),
            customer_id: customer.to_owned().into(),
            items: vec![Item {
                product_id: "tea".into(),
                quantity: 1,
                unit_price: Amount::recorded(total).unwrap(),
            }],
            total_amount: Amount::recorded(total).unwrap(),
            currency: Currency::USD,
        }),
        at: Timestamp::from_millis(day * DAY_MS),
    }
}

fn paid(id: &str, amount: &str, day: i64) -> Logged {
    Logged {
        event: OrderEvent::PaymentConfirmed(PaymentConfirmed {
            order_id: id.to_owned().into(),
            payment_reference: "7781".into(),
            amount: Amount::recorded(amount).unwrap(),
        }),
        at: Timestamp::from_millis(day * DAY_MS),
    }
}

/// Four orders: two of UUIDs, and two of ids that only history has.
fn log() -> Vec<Logged> {
    vec![
        placed(&order_id(3), "ÉMILE", "10.00", 2),
        placed(&order_id(1), "Ada", "9.5", 1),
        placed("Order-B", "émile 🌻", "100.00", 1),
        placed("order-a", "bob", "9.50", 3),
        paid("Order-B", "100.00", 4),
    ]
}

fn ids(summary: &OrdersSummary, query: &OrdersQuery) -> Vec<String> {
    let page = summary.query(query);
    page.rows.into_iter().map(|row| row.order_id).collect()
}

fn by(sort: OrderSort) -> OrdersQuery {
    OrdersQuery {
        sort,
        ..OrdersQuery::default()
    }
}

fn search(text: &str) -> OrdersQuery {
    OrdersQuery {
        search: Some(text.to_owned()),
        ..OrdersQuery::default()
    }
}

#[test]
fn orders_are_sorted_by_what_is_asked_and_then_as_logged() {
    let summary: OrdersSummary = fold(&log());
    let (one, three) = (order_id(1), order_id(3));
    let expect = |sort, expected: [&str; 4]| {
        assert_eq!(ids(&summary, &by(sort)), expected, "{sort:?}");
        let mut reversed = expected;
        reversed.reverse();
        let descending = OrdersQuery {
            descending: true,
            ..by(sort)
        };
        assert_eq!(ids(&summary, &descending), reversed, "{sort:?}");
    };
    expect(OrderSort::PlacedAt, [&one, "Order-B", &three, "order-a"]);
    expect(OrderSort::OrderId, [&one, &three, "Order-B", "order-a"]);
    expect(OrderSort::CustomerId, [&one, "order-a", &three, "Order-B"]);
    expect(OrderSort::Status, [&three, &one, "order-a", "Order-B"]);
    expect(OrderSort::TotalAmount, [&one, "order-a", &three, "Order-B"]);
}

#[test]
fn totals_beyond_64_bits_are_sorted_too() {
    let (large, larger) = ("900000000000000000000", "900000000000000000000.01");
    let log = [
        placed("c", "Ada", larger, 1),
        placed("b", "Ada", large, 1),
        placed("a", "Ada", "5", 1),
        placed("d", "Ada", "-900000000000000000000", 1),
    ];
    let summary: OrdersSummary = fold(&log);
    assert_eq!(
        ids(&summary, &by(OrderSort::TotalAmount)),
        ["d", "a", "b", "c"]
    );
    let sum = &summary.query(&OrdersQuery::default()).totals[0].amount;
    assert_eq!(sum, "900000000000000000005.01");
}

#[test]
fn a_change_is_seen_by_the_next_query() {
    let mut log = log();
    let before: OrdersSummary = fold(&log);
    assert_eq!(
        ids(&before, &by(OrderSort::Status)).last().unwrap(),
        "Order-B"
    );
    log.push(Logged {
        event: OrderEvent::OrderCancelled(OrderCancelled {
            order_id: "order-a".into(),
            reason: "no".into(),
        }),
        at: Timestamp::from_millis(0),
    });
    let mut after = before;
    super::apply(&mut after, 6, &log[5]);
    assert_eq!(
        ids(&after, &by(OrderSort::Status)).last().unwrap(),
        "order-a"
    );
}

#[test]
fn orders_are_found_by_parts_of_ids_whatever_the_case() {
    let summary: OrdersSummary = fold(&log());
    assert_eq!(ids(&summary, &search("éMiLe")), ["Order-B", &order_id(3)]);
    assert_eq!(ids(&summary, &search("ORDER-")), ["Order-B", "order-a"]);
    assert_eq!(ids(&summary, &search(" 🌻 ")), ["Order-B"]);
    assert_eq!(ids(&summary, &search("00000003")), [order_id(3)]);
    assert_eq!(
        ids(&summary, &search(&order_id(3).to_uppercase())),
        [order_id(3)]
    );
    assert!(ids(&summary, &search("nobody")).is_empty());
    assert!(ids(&summary, &search(&"x".repeat(1 << 20))).is_empty());
    assert_eq!(ids(&summary, &search("  ")).len(), 4);
}

#[test]
fn a_page_counts_and_sums_all_that_match() {
    let summary: OrdersSummary = fold(&log());
    let query: OrdersQuery =
        OrdersQuery::from_json(r#"{"status":"PENDING","sort":"totalAmount","offset":1,"limit":1}"#)
            .unwrap();
    let page = summary.query(&query);
    assert_eq!((page.rows.len(), page.count), (1, 3));
    assert_eq!(page.rows[0].order_id, "order-a");
    assert_eq!(
        (page.totals[0].count, page.totals[0].amount.as_str()),
        (3, "29.00")
    );
    let beyond = OrdersQuery {
        offset: 9,
        ..OrdersQuery::default()
    };
    assert_eq!(summary.query(&beyond).rows.len(), 0);
    assert_eq!(summary.order("Order-B").unwrap().total_amount, "100.00");
    assert_eq!(summary.order("order-b"), None);
    let all: OrdersQuery = OrdersQuery::from_json(r#"{"status":"ALL"}"#).unwrap();
    assert_eq!(summary.query(&all).count, 4);
    assert!(OrdersQuery::from_json(r#"{"sort":"price"}"#).is_err());
}

#[test]
fn customers_are_sorted_and_found() {
    let history: CustomerOrderHistory = fold(&log());
    let customers = |query: &CustomersQuery| -> Vec<String> {
        let page = history.query(query);
        page.rows.into_iter().map(|row| row.customer_id).collect()
    };
    assert_eq!(
        customers(&CustomersQuery::default()),
        ["Ada", "bob", "ÉMILE", "émile 🌻"]
    );
    let latest = CustomersQuery {
        sort: CustomerSort::LastOrderAt,
        descending: true,
        limit: Some(2),
        ..CustomersQuery::default()
    };
    assert_eq!(customers(&latest), ["bob", "ÉMILE"]);
    let found = CustomersQuery {
        search: Some("émi".into()),
        sort: CustomerSort::OrderCount,
        ..CustomersQuery::default()
    };
    assert_eq!(customers(&found), ["ÉMILE", "émile 🌻"]);
    assert_eq!(history.customer("nobody"), None);
}

#[test]
fn revenue_is_cut_to_days_and_currency() {
    let revenue: RevenueByDay = fold(&log());
    let days = |query: &str| -> Vec<String> {
        let query: RevenueQuery = RevenueQuery::from_json(query).unwrap();
        revenue
            .query(&query)
            .into_iter()
            .map(|row| row.day)
            .collect()
    };
    assert_eq!(days("{}").len(), 4);
    let cut = r#"{"from":"1970-01-03","to":"1970-01-04","currency":"USD"}"#;
    assert_eq!(days(cut), ["1970-01-03", "1970-01-04"]);
    assert!(days(r#"{"currency":"EUR"}"#).is_empty());
}

#[test]
fn what_happens_to_an_order_that_was_not_placed_is_passed_over() {
    let log = [paid("lost", "1.00", 1)];
    assert!(fold::<OrdersSummary>(&log).is_empty());
    assert!(fold::<CustomerOrderHistory>(&log).is_empty());
    assert!(fold::<RevenueByDay>(&log).is_empty());
}

#[test]
fn an_order_takes_little_memory() {
    let log: Vec<Logged> = (0..10_000)
        .map(|number| placed(&order_id(number), "Ada", "1.00", 1))
        .collect();
    let summary: OrdersSummary = fold(&log);
    assert!(
        summary.memory_bytes() / log.len() <= 65,
        "{}",
        summary.memory_bytes()
    );
    let history: CustomerOrderHistory = fold(&log);
    assert!(
        history.memory_bytes() / log.len() <= 70,
        "{}",
        history.memory_bytes()
    );
    let revenue: RevenueByDay = fold(&log);
    assert!(
        revenue.memory_bytes() / log.len() <= 32,
        "{}",
        revenue.memory_bytes()
    );
}
