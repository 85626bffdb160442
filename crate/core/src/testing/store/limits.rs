use super::{code, event, log, tab, to};
use crate::ExpectedVersion::{Any, Exact};
use crate::limits::{
    MAX_APPEND_BYTES, MAX_APPEND_EVENTS, MAX_DATA_BYTES, MAX_EVENT_TYPE_BYTES, MAX_ID_BYTES,
    MAX_METADATA_BYTES, MAX_QUERY_TERMS, MAX_STREAM_ID_BYTES, MAX_TAG_BYTES, MAX_TAGS,
};
use crate::query::{Condition, Query};
use crate::storage::Storage;
use crate::store::{AllQuery, Append, MAX_PAGE_EVENTS, Store, StreamAppend, StreamQuery};
use crate::{Error, NewEvent};

/// The append is refused, naming `field`, and nothing has changed.
async fn refused<S: Storage + 'static>(store: &Store<S>, append: Append, field: &str) {
    let tail = store.tail();
    match store.append(append).await.map_err(|error| *error) {
        Err(Error::InvalidInput { field: named, .. }) => assert_eq!(named, field),
        other => panic!("{field}: {other:?}"),
    }
    assert_eq!((store.tail(), store.refresh().await), (tail, Ok(tail)));
}

/// An append of one event that `change` has made wrong.
fn with(change: impl FnOnce(&mut NewEvent)) -> Append {
    let mut append = to("s", Any, [1]);
    change(&mut append.streams[0].events[0]);
    append
}

/// Texts that are empty, hold control characters, or are one byte longer than `max`.
fn wrong_texts(max: usize) -> [String; 5] {
    [
        String::new(),
        "a\u{0}b".to_owned(),
        "a\nb".to_owned(),
        "x".repeat(max + 1),
        // Bytes count, not characters.
        "é".repeat(max / 2 + 1),
    ]
}

/// Ids, types and tags that are empty, too long, or hold control characters are refused by name.
pub async fn texts_out_of_bounds_are_refused<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "texts_out_of_bounds_are_refused";
    let store = tab(&open, name).await;
    for text in wrong_texts(MAX_STREAM_ID_BYTES) {
        refused(&store, to(&text, Any, [1]), "streamId").await;
    }
    for text in wrong_texts(MAX_EVENT_TYPE_BYTES) {
        let append = with(|event| event.event_type = text);
        refused(&store, append, "events.0.type").await;
    }
    for text in wrong_texts(MAX_TAG_BYTES) {
        let append = with(|event| event.tags = vec!["fine".to_owned(), text]);
        refused(&store, append, "events.0.tags.1").await;
    }
    for text in wrong_texts(MAX_ID_BYTES) {
        let append = with(|event| event.correlation_id = Some(text.clone()));
        refused(&store, append, "events.0.correlationId").await;
        let append = with(|event| event.causation_id = Some(text.clone()));
        refused(&store, append, "events.0.causationId").await;
        let mut append = to("s", Any, [1]);
        append.command_id = Some(text);
        refused(&store, append, "commandId").await;
    }
    assert_eq!(log(&open, name).await, [0; 0]);
}

/// Appends of nothing, of too much, or that contradict themselves are refused.
pub async fn appends_out_of_bounds_are_refused<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "appends_out_of_bounds_are_refused";
    let store = tab(&open, name).await;
    refused(&store, to("s", Any, []), "events").await;
    refused(&store, to("s", Exact(-1), [1]), "expectedVersion").await;
    let too_many = 0..=MAX_APPEND_EVENTS as u128;
    refused(&store, to("s", Any, too_many), "events").await;
    let heavy = (0..=MAX_APPEND_BYTES / MAX_DATA_BYTES).map(|id| NewEvent {
        data: format!("\"{}\"", "x".repeat(MAX_DATA_BYTES - 2)),
        ..event(id as u128)
    });
    let append = Append::to("s", Any, heavy.collect(), super::NOW);
    refused(&store, append, "events").await;

    let mut append = to("s", Any, [1]);
    append.streams.clear();
    refused(&store, append, "streams").await;
    let mut append = to("s", Any, [1]);
    append.streams.push(StreamAppend {
        events: vec![event(2)],
        ..append.streams[0].clone()
    });
    refused(&store, append, "streams.1.streamId").await;
    let mut append = to("s", Any, [1]);
    append.streams.push(StreamAppend {
        stream_id: "t".to_owned(),
        expected: Any,
        events: Vec::new(),
    });
    refused(&store, append, "streams.1.events").await;

    let mut append = to("s", Any, [1]);
    append.condition = Some(Condition {
        fail_if: Query::types(vec!["T"; MAX_QUERY_TERMS + 1]),
        after: 0,
    });
    refused(&store, append, "condition.failIf.0.types").await;
    assert_eq!(log(&open, name).await, [0; 0]);
}

/// Data and metadata must be JSON, within their sizes; tags and schema versions within theirs.
pub async fn payloads_out_of_bounds_are_refused<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "payloads_out_of_bounds_are_refused";
    let store = tab(&open, name).await;
    let no_json = [
        "",
        " ",
        "undefined",
        "NaN",
        "{",
        "{'a':1}",
        "{\"a\":1,}",
        "[1] [2]",
        "01",
        "\"a\nb\"",
        "\"\\x\"",
        "\u{feff}1",
    ];
    let megabyte = format!("\"{}\"", "x".repeat(1024 * 1024));
    for text in no_json.into_iter().chain([megabyte.as_str()]) {
        let append = with(|event| text.clone_into(&mut event.data));
        refused(&store, append, "events.0.data").await;
        let append = with(|event| event.metadata = Some(text.to_owned()));
        refused(&store, append, "events.0.metadata").await;
    }
    let append = with(|event| event.data = json_of(MAX_DATA_BYTES + 1));
    refused(&store, append, "events.0.data").await;
    let append = with(|event| event.metadata = Some(json_of(MAX_METADATA_BYTES + 1)));
    refused(&store, append, "events.0.metadata").await;
    let append = with(|event| event.tags = vec!["t".to_owned(); MAX_TAGS + 1]);
    refused(&store, append, "events.0.tags").await;
    let append = with(|event| event.schema_version = Some(0));
    refused(&store, append, "events.0.schemaVersion").await;
    assert_eq!(log(&open, name).await, [0; 0]);
}

/// A read of no stream, of nothing, or of too much is refused.
pub async fn reads_out_of_bounds_are_refused<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let store = tab(&open, "reads_out_of_bounds_are_refused").await;
    for stream_id in wrong_texts(MAX_STREAM_ID_BYTES) {
        let answer = store.read_stream(&StreamQuery::new(stream_id)).await;
        assert_eq!(code(&answer), "invalid_input");
    }
    for limit in [0, MAX_PAGE_EVENTS + 1] {
        let stream = StreamQuery {
            limit,
            ..StreamQuery::new("s")
        };
        assert_eq!(code(&store.read_stream(&stream).await), "invalid_input");
        let all = AllQuery {
            limit,
            ..AllQuery::default()
        };
        assert_eq!(code(&store.read_all(&all).await), "invalid_input");
    }
    let all = AllQuery {
        query: Query::tags([""]),
        ..AllQuery::default()
    };
    assert_eq!(code(&store.read_all(&all).await), "invalid_input");
}

/// A JSON text of exactly so many bytes.
fn json_of(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

/// What reaches every limit but passes none is stored, and read back.
pub async fn what_is_within_the_limits_is_stored<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = tab(&open, "what_is_within_the_limits_is_stored").await;
    let tags: Vec<String> = (0..MAX_TAGS)
        .map(|number| format!("{number:0>MAX_TAG_BYTES$}"))
        .collect();
    let largest = NewEvent {
        event_type: "T".repeat(MAX_EVENT_TYPE_BYTES),
        schema_version: Some(u32::MAX),
        tags: tags.clone(),
        metadata: Some(json_of(MAX_METADATA_BYTES)),
        data: json_of(MAX_DATA_BYTES),
        correlation_id: Some("c".repeat(MAX_ID_BYTES)),
        causation_id: Some("d".repeat(MAX_ID_BYTES)),
        ..event(1)
    };
    let stream = "é".repeat(MAX_STREAM_ID_BYTES / 2);
    let mut append = Append::to(&stream, Any, vec![largest.clone()], super::NOW);
    append.command_id = Some("e".repeat(MAX_ID_BYTES));
    store.append(append).await.unwrap();
    let many = 2..2 + MAX_APPEND_EVENTS as u128;
    let appended = store.append(to("many", Any, many)).await.unwrap();
    assert_eq!(appended.last, 1 + MAX_APPEND_EVENTS as u64);

    let page = store.read_stream(&StreamQuery::new(&stream)).await.unwrap();
    let read = page.events().next().unwrap();
    assert_eq!(read.data, largest.data);
    assert_eq!(read.metadata, largest.metadata.as_deref());
    assert!(read.tags.iter().eq(&tags));
    assert_eq!(read.schema_version, largest.schema_version);
}
