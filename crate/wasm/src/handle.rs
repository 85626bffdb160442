//! What JavaScript holds of what is open, and the few calls by which it asks anything of it.
//!
//! A call has a name, and texts in and out, nearly always JSON. So the boundary is as wide as these few
//! exports, however much can be asked: each export has code of its own on both sides, and each kind of
//! promise a state machine.

use std::pin::Pin;
use std::rc::Rc;

use daybook_core::json::Writer;
#[cfg(feature = "general")]
use daybook_core::store::Store;
use daybook_core::{Error, Result};
use daybook_indexeddb::spawn;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::error::to_js;
#[cfg(feature = "general")]
use crate::storage::AnyStorage;

#[wasm_bindgen]
extern "C" {
    /// The two functions that settle a promise; of an append, there is a third.
    #[wasm_bindgen(typescript_type = "Answer")]
    pub type Answer;

    #[wasm_bindgen(method)]
    pub(crate) fn resolve(this: &Answer, value: JsValue);

    /// In place of `resolve`, what has become of a plain append.
    #[wasm_bindgen(method)]
    pub(crate) fn appended(this: &Answer, position: f64, version: f64);

    #[wasm_bindgen(method)]
    fn reject(this: &Answer, error: JsValue);
}

/// Work under way.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// What is asked: a name, and one or two texts; empty where they are not needed.
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) input: String,
    #[cfg_attr(
        not(feature = "orders"),
        expect(dead_code, reason = "no call of the store's needs two")
    )]
    pub(crate) more: String,
}

/// Something that is open: a store, an order book, or work on one of them.
pub(crate) trait Part {
    /// The store whose log anything may be appended to through it.
    #[cfg(feature = "general")]
    fn store(&self) -> Option<&Store<AnyStorage>> {
        None
    }

    /// Writes the answer to what takes a while.
    fn call<'a>(&'a self, call: Call, json: &'a mut Writer) -> Work<'a, ()>;

    /// Writes the answer to what is known at once.
    fn ask(&self, name: &str, input: &str, json: &mut Writer) -> Result<()>;

    /// Opens a part of this one.
    fn part(&self, name: &str, _input: &str) -> Result<Rc<dyn Part>> {
        Err(unknown(name))
    }
}

/// The error of a name that is nobody's.
pub(crate) fn unknown(name: &str) -> Box<Error> {
    Error::not_found("call", name)
}

/// Carries out `work`, and gives its answer; its error as the text that the face makes an instance of
/// a class of.
pub(crate) fn carry_out(work: Work<'static, JsValue>, answer: Answer) {
    spawn(Box::pin(async move {
        match work.await {
            Ok(value) => answer.resolve(value),
            Err(error) => answer.reject(to_js(&error)),
        }
    }));
}

/// A part, as JavaScript holds it.
#[wasm_bindgen]
pub struct Handle(pub(crate) Rc<dyn Part>);

impl Handle {
    pub(crate) fn new(part: impl Part + 'static) -> Self {
        Self(Rc::new(part))
    }
}

#[wasm_bindgen]
impl Handle {
    /// Asks for what takes a while; gives text.
    pub fn call(&self, name: String, input: String, more: String, answer: Answer) {
        let call = Call { name, input, more };
        let part = Rc::clone(&self.0);
        let work = async move {
            let mut json = Writer::new();
            part.call(call, &mut json).await?;
            Ok(json.into_string().into())
        };
        carry_out(Box::pin(work), answer);
    }

    /// Asks for what is known at once; gives text.
    ///
    /// # Errors
    /// As text: what is asked for is malformed, or there is nothing so called.
    pub fn ask(&self, name: &str, input: &str) -> Result<String, JsValue> {
        let mut json = Writer::new();
        match self.0.ask(name, input, &mut json) {
            Ok(()) => Ok(json.into_string()),
            Err(error) => Err(to_js(&error)),
        }
    }

    /// Opens a part of this one.
    ///
    /// # Errors
    /// As those of [`ask`](Self::ask).
    pub fn part(&self, name: &str, input: &str) -> Result<Self, JsValue> {
        let part = self.0.part(name, input);
        part.map(Self).map_err(|error| to_js(&error))
    }
}
