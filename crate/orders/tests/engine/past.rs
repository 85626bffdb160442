//! The past, asked for by version, position or moment, is the same fold stopped earlier.

use daybook_core::projection::Past;
use daybook_core::repository::AsOf;
use daybook_core::testing::block_on;
use daybook_orders::read_models::{CustomerOrderHistory, OrdersSummary, RevenueByDay};
use proptest::prelude::*;

use crate::asking::stream_id;
use crate::history::state_of;
use crate::shop::{Logged, Shown, Tab, fold, log_of, moment};
use crate::tabs::{any_plan, run};

fn any_as_of() -> impl Strategy<Value = AsOf> {
    prop_oneof![
        (-1..9_i64).prop_map(AsOf::Version),
        (0..160_u64).prop_map(AsOf::Position),
        (0..400_000_000_i64).prop_map(|at| AsOf::Occurred(moment(at))),
        (0..160_000_i64).prop_map(|at| AsOf::Recorded(moment(at))),
    ]
}

async fn assert_past<P: Shown>(tab: &Tab, log: &[Logged], as_of: AsOf) {
    let counting = log
        .iter()
        .filter(|logged| as_of.includes(&logged.recorded()));
    let expected: P = fold(counting);
    let mut past = Past::<P, _>::new(&tab.store, as_of);
    while past.advance().await.unwrap() {}
    assert_eq!(past.rows().show(), expected.show(), "{} {as_of:?}", P::NAME);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_past_is_a_fold_over_what_counts(
        plan in any_plan(),
        times in prop::collection::vec(any_as_of(), 8),
    ) {
        let memory = run(&plan).memory;
        let log = log_of(&memory);
        block_on(async {
            let tab = Tab::open(&memory, 0).await;
            for as_of in times {
                assert_past::<OrdersSummary>(&tab, &log, as_of).await;
                assert_past::<CustomerOrderHistory>(&tab, &log, as_of).await;
                assert_past::<RevenueByDay>(&tab, &log, as_of).await;
                for order in 0..3 {
                    let stream_id = stream_id(order);
                    let loaded = tab.orders.load_as_of(&stream_id, as_of).await.unwrap();
                    let counts = |logged: &Logged| as_of.includes(&logged.recorded());
                    let mut its = log.iter().filter(|logged| logged.stream_id == stream_id);
                    let last = its.rfind(|logged| counts(logged));
                    assert_eq!(loaded.state, state_of(&log, &stream_id, counts));
                    assert_eq!(loaded.version, last.map_or(-1, |logged| logged.version));
                }
            }
        });
    }
}
