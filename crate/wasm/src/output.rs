//! What goes back to JavaScript: JSON text, written directly, with payloads as they are stored.

use daybook_core::json::Writer;
use daybook_core::store::Verified;
use daybook_core::{RecordedEvent, Timestamp};

pub(crate) fn tags<'a>(json: &'a mut Writer, event: &RecordedEvent<'_>) -> &'a mut Writer {
    json.begin_array();
    for tag in event.tags.iter() {
        json.string(tag);
    }
    json.end_array()
}

pub(crate) fn moment(json: &mut Writer, moment: Timestamp) -> &mut Writer {
    json.unescaped(moment.encode(&mut [0; 24]))
}

/// The fields of one event, within an object that was begun; `data` and `schema` may be upcasted.
#[cfg(feature = "orders")]
pub(crate) fn event_fields(json: &mut Writer, event: &RecordedEvent<'_>, schema: u32, data: &str) {
    json.key("id").plain(event.event_id.as_hyphenated());
    json.key("type").string(event.event_type);
    json.key("schemaVersion").number(schema);
    json.key("streamId").string(event.stream_id);
    json.key("version").number(event.version);
    json.key("position").number(event.position);
    moment(json.key("occurredAt"), event.occurred_at);
    moment(json.key("recordedAt"), event.recorded_at);
    json.key("correlationId").optional(event.correlation_id);
    json.key("causationId").optional(event.causation_id);
    json.key("commandId").optional(event.command_id);
    tags(json.key("tags"), event);
    json.key("metadata").raw(event.metadata.unwrap_or("null"));
    json.key("data").raw(data);
}

/// `{position, head, complete}`.
pub(crate) fn verified(json: &mut Writer, verified: &Verified) {
    json.begin_object()
        .key("position")
        .number(verified.position);
    json.key("head").plain(verified.head);
    json.key("complete").boolean(verified.complete).end_object();
}
