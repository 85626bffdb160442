//! Errors as JSON text: `code`, `message` and the fields of their kind.

use daybook_core::json::Writer;
use daybook_core::{Error, ExpectedVersion};
use wasm_bindgen::JsValue;

/// The text that the JavaScript face makes an instance of its error class from.
#[cold]
pub(crate) fn to_js(error: &Error) -> JsValue {
    let mut json = Writer::new();
    write(&mut json, error);
    json.as_str().into()
}

/// Writes an error as an object.
pub(crate) fn write(json: &mut Writer, error: &Error) {
    json.begin_object().key("code").string(error.code());
    json.key("message").string(&error.to_string());
    match error {
        Error::Conflict {
            stream,
            expected,
            actual,
        } => {
            json.key("stream").string(stream).key("expected");
            match expected {
                ExpectedVersion::Any => json.string("any"),
                ExpectedVersion::NoStream => json.number(-1_i64),
                ExpectedVersion::StreamExists => json.string("stream-exists"),
                ExpectedVersion::Exact(version) => json.number(*version),
            };
            json.key("actual").number(*actual);
        }
        Error::ConditionFailed { position } | Error::StorageCorrupt { position, .. } => {
            json.key("position").number(*position);
        }
        Error::RuleBroken {
            rule,
            subject,
            status,
            ..
        } => {
            json.key("rule").string(rule);
            json.key("subject").string(subject);
            json.key("status").string(status);
        }
        Error::InvalidInput { field, reason } => {
            json.key("field").string(field);
            json.key("reason").string(reason);
        }
        Error::NotFound { what, id } => {
            json.key("what").string(what).key("id").string(id);
        }
        Error::UnsupportedFormat {
            found, supported, ..
        } => {
            json.key("found").number(*found);
            json.key("supported").number(*supported);
        }
        Error::QuotaExceeded { .. }
        | Error::Blocked { .. }
        | Error::ConnectionLost { .. }
        | Error::DataLost { .. }
        | Error::Aborted
        | Error::Closed => {}
    }
    json.end_object();
}
