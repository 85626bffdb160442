//! Several hands at several tabs, at work on the same orders in an order that a test chooses.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use daybook_core::memory::MemoryStorage;
use daybook_core::projection::{Follower, Status};
use daybook_core::repository::{CommandContext, Executed};
use daybook_core::store::{Append, Maintenance};
use daybook_core::testing::{Schedule, block_on};
use daybook_core::{Error, ExpectedVersion, NewEvent, Position, Result, Timestamp};
use daybook_orders::OrderCommand;
use daybook_orders::order::OrderState;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::asking::{Ask, Foreign, any_ask, any_foreign, stream_id};
use crate::shop::{Shown, Tab, moment, true_length};

pub(crate) const MODELS: [&str; 3] = ["orders_summary", "customer_order_history", "revenue_by_day"];

/// One thing done at a tab.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Ask(Ask),
    Foreign(Foreign),
    Refresh,
    Maintain,
    SaveIndex,
    /// The read models take in the next events.
    Advance,
    Look,
    Save,
    Rebuild(usize),
    CancelRebuild(usize),
    /// The tab is opened anew, from what is saved.
    Reopen,
}

/// What several hands do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// So many events stand in the log before anyone begins: enough of them are merged.
    pub(crate) before: usize,
    /// Whether the tabs keep batches in memory.
    pub(crate) cache: bool,
    /// Two hands at each of two tabs.
    pub(crate) hands: [Vec<Step>; 4],
    pub(crate) choices: Vec<u8>,
}

pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    let steps = || prop::collection::vec(any_step(), 0..40);
    let before = prop_oneof![Just(0_usize), 50..70_usize];
    let hands = [steps(), steps(), steps(), steps()];
    let choices = prop::collection::vec(any::<u8>(), 0..800);
    (before, any::<bool>(), hands, choices).prop_map(|(before, cache, hands, choices)| Plan {
        before,
        cache,
        hands,
        choices,
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        16 => any_ask().prop_map(Step::Ask),
        2 => any_foreign().prop_map(Step::Foreign),
        1 => Just(Step::Refresh),
        1 => Just(Step::Maintain),
        1 => Just(Step::SaveIndex),
        3 => Just(Step::Advance),
        1 => Just(Step::Look),
        2 => Just(Step::Save),
        1 => (0..3_usize).prop_map(Step::Rebuild),
        1 => (0..3_usize).prop_map(Step::CancelRebuild),
        1 => Just(Step::Reopen),
    ]
}

/// A command and what came of it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) stream_id: String,
    pub(crate) command_id: String,
    pub(crate) command: OrderCommand,
    /// The true length of the log before the call and after it.
    pub(crate) before: usize,
    pub(crate) after: usize,
    pub(crate) result: Result<Executed<OrderState>>,
}

/// A read model as it was seen at some time.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) model: usize,
    pub(crate) at: Position,
    pub(crate) rows: Value,
    pub(crate) status: Status,
}

/// What happened.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) memory: MemoryStorage,
    pub(crate) answers: RefCell<Vec<Answer>>,
    pub(crate) seen: RefCell<Vec<Seen>>,
    /// What was appended beside the commands, with its stream.
    pub(crate) foreign: RefCell<Vec<(String, NewEvent)>>,
    ids: Cell<u128>,
    clock: Cell<i64>,
}

/// Carries the plan out.
pub(crate) fn run(plan: &Plan) -> Run {
    let run = Run::default();
    let cache_bytes = if plan.cache { 1 << 20 } else { 0 };
    let tabs = block_on(async {
        let first = Tab::open(&run.memory, cache_bytes).await;
        for _ in 0..plan.before {
            let event = NewEvent::new(run.id(), "DrawerOpened", run.now(), "null");
            run.append(&first, "till-1".to_owned(), ExpectedVersion::Any, event)
                .await;
        }
        let second = Tab::open(&run.memory, cache_bytes).await;
        [Rc::new(first), Rc::new(second)]
    });
    let mut schedule = Schedule::new();
    for (number, steps) in plan.hands.iter().enumerate() {
        let work = work(&run, Rc::clone(&tabs[number % 2]), steps, cache_bytes);
        schedule = schedule.task(format!("hand {number}"), work);
    }
    schedule.run(plan.choices.iter().copied()).unwrap();
    block_on(run.end(&tabs, cache_bytes));
    run
}

async fn work(run: &Run, mut tab: Rc<Tab>, steps: &[Step], cache_bytes: usize) {
    for step in steps {
        match step {
            Step::Ask(ask) => run.ask(&tab, ask).await,
            Step::Foreign(foreign) => {
                let event = foreign.event(run.id());
                run.append(&tab, stream_id(foreign.order), foreign.expected(), event)
                    .await;
            }
            Step::Refresh => drop(tab.store.refresh().await.unwrap()),
            Step::Maintain => while tab.store.maintain().await.unwrap() != Maintenance::Idle {},
            Step::SaveIndex => tab.store.save_index().await.unwrap(),
            Step::Advance => drop(tab.models.advance().await.unwrap()),
            Step::Save => tab.models.save().await.unwrap(),
            Step::Rebuild(model) => assert!(tab.models.start_rebuild(MODELS[*model])),
            Step::CancelRebuild(model) => assert!(tab.models.cancel_rebuild(MODELS[*model])),
            Step::Reopen => tab = Rc::new(Tab::open(&run.memory, cache_bytes).await),
            Step::Look => {}
        }
        run.look(&tab);
    }
}

impl Run {
    fn id(&self) -> Uuid {
        self.ids.set(self.ids.get() + 1);
        Uuid::from_u128(self.ids.get())
    }

    fn now(&self) -> Timestamp {
        self.clock.set(self.clock.get() + 1000);
        moment(self.clock.get())
    }

    async fn ask(&self, tab: &Tab, ask: &Ask) {
        let (stream_id, command) = (stream_id(ask.order), ask.command());
        let context = CommandContext {
            occurred_at: moment(ask.at),
            ..CommandContext::new(ask.command_id(), self.now())
        };
        let before = true_length(&self.memory).await;
        let result = tab.orders.execute(&stream_id, &command, &context).await;
        let after = true_length(&self.memory).await;
        self.answers.borrow_mut().push(Answer {
            stream_id,
            command_id: context.command_id,
            command,
            before,
            after,
            result,
        });
    }

    async fn append(
        &self,
        tab: &Tab,
        stream_id: String,
        expected: ExpectedVersion,
        event: NewEvent,
    ) {
        let append = Append::to(&stream_id, expected, vec![event.clone()], self.now());
        match tab.store.append(append).await {
            Ok(_) => self.foreign.borrow_mut().push((stream_id, event)),
            Err(error) => {
                assert!(matches!(*error, Error::Conflict { .. }), "{error}");
                assert_eq!(expected, ExpectedVersion::NoStream);
            }
        }
    }

    /// Looks at every read model of a tab.
    fn look(&self, tab: &Tab) {
        fn one<P: Shown>(follower: &Follower<P>) -> (Position, Value) {
            (follower.checkpoint(), follower.rows().show())
        }
        let shown = tab.models.read(|models| {
            [
                one(&models.orders_summary),
                one(&models.customer_order_history),
                one(&models.revenue_by_day),
            ]
        });
        let statuses = tab.models.statuses();
        for (model, ((at, rows), status)) in shown.into_iter().zip(statuses).enumerate() {
            self.seen.borrow_mut().push(Seen {
                model,
                at,
                rows,
                status,
            });
        }
    }

    /// Every tab, and one opened now, catches up with the log's end; one is opened from what that
    /// saves, and shows it before it takes in anything.
    async fn end(&self, tabs: &[Rc<Tab>], cache_bytes: usize) {
        let restored = Tab::open(&self.memory, cache_bytes).await;
        self.look(&restored);
        for tab in tabs.iter().map(Rc::as_ref).chain([&restored]) {
            tab.store.refresh().await.unwrap();
            while tab.models.advance().await.unwrap() {}
            self.look(tab);
            tab.models.save().await.unwrap();
            self.look(&Tab::open(&self.memory, cache_bytes).await);
        }
    }
}
