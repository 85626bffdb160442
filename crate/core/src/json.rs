//! Data is JSON text, kept byte for byte. Here it is only checked.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{Error, Result};

/// Checks that `text` is one JSON value of at most `max` bytes.
///
/// # Errors
/// `invalid_input` naming `field`.
pub fn check_json(field: &str, text: &str, max: usize) -> Result<()> {
    if text.len() > max {
        return Err(Error::invalid(
            field,
            format!("is {} bytes long; the limit is {max}", text.len()),
        ));
    }
    let mut parser = serde_json::Deserializer::from_str(text);
    IgnoredAny::deserialize(&mut parser)
        .and_then(|_| parser.end())
        .map_err(|error| Error::invalid(field, format!("is not valid JSON: {error}")))
}
