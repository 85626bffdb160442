//! What the general store answers, as JSON text, written directly, with payloads as they are stored.

use daybook_core::json::Writer;
use daybook_core::store::{Appended, Page};
use daybook_core::{RecordedEvent, Result};

use crate::error;
use crate::output::{moment, tags};

/// `[position, version, next, rows]`: where the page stands, and its events.
///
/// An array for each event, which the face makes an object of: with the names of the fields in it,
/// the text would be twice as long. Of an event that [`continues`] the one before, it ends after what
/// the two do not have in common.
pub(super) fn page(json: &mut Writer, page: &Page) {
    // Most events take less; a page of large ones grows in a few steps.
    json.reserve(64 + page.len() * 256);
    json.begin_array()
        .number(page.position)
        .number(page.version);
    match page.next {
        Some(next) => json.number(next),
        None => json.null(),
    };
    json.begin_array();
    let mut before: Option<RecordedEvent<'_>> = None;
    for event in page.events() {
        row(json, &event, before.as_ref());
        before = Some(event);
    }
    json.end_array().end_array();
}

/// `[id, data, occurredAt, type]`, and the other fields unless they can be told from the event before.
/// A text that is as there is 0, so that it is read once; `occurredAt` is 0 where it is the same as
/// `recordedAt`.
///
/// Not inlined: browsers optimise a function for its next call, so what is called for each event is quick
/// after some of them, and what is a loop in something long is not before the next page.
#[inline(never)]
fn row(json: &mut Writer, event: &RecordedEvent<'_>, before: Option<&RecordedEvent<'_>>) {
    json.begin_array();
    json.unescaped(event.event_id.as_hyphenated().encode_lower(&mut [0; 36]));
    json.raw(event.data);
    if event.occurred_at == event.recorded_at {
        json.number(0_u32);
    } else {
        moment(json, event.occurred_at);
    }
    match before {
        Some(before) if before.event_type == event.event_type => json.number(0_u32),
        _ => json.string(event.event_type),
    };
    if !before.is_some_and(|before| continues(before, event)) {
        rest(json, event, before);
    }
    json.end_array();
}

/// Whether `event` is the next of the same stream and of the log, has all that events of one append usually
/// have in common, and no metadata.
fn continues(before: &RecordedEvent<'_>, event: &RecordedEvent<'_>) -> bool {
    event.version == before.version + 1
        && event.position == before.position + 1
        && event.recorded_at == before.recorded_at
        && event.schema() == before.schema()
        && texts(event) == texts(before)
        && event.tags == before.tags
        && event.metadata.is_none()
}

/// The other fields.
#[inline(never)]
fn rest(json: &mut Writer, event: &RecordedEvent<'_>, before: Option<&RecordedEvent<'_>>) {
    json.number(event.version).number(event.position);
    match before {
        Some(before) if before.recorded_at == event.recorded_at => json.number(0_u32),
        _ => moment(json, event.recorded_at),
    };
    json.number(event.schema());
    let then = before.map(texts);
    for (at, now) in texts(event).into_iter().enumerate() {
        match then.and_then(|texts| texts.get(at).copied()) {
            Some(then) if then == now => json.number(0_u32),
            _ => json.optional(now),
        };
    }
    tags(json, event);
    json.raw(event.metadata.unwrap_or("null"));
}

/// The texts that events have in common.
fn texts<'a>(event: &RecordedEvent<'a>) -> [Option<&'a str>; 4] {
    [
        Some(event.stream_id),
        event.correlation_id,
        event.causation_id,
        event.command_id,
    ]
}

/// An array of what became of each append: `[position, versions…]`, a version for each stream in the
/// order given; `{position, streams, repeated}` of one that was in the log before, perhaps to other
/// streams; or an error.
#[inline(never)]
pub(super) fn answers(answers: &[Result<Appended>]) -> String {
    let mut json = Writer::with_capacity(answers.len() * 16);
    json.begin_array();
    for answer in answers {
        match answer {
            Ok(answer) if answer.repeated => repeated(&mut json, answer),
            Ok(answer) => appended(&mut json, answer),
            Err(error) => error::write(&mut json, error),
        }
    }
    json.end_array();
    json.into_string()
}

fn appended(json: &mut Writer, appended: &Appended) {
    json.begin_array().number(appended.last);
    for (_, version) in &appended.streams {
        json.number(*version);
    }
    json.end_array();
}

fn repeated(json: &mut Writer, appended: &Appended) {
    json.begin_object().key("position").number(appended.last);
    json.key("streams").begin_array();
    for (stream, version) in &appended.streams {
        json.begin_object().key("streamId").string(stream);
        json.key("version").number(*version).end_object();
    }
    json.end_array().key("repeated").boolean(true);
    json.end_object();
}
