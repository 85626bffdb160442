//! Where there is no `IndexedDB`. Runs in Node.
#![cfg(target_arch = "wasm32")]

use daybook_indexeddb::IndexedDbStorage;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn opening_says_that_there_is_no_storage() {
    let error = IndexedDbStorage::open("shop").await.err();
    let error = error.map(|error| (error.code(), error.to_string()));
    let expected = "storage: there is no IndexedDB here";
    assert_eq!(error, Some(("invalid_input", expected.into())));
}
