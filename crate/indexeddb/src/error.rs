//! What `IndexedDB` reports, as the store's errors.

use daybook_core::Error;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::requests::Failure;

/// The error for a failed request.
pub(crate) fn from_js(failure: JsValue) -> Box<Error> {
    let failure: Failure = failure.unchecked_into();
    let detail = failure.detail();
    Box::new(match failure.code().as_str() {
        "quota_exceeded" => Error::QuotaExceeded { detail },
        "unavailable" => return Error::invalid("storage", detail),
        // Taken is a key that was free a moment ago.
        "storage_corrupt" | "taken" => return Error::corrupt(0, detail),
        "data_lost" => Error::DataLost { detail },
        "blocked" => Error::Blocked { detail },
        "unsupported_format" => Error::UnsupportedFormat {
            what: detail,
            found: version_number(failure.found()),
            supported: version_number(failure.supported()),
        },
        _ => Error::ConnectionLost { detail },
    })
}

/// A database's version as a number to show; versions beyond 32 bits become the highest.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
const fn version_number(version: f64) -> u32 {
    version as u32
}
