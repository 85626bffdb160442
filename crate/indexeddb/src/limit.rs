//! Waiting no longer than a given time.

use core::pin::pin;

use futures_util::future::{Either, select};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // Global functions, in windows and in workers; `web-sys` binds them once for each.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: u32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// What `future` gives, or `None` when it has given nothing after `milliseconds`.
pub(crate) async fn within<F: Future>(milliseconds: u32, future: F) -> Option<F::Output> {
    let mut timer = JsValue::UNDEFINED;
    let elapsed = Promise::new(&mut |resolve, _| timer = set_timeout(&resolve, milliseconds));
    let outcome = match select(pin!(future), JsFuture::from(elapsed)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    };
    clear_timeout(&timer);
    outcome
}
