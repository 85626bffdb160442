//! Events of builds past and to come: what they mean, and that they are kept as they are.

use daybook_core::memory::MemoryStorage;
use daybook_core::projection::{Skipped, State};
use daybook_core::repository::CommandContext;
use daybook_core::store::Append;
use daybook_core::testing::block_on;
use daybook_core::{ExpectedVersion, NewEvent};
use daybook_orders::OrderCommand;
use daybook_orders::commands::ConfirmPayment;
use uuid::Uuid;

use crate::asking::{order_id, stream_id};
use crate::shop::{Tab, log_of, moment, shown};

fn event(number: u128, event_type: &str, schema: Option<u32>, data: &str) -> NewEvent {
    NewEvent {
        schema_version: schema,
        ..NewEvent::new(Uuid::from_u128(number), event_type, moment(0), data)
    }
}

async fn append(tab: &Tab, order: u8, event: NewEvent) {
    let append = Append::to(
        stream_id(order),
        ExpectedVersion::Any,
        vec![event],
        moment(0),
    );
    tab.store.append(append).await.unwrap();
}

fn pay(order: u8, amount: &str) -> OrderCommand {
    OrderCommand::ConfirmPayment(ConfirmPayment {
        order_id: order_id(order),
        payment_reference: "7781".to_owned(),
        amount: amount.to_owned(),
    })
}

#[test]
fn orders_of_old_schemas_are_shown_and_paid_like_any_other_and_stay_as_stored() {
    block_on(async {
        let v1 = |order| {
            format!(
                r#"{{ "product_ids":["tea","tea"], "order_id":"{}","customer_id":"Ada","total_amount":"44.9"}}"#,
                order_id(order)
            )
        };
        let v2 = format!(
            r#"{{"order_id":"{}","customer_id":"bob","items":[{{"productId":"tea","quantity":2,"unitPrice":"1.25"}}], "total_amount":"2.5"}}"#,
            order_id(2)
        );
        let stored = [(None, v1(0)), (Some(1), v1(1)), (Some(2), v2)];
        let memory = MemoryStorage::new();
        let tab = Tab::open(&memory, 0).await;
        for (order, (schema, data)) in (0..).zip(&stored) {
            append(
                &tab,
                order,
                event(order.into(), "OrderPlaced", *schema, data),
            )
            .await;
        }
        let before = log_of(&memory);
        for (order, amount) in [(0, "44.90"), (1, "44.9"), (2, "2.50")] {
            let context = CommandContext::new(format!("pay-{order}"), moment(1));
            let command = pay(order, amount);
            let done = tab
                .orders
                .execute(&stream_id(order), &command, &context)
                .await;
            let state = done.unwrap().loaded.state;
            assert_eq!(
                state,
                tab.orders.load(&stream_id(order)).await.unwrap().state
            );
        }
        while tab.models.advance().await.unwrap() {}
        for (order, total) in [(0, "44.90"), (1, "44.90"), (2, "2.50")] {
            let rows = |models: &daybook_orders::read_models::OrderReadModels| {
                shown(
                    &models
                        .orders_summary
                        .rows()
                        .order(&order_id(order))
                        .unwrap(),
                )
            };
            let row = tab.models.read(rows);
            assert_eq!(row["currency"], "USD");
            assert_eq!(row["totalAmount"], total);
            assert_eq!(row["itemCount"], 2);
            assert_eq!(row["status"], "PAID");
        }
        let log = log_of(&memory);
        assert_eq!(log[..3], before);
        for (logged, (schema, data)) in log.iter().zip(&stored) {
            assert_eq!((&logged.schema_version, &logged.data), (schema, data));
        }
    });
}

#[test]
fn unknown_events_stop_nothing_and_are_counted_across_restarts() {
    block_on(async {
        let memory = MemoryStorage::new();
        let tab = Tab::open(&memory, 0).await;
        let unknown = [
            ("OrderShipped", Some(1), "[ 1 ]"),
            ("OrderPlaced", Some(4), "\"\\u0041\""),
            ("OrderShipped", None, " {}"),
            ("OrderShipped", Some(2), "1e5"),
        ];
        let placed = format!(
            r#"{{"order_id":"{}","customer_id":"Ada","items":[],"total_amount":"5.00","currency":"EUR"}}"#,
            order_id(0)
        );
        append(&tab, 0, event(9, "OrderPlaced", Some(3), &placed)).await;
        for (number, (event_type, schema, data)) in (10..).zip(unknown) {
            append(&tab, 0, event(number, event_type, schema, data)).await;
        }
        let context = CommandContext::new("pay", moment(1));
        let done = tab
            .orders
            .execute(&stream_id(0), &pay(0, "5"), &context)
            .await;
        let done = done.unwrap().loaded;
        assert_eq!((done.version, done.unknown), (5, 4));
        while tab.models.advance().await.unwrap() {}
        tab.models.save().await.unwrap();
        let reopened = Tab::open(&memory, 0).await;
        for status in [tab.models.statuses(), reopened.models.statuses()].concat() {
            assert_eq!((status.position, status.state), (6, State::Live));
            assert_eq!((status.skipped, &status.error), (4, &None));
            let kind = |event_type: &str, schema_version, count| Skipped {
                event_type: event_type.to_owned(),
                schema_version,
                count,
            };
            for kind in [
                kind("OrderShipped", 1, 2),
                kind("OrderShipped", 2, 1),
                kind("OrderPlaced", 4, 1),
            ] {
                assert!(status.skipped_types.contains(&kind), "{status:?}");
            }
        }
        let log = log_of(&memory);
        for (logged, (event_type, schema, data)) in log[1..].iter().zip(unknown) {
            assert_eq!(logged.event_type, event_type);
            assert_eq!(
                (logged.schema_version, logged.data.as_str()),
                (schema, data)
            );
        }
    });
}
