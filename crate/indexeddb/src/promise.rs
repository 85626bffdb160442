//! Promises as futures.
//!
//! Of what `js-sys` and `wasm-bindgen-futures` offer, this is all that a store needs, and a tenth of
//! the code.

use core::cell::RefCell;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A promise; a future as soon as it is [followed](Settled::of).
    pub(crate) type Promise;

    #[wasm_bindgen(static_method_of = Promise, js_name = resolve)]
    fn resolved() -> Promise;
}

#[wasm_bindgen(module = "/js/database.js")]
extern "C" {
    fn follow(promise: &Promise, callback: Callback);
}

/// What a promise comes to: its value, or what it was rejected with.
type Outcome = Result<JsValue, JsValue>;

/// What JavaScript is to call when a promise is settled.
#[wasm_bindgen(skip_typescript)]
pub struct Callback(Box<dyn FnOnce(Outcome)>);

#[wasm_bindgen]
impl Callback {
    /// Says what became of the promise.
    pub fn call(self, is_fulfilled: bool, value: JsValue) {
        (self.0)(if is_fulfilled { Ok(value) } else { Err(value) });
    }
}

/// Calls `callback` once what runs now has ended: a microtask.
pub(crate) fn soon(callback: fn()) {
    follow(
        &Promise::resolved(),
        Callback(Box::new(move |_| callback())),
    );
}

/// What the future and the promise share.
#[derive(Default)]
struct Shared {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

/// Resolves when a promise is settled.
pub(crate) struct Settled(Rc<RefCell<Shared>>);

impl Settled {
    pub(crate) fn of(promise: &Promise) -> Self {
        let shared = Rc::new(RefCell::new(Shared::default()));
        let settled = Self(Rc::clone(&shared));
        let settle = move |outcome| {
            let mut shared = shared.borrow_mut();
            shared.outcome = Some(outcome);
            if let Some(waker) = shared.waker.take() {
                waker.wake();
            }
        };
        follow(promise, Callback(Box::new(settle)));
        settled
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
