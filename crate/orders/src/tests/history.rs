//! History stays readable, and folds into the same state however it is folded.

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::{Domain, understand};
use daybook_core::event::Tags;
use daybook_core::json::ToJson;
use daybook_core::{Error, RecordedEvent, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::details::OrderDetails;
use crate::events::{
    Item, ORDER_CANCELLED, ORDER_PLACED, OrderCancelled, OrderEvent, OrderPlaced, Orders,
    PAYMENT_CONFIRMED, PAYMENT_REFUNDED, PaymentConfirmed, PaymentRefunded,
};
use crate::order::{Order, OrderState};
use crate::words::{describe, describe_unknown};
use crate::{Amount, Currency};

fn recorded<'a>(event_type: &'a str, schema: Option<u32>, data: &'a str) -> RecordedEvent<'a> {
    RecordedEvent {
        event_id: Uuid::nil(),
        event_type,
        schema_version: schema,
        stream_id: "order-1",
        version: 0,
        position: 7,
        occurred_at: Timestamp::from_millis(1000),
        recorded_at: Timestamp::from_millis(1000),
        correlation_id: None,
        causation_id: None,
        command_id: None,
        tags: Tags::default(),
        metadata: None,
        data,
    }
}

/// The event in today's shape, as JSON.
fn today(schema: Option<u32>, data: &str) -> Result<String, Box<Error>> {
    understand::<Orders, _>(&recorded("OrderPlaced", schema, data), |event| {
        Orders::encode(event.expect("known")).data
    })
}

const V1: &str = r#"{"order_id":"1","customer_id":"Ada","product_ids":["tea","tea","jam"],"total_amount":"44.98"}"#;
const V1_TODAY: &str = r#"{"order_id":"1","customer_id":"Ada","items":[{"productId":"tea","quantity":1,"unitPrice":"0.00"},{"productId":"tea","quantity":1,"unitPrice":"0.00"},{"productId":"jam","quantity":1,"unitPrice":"0.00"}],"total_amount":"44.98","currency":"USD"}"#;

#[test]
fn the_first_schema_is_read_whether_it_says_so_or_not() {
    assert_eq!(today(Some(1), V1).unwrap(), V1_TODAY);
    assert_eq!(today(None, V1).unwrap(), V1_TODAY);
    let no_total = V1.replace(r#","total_amount":"44.98""#, "");
    let expected = V1_TODAY.replace("44.98", "0.00");
    assert_eq!(today(None, &no_total).unwrap(), expected);
}

#[test]
fn the_second_schema_is_in_us_dollars() {
    let v2 = r#"{"order_id":"1","customer_id":"Ada","items":[{"productId":"tea","quantity":2,"unitPrice":"22.49"}],"total_amount":"44.98"}"#;
    let v3 = v2.replace(r#""44.98"}"#, r#""44.98","currency":"USD"}"#);
    assert_eq!(today(Some(2), v2).unwrap(), v3);
    assert_eq!(today(Some(3), &v3).unwrap(), v3);
    let no_total = v2.replace(r#","total_amount":"44.98""#, "");
    assert_eq!(today(Some(2), &no_total).unwrap(), v3);
}

#[test]
fn fields_this_build_does_not_know_are_passed_over() {
    let more = V1_TODAY.replace(r#""order_id""#, r#""gift":{"wrap":[1,null]},"order_id""#);
    assert_eq!(today(Some(3), &more).unwrap(), V1_TODAY);
}

#[test]
fn unknown_types_and_future_schemas_are_skipped_not_errors() {
    for (event_type, schema) in [
        ("OrderPlaced", 4),
        ("OrderShipped", 1),
        ("PaymentConfirmed", 2),
    ] {
        let event = recorded(event_type, Some(schema), "[1, 2]");
        assert!(!Orders::knows(event_type, schema));
        assert!(understand::<Orders, _>(&event, |event| event.is_none()).unwrap());
        assert_eq!(Orders::decode(event_type, schema, "[1, 2]"), Ok(None));
        let mut details = OrderDetails::default();
        details.apply(&event).unwrap();
        assert_eq!((details.version, details.state), (0, OrderState::default()));
    }
    assert_eq!(
        describe_unknown("OrderShipped", 7),
        "Unknown event OrderShipped (schema 7)"
    );
}

#[test]
fn damaged_data_is_an_error_that_names_the_position() {
    let wrong = [
        (1, "[]"),
        (1, "{"),
        (1, r#"{"order_id":"1","customer_id":"Ada"}"#),
        (
            1,
            r#"{"order_id":"1","customer_id":"Ada","product_ids":[1]}"#,
        ),
        (
            2,
            r#"{"order_id":"1","customer_id":"Ada","items":[{"quantity":1}]}"#,
        ),
        (3, r#"{"order_id":"1"}"#),
        (3, &V1_TODAY.replace("\"44.98\"", "44.98")),
        (3, &V1_TODAY.replace("44.98", "NaN")),
        (3, &V1_TODAY.replace("USD", "dollars")),
    ];
    for (schema, data) in wrong {
        let error = today(Some(schema), data).unwrap_err();
        assert!(
            matches!(*error, Error::StorageCorrupt { position: 7, .. }),
            "{data}"
        );
    }
}

fn amount(text: &str) -> Amount {
    Amount::recorded(text).unwrap()
}

fn placed(order_id: &str) -> OrderEvent<'static> {
    OrderEvent::OrderPlaced(OrderPlaced {
        order_id: order_id.to_owned().into(),
        customer_id: "Ada".into(),
        items: vec![Item {
            product_id: "tea".into(),
            quantity: 3,
            unit_price: amount("1.50"),
        }],
        total_amount: amount("4.50"),
        currency: Currency::USD,
    })
}

fn any_event() -> impl Strategy<Value = OrderEvent<'static>> {
    let text = "\\PC{0,12}";
    prop_oneof![
        text.prop_map(|id| placed(&id)),
        ("[0-9]{1,9}", text).prop_map(|(paid, reference)| {
            OrderEvent::PaymentConfirmed(PaymentConfirmed {
                order_id: "1".into(),
                payment_reference: reference.into(),
                amount: amount(&paid),
            })
        }),
        text.prop_map(|reason| {
            OrderEvent::OrderCancelled(OrderCancelled {
                order_id: "1".into(),
                reason: reason.into(),
            })
        }),
        text.prop_map(|reason| {
            OrderEvent::PaymentRefunded(PaymentRefunded {
                order_id: "1".into(),
                payment_reference: "7".into(),
                amount: amount("4.5"),
                reason: reason.into(),
            })
        }),
    ]
}

fn evolve(mut state: OrderState, events: &[OrderEvent<'_>]) -> OrderState {
    for event in events {
        Order::evolve(&mut state, event);
    }
    state
}

proptest! {
    #[test]
    fn any_history_can_be_folded_and_snapshotted_anywhere(
        events in prop::collection::vec(any_event(), 0..12),
        cut in 0_usize..12,
    ) {
        let cut = cut.min(events.len());
        let whole = evolve(OrderState::default(), &events);
        let half = evolve(OrderState::default(), &events[..cut]);
        let restored = Order::restore(&Order::save(&half)).expect("just saved");
        prop_assert_eq!(evolve(restored, &events[cut..]), whole);
    }

    #[test]
    fn an_event_is_read_as_it_was_written(event in any_event()) {
        let stored = Orders::encode(&event);
        let read = Orders::decode(stored.event_type, stored.schema_version, &stored.data);
        prop_assert_eq!(read.unwrap(), Some(event));
    }

    #[test]
    fn damaged_snapshots_are_refused_not_trusted(bytes in prop::collection::vec(any::<u8>(), 1..80)) {
        if let Some(state) = Order::restore(&bytes) {
            prop_assert_eq!(Order::restore(&Order::save(&state)), Some(state));
        }
    }
}

#[test]
fn a_snapshot_cut_short_is_refused() {
    let bytes = Order::save(&evolve(OrderState::default(), &[placed("1")]));
    for length in 1..bytes.len() {
        assert_eq!(Order::restore(&bytes[..length]), None);
    }
}

#[test]
fn data_is_borrowed_where_it_can_be() {
    let event = Orders::decode("OrderPlaced", 3, V1_TODAY).unwrap().unwrap();
    let OrderEvent::OrderPlaced(placed) = event else {
        panic!("another event");
    };
    assert!(matches!(
        placed.customer_id,
        std::borrow::Cow::Borrowed("Ada")
    ));
}

#[test]
fn events_are_told_in_words() {
    let usd = Some(Currency::USD);
    assert_eq!(
        describe(&placed("1"), usd),
        "Placed by Ada: 3 items for 4.50 USD"
    );
    let refunded = OrderEvent::PaymentRefunded(PaymentRefunded {
        order_id: "1".into(),
        payment_reference: "7781".into(),
        amount: amount("4.5"),
        reason: "damaged".into(),
    });
    assert_eq!(describe(&refunded, usd), "Refunded 4.50 USD: damaged");
    assert_eq!(describe(&refunded, None), "Refunded 4.5: damaged");
    let cancelled = OrderEvent::OrderCancelled(OrderCancelled {
        order_id: "1".into(),
        reason: "changed my mind".into(),
    });
    assert_eq!(describe(&cancelled, usd), "Cancelled: changed my mind");
}

#[test]
fn details_say_when_each_thing_happened() {
    let events = [
        placed("1"),
        OrderEvent::PaymentConfirmed(PaymentConfirmed {
            order_id: "1".into(),
            payment_reference: "7781".into(),
            amount: amount("4.50"),
        }),
    ];
    let mut details = OrderDetails::default();
    for (version, event) in (0..).zip(&events) {
        let stored = Orders::encode(event);
        let mut recorded = recorded(stored.event_type, Some(stored.schema_version), &stored.data);
        recorded.version = version;
        recorded.occurred_at = Timestamp::from_millis(version * 1000);
        details.apply(&recorded).unwrap();
    }
    let view: serde_json::Value = serde_json::from_str(&details.view("1").to_json()).unwrap();
    assert_eq!(view["status"], "PAID");
    assert_eq!(view["placedAt"], "1970-01-01T00:00:00.000Z");
    assert_eq!(view["paidAt"], "1970-01-01T00:00:01.000Z");
    assert_eq!(view["cancelledAt"], serde_json::Value::Null);
    assert_eq!(view["version"], 1);
    assert_eq!(view["allowed"], serde_json::json!(["refundPayment"]));
    assert_eq!(view["items"][0]["unitPrice"], "1.50");
}

/// Texts such as people type, and such as need escapes.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z 0-9-]{0,12}", "\\PC{0,6}", "[\"\\\\/\n\u{1}🌻]{0,4}"]
}

fn an_event_to_write() -> impl Strategy<Value = OrderEvent<'static>> {
    let amount =
        "-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,6})?".prop_map(|text| Amount::recorded(&text).unwrap());
    let item = (any_text(), any::<u32>(), amount.clone());
    let items = prop::collection::vec(item, 0..4);
    (any_text(), any_text(), any_text(), items, amount, 0..4).prop_map(
        |(id, name, reason, items, amount, kind)| match kind {
            0 => OrderEvent::OrderPlaced(OrderPlaced {
                order_id: id.into(),
                customer_id: name.into(),
                items: items
                    .into_iter()
                    .map(|(product_id, quantity, unit_price)| Item {
                        product_id: product_id.into(),
                        quantity,
                        unit_price,
                    })
                    .collect(),
                total_amount: amount,
                currency: Currency::USD,
            }),
            1 => OrderEvent::PaymentConfirmed(PaymentConfirmed {
                order_id: id.into(),
                payment_reference: name.into(),
                amount,
            }),
            2 => OrderEvent::OrderCancelled(OrderCancelled {
                order_id: id.into(),
                reason: reason.into(),
            }),
            _ => OrderEvent::PaymentRefunded(PaymentRefunded {
                order_id: id.into(),
                payment_reference: name.into(),
                amount,
                reason: reason.into(),
            }),
        },
    )
}

proptest! {
    #[test]
    fn a_type_that_differs_in_one_letter_is_unknown(
        kind in 0..4_usize,
        at: prop::sample::Index,
        letter in "[a-zA-Z]",
        schema in 1..4_u32,
    ) {
        let known = [ORDER_PLACED, PAYMENT_CONFIRMED, ORDER_CANCELLED, PAYMENT_REFUNDED][kind];
        let mut other = known.to_owned();
        let at = at.index(other.len());
        other.replace_range(at..=at, &letter);
        prop_assume!(other != known);
        prop_assert!(!Orders::knows(&other, schema));
        let recorded = recorded(&other, Some(schema), "{}");
        prop_assert_eq!(understand::<Orders, _>(&recorded, |event| event.is_none()), Ok(true));
    }

    #[test]
    fn what_was_written_is_read_however_it_is_laid_out(event in an_event_to_write()) {
        let stored = Orders::encode(&event);
        let read = |data: &str| {
            Orders::decode(stored.event_type, stored.schema_version, data)
                .map(|event| event.map(|event| Orders::encode(&event).data))
        };
        let written = Ok(Some(stored.data.clone()));
        prop_assert_eq!(&read(&stored.data), &written);
        let value: serde_json::Value = serde_json::from_str(&stored.data).unwrap();
        prop_assert_eq!(&read(&serde_json::to_string_pretty(&value).unwrap()), &written);
        prop_assert_eq!(&read(&stored.data.replacen('{', "{\"gift\":[{}],", 1)), &written);
    }

    #[test]
    fn damage_is_noticed_by_whatever_reads_it(
        event in an_event_to_write(),
        place in any::<prop::sample::Index>(),
        letter in prop::sample::select(vec!["", "\"", "{", "}", "]", ",", ":", "7", "x", " "]),
        insert: bool,
    ) {
        let stored = Orders::encode(&event);
        let mut data = stored.data.clone();
        let place = place.index(data.len());
        prop_assume!(data.is_char_boundary(place));
        let end = place + data[place..].chars().next().map_or(0, char::len_utf8);
        data.replace_range(place..if insert { place } else { end }, letter);
        let read = |data: &str| {
            let event = Orders::decode(stored.event_type, stored.schema_version, data);
            event.ok().flatten().map(|event| Orders::encode(&event).data)
        };
        // White space in front is nothing, but is not what is written.
        prop_assert_eq!(read(&data), read(&format!(" {data}")));
        if serde_json::from_str::<serde_json::Value>(&data).is_err() {
            prop_assert_eq!(read(&data), None);
        }
    }
}
