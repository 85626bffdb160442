//! Every rule, accepted and refused.

use daybook_core::Error;
use daybook_core::aggregate::Aggregate;
use daybook_core::domain::{Domain, EncodedEvent};
use daybook_core::json::FromJson;

use super::{ID, assert_broken, cancel, given, item, pay, place, refund, when};
use crate::commands::{MAX_ITEMS, OrderCommand, PlaceOrder, Quantity};
use crate::draft::{OrderDraft, check_draft};
use crate::events::Orders;
use crate::order::{Action, Order, OrderState, allowed};

fn placed() -> OrderCommand {
    OrderCommand::PlaceOrder(place())
}

fn placing(change: impl FnOnce(&mut PlaceOrder)) -> OrderCommand {
    let mut command = place();
    change(&mut command);
    OrderCommand::PlaceOrder(command)
}

/// The one event that a command gives, as it is stored.
fn stored(before: &[OrderCommand], command: &OrderCommand) -> EncodedEvent {
    let events = Order::decide(given(before).state(), command).unwrap();
    assert_eq!(events.len(), 1);
    Orders::encode(&events[0])
}

fn data_of(before: &[OrderCommand], command: &OrderCommand) -> (String, String) {
    let stored = stored(before, command);
    (stored.event_type.to_owned(), stored.data)
}

fn malformed_field(before: &[OrderCommand], command: &OrderCommand) -> String {
    match when(before, command).then_error() {
        Error::InvalidInput { field, .. } => field,
        other => panic!("expected a malformed argument, got {other:?}"),
    }
}

#[test]
fn placing_an_order_computes_its_total_exactly() {
    let (event_type, data) = data_of(&[], &placed());
    assert_eq!(event_type, "OrderPlaced");
    assert_eq!(
        data,
        format!(
            r#"{{"order_id":"{ID}","customer_id":"Ada","items":[{{"productId":"tea","quantity":2,"unitPrice":"22.49"}}],"total_amount":"44.98","currency":"EUR"}}"#
        )
    );
    // 0.1 + 0.2, which floats get wrong.
    let tenths = placing(|order| order.items = vec![item("a", 1, "0.1"), item("b", 1, "0.20")]);
    assert!(data_of(&[], &tenths).1.contains(r#""total_amount":"0.30""#));
}

#[test]
fn the_event_is_found_by_its_customer() {
    let encoded = stored(&[], &placed());
    assert_eq!(encoded.schema_version, 3);
    assert_eq!(encoded.tags, ["customer:Ada"]);
}

#[test]
fn an_order_is_placed_once() {
    assert_broken(when(&[placed()], &placed()), "already_placed", "PENDING");
    let paid = [placed(), pay("44.98")];
    assert_broken(when(&paid, &placed()), "already_placed", "PAID");
}

#[test]
fn a_malformed_argument_is_one_whatever_the_order_and_its_rules() {
    let malformed = placing(|order| {
        order.items = vec![item("tea", 0, "-1"), item("", 1, "1")];
    });
    for before in [vec![], vec![placed()], vec![placed(), cancel("no")]] {
        assert_eq!(malformed_field(&before, &malformed), "items.1.productId");
    }
}

#[test]
fn an_order_needs_items_of_at_least_one_piece() {
    let none = placing(|order| order.items.clear());
    assert_broken(when(&[], &none), "no_items", "NOT_PLACED");
    for quantity in ["0", "-1", "000", "-99999999999999999999"] {
        let command = placing(|order| order.items[0].quantity = Quantity(quantity.into()));
        assert_broken(when(&[], &command), "quantity_below_one", "NOT_PLACED");
    }
    let many = placing(|order| order.items = vec![item("tea", 1_000_000, "1.00"); MAX_ITEMS]);
    assert!(data_of(&[], &many).1.contains(r#""500000000.00""#));
}

#[test]
fn quantities_are_whole_numbers_within_the_limit() {
    for quantity in [
        "",
        " 1",
        "1.5",
        "1e3",
        "two",
        "NaN",
        "٣",
        "1000001",
        "99999999999",
    ] {
        let command = placing(|order| order.items[0].quantity = Quantity(quantity.into()));
        assert_eq!(malformed_field(&[], &command), "items.0.quantity");
    }
    let too_many = placing(|order| order.items = vec![item("tea", 1, "1.00"); MAX_ITEMS + 1]);
    assert_eq!(malformed_field(&[], &too_many), "items");
}

#[test]
fn prices_fit_their_currency() {
    let priced = |price: &str, currency: &str| {
        placing(|order| {
            order.items = vec![item("tea", 3, price)];
            order.currency = currency.into();
        })
    };
    for (price, currency, total) in [
        ("0", "EUR", "0.00"),
        ("0.00", "USD", "0.00"),
        ("007.5", "USD", "22.50"),
        ("120", "JPY", "360"),
        ("1.005", "KWD", "3.015"),
        ("999999999999.99", "USD", "2999999999999.97"),
    ] {
        let (_, data) = data_of(&[], &priced(price, currency));
        assert!(
            data.contains(&format!(r#""total_amount":"{total}""#)),
            "{data}"
        );
    }
    for (price, currency) in [
        ("1.005", "EUR"),
        ("1.000", "USD"),
        ("1.0", "JPY"),
        ("0.0001", "KWD"),
    ] {
        let outcome = when(&[], &priced(price, currency));
        assert_broken(outcome, "price_too_precise", "NOT_PLACED");
    }
    for price in ["-1", "-0.01", "-0"] {
        assert_broken(
            when(&[], &priced(price, "EUR")),
            "price_negative",
            "NOT_PLACED",
        );
    }
    for price in [
        "",
        ".",
        "1.",
        ".5",
        "1e5",
        "NaN",
        "Infinity",
        "+1",
        "1,00",
        " 1",
        "1 ",
        "0x1",
        "１",
        "--1",
        "1.2.3",
        "1000000000000",
    ] {
        assert_eq!(
            malformed_field(&[], &priced(price, "EUR")),
            "items.0.unitPrice",
            "{price}"
        );
    }
}

#[test]
fn texts_may_be_in_any_script_but_not_empty_or_endless() {
    for customer in [
        "Ada",
        "Zoë 🌻",
        "נועה לוי",
        "فاطمة",
        "  trimmed  ",
        &"é".repeat(100),
    ] {
        let (_, data) = data_of(&[], &placing(|order| order.customer_id = customer.into()));
        assert!(data.contains(&format!(r#""customer_id":"{}""#, customer.trim())));
    }
    let endless = "x".repeat(1 << 20);
    for text in [
        "",
        "   ",
        "a\u{0}b",
        "a\nb",
        "\u{7f}",
        &"x".repeat(101),
        &endless,
    ] {
        let customer = placing(|order| order.customer_id = text.into());
        assert_eq!(malformed_field(&[], &customer), "customerId");
        let product = placing(|order| order.items[0].product_id = text.into());
        assert_eq!(malformed_field(&[], &product), "items.0.productId");
        let price = placing(|order| order.items[0].unit_price = text.into());
        assert_eq!(malformed_field(&[], &price), "items.0.unitPrice");
        let currency = placing(|order| order.currency = text.into());
        assert_eq!(malformed_field(&[], &currency), "currency");
        let id = placing(|order| order.order_id = text.into());
        assert_eq!(malformed_field(&[], &id), "orderId");
        assert_eq!(malformed_field(&[placed()], &pay(text)), "amount");
    }
    assert_eq!(malformed_field(&[placed()], &cancel(&endless)), "reason");
    for currency in ["eur", "XYZ", "EURO"] {
        let command = placing(|order| order.currency = currency.into());
        assert_eq!(malformed_field(&[], &command), "currency");
    }
}

#[test]
fn a_customer_with_the_longest_name_still_fits_a_tag() {
    for name in ["🌻".repeat(60), "x".repeat(100)] {
        let command = placing(|order| order.customer_id.clone_from(&name));
        let tag = stored(&[], &command).tags.remove(0);
        assert!(tag.len() <= daybook_core::limits::MAX_TAG_BYTES);
    }
}

#[test]
fn an_order_id_is_one_text_however_it_was_typed() {
    let upper = placing(|order| order.order_id = ID.to_uppercase());
    assert!(data_of(&[], &upper).1.contains(ID));
    let bare = placing(|order| order.order_id = ID.replace('-', ""));
    assert_eq!(malformed_field(&[], &bare), "orderId");
}

#[test]
fn paying_needs_a_pending_order_and_its_exact_total() {
    for amount in ["44.98", "44.980", "44.9800000000", "044.98"] {
        let (event_type, data) = data_of(&[placed()], &pay(amount));
        assert_eq!(event_type, "PaymentConfirmed");
        assert_eq!(
            data,
            format!(r#"{{"order_id":"{ID}","payment_reference":"7781","amount":"44.98"}}"#)
        );
    }
    for amount in ["44.97", "44.99", "0", "-44.98", "4498", "44.981"] {
        assert_broken(when(&[placed()], &pay(amount)), "amount_differs", "PENDING");
    }
    for amount in ["", "44,98", "4.498e1", "NaN", "44.98 EUR"] {
        assert_eq!(malformed_field(&[placed()], &pay(amount)), "amount");
    }
    let paid = [placed(), pay("44.98")];
    assert_broken(when(&paid, &pay("44.98")), "not_pending", "PAID");
    let refunded = [placed(), pay("44.98"), refund("")];
    assert_broken(when(&refunded, &pay("44.98")), "not_pending", "REFUNDED");
    let cancelled = [placed(), cancel("no")];
    assert_broken(when(&cancelled, &pay("44.98")), "not_pending", "CANCELLED");
}

#[test]
fn cancelling_needs_a_reason_and_no_money_kept() {
    let refunded = [placed(), pay("44.98"), refund("damaged")];
    for before in [&[placed()][..], &refunded] {
        let (event_type, data) = data_of(before, &cancel(" changed my mind "));
        assert_eq!(event_type, "OrderCancelled");
        assert_eq!(
            data,
            format!(r#"{{"order_id":"{ID}","reason":"changed my mind"}}"#)
        );
    }
    let paid = [placed(), pay("44.98")];
    assert_broken(when(&paid, &cancel("no")), "paid_not_refunded", "PAID");
    let cancelled = [placed(), cancel("no")];
    assert_broken(
        when(&cancelled, &cancel("no")),
        "already_cancelled",
        "CANCELLED",
    );
    for reason in ["", "  \u{3000} "] {
        assert_broken(
            when(&[placed()], &cancel(reason)),
            "reason_empty",
            "PENDING",
        );
    }
}

#[test]
fn refunding_needs_a_paid_order() {
    let paid = [placed(), pay("44.98")];
    let (event_type, data) = data_of(&paid, &refund("damaged"));
    assert_eq!(event_type, "PaymentRefunded");
    assert_eq!(
        data,
        format!(
            r#"{{"order_id":"{ID}","payment_reference":"7781","amount":"44.98","reason":"damaged"}}"#
        )
    );
    assert_broken(when(&[placed()], &refund("no")), "not_paid", "PENDING");
    let refunded = [placed(), pay("44.98"), refund("")];
    assert_broken(when(&refunded, &refund("no")), "not_paid", "REFUNDED");
    let cancelled = [placed(), cancel("no")];
    assert_broken(when(&cancelled, &refund("no")), "not_paid", "CANCELLED");
}

#[test]
fn an_order_that_was_never_placed_is_not_found() {
    for command in [pay("1"), cancel("no"), refund("no")] {
        let expected = Error::NotFound {
            what: "order".into(),
            id: ID.into(),
        };
        assert_eq!(when(&[], &command).then_error(), expected);
    }
}

#[test]
fn what_is_allowed_is_what_decide_accepts() {
    let histories: [&[OrderCommand]; 6] = [
        &[],
        &[placed()],
        &[placed(), pay("44.98")],
        &[placed(), pay("44.98"), refund("")],
        &[placed(), pay("44.98"), refund(""), cancel("no")],
        &[placed(), cancel("no")],
    ];
    let commands = [
        (Action::ConfirmPayment, pay("44.98")),
        (Action::RefundPayment, refund("no")),
        (Action::CancelOrder, cancel("no")),
    ];
    for history in histories {
        for (action, command) in &commands {
            let order = given(history);
            let accepted = Order::decide(order.state(), command).is_ok();
            assert_eq!(
                allowed(order.state()).contains(action),
                accepted,
                "{action:?} {history:?}"
            );
        }
    }
}

#[test]
fn commands_are_read_strictly() {
    let json = r#"{"placeOrder":{"orderId":"x","customerId":"Ada","currency":"EUR",
        "items":[{"productId":"tea","quantity":2,"unitPrice":"1"},{"productId":"tea","quantity":"3","unitPrice":"1"}]}}"#;
    let OrderCommand::PlaceOrder(command) = OrderCommand::from_json(json).unwrap() else {
        panic!("another command");
    };
    assert_eq!(command.items[0].quantity, 2.into());
    assert_eq!(command.items[1].quantity, 3.into());
    let odd = json.replace("\"quantity\":2", "\"quantity\":2.5");
    let odd = OrderCommand::from_json(&odd).unwrap();
    assert!(Order::decide(&OrderState::default(), &odd).is_err());
    for wrong in [
        json.replace("\"currency\"", "\"total\":\"1\",\"currency\""),
        json.replace("\"unitPrice\":\"1\"", "\"unitPrice\":1"),
        json.replace("placeOrder", "orderPlaced"),
    ] {
        assert!(OrderCommand::from_json(&wrong).is_err());
    }
}

#[test]
fn a_draft_is_judged_by_the_same_rules_all_at_once() {
    let draft = OrderDraft {
        customer_id: String::new(),
        items: vec![
            item("tea", 2, "22.49"),
            item("", 0, "1e5"),
            item("jam", 1, "-1"),
        ],
        currency: "EUR".into(),
    };
    let check = check_draft(&draft);
    assert_eq!(check.total, "44.98");
    assert_eq!(check.line_totals, [Some("44.98".to_owned()), None, None]);
    let fields: Vec<&str> = check
        .problems
        .iter()
        .map(|problem| &*problem.field)
        .collect();
    assert_eq!(
        fields,
        [
            "customerId",
            "items.1.productId",
            "items.1.quantity",
            "items.1.unitPrice",
            "items.2.unitPrice"
        ]
    );
    let empty = OrderDraft {
        customer_id: "Ada".into(),
        items: Vec::new(),
        currency: "??".into(),
    };
    let check = check_draft(&empty);
    assert_eq!(check.total, "0.00");
    assert_eq!(check.problems.len(), 2);
}
