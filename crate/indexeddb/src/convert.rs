//! Positions and records, from and to JavaScript.

use daybook_core::{Error, Position, Result};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::requests::{Entries, Keys};

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
pub(crate) fn keys(positions: &[Position]) -> Result<Keys> {
    let mut keys = Vec::with_capacity(positions.len());
    for &position in positions {
        keys.push(key(position)?);
    }
    Ok(Keys::copy(&keys))
}

/// The position a key stands for, which was found to be one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to 2^53 - 1"
)]
pub(crate) const fn position(key: f64) -> Position {
    key as Position
}

/// What is made of each key and value of an answer.
pub(crate) fn pairs<T>(found: &JsValue, pair: impl Fn(&Entries, u32) -> T) -> Vec<T> {
    let entries: &Entries = found.unchecked_ref();
    let mut pairs = Vec::new();
    for at in (0..entries.length()).step_by(2) {
        pairs.push(pair(entries, at));
    }
    pairs
}
