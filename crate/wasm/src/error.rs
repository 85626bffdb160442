//! Errors as JavaScript objects: `code`, `message` and the fields of their kind.

use daybook_core::{Error, ExpectedVersion};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// The object the JavaScript face makes an instance of its error class from.
pub(crate) fn to_js(error: &Error) -> JsValue {
    let object = Object::new();
    let set = |name: &str, value: JsValue| set(&object, name, &value);
    set("code", error.code().into());
    set("message", error.to_string().into());
    match error {
        Error::Conflict {
            stream,
            expected,
            actual,
        } => {
            set("stream", stream.into());
            set("expected", expected_to_js(*expected));
            set("actual", number(*actual));
        }
        Error::ConditionFailed { position } | Error::StorageCorrupt { position, .. } => {
            set("position", number(position.cast_signed()));
        }
        Error::RuleBroken {
            rule,
            subject,
            status,
            ..
        } => {
            set("rule", rule.into());
            set("subject", subject.into());
            set("status", status.into());
        }
        Error::InvalidInput { field, reason } => {
            set("field", field.into());
            set("reason", reason.into());
        }
        Error::NotFound { what, id } => {
            set("what", what.into());
            set("id", id.into());
        }
        Error::UnsupportedFormat {
            found, supported, ..
        } => {
            set("found", (*found).into());
            set("supported", (*supported).into());
        }
        Error::QuotaExceeded { .. }
        | Error::Blocked { .. }
        | Error::ConnectionLost { .. }
        | Error::DataLost { .. }
        | Error::Aborted
        | Error::Closed => {}
    }
    object.into()
}

#[inline(never)]
fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a field of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

fn expected_to_js(expected: ExpectedVersion) -> JsValue {
    match expected {
        ExpectedVersion::Any => "any".into(),
        ExpectedVersion::NoStream => number(-1),
        ExpectedVersion::StreamExists => "stream-exists".into(),
        ExpectedVersion::Exact(version) => number(version),
    }
}

/// Positions and versions are below 2^32, so exact as a JavaScript number.
#[allow(
    clippy::cast_precision_loss,
    reason = "positions and versions are below 2^32"
)]
pub(crate) fn number(value: i64) -> JsValue {
    JsValue::from_f64(value as f64)
}
