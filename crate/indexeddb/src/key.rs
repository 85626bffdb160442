//! Keys: positions as numbers, and the range of the keys that share a prefix.

use daybook_core::{Error, Position, Result};
use indexed_db_futures::KeyRange;
use js_sys::JsString;
use wasm_bindgen::JsValue;

/// The last whole number before which every whole number has a `f64` of its own; keys cannot be
/// `BigInt`.
const MAX_KEY: Position = (1 << 53) - 1;

/// The key of the batch that ends at `position`.
///
/// # Errors
/// `invalid_input` when `position` is 2^53 or more.
#[allow(clippy::cast_precision_loss, reason = "checked to be below 2^53")]
pub(crate) fn from_position(position: Position) -> Result<f64> {
    if position > MAX_KEY {
        return Err(Error::invalid(
            "position",
            format!("is {position}; the limit is {MAX_KEY}"),
        ));
    }
    Ok(position as f64)
}

/// The position that `key` stands for.
///
/// # Errors
/// `storage_corrupt` when it stands for none.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number from 0 to 2^53 - 1"
)]
pub(crate) fn to_position(key: f64) -> Result<Position> {
    if key.fract() == 0.0 && (0.0..=MAX_KEY as f64).contains(&key) {
        Ok(key as Position)
    } else {
        Err(Error::corrupt(0, format!("{key} is not a position")))
    }
}

/// The range of the keys that begin with `prefix`; every key begins with the empty one.
///
/// It ends before the prefix whose last code unit is one higher: keys are ordered by UTF-16 code
/// unit. That end need not be a valid string in Rust's sense, so it is made in JavaScript's.
pub(crate) fn beginning_with(prefix: &str) -> KeyRange<JsValue> {
    let mut end: Vec<u16> = prefix.encode_utf16().collect();
    while let Some(unit) = end.pop() {
        if let Some(next) = unit.checked_add(1) {
            end.push(next);
            break;
        }
    }
    if end.is_empty() {
        return KeyRange::LowerBound(prefix.into(), false);
    }
    let end = JsString::from_char_code(&end);
    KeyRange::Bound(prefix.into(), false, end.into(), true)
}
