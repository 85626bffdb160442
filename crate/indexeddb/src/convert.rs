//! Positions and records, from and to JavaScript.

use daybook_core::{Error, Position, Result};
use js_sys::{Array, Float64Array, JsString, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

/// The last whole number before which every whole number has a `f64` of its own; keys cannot be
/// `BigInt`.
const MAX_KEY: Position = (1 << 53) - 1;

/// The key of the batch that ends at `position`.
///
/// # Errors
/// `invalid_input` when `position` is 2^53 or more.
#[allow(clippy::cast_precision_loss, reason = "checked to be below 2^53")]
pub(crate) fn key(position: Position) -> Result<f64> {
    if position > MAX_KEY {
        return Err(Error::invalid(
            "position",
            format!("is {position}; the limit is {MAX_KEY}"),
        ));
    }
    Ok(position as f64)
}

/// The keys of several batches.
///
/// # Errors
/// The same.
pub(crate) fn keys(positions: &[Position]) -> Result<Float64Array> {
    let keys = positions.iter().map(|position| key(*position));
    let keys = keys.collect::<Result<Vec<f64>>>()?;
    Ok(Float64Array::from(keys.as_slice()))
}

/// The position a key stands for, which was found to be one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to 2^53 - 1"
)]
pub(crate) fn position(key: &JsValue) -> Position {
    key.as_f64().unwrap_or_default() as Position
}

/// The text of a record's key.
pub(crate) fn text(key: &JsValue) -> String {
    key.unchecked_ref::<JsString>().into()
}

/// Each key of `entries` with its bytes.
pub(crate) fn entries<K>(entries: &JsValue, key: fn(&JsValue) -> K) -> Vec<(K, Vec<u8>)> {
    let entries: &Array = entries.unchecked_ref();
    let pairs = (0..entries.length()).step_by(2);
    pairs
        .map(|at| (key(&entries.get(at)), bytes(&entries.get(at + 1))))
        .collect()
}

/// The bytes of a record.
pub(crate) fn bytes(value: &JsValue) -> Vec<u8> {
    value.unchecked_ref::<Uint8Array>().to_vec()
}
