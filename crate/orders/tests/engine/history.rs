//! What must hold of any log of orders.

use std::collections::{BTreeMap, BTreeSet};

use daybook_core::aggregate::Aggregate;
use daybook_core::domain::{Domain, understand};
use daybook_core::memory::MemoryStorage;
use daybook_orders::commands::{CancelOrder, ConfirmPayment, DraftItem, PlaceOrder, RefundPayment};
use daybook_orders::events::OrderEvent;
use daybook_orders::order::OrderState;
use daybook_orders::{Order, OrderCommand, Orders};

use crate::shop::{Logged, log_of, verified};

/// Positions and versions have no gaps, and every hash covers the one before.
pub(crate) fn assert_sound(memory: &MemoryStorage) -> Vec<Logged> {
    let log = log_of(memory);
    let mut versions: BTreeMap<&str, i64> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for (position, logged) in (1..).zip(&log) {
        assert_eq!(logged.position, position);
        let version = versions.entry(&logged.stream_id).or_insert(-1);
        *version += 1;
        assert_eq!(logged.version, *version, "in {}", logged.stream_id);
        assert!(ids.insert(logged.event_id), "an event stands twice");
    }
    assert!(log.is_sorted_by_key(|logged| logged.recorded_at));
    assert_eq!(verified(memory), log.len() as u64);
    log
}

/// Every event was allowed by the rules where it stands, and no command was carried out twice.
pub(crate) fn assert_lawful(log: &[Logged]) {
    let mut states: BTreeMap<&str, OrderState> = BTreeMap::new();
    let mut commands = BTreeSet::new();
    for logged in log {
        let state = states.entry(&logged.stream_id).or_default();
        understand::<Orders, _>(&logged.recorded(), |event| {
            if let Some(event) = event {
                assert_allowed(state, event, logged);
                Order::evolve(state, event);
            }
        })
        .unwrap();
        if let Some(command) = &logged.command_id {
            assert!(commands.insert(command), "{command} was carried out twice");
        }
    }
}

fn assert_allowed(state: &OrderState, event: &OrderEvent<'_>, logged: &Logged) {
    let stored = Orders::encode(event);
    if logged.schema_version.unwrap_or(1) < stored.schema_version {
        // Old events do not hold what today's rules ask for.
        assert!(state.placed.is_none(), "placed twice: {logged:?}");
        return;
    }
    let decided = Order::decide(state, &command_for(event));
    let decided: Vec<_> = decided
        .unwrap_or_else(|error| panic!("{error}: {logged:?}"))
        .iter()
        .map(Orders::encode)
        .collect();
    assert_eq!(decided, [stored]);
}

/// The command that an event came of.
fn command_for(event: &OrderEvent<'_>) -> OrderCommand {
    let order_id = event.order_id().to_owned();
    match event {
        OrderEvent::OrderPlaced(event) => OrderCommand::PlaceOrder(PlaceOrder {
            order_id,
            customer_id: event.customer_id.to_string(),
            items: event
                .items
                .iter()
                .map(|item| DraftItem {
                    product_id: item.product_id.to_string(),
                    quantity: item.quantity.into(),
                    unit_price: item.unit_price.to_string(),
                })
                .collect(),
            currency: event.currency.to_string(),
        }),
        OrderEvent::PaymentConfirmed(event) => OrderCommand::ConfirmPayment(ConfirmPayment {
            order_id,
            payment_reference: event.payment_reference.to_string(),
            amount: event.amount.to_string(),
        }),
        OrderEvent::OrderCancelled(event) => OrderCommand::CancelOrder(CancelOrder {
            order_id,
            reason: event.reason.to_string(),
        }),
        OrderEvent::PaymentRefunded(event) => OrderCommand::RefundPayment(RefundPayment {
            order_id,
            reason: event.reason.to_string(),
        }),
    }
}

/// One order's state, folded from nothing over the events of its stream in `log` that count.
pub(crate) fn state_of(
    log: &[Logged],
    stream_id: &str,
    counts: impl Fn(&Logged) -> bool,
) -> OrderState {
    let mut state = OrderState::default();
    let its = log.iter().filter(|logged| logged.stream_id == stream_id);
    for logged in its.filter(|logged| counts(logged)) {
        understand::<Orders, _>(&logged.recorded(), |event| {
            if let Some(event) = event {
                Order::evolve(&mut state, event);
            }
        })
        .unwrap();
    }
    state
}
