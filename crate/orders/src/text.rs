//! Texts that people type: customer ids, product ids, references, reasons.

/// The longest customer id, in bytes of UTF-8; with its prefix it must fit into a tag.
const MAX_NAME_BYTES: usize = 240;
/// The longest customer id, product id or payment reference, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 100;
/// The longest reason, in characters.
pub(crate) const MAX_REASON_CHARS: usize = 500;

/// A text without the white space around it, checked; any script, but no control characters.
/// `what` begins the message, such as `The customer`.
pub(crate) fn name<'a>(text: &'a str, what: &str) -> Result<&'a str, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{what} must not be empty."));
    }
    limited(text, what, MAX_NAME_CHARS, MAX_NAME_BYTES)
}

/// A reason without the white space around it, checked; may be empty.
pub(crate) fn reason(text: &str) -> Result<&str, String> {
    limited(
        text.trim(),
        "The reason",
        MAX_REASON_CHARS,
        MAX_REASON_CHARS * 4,
    )
}

fn limited<'a>(
    text: &'a str,
    what: &str,
    max_chars: usize,
    max_bytes: usize,
) -> Result<&'a str, String> {
    let too_long = text.len() > max_chars * 4 || text.chars().count() > max_chars;
    if too_long || text.len() > max_bytes {
        return Err(format!(
            "{what} must not be longer than {max_chars} characters ({max_bytes} bytes)."
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(format!(
            "{what} must not contain line breaks or other control characters."
        ));
    }
    Ok(text)
}
