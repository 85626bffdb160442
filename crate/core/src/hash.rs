//! The hash chain: each event's hash covers the one before it and the event as stored.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::RecordedEvent;
use crate::codec::Writer;

/// A link of the chain: SHA-256, so that servers and `WebCrypto` can check it too.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first event's hash covers in place of a predecessor.
    pub const GENESIS: Self = Self([0; 32]);

    /// The hash of `event`, given the hash of the event before it.
    ///
    /// The input is: the previous hash (32 bytes), the event id (16 bytes), the integers
    /// `schema_version` (0 when absent), `version`, `position`, `occurred_at` and `recorded_at` in
    /// milliseconds, each as 8 bytes little-endian, the number of tags as 4 bytes little-endian,
    /// then the texts `event_type`, `stream_id`, `correlation_id`, `causation_id`, `command_id`
    /// (absent: empty), each tag, `metadata` (absent: empty) and `data`, each preceded by its
    /// length in bytes as 4 bytes little-endian. It does not depend on how batches encode events,
    /// so merging batches keeps the chain.
    #[must_use]
    pub fn next(&self, event: &RecordedEvent<'_>) -> Self {
        self.next_through(event, &mut Writer::new())
    }

    /// The same. The input is laid out in `input`, whose memory serves many events: hashing it at once
    /// takes half the time of handing it over part by part.
    pub(crate) fn next_through(&self, event: &RecordedEvent<'_>, input: &mut Writer) -> Self {
        input.clear();
        input.raw(&self.0);
        input.raw(event.event_id.as_bytes());
        input.raw(&u64::from(event.schema_version.unwrap_or(0)).to_le_bytes());
        input.raw(&event.version.to_le_bytes());
        input.raw(&event.position.to_le_bytes());
        input.raw(&event.occurred_at.as_millis().to_le_bytes());
        input.raw(&event.recorded_at.as_millis().to_le_bytes());
        input.raw(&length(event.tags.len()));
        let mut text = |text: &str| {
            input.raw(&length(text.len()));
            input.raw(text.as_bytes());
        };
        text(event.event_type);
        text(event.stream_id);
        text(event.correlation_id.unwrap_or_default());
        text(event.causation_id.unwrap_or_default());
        text(event.command_id.unwrap_or_default());
        event.tags.iter().for_each(&mut text);
        text(event.metadata.unwrap_or_default());
        text(event.data);
        Self(Sha256::digest(input.as_bytes()).into())
    }

    /// Four bytes of the hash, kept beside each event so that a broken link can be named exactly.
    #[must_use]
    pub const fn short(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0;
        [a, b, c, d]
    }
}

/// A length or a count as the input holds it; limits keep every one far below 2^32.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
