//! What JavaScript asks for, as JSON text. Unknown fields are refused.

use daybook_core::json::{Malformed, Problem, Reader};
use daybook_core::{Error, Result, Timestamp};

use crate::place::path_before;

/// What reads a value of JSON, or says where it is none.
pub(crate) type Read<T> = Result<T, Malformed>;

/// Reads `text`, which the face made with `JSON.stringify`.
///
/// # Errors
/// `invalid_input` with the path of what is wrong; with `what`, when that is all of it.
pub(crate) fn parse<'a, T>(
    what: &str,
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
) -> Result<T> {
    let mut reader = Reader::new(text);
    let value = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| misread(what, text, &error))
}

#[cold]
fn misread(what: &str, text: &str, error: &Malformed) -> Box<Error> {
    let mut path = path_before(text, error.at);
    let reason = match error.problem {
        Problem::Missing(key) => {
            if !path.is_empty() {
                path.push('.');
            }
            return Error::invalid(path + key, "must be given");
        }
        Problem::Expected(expected) => format!("must be {expected}"),
        Problem::Unknown => error.to_string(),
    };
    Error::invalid(if path.is_empty() { what } else { &path }, reason)
}

/// Reads each item of an array.
pub(crate) fn list<'a, T>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Read<T>,
) -> Read<Vec<T>> {
    let mut items = Vec::new();
    reader.begin_array()?;
    while reader.next_item()? {
        items.push(read(reader)?);
    }
    Ok(items)
}

/// Reads a value that may be `null`.
pub(crate) fn optional<'a, T>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
) -> Read<Option<T>> {
    if reader.null() {
        return Ok(None);
    }
    read(reader).map(Some)
}

pub(crate) fn text(reader: &mut Reader<'_>) -> Read<String> {
    reader.string().map(Into::into)
}

pub(crate) fn count(reader: &mut Reader<'_>) -> Read<usize> {
    Ok(usize::try_from(reader.unsigned()?).unwrap_or(usize::MAX))
}

/// Reads an RFC 3339 moment.
#[inline(never)]
pub(crate) fn moment(reader: &mut Reader<'_>) -> Read<Timestamp> {
    let text = reader.string()?;
    Timestamp::parse(&text).map_err(|_| reader.malformed("an RFC 3339 moment"))
}
