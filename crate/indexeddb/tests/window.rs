//! The suite, in a window.
#![cfg(target_arch = "wasm32")]
mod suite;
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
