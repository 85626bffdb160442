use proptest::prelude::*;

use super::{Reader, Value, Writer};

/// Whether `text` is one JSON value.
fn is_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().and_then(|()| reader.end()).is_ok()
}

/// What the library everybody uses makes of `text`.
fn reference(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

/// Any JSON document, small.
fn document() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f32>().prop_filter_map("finite", |number| {
            serde_json::Number::from_f64(number.into()).map(Into::into)
        }),
        any::<String>().prop_map(Into::into),
        "[a-z\"\\\\\u{1}-\u{20}é€😀]{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map("[a-c\"\\\\é]{0,9}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// JSON with a little damage, or none.
fn nearly_json() -> impl Strategy<Value = String> {
    let junk = r#"[\[\]{},:"0-9.eE+\-ntfalsru\\ ]{0,3}"#;
    (
        document(),
        any::<bool>(),
        any::<prop::sample::Index>(),
        junk,
    )
        .prop_map(|(document, pretty, at, junk)| {
            let mut text = if pretty {
                format!("{document:#}")
            } else {
                document.to_string()
            };
            let at = at.index(text.len() + 1);
            let at = (at..=text.len()).find(|at| text.is_char_boundary(*at));
            text.insert_str(at.unwrap_or_default(), &junk);
            text
        })
}

proptest! {
    #[test]
    fn what_is_json_is_json_and_nothing_else(text in nearly_json()) {
        let valid = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(is_json(&text), valid, "{}", text);
    }

    #[test]
    fn any_text_is_judged_without_fail(text in any::<String>()) {
        prop_assert_eq!(is_json(&text), reference(&text).is_some());
    }

    #[test]
    fn a_document_is_read_and_written_without_loss(document in document(), pretty in any::<bool>()) {
        let text = if pretty { format!("{document:#}") } else { document.to_string() };
        let value = Value::parse(&text).unwrap();
        prop_assert_eq!(value.to_string(), document.to_string());
    }

    #[test]
    fn a_reader_that_goes_through_all_of_it_finds_what_skipping_finds(text in nearly_json()) {
        // Halves of surrogate pairs are JSON, but not a string of Rust's.
        prop_assume!(!text.contains("\\u"));
        prop_assert_eq!(Value::parse(&text).is_ok(), is_json(&text));
    }

    #[test]
    fn a_string_is_given_back(text in any::<String>()) {
        let mut json = Writer::new();
        json.string(&text);
        prop_assert_eq!(reference(json.as_str()), Some(text.clone().into()));
        let read = Reader::new(json.as_str()).string().map(std::borrow::Cow::into_owned);
        prop_assert_eq!(read, Ok(text));
    }

    #[test]
    fn whole_numbers_are_read_exactly(signed in any::<i64>(), unsigned in any::<u64>()) {
        prop_assert_eq!(Reader::new(&signed.to_string()).signed(), Ok(signed));
        prop_assert_eq!(Reader::new(&unsigned.to_string()).unsigned(), Ok(unsigned));
    }
}

#[test]
fn escapes_stand_for_characters() {
    let read = |text: &str| Reader::new(text).string().map(std::borrow::Cow::into_owned);
    assert_eq!(
        read(r#""\"\\\/\b\f\n\r\t""#).unwrap(),
        "\"\\/\u{8}\u{c}\n\r\t"
    );
    assert_eq!(read(r#""\u00e9 \ud83d\ude00 é""#).unwrap(), "é 😀 é");
    for half in [
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83d\u0041""#,
        r#""\ud83dx""#,
    ] {
        assert!(read(half).is_err(), "{half}");
        // JSON's grammar has nothing against it.
        assert!(is_json(half), "{half}");
    }
}

#[test]
fn a_number_that_is_not_whole_is_refused() {
    for text in [
        "1.5",
        "1e3",
        "-1",
        "18446744073709551616",
        "\"1\"",
        "null",
        "",
    ] {
        assert!(Reader::new(text).unsigned().is_err(), "{text}");
    }
}

#[test]
fn nesting_is_followed_to_its_limit_and_no_further() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let objects = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    assert!(is_json(&nested(128)));
    assert!(is_json(&objects(128)));
    assert!(Value::parse(&nested(128)).is_ok());
    for text in [nested(129), objects(129), "[".repeat(900)] {
        assert!(!is_json(&text));
        assert!(Value::parse(&text).is_err());
    }
    // Beside one another, there may be any number.
    assert!(is_json(&format!("[{}1]", "[[]],".repeat(150))));
}

#[test]
fn an_error_says_where_and_what() {
    let mut reader = Reader::new(r#"{"a": true}"#);
    reader.begin_object().unwrap();
    reader.next_key().unwrap();
    let error = reader.string().unwrap_err();
    assert_eq!(error.at, 6);
    assert_eq!(error.to_string(), "expected a string");
}

#[test]
fn of_a_key_given_twice_the_last_counts() {
    let mut value = Value::parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
    let object = value.as_object_mut().unwrap();
    assert_eq!(object.get("a").and_then(Value::as_u64), Some(3));
    assert_eq!(object.remove("a").as_ref().and_then(Value::as_u64), Some(3));
    assert_eq!(object.get("a"), None);
    assert_eq!(value.to_string(), r#"{"b":2}"#);
}

proptest! {
    #[test]
    fn whole_numbers_are_written_as_they_display(unsigned: u64, signed: i64) {
        let mut json = Writer::new();
        json.begin_array().number(unsigned).number(signed);
        json.number(u64::MAX).number(i64::MIN).number(0_u8).end_array();
        let expected = format!("[{unsigned},{signed},{},{},0]", u64::MAX, i64::MIN);
        prop_assert_eq!(json.into_string(), expected);
    }
}
