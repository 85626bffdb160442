//! Carrying out what waits for promises.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use crate::promise::soon;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The tasks of this thread.
#[derive(Default)]
struct Tasks {
    /// Each under its number. Not there: it is being carried out, or the number is free.
    waiting: RefCell<Vec<Option<Task>>>,
    /// The numbers of those that are done.
    free: RefCell<Vec<usize>>,
    /// The numbers of those that were woken.
    woken: RefCell<VecDeque<usize>>,
    is_scheduled: Cell<bool>,
}

thread_local! {
    static TASKS: Tasks = Tasks::default();
}

/// Wakes the task of a number. A task that has come later to the number of one that is done may be
/// woken in vain, which does no harm.
struct Number(usize);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        TASKS.with(|tasks| tasks.wake(self.0));
    }
}

/// Carries out `task`, which may not be `Send`, on the thread it was made on: now, as far as it goes, and
/// on whenever it is woken. To be called by what JavaScript calls, and not by a task.
///
/// Like `wasm_bindgen_futures::spawn_local`, at a tenth of its size.
pub fn spawn(task: Pin<Box<dyn Future<Output = ()>>>) {
    run_after(|| {
        TASKS.with(|tasks| {
            let free = tasks.free.borrow_mut().pop();
            let number = free.unwrap_or_else(|| {
                let mut waiting = tasks.waiting.borrow_mut();
                waiting.push(None);
                waiting.len() - 1
            });
            tasks.put(number, task);
            tasks.wake(number);
        });
    });
}

/// Carries out what `work`, which itself holds nothing that tasks need, has woken.
pub(crate) fn run_after(work: impl FnOnce()) {
    TASKS.with(|tasks| {
        tasks.is_scheduled.set(true);
        work();
        tasks.run();
    });
}

impl Tasks {
    /// Never carries a task out at once: whoever wakes it may hold what it needs.
    fn wake(&self, number: usize) {
        self.woken.borrow_mut().push_back(number);
        if !self.is_scheduled.replace(true) {
            soon();
        }
    }

    /// Carries out those that were woken, and those that they wake.
    fn run(&self) {
        // First: a task that traps must not keep others from being carried out later.
        self.is_scheduled.set(false);
        while let Some(number) = self.next() {
            self.poll(number);
        }
    }

    fn next(&self) -> Option<usize> {
        self.woken.borrow_mut().pop_front()
    }

    fn poll(&self, number: usize) {
        let Some(mut task) = self.take(number) else {
            return;
        };
        let waker = Waker::from(Arc::new(Number(number)));
        let mut context = Context::from_waker(&waker);
        if task.as_mut().poll(&mut context).is_pending() {
            self.put(number, task);
        } else {
            self.free.borrow_mut().push(number);
        }
    }

    fn take(&self, number: usize) -> Option<Task> {
        self.waiting.borrow_mut().get_mut(number)?.take()
    }

    fn put(&self, number: usize, task: Task) {
        if let Some(place) = self.waiting.borrow_mut().get_mut(number) {
            *place = Some(task);
        }
    }
}
