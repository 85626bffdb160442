use super::{NOW, add, event, ids, tab};
use crate::ExpectedVersion::Any;
use crate::query::Query;
use crate::storage::Storage;
use crate::store::{AllQuery, Append, Store, StreamQuery};
use crate::{NewEvent, RecordedEvent, Timestamp};

/// JSON that a parser and a printer between would not leave as it is.
const TEXTS: [&str; 14] = [
    "null",
    "\"\"",
    " { \"a\" :\t1 ,\r\n \"b\":[ ] }\n",
    r#"{"b":1,"a":2,"b":3}"#,
    "1.0",
    "-0",
    "1e400",
    "123456789012345678901234567890.000000001",
    r#""\u0041\/\b\f\n\r\t\"\\""#,
    r#""\ud83d\ude00 and half of it: \ud83d""#,
    "\"😀 カフェ e\u{301} \u{202e}\u{2028}\u{7f}\"",
    "\"\u{feff}\"",
    "{\"__proto__\":{\"\":0}}",
    "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
];

/// Data and metadata come back byte for byte: whitespace, escapes, the order and number of keys, and
/// numbers no computer number holds; right away, and by a tab that reads them from storage.
pub async fn payloads_come_back_byte_for_byte<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "payloads_come_back_byte_for_byte";
    let store = tab(&open, name).await;
    for (id, data) in (0..).zip(TEXTS) {
        let metadata = TEXTS[(id + 1) % TEXTS.len()];
        let new = NewEvent {
            data: data.to_owned(),
            metadata: (id % 3 > 0).then(|| metadata.to_owned()),
            ..event(id as u128)
        };
        add(&store, "s", new).await;
    }
    for store in [store, tab(&open, name).await] {
        let page = store.read_stream(&StreamQuery::new("s")).await.unwrap();
        assert_eq!(page.len(), TEXTS.len());
        for (id, event) in page.events().enumerate() {
            assert_eq!(event.data, TEXTS[id]);
            let metadata = TEXTS[(id + 1) % TEXTS.len()];
            assert_eq!(event.metadata, (id % 3 > 0).then_some(metadata));
        }
    }
}

fn as_given<'a>(new: &'a NewEvent, event: &RecordedEvent<'a>) -> RecordedEvent<'a> {
    RecordedEvent {
        event_id: new.event_id,
        event_type: &new.event_type,
        schema_version: new.schema_version,
        occurred_at: new.occurred_at,
        correlation_id: new.correlation_id.as_deref(),
        causation_id: new.causation_id.as_deref(),
        tags: new.tags.iter().map(String::as_str).collect(),
        metadata: new.metadata.as_deref(),
        data: &new.data,
        ..event.clone()
    }
}

async fn envelopes<S: Storage + 'static>(store: &Store<S>, given: &[NewEvent]) {
    let page = store.read_stream(&StreamQuery::new("Straße 7/☕")).await;
    let page = page.unwrap();
    assert_eq!(page.len(), given.len());
    for (index, (new, event)) in (0_u64..).zip(given.iter().zip(page.events())) {
        assert_eq!(event, as_given(new, &event));
        assert_eq!(event.stream_id, "Straße 7/☕");
        assert_eq!(event.position, index + 1);
        assert_eq!(event.version.unsigned_abs(), index);
        assert_eq!(event.recorded_at, NOW);
        assert_eq!(event.command_id, Some("command 1"));
    }
    // A tag given twice is kept twice, and finds its event once.
    let query = AllQuery {
        query: Query::tags(["twice"]),
        ..AllQuery::default()
    };
    assert_eq!(ids(&store.read_all(&query).await.unwrap()), [u128::MAX]);
}

/// Everything else about an event comes back as it was given, absent things as absent.
pub async fn envelopes_come_back_as_they_were_given<S: Storage + 'static>(
    open: impl AsyncFn(&str) -> S,
) {
    let name = "envelopes_come_back_as_they_were_given";
    let store = tab(&open, name).await;
    let given = [
        NewEvent {
            schema_version: None,
            occurred_at: Timestamp::from_millis(i64::MIN),
            ..event(0)
        },
        NewEvent {
            event_type: "Überwiesen 💶".to_owned(),
            schema_version: Some(7),
            occurred_at: Timestamp::from_millis(i64::MAX),
            tags: ["twice", "b", "twice", "a"].map(str::to_owned).into(),
            metadata: Some("{}".to_owned()),
            correlation_id: Some("checkout 9".to_owned()),
            causation_id: Some("command 1".to_owned()),
            ..event(u128::MAX)
        },
        event(2),
    ];
    let mut append = Append::to("Straße 7/☕", Any, given.to_vec(), NOW);
    append.command_id = Some("command 1".to_owned());
    store.append(append).await.unwrap();
    envelopes(&store, &given).await;
    envelopes(&tab(&open, name).await, &given).await;
}

/// A clock that goes back, in one tab or from one tab to the next, does not take the log with it.
pub async fn recorded_times_never_decrease<S: Storage + 'static>(open: impl AsyncFn(&str) -> S) {
    let name = "recorded_times_never_decrease";
    let mut tabs = [tab(&open, name).await, tab(&open, name).await];
    let clocks = [500, 300, 700, 100, 900, 901, 200, 800];
    for (turn, millis) in clocks.into_iter().enumerate() {
        if turn == 6 {
            tabs[0] = tab(&open, name).await;
        }
        let recorded_at = Timestamp::from_millis(millis);
        let append = Append::to("s", Any, vec![event(turn as u128)], recorded_at);
        tabs[turn % 2].append(append).await.unwrap();
    }
    let store = tab(&open, name).await;
    let page = store.read_all(&AllQuery::default()).await.unwrap();
    let recorded = page.events().map(|event| event.recorded_at.as_millis());
    let expected = [500, 500, 700, 700, 900, 901, 901, 901];
    assert_eq!(recorded.collect::<Vec<_>>(), expected);
}
