//! Two tabs, one order.

use daybook_core::memory::MemoryStorage;
use daybook_core::repository::{CommandContext, Executed};
use daybook_core::testing::{Schedule, block_on};
use daybook_core::{Error, Result};
use daybook_orders::commands::{CancelOrder, ConfirmPayment, DraftItem, PlaceOrder, RefundPayment};
use daybook_orders::order::OrderState;
use daybook_orders::{OrderCommand, Status};
use proptest::prelude::*;

use crate::asking::{order_id, stream_id};
use crate::history::{assert_lawful, assert_sound};
use crate::shop::{Tab, moment};

fn place() -> OrderCommand {
    OrderCommand::PlaceOrder(PlaceOrder {
        order_id: order_id(0),
        customer_id: "Ada".to_owned(),
        items: vec![DraftItem {
            product_id: "tea".to_owned(),
            quantity: 2.into(),
            unit_price: "22.49".to_owned(),
        }],
        currency: "EUR".to_owned(),
    })
}

fn pay() -> OrderCommand {
    OrderCommand::ConfirmPayment(ConfirmPayment {
        order_id: order_id(0),
        payment_reference: "7781".to_owned(),
        amount: "44.98".to_owned(),
    })
}

fn cancel() -> OrderCommand {
    OrderCommand::CancelOrder(CancelOrder {
        order_id: order_id(0),
        reason: "changed their mind".to_owned(),
    })
}

fn refund() -> OrderCommand {
    OrderCommand::RefundPayment(RefundPayment {
        order_id: order_id(0),
        reason: "damaged".to_owned(),
    })
}

async fn ask(tab: &Tab, id: &str, command: OrderCommand) -> Result<Executed<OrderState>> {
    let context = CommandContext::new(id, moment(0));
    tab.orders.execute(&stream_id(0), &command, &context).await
}

/// Two tabs that both know of the order placed in the first.
async fn two_tabs(memory: &MemoryStorage) -> [Tab; 2] {
    let first = Tab::open(memory, 0).await;
    ask(&first, "place", place()).await.unwrap();
    [first, Tab::open(memory, 0).await]
}

fn status(done: &Executed<OrderState>) -> Option<Status> {
    done.loaded.state.placed.as_ref().map(|order| order.status)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn of_paying_and_cancelling_at_once_exactly_one_is_done(
        choices in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let memory = MemoryStorage::new();
        let [first, second] = block_on(two_tabs(&memory));
        let outcomes = Schedule::new()
            .task("pay", ask(&first, "pay", pay()))
            .task("cancel", ask(&second, "cancel", cancel()))
            .run(choices)
            .unwrap();
        let refused = match outcomes.as_slice() {
            [Ok(paid), Err(refused)] => {
                prop_assert_eq!(status(paid), Some(Status::Paid));
                (refused, "paid_not_refunded", "PAID")
            }
            [Err(refused), Ok(cancelled)] => {
                prop_assert_eq!(status(cancelled), Some(Status::Cancelled));
                (refused, "not_pending", "CANCELLED")
            }
            other => panic!("not one of them: {other:?}"),
        };
        let (refused, expected, was) = refused;
        let Error::RuleBroken { rule, subject, status, .. } = &**refused else {
            panic!("no rule: {refused:?}");
        };
        prop_assert_eq!((rule.as_str(), status.as_str()), (expected, was));
        prop_assert_eq!(subject, &order_id(0));
        let log = assert_sound(&memory);
        assert_lawful(&log);
        prop_assert_eq!(log.len(), 2);
    }

    #[test]
    fn a_command_sent_from_two_tabs_at_once_has_one_effect(
        choices in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let memory = MemoryStorage::new();
        let [first, second] = block_on(two_tabs(&memory));
        let outcomes = Schedule::new()
            .task("first", ask(&first, "pay", pay()))
            .task("second", ask(&second, "pay", pay()))
            .run(choices)
            .unwrap();
        let done: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
        prop_assert_eq!(done[0].position, done[1].position);
        prop_assert_ne!(done[0].repeated, done[1].repeated);
        prop_assert_eq!(&done[0].loaded, &done[1].loaded);
        prop_assert_eq!(assert_sound(&memory).len(), 2);
    }

    /// The tab takes in what the other did while it judges the command: it must not judge by less.
    #[test]
    fn what_another_tab_did_before_a_command_is_known_to_it(
        choices in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let memory = MemoryStorage::new();
        let [first, second] = block_on(two_tabs(&memory));
        block_on(ask(&first, "pay", pay())).unwrap();
        let refresh = async {
            second.store.refresh().await.unwrap();
            None
        };
        let outcomes = Schedule::new()
            .task("refund", async { Some(ask(&second, "refund", refund()).await) })
            .task("refresh", refresh)
            .run(choices)
            .unwrap();
        let refunded = outcomes[0].as_ref().unwrap().as_ref().unwrap();
        prop_assert_eq!(status(refunded), Some(Status::Refunded));
    }
}
