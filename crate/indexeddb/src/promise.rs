//! Promises as futures.
//!
//! Of what `js-sys` and `wasm-bindgen-futures` offer, this is all that a store needs, and a tenth of
//! the code.

use core::cell::RefCell;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::tasks;

#[wasm_bindgen]
extern "C" {
    /// A promise; a future as soon as it is [followed](Settled::of).
    pub(crate) type Promise;

    #[wasm_bindgen(static_method_of = Promise, js_name = resolve)]
    fn resolved() -> Promise;
}

#[wasm_bindgen(module = "/js/database.js")]
extern "C" {
    fn follow(promise: &Promise, settling: &JsValue, number: usize);
}

/// What a promise comes to: its value, or what it was rejected with.
type Outcome = Result<JsValue, JsValue>;

/// What JavaScript tells of all that is followed; one for all of them, since each object that JavaScript is
/// given has to be kept track of.
#[wasm_bindgen(skip_typescript)]
pub struct Settling(Rc<RefCell<Followed>>);

#[wasm_bindgen]
impl Settling {
    /// Says what became of what is followed under a number, and carries out what waited for it.
    pub fn call(&self, number: usize, is_fulfilled: bool, value: JsValue) {
        let outcome = if is_fulfilled { Ok(value) } else { Err(value) };
        tasks::run_after(|| self.0.borrow_mut().settle(number, outcome));
    }
}

thread_local! {
    static FOLLOWED: Rc<RefCell<Followed>> = Rc::default();
    static SETTLING: JsValue = Settling(FOLLOWED.with(Rc::clone)).into();
}

/// What is followed, promises most of all, each under its number; not there: the number is free, or is 0.
#[derive(Default)]
struct Followed {
    waiting: Vec<Option<Rc<RefCell<Shared>>>>,
    free: Vec<usize>,
}

/// The number of a promise that nobody waits for.
const NOBODY: usize = 0;

impl Followed {
    fn add(&mut self, shared: &Rc<RefCell<Shared>>) -> usize {
        if self.waiting.is_empty() {
            self.waiting.push(None);
        }
        let number = self.free.pop().unwrap_or(self.waiting.len());
        let shared = Some(Rc::clone(shared));
        match self.waiting.get_mut(number) {
            Some(place) => *place = shared,
            None => self.waiting.push(shared),
        }
        number
    }

    fn settle(&mut self, number: usize, outcome: Outcome) {
        let Some(shared) = self.waiting.get_mut(number).and_then(Option::take) else {
            return;
        };
        self.free.push(number);
        let mut shared = shared.borrow_mut();
        shared.outcome = Some(outcome);
        if let Some(waker) = shared.waker.take() {
            waker.wake();
        }
    }
}

/// Has what was woken carried out once what runs now has ended: a microtask.
pub(crate) fn soon() {
    SETTLING.with(|settling| follow(&Promise::resolved(), settling, NOBODY));
}

/// What the future and the promise share.
#[derive(Default)]
struct Shared {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

/// Resolves when a promise is settled, or something else that JavaScript tells the end of.
pub(crate) struct Settled(Rc<RefCell<Shared>>);

impl Settled {
    pub(crate) fn of(promise: &Promise) -> Self {
        Self::by(|settling, number| follow(promise, settling, number))
    }

    /// Of what `begin` begins: that calls what it is given, with the number, once it has ended. Never at
    /// once, while whoever waits for it is still being carried out.
    pub(crate) fn by(begin: impl FnOnce(&JsValue, usize)) -> Self {
        let shared = Rc::default();
        let number = FOLLOWED.with(|followed| followed.borrow_mut().add(&shared));
        SETTLING.with(|settling| begin(settling, number));
        Self(shared)
    }
}

impl Future for Settled {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut shared = self.0.borrow_mut();
        if let Some(outcome) = shared.outcome.take() {
            return Poll::Ready(outcome);
        }
        shared.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
