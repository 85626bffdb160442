//! Stated limits. Each is enforced where the input arrives, with an error that names it.

use core::fmt::Display;

use crate::json::{Malformed, Reader};
use crate::{Error, Result};

/// The longest stream id, in bytes of UTF-8.
pub const MAX_STREAM_ID_BYTES: usize = 256;
/// The longest event type, in bytes of UTF-8.
pub const MAX_EVENT_TYPE_BYTES: usize = 128;
/// The longest tag, in bytes of UTF-8.
pub const MAX_TAG_BYTES: usize = 256;
/// The most tags one event may carry.
pub const MAX_TAGS: usize = 32;
/// The longest command, correlation or causation id, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 128;
/// The largest `data` of one event, in bytes of JSON.
pub const MAX_DATA_BYTES: usize = 512 * 1024;
/// The largest `metadata` of one event, in bytes of JSON.
pub const MAX_METADATA_BYTES: usize = 64 * 1024;
/// The most events one append may hold.
pub const MAX_APPEND_EVENTS: usize = 10_000;
/// The most bytes of data and metadata one append may hold.
pub const MAX_APPEND_BYTES: usize = 8 * 1024 * 1024;
/// The most query items, and the most types or tags in one item.
pub const MAX_QUERY_TERMS: usize = 100;
/// The last position a log may reach; the index counts in 32 bits.
pub const MAX_POSITION: u64 = u32::MAX as u64;

/// Checks that a text is neither empty nor longer than `max` bytes, and holds no control characters.
///
/// # Errors
/// `invalid_input` naming `field`.
pub fn check_text(field: impl Display, text: &str, max: usize) -> Result<()> {
    judge(text, max).map_err(|reason| Error::invalid(field.to_string(), reason))
}

fn judge(text: &str, max: usize) -> Result<(), String> {
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.len() > max {
        return Err(format!("is {} bytes long; the limit is {max}", text.len()));
    }
    // Most texts are plain; only others are looked at character by character.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_plain && text.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(())
}

/// Checks that `text` is one JSON value of at most `max` bytes.
///
/// # Errors
/// `invalid_input` naming `field`.
pub(crate) fn check_json(field: core::fmt::Arguments<'_>, text: &str, max: usize) -> Result<()> {
    check_length(field, text, max)?;
    let mut reader = Reader::new(text);
    let read = reader.skip().and_then(|()| reader.end());
    read.map_err(|error| not_json(field, &error))
}

fn not_json(field: core::fmt::Arguments<'_>, error: &Malformed) -> Box<Error> {
    let reason = format!("is not valid JSON: {error} at byte {}", error.at);
    Error::invalid(field.to_string(), reason)
}

/// Checks that `text`, which is known to be JSON, is no longer than `max` bytes.
///
/// # Errors
/// `invalid_input` naming `field`.
pub(crate) fn check_length(field: core::fmt::Arguments<'_>, text: &str, max: usize) -> Result<()> {
    if text.len() <= max {
        return Ok(());
    }
    let reason = format!("is {} bytes long; the limit is {max}", text.len());
    Err(Error::invalid(field.to_string(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_long_is_said_before_it_is_read() {
        let check = |text, max| check_json(format_args!("data"), text, max);
        let error = check("[[[[[", 4).unwrap_err().to_string();
        assert!(error.contains("the limit is 4"), "{error}");
        let error = check("[[[[[", 5).unwrap_err().to_string();
        assert!(error.contains("is not valid JSON"), "{error}");
        assert_eq!(check("[[1]]", 5), Ok(()));
    }
}
