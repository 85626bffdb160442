//! What goes back to JavaScript: JSON text, written directly, with payloads as they are stored.

use std::fmt::Write as _;

use daybook_core::RecordedEvent;
use daybook_core::store::{Appended, Page, Verified};

/// JSON text in the making.
#[derive(Default)]
pub(crate) struct Json(String);

impl Json {
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push('"');
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.push_str(text.get(plain..at).unwrap_or_default());
            plain = at + 1;
            if byte < 0x20 {
                self.display(format_args!("\\u{byte:04x}"));
            } else {
                self.0.push('\\');
                self.0.push(char::from(byte));
            }
        }
        self.0.push_str(text.get(plain..).unwrap_or_default());
        self.0.push('"');
        self
    }

    /// Writes a number, or whatever else needs no quotes.
    pub(crate) fn display(&mut self, value: impl std::fmt::Display) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{value}");
        self
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// Writes each item, with commas between and brackets around.
    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.0.push('[');
        for (number, item) in items.into_iter().enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            write(self, item);
        }
        self.0.push(']');
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// The fields of one event, without the braces around them; `data` and `schema` may be upcasted.
pub(crate) fn event_fields(json: &mut Json, event: &RecordedEvent<'_>, schema: u32, data: &str) {
    json.raw("\"id\":\"")
        .display(event.event_id.as_hyphenated())
        .raw("\",\"type\":")
        .text(event.event_type);
    json.raw(",\"schemaVersion\":").display(schema);
    json.raw(",\"streamId\":").text(event.stream_id);
    json.raw(",\"version\":")
        .display(event.version)
        .raw(",\"position\":")
        .display(event.position);
    json.raw(",\"occurredAt\":\"").display(event.occurred_at);
    json.raw("\",\"recordedAt\":\"").display(event.recorded_at);
    json.raw("\",\"correlationId\":")
        .optional(event.correlation_id);
    json.raw(",\"causationId\":").optional(event.causation_id);
    json.raw(",\"commandId\":").optional(event.command_id);
    json.raw(",\"tags\":").list(event.tags.iter(), |json, tag| {
        json.text(tag);
    });
    json.raw(",\"metadata\":")
        .raw(event.metadata.unwrap_or("null"))
        .raw(",\"data\":")
        .raw(data);
}

/// `{events, position, next, version}`.
pub(crate) fn page(page: &Page) -> String {
    let mut json = Json::default();
    json.raw("{\"events\":").list(page.events(), |json, event| {
        json.raw("{");
        event_fields(json, &event, event.schema(), event.data);
        json.raw("}");
    });
    json.raw(",\"position\":")
        .display(page.position)
        .raw(",\"version\":")
        .display(page.version);
    json.raw(",\"next\":");
    match page.next {
        Some(next) => json.display(next),
        None => json.raw("null"),
    };
    json.raw("}");
    json.into_string()
}

/// `{position, streams, repeated}`.
pub(crate) fn appended(appended: &Appended) -> String {
    let mut json = Json::default();
    json.raw("{\"position\":")
        .display(appended.last)
        .raw(",\"streams\":")
        .list(&appended.streams, |json, (stream, version)| {
            json.raw("{\"streamId\":")
                .text(stream)
                .raw(",\"version\":")
                .display(version)
                .raw("}");
        });
    json.raw(",\"repeated\":")
        .display(appended.repeated)
        .raw("}");
    json.into_string()
}

/// `{position, head, complete}`.
pub(crate) fn verified(verified: &Verified) -> String {
    let mut json = Json::default();
    json.raw("{\"position\":")
        .display(verified.position)
        .raw(",\"head\":\"")
        .display(verified.head);
    json.raw("\",\"complete\":")
        .display(verified.complete)
        .raw("}");
    json.into_string()
}

/// Writes any answer of the order book.
#[cfg(feature = "orders")]
pub(crate) fn to_json(value: &impl serde::Serialize) -> daybook_core::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| daybook_core::Error::invalid("output", error.to_string()))
}
