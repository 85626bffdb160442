//! The least that a hash chain over events can cost a page: SHA-256 as Daybook has it, of many events in
//! one call. Nothing of Daybook's own, and nothing but the chain, must get in here.

use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

/// A chain: each event's hash covers the hash of the event before, as in a log that names the first event
/// that was changed.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Chain {
    head: [u8; 32],
}

#[wasm_bindgen]
impl Chain {
    /// A chain without events.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds events, each a line that ends with a line feed. Returns their hashes, one behind the other.
    pub fn link(&mut self, mut lines: &[u8]) -> Vec<u8> {
        let mut hashes = Vec::with_capacity(1 << 16);
        while let Some(end) = memchr::memchr(b'\n', lines)
            && let Some((line, rest)) = lines.split_at_checked(end + 1)
        {
            let state = Sha256::new_with_prefix(self.head).chain_update(line);
            self.head = state.finalize().into();
            hashes.extend_from_slice(&self.head);
            lines = rest;
        }
        hashes
    }
}
