//! Read models equal a fold from nothing, at any moment and however they came about.

use daybook_core::memory::MemoryStorage;
use daybook_core::projection::{Projector, Skipped, State};
use daybook_core::store::Append;
use daybook_core::testing::block_on;
use daybook_core::{ExpectedVersion, NewEvent};
use daybook_orders::read_models::{
    CustomerOrderHistory, OrderReadModels, OrdersSummary, RevenueByDay,
};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::shop::{Logged, Shown, Tab, apply, log_of, moment};
use crate::tabs::{MODELS, Seen, any_plan, run};

/// What each read model shows after each event, beginning with none.
fn folds(log: &[Logged]) -> [Vec<Value>; 3] {
    fn one<P: Shown>(log: &[Logged]) -> Vec<Value> {
        let mut rows = P::default();
        let mut shown = vec![rows.show()];
        for logged in log {
            apply(&mut rows, logged);
            shown.push(rows.show());
        }
        shown
    }
    [
        one::<OrdersSummary>(log),
        one::<CustomerOrderHistory>(log),
        one::<RevenueByDay>(log),
    ]
}

fn skipped(log: &[Logged]) -> Vec<Skipped> {
    let mut kinds: Vec<Skipped> = Vec::new();
    for logged in log.iter().filter(|logged| !logged.is_known()) {
        let schema_version = logged.schema_version.unwrap_or(1);
        let known = kinds.iter_mut().find(|kind| {
            kind.event_type == logged.event_type && kind.schema_version == schema_version
        });
        match known {
            Some(kind) => kind.count += 1,
            None => kinds.push(Skipped {
                event_type: logged.event_type.clone(),
                schema_version,
                count: 1,
            }),
        }
    }
    kinds.sort_by(|a, b| (&a.event_type, a.schema_version).cmp(&(&b.event_type, b.schema_version)));
    kinds
}

fn assert_counted(seen: &Seen, log: &[Logged]) {
    let mut kinds = seen.status.skipped_types.clone();
    kinds.sort_by(|a, b| (&a.event_type, a.schema_version).cmp(&(&b.event_type, b.schema_version)));
    assert_eq!(kinds, skipped(log));
    let count: u64 = kinds.iter().map(|kind| kind.count).sum();
    assert_eq!(seen.status.skipped, count);
    assert_ne!(seen.status.state, State::Stopped);
    assert_eq!(seen.status.error, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_a_read_model_shows_is_a_fold_of_the_log_up_to_its_checkpoint(plan in any_plan()) {
        let run = run(&plan);
        let log = log_of(&run.memory);
        let expected = folds(&log);
        for seen in run.seen.borrow().iter() {
            let length = usize::try_from(seen.at).unwrap();
            prop_assert_eq!(seen.status.name, MODELS[seen.model]);
            prop_assert_eq!(&seen.rows, &expected[seen.model][length]);
            assert_counted(seen, &log[..length]);
        }
        let last = run.seen.borrow();
        let end = log.len() as u64;
        prop_assert!(last.iter().rev().take(3).all(|seen| seen.at == end), "not at the end");
    }
}

/// A store that was opened before others went on still begins with what they saved since.
#[test]
fn a_tab_that_is_behind_goes_on_from_what_another_saved() {
    block_on(async {
        let memory = MemoryStorage::new();
        let behind = Tab::open(&memory, 0).await.store;
        let ahead = Tab::open(&memory, 0).await;
        let event = NewEvent::new(Uuid::nil(), "DrawerOpened", moment(0), "null");
        let append = Append::to("till-1", ExpectedVersion::Any, vec![event], moment(0));
        ahead.store.append(append).await.unwrap();
        while ahead.models.advance().await.unwrap() {}
        ahead.models.save().await.unwrap();
        let models = Projector::<OrderReadModels, _>::open(behind).await.unwrap();
        models.restored().await.unwrap();
        for status in models.statuses() {
            assert_eq!((status.position, status.skipped), (1, 1), "{}", status.name);
        }
    });
}
