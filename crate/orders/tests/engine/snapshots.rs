//! Loading by snapshot equals replaying the whole stream, and nothing depends on the snapshot.

use daybook_core::domain::Domain;
use daybook_core::memory::MemoryStorage;
use daybook_core::repository::{AsOf, CommandContext, Loaded, SNAPSHOT_EVENTS};
use daybook_core::storage::{Change, Storage};
use daybook_core::store::Append;
use daybook_core::testing::block_on;
use daybook_core::{ExpectedVersion, NewEvent, Version};
use daybook_orders::commands::RefundPayment;
use daybook_orders::events::{
    Item, OrderCancelled, OrderEvent, OrderPlaced, PaymentConfirmed, PaymentRefunded,
};
use daybook_orders::order::OrderState;
use daybook_orders::{Amount, Currency, OrderCommand, Orders};
use proptest::prelude::*;
use uuid::Uuid;

use crate::asking::{order_id, stream_id};
use crate::shop::{Tab, moment};

/// Whatever may stand in a stream: evolving never validates.
fn any_event() -> impl Strategy<Value = OrderEvent<'static>> {
    let text = || "[a-zé🌻 ]{0,9}";
    prop_oneof![
        text().prop_map(|customer| placed(&customer)),
        text().prop_map(|reference| paid(&reference)),
        text().prop_map(|reason| OrderEvent::OrderCancelled(OrderCancelled {
            order_id: order_id(0).into(),
            reason: reason.into(),
        })),
        text().prop_map(|reason| OrderEvent::PaymentRefunded(PaymentRefunded {
            order_id: order_id(0).into(),
            payment_reference: "7781".into(),
            amount: Amount::recorded("4.5").unwrap(),
            reason: reason.into(),
        })),
    ]
}

fn placed(customer: &str) -> OrderEvent<'static> {
    OrderEvent::OrderPlaced(OrderPlaced {
        order_id: order_id(0).into(),
        customer_id: customer.to_owned().into(),
        items: vec![Item {
            product_id: "tea".into(),
            quantity: 3,
            unit_price: Amount::recorded("1.50").unwrap(),
        }],
        total_amount: Amount::recorded("4.50").unwrap(),
        currency: Currency::USD,
    })
}

fn paid(reference: &str) -> OrderEvent<'static> {
    OrderEvent::PaymentConfirmed(PaymentConfirmed {
        order_id: order_id(0).into(),
        payment_reference: reference.to_owned().into(),
        amount: Amount::recorded("4.50").unwrap(),
    })
}

/// Appends events as they are, whatever the rules say.
async fn append(tab: &Tab, events: &[OrderEvent<'static>]) {
    let first = tab.store.version(&stream_id(0)).await.unwrap() + 1;
    let new = (first..).zip(events).map(|(version, event)| {
        let stored = Orders::encode(event);
        NewEvent {
            schema_version: Some(stored.schema_version),
            ..NewEvent::new(
                Uuid::from_u128(version.unsigned_abs().into()),
                stored.event_type,
                moment(version),
                stored.data,
            )
        }
    });
    let append = Append::to(stream_id(0), ExpectedVersion::Any, new.collect(), moment(0));
    tab.store.append(append).await.unwrap();
}

/// An order whose stream a refund brings to `length` events, out of `events` in turn.
async fn grow(tab: &Tab, length: Version, events: &[OrderEvent<'static>]) {
    let missing = length - (tab.store.version(&stream_id(0)).await.unwrap() + 1);
    let raw = usize::try_from(missing).unwrap() - 2;
    let mut raw: Vec<_> = events.iter().cycle().take(raw).cloned().collect();
    raw.push(paid("8"));
    append(tab, &raw).await;
    let refund = OrderCommand::RefundPayment(RefundPayment {
        order_id: order_id(0),
        reason: "damaged".to_owned(),
    });
    let context = CommandContext::new(format!("refund-{length}"), moment(0));
    let done = tab.orders.execute(&stream_id(0), &refund, &context).await;
    assert_eq!(done.unwrap().loaded.version, length - 1);
}

async fn replayed(tab: &Tab) -> Loaded<OrderState> {
    let all = AsOf::Version(Version::MAX);
    tab.orders.load_as_of(&stream_id(0), all).await.unwrap()
}

async fn snapshots(memory: &MemoryStorage) -> Vec<(String, Vec<u8>)> {
    memory.read_records("snapshot/").await.unwrap()
}

async fn put(memory: &MemoryStorage, key: &str, value: Vec<u8>) {
    let key = key.to_owned();
    let change = Change::Put { key, value };
    memory.write_records(&[change]).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn loading_equals_replaying_whatever_became_of_the_snapshot(
        events in prop::collection::vec(any_event(), 1..8),
        beyond in prop::collection::vec(any_event(), 0..5),
        hundreds in 1..4_i64,
        damage in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        block_on(async {
            let memory = MemoryStorage::new();
            let tab = Tab::open(&memory, 1 << 20).await;
            append(&tab, &[placed("Ada")]).await;
            for hundred in 1..=hundreds {
                let before = snapshots(&memory).await;
                grow(&tab, hundred * SNAPSHOT_EVENTS, &events).await;
                let after = snapshots(&memory).await;
                assert_eq!(after.len(), 1, "one snapshot for each order");
                assert_ne!(before, after, "replaced at another hundred");
                assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), replayed(&tab).await);
                // What is damaged now is replaced at the next hundred.
                let (key, mut value) = after.into_iter().next().unwrap();
                for (place, bits) in &damage {
                    let place = place.index(value.len());
                    value[place] ^= bits;
                    put(&memory, &key, value.clone()).await;
                    assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), replayed(&tab).await);
                }
            }
            if !beyond.is_empty() {
                append(&tab, &beyond).await;
            }
            for tab in [tab, Tab::open(&memory, 0).await] {
                assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), replayed(&tab).await);
            }
        });
    }
}

#[test]
fn a_snapshot_is_what_loading_begins_with() {
    block_on(async {
        // Two logs that differ in the customer only: each one's snapshot is whole, and says so.
        let [(ada, memory), (bob, other)] = [grown("Ada").await, grown("bob").await];
        let (key, value) = snapshots(&other).await.remove(0);
        put(&memory, &key, value).await;
        let customer = |loaded: Loaded<OrderState>| loaded.state.placed.unwrap().customer_id;
        assert_eq!(
            customer(ada.orders.load(&stream_id(0)).await.unwrap()),
            "bob"
        );
        assert_eq!(customer(replayed(&ada).await), "Ada");
        assert_eq!(
            bob.orders.load(&stream_id(0)).await.unwrap(),
            replayed(&bob).await
        );
    });
}

#[test]
fn a_snapshot_that_is_missing_or_of_another_form_is_ignored() {
    block_on(async {
        let (tab, memory) = grown("Ada").await;
        let expected = replayed(&tab).await;
        let (key, value) = snapshots(&memory).await.remove(0);
        for place in [0, 1] {
            let mut newer = value.clone();
            newer[place] += 1;
            put(&memory, &key, newer).await;
            assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), expected);
        }
        for length in 0..value.len() {
            put(&memory, &key, value[..length].to_vec()).await;
            assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), expected);
        }
        memory
            .write_records(&[Change::Delete { key }])
            .await
            .unwrap();
        assert_eq!(tab.orders.load(&stream_id(0)).await.unwrap(), expected);
    });
}

#[test]
fn an_order_with_events_to_be_known_later_keeps_no_snapshot() {
    block_on(async {
        let memory = MemoryStorage::new();
        let tab = Tab::open(&memory, 0).await;
        append(&tab, &[placed("Ada")]).await;
        let shipped = NewEvent::new(Uuid::from_u128(1 << 64), "OrderShipped", moment(0), "1");
        let shipped = Append::to(stream_id(0), ExpectedVersion::Any, vec![shipped], moment(0));
        tab.store.append(shipped).await.unwrap();
        grow(&tab, SNAPSHOT_EVENTS, &[paid("7")]).await;
        assert!(snapshots(&memory).await.is_empty());
        let loaded = tab.orders.load(&stream_id(0)).await.unwrap();
        assert_eq!((loaded.unknown, &loaded), (1, &replayed(&tab).await));
    });
}

/// An order of a hundred events and a few, with its snapshot.
async fn grown(customer: &str) -> (Tab, MemoryStorage) {
    let memory = MemoryStorage::new();
    let tab = Tab::open(&memory, 0).await;
    append(&tab, &[placed(customer)]).await;
    grow(&tab, SNAPSHOT_EVENTS, &[paid("7")]).await;
    append(&tab, &[paid("9"), paid("10")]).await;
    (tab, memory)
}
