//! Runs futures on one thread in an order the test chooses.

use core::fmt;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;

/// So many polls are taken for a loop without end.
const MAX_POLLS: usize = 1_000_000;

/// Futures that take turns on one thread, in an order that can be repeated.
///
/// ```
/// use daybook_core::testing::{Schedule, yield_now};
/// use std::cell::RefCell;
///
/// let steps = RefCell::new(String::new());
/// let walk = async |letter| {
///     for _ in 0..2 {
///         steps.borrow_mut().push(letter);
///         yield_now().await;
///     }
/// };
/// let schedule = Schedule::new().task("a", walk('a')).task("b", walk('b'));
/// schedule.run([1, 1])?; // of the two that are ready, the second; and again
/// assert_eq!(*steps.borrow(), "bbaa");
/// # Ok::<(), daybook_core::testing::Stuck>(())
/// ```
pub struct Schedule<'a, T> {
    tasks: Vec<Task<'a, T>>,
}

struct Task<'a, T> {
    name: String,
    state: State<'a, T>,
}

enum State<'a, T> {
    Running(Pin<Box<dyn Future<Output = T> + 'a>>),
    Done(T),
}

/// Why a schedule ended before its tasks did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuck {
    /// None of the tasks named here is done, and nothing is left that could wake one of them.
    Deadlock(Vec<String>),
    /// The tasks named here wake one another, or themselves, without end.
    Endless(Vec<String>),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadlock(tasks) => write!(f, "nothing wakes: {}", tasks.join(", ")),
            Self::Endless(tasks) => write!(f, "no end in sight for: {}", tasks.join(", ")),
        }
    }
}

impl core::error::Error for Stuck {}

impl<T> Default for Schedule<'_, T> {
    fn default() -> Self {
        Self { tasks: Vec::new() }
    }
}

impl<T> fmt::Debug for Schedule<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.tasks.iter().map(|task| &task.name))
            .finish()
    }
}

impl<'a, T> Schedule<'a, T> {
    /// A schedule without tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task; `name` stands for it in [`Stuck`].
    #[must_use]
    pub fn task(mut self, name: impl Into<String>, future: impl Future<Output = T> + 'a) -> Self {
        self.tasks.push(Task {
            name: name.into(),
            state: State::Running(Box::pin(future)),
        });
        self
    }

    /// Polls the tasks until all are done, and returns their outputs in the order they were added.
    ///
    /// Only tasks that were woken are polled. They stand in the order in which they were woken;
    /// each of `choices`, modulo their number, says which one is next. When the choices are used
    /// up, it is always the first, so that every task comes to its turn.
    ///
    /// # Errors
    /// [`Stuck`], naming the tasks that are not done.
    pub fn run(mut self, choices: impl IntoIterator<Item = u8>) -> Result<Vec<T>, Stuck> {
        let ready = Ready::default();
        for index in 0..self.tasks.len() {
            ready.push(index);
        }
        let mut choices = choices.into_iter();
        for _ in 0..MAX_POLLS {
            match ready.take(choices.next().unwrap_or(0)) {
                Some(index) => self.poll(index, &ready),
                None => return self.outputs().map_err(Stuck::Deadlock),
            }
        }
        self.outputs().map_err(Stuck::Endless)
    }

    fn poll(&mut self, index: usize, ready: &Ready) {
        let Some(task) = self.tasks.get_mut(index) else {
            return;
        };
        if let State::Running(future) = &mut task.state {
            let waker = ready.waker(index);
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                task.state = State::Done(output);
            }
        }
    }

    /// The outputs, or the names of the tasks that are not done.
    fn outputs(self) -> Result<Vec<T>, Vec<String>> {
        let (mut outputs, mut waiting) = (Vec::new(), Vec::new());
        for task in self.tasks {
            match task.state {
                State::Done(output) => outputs.push(output),
                State::Running(_) => waiting.push(task.name),
            }
        }
        if waiting.is_empty() {
            Ok(outputs)
        } else {
            Err(waiting)
        }
    }
}

/// The tasks to be polled, each once, in the order in which they were woken. A `Waker` must be
/// `Send`, hence the lock.
#[derive(Default, Clone)]
struct Ready(Arc<Mutex<VecDeque<usize>>>);

impl Ready {
    fn queue(&self) -> MutexGuard<'_, VecDeque<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, index: usize) {
        let mut queue = self.queue();
        if !queue.contains(&index) {
            queue.push_back(index);
        }
    }

    fn take(&self, choice: u8) -> Option<usize> {
        let mut queue = self.queue();
        let at = usize::from(choice).checked_rem(queue.len())?;
        queue.remove(at)
    }

    fn waker(&self, index: usize) -> Waker {
        Waker::from(Arc::new(WakeTask {
            index,
            ready: self.clone(),
        }))
    }
}

struct WakeTask {
    index: usize,
    ready: Ready,
}

impl Wake for WakeTask {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.index);
    }
}

/// Runs one future to its end.
///
/// # Panics
/// When the future waits for something that nothing will bring about.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    match Schedule::new().task("the future", future).run([]) {
        Ok(mut outputs) => outputs.remove(0),
        Err(stuck) => panic!("{stuck}"),
    }
}

/// Lets the other tasks run once.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls `future` at most `polls` times, then drops it, as a caller does who went away. Returns
/// its output if it was quicker.
pub async fn cancel_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        let Some(rest) = left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        left = rest;
        let answer = future.as_mut().poll(context).map(Some);
        if answer.is_pending() && left == 0 {
            return Poll::Ready(None);
        }
        answer
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures_util::future::pending;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_deadlock_names_those_who_wait() {
        let schedule = Schedule::new()
            .task("done", yield_now())
            .task("stuck", pending())
            .task("stuck too", pending());
        let waiting = vec!["stuck".to_owned(), "stuck too".to_owned()];
        assert_eq!(schedule.run([7, 7]), Err(Stuck::Deadlock(waiting)));
    }

    #[test]
    fn a_loop_without_end_is_told() {
        let spin = async {
            loop {
                yield_now().await;
            }
        };
        let stuck = Schedule::<()>::new().task("spin", spin).run([]);
        assert_eq!(stuck, Err(Stuck::Endless(vec!["spin".to_owned()])));
    }

    #[test]
    fn a_cancelled_future_is_dropped_where_it_stood() {
        let steps = core::cell::Cell::new(0);
        let work = || async {
            for _ in 0..3 {
                steps.set(steps.get() + 1);
                yield_now().await;
            }
        };
        assert_eq!(block_on(cancel_after(0, work())), None);
        assert_eq!(steps.get(), 0);
        assert_eq!(block_on(cancel_after(2, work())), None);
        assert_eq!(steps.get(), 2);
        assert_eq!(block_on(cancel_after(4, work())), Some(()));
    }

    proptest! {
        #[test]
        fn every_order_ends_and_can_be_repeated(
            lengths in prop::collection::vec(0_usize..5, 0..5),
            choices in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let run = || {
                let trace = core::cell::RefCell::new(Vec::new());
                let trace_of = &trace;
                let mut schedule = Schedule::new();
                for (id, &length) in lengths.iter().enumerate() {
                    schedule = schedule.task(format!("task {id}"), async move {
                        for step in 0..length {
                            trace_of.borrow_mut().push((id, step));
                            yield_now().await;
                        }
                        id
                    });
                }
                let outputs = schedule.run(choices.iter().copied());
                (outputs, trace.into_inner())
            };
            let (outputs, trace) = run();
            prop_assert_eq!(outputs, Ok((0..lengths.len()).collect()));
            prop_assert_eq!(trace.len(), lengths.iter().sum::<usize>());
            prop_assert_eq!(trace, run().1);
        }
    }
}
