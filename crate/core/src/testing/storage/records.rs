use futures_util::future::join3;

use super::{delete, delete_prefix, many_bytes, put, put_all, record, record_keys};
use crate::storage::Storage;

/// A record is there once it is put, has its last value, and is gone once it is deleted.
pub async fn records_are_put_and_deleted<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("records_are_put_and_deleted").await;
    let write = async |changes: &[_]| store.write_records(changes).await.unwrap();
    write(&[put("a", *b"1"), put("b", *b"2")]).await;
    assert_eq!(store.read_record("a").await, Ok(Some(b"1".to_vec())));
    write(&[put("a", *b"3")]).await;
    assert_eq!(store.read_record("a").await, Ok(Some(b"3".to_vec())));
    write(&[delete("a"), delete("never there")]).await;
    assert_eq!(store.read_record("a").await, Ok(None));
    assert_eq!(store.read_record("b").await, Ok(Some(b"2".to_vec())));
    write(&[]).await;
    assert_eq!(store.read_records("").await, Ok(vec![record("b", *b"2")]));
}

/// A record may hold any bytes: none, every value, a megabyte.
pub async fn records_keep_any_bytes<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("records_keep_any_bytes").await;
    for count in [0, 1, 256, 1 << 20] {
        let value = many_bytes(count);
        let change = put("bytes", value.clone());
        store.write_records(&[change]).await.unwrap();
        let read = store.read_record("bytes").await.unwrap();
        assert!(
            read.as_ref() == Some(&value),
            "{count} bytes came back changed"
        );
        let listed = store.read_records("bytes").await.unwrap();
        assert!(listed == [record("bytes", value)], "{count} bytes, listed");
    }
}

/// Megabytes of changes are applied in order, and whoever reads meanwhile sees all of them or none.
pub async fn large_changes_are_one<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("large_changes_are_one").await;
    let value = many_bytes(700_000);
    let mut changes: Vec<_> = (0..5)
        .map(|number| put(&format!("page/{number}"), value.clone()))
        .collect();
    changes.extend([
        delete("page/3"),
        delete_prefix("page/4"),
        put("page/4", *b"4"),
    ]);
    changes.extend([put("more", value.clone()), put("page/0", *b"0")]);
    let read = async || record_keys(&store, "page/").await;
    let (written, first, second) = join3(store.write_records(&changes), read(), read()).await;
    written.unwrap();
    let all = ["page/0", "page/1", "page/2", "page/4"];
    for keys in [first, second] {
        assert!(keys.is_empty() || keys == all, "{keys:?}");
    }
    assert_eq!(read().await, all);
    for (key, expected) in [
        ("page/0", b"0".to_vec()),
        ("page/4", b"4".to_vec()),
        ("more", value),
    ] {
        let found = store.read_record(key).await.unwrap();
        assert!(found == Some(expected), "{key} is not what was put last");
    }
}

/// The records of a prefix come in the order of their keys, which is that of Rust's `str`: by
/// Unicode code point. (UTF-16, as JavaScript compares, puts U+1F9FE before U+FF5E.)
pub async fn records_of_a_prefix_in_order<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("records_of_a_prefix_in_order").await;
    let mut keys = [
        "row/",
        "row/0",
        "row/10",
        "row/9",
        "row/B",
        "row/a",
        "row/a/b",
        "row/ab",
        "row/é",
        "row/日本",
        "row/\u{ff5e}",
        "row/\u{ffff}",
        "row/\u{1f9fe}",
        "row/\u{10ffff}",
    ];
    keys.reverse();
    put_all(&store, &keys).await;
    let others = ["ro", "row", "row.", "row0", "rox", "s/row/a", "\u{1f9fe}"];
    put_all(&store, &others).await;
    keys.reverse();
    assert!(keys.is_sorted());
    assert_eq!(record_keys(&store, "row/").await, keys);
    assert_eq!(
        record_keys(&store, "row/\u{1f9fe}").await,
        ["row/\u{1f9fe}"]
    );
    assert_eq!(
        record_keys(&store, "row/a").await,
        ["row/a", "row/a/b", "row/ab"]
    );
    assert_eq!(record_keys(&store, "row/zz").await, [""; 0]);
    assert_eq!(
        record_keys(&store, "").await.len(),
        keys.len() + others.len()
    );
}

/// A prefix is no pattern: no character stands for others, and case counts; in reading and in
/// deleting.
pub async fn prefixes_are_plain_text<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("prefixes_are_plain_text").await;
    let prefixes = [
        "a_",
        "a%",
        "a*",
        "a.",
        "A_",
        "a\\",
        "a'",
        "a\"",
        "a\u{0}",
        "a\u{ffff}",
    ];
    let others = ["a", "ab", "aab", "b"];
    for prefix in prefixes {
        put_all(&store, &[prefix, &format!("{prefix}x")]).await;
    }
    put_all(&store, &others).await;
    for (deleted, prefix) in prefixes.into_iter().enumerate() {
        let both = [prefix.to_owned(), format!("{prefix}x")];
        assert_eq!(record_keys(&store, prefix).await, both);
        store.write_records(&[delete_prefix(prefix)]).await.unwrap();
        assert_eq!(record_keys(&store, prefix).await, [""; 0]);
        let left = 2 * (prefixes.len() - deleted - 1) + others.len();
        assert_eq!(
            record_keys(&store, "").await.len(),
            left,
            "after {prefix:?}"
        );
    }
    assert_eq!(record_keys(&store, "").await, ["a", "aab", "ab", "b"]);
}

/// The changes of one write apply in their order: the last one to a key counts.
pub async fn changes_apply_in_order<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("changes_apply_in_order").await;
    put_all(&store, &["old/1", "old/2"]).await;
    let changes = [
        put("twice", *b"1"),
        put("twice", *b"2"),
        put("gone", *b"1"),
        delete("gone"),
        delete("back"),
        put("back", *b"1"),
        put("old/3", *b"1"),
        delete_prefix("old/"),
        put("old/4", *b"1"),
    ];
    store.write_records(&changes).await.unwrap();
    let expected = [
        record("back", *b"1"),
        record("old/4", *b"1"),
        record("twice", *b"2"),
    ];
    assert_eq!(store.read_records("").await, Ok(expected.to_vec()));
}

/// All changes of a write are seen, or none: by reads beside it, and after writes beside it.
pub async fn changes_apply_together<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let one = open("changes_apply_together").await;
    let other = open("changes_apply_together").await;
    let keys = ["row/1", "row/2", "row/3"];
    for round in 0..10_u8 {
        let rows = |value: u8| {
            let mut changes = vec![delete_prefix("row/")];
            changes.extend(keys.map(|key| put(key, [value])));
            changes
        };
        let (ours, theirs) = (rows(2 * round), rows(2 * round + 1));
        let beside = join3(
            one.write_records(&ours),
            other.read_records("row/"),
            other.write_records(&theirs),
        )
        .await;
        assert_eq!((&beside.0, &beside.2), (&Ok(()), &Ok(())));
        let after = one.read_records("row/").await.unwrap();
        assert_eq!(after.len(), keys.len());
        for seen in [beside.1.unwrap(), after] {
            assert!(
                seen.is_empty() && round == 0 || seen.len() == keys.len(),
                "{seen:?}"
            );
            assert!(
                seen.iter().all(|(_, value)| *value == seen[0].1),
                "{seen:?}"
            );
        }
    }
}

/// Records and batches do not touch one another.
pub async fn records_and_log_are_apart<S: Storage>(open: impl AsyncFn(&str) -> S) {
    let store = open("records_and_log_are_apart").await;
    let batches = super::fill(&store, &[1, 2]).await;
    put_all(&store, &["1", "2", "3"]).await;
    let changes = [delete("1"), delete_prefix("2")];
    store.write_records(&changes).await.unwrap();
    assert_eq!(super::log_of(&store).await, batches);
    assert_eq!(record_keys(&store, "").await, ["3"]);
}
