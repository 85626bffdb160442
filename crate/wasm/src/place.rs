//! Where in JSON text an error lies, as a path that its author recognises.
//!
//! A reader says how far it had read. What was open there is the path; finding it so costs nothing
//! while there is no error, and a few hundred bytes of code.

/// The fields of a stream's part of an append, in the order in which they cross when it is a row.
#[cfg(feature = "general")]
const PART: [&str; 3] = ["streamId", "expectedVersion", "events"];

/// The fields of an event, likewise.
#[cfg(feature = "general")]
const ROW: [&str; 9] = [
    "id",
    "type",
    "data",
    "occurredAt",
    "schemaVersion",
    "tags",
    "correlationId",
    "causationId",
    "metadata",
];

/// What is open at some place of the text.
enum Open<'a> {
    /// An object, with the key read last; empty before the first.
    Object(&'a str),
    /// An array, with the index reached.
    Array(usize),
}

/// The path of what `text` (JSON without white space) held just before `end`, in bytes: keys and
/// indexes, such as `events.0.type`. Empty for the whole.
pub(crate) fn path_before(text: &str, end: usize) -> String {
    let mut open = Vec::new();
    let mut key_is_next = false;
    let mut at = 0;
    while at < end {
        match text.as_bytes().get(at) {
            Some(b'"') => {
                let content = string_at(text, at + 1);
                at += content.len() + 1;
                if let (true, Some(Open::Object(key))) = (key_is_next, open.last_mut()) {
                    *key = content;
                    key_is_next = false;
                }
            }
            Some(b'{') => {
                open.push(Open::Object(""));
                key_is_next = true;
            }
            Some(b'[') => open.push(Open::Array(0)),
            Some(b'}' | b']') => {
                open.pop();
                key_is_next = false;
            }
            Some(b',') => match open.last_mut() {
                Some(Open::Array(index)) => *index += 1,
                _ => key_is_next = true,
            },
            Some(_) => {}
            None => break,
        }
        at += 1;
    }
    let names = open.iter().enumerate().map(|(depth, place)| match place {
        Open::Object(key) => (*key).to_owned(),
        Open::Array(index) => match row_field(&open, depth, *index) {
            Some(field) => field.to_owned(),
            None => index.to_string(),
        },
    });
    names.collect::<Vec<_>>().join(".")
}

/// The field of what crosses as a row: `streams.0.2` are a stream's events, `streams.0.2.0.2` is the first
/// one's data.
#[cfg(feature = "general")]
fn row_field(open: &[Open<'_>], depth: usize, index: usize) -> Option<&'static str> {
    let [Open::Object("streams"), _, Open::Array(_), ..] = open else {
        return None;
    };
    match depth {
        2 => PART.get(index).copied(),
        4 => ROW.get(index).copied(),
        _ => None,
    }
}

/// No events cross.
#[cfg(not(feature = "general"))]
const fn row_field(_open: &[Open<'_>], _depth: usize, _index: usize) -> Option<&'static str> {
    None
}

/// The content of the string that begins at `start`, behind its quote; escapes stay as they are.
fn string_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let mut escaped = false;
    let end = rest.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}
