//! The hash chain: each event's hash covers the one before it and the event as stored.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::RecordedEvent;

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
        self.next_with(event, &mut Vec::new())
    }

    /// As [`next`](Self::next), with memory to lay the input out in, which is used again and again.
    pub(crate) fn next_with(&self, event: &RecordedEvent<'_>, input: &mut Vec<u8>) -> Self {
        fn text(input: &mut Vec<u8>, text: &str) {
            // Limits keep every text far below 4 GiB.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            input.extend_from_slice(&length.to_le_bytes());
            input.extend_from_slice(text.as_bytes());
        }
        // Laid out as a whole first: hashed piece by piece, most of them are copied once more.
        input.clear();
        input.reserve(512 + event.data.len());
        input.extend_from_slice(&self.0);
        input.extend_from_slice(event.event_id.as_bytes());
        for number in [
            u64::from(event.schema_version.unwrap_or(0)),
            event.version.cast_unsigned(),
            event.position,
            event.occurred_at.as_millis().cast_unsigned(),
            event.recorded_at.as_millis().cast_unsigned(),
        ] {
            input.extend_from_slice(&number.to_le_bytes());
        }
        let tags = u32::try_from(event.tags.len()).unwrap_or(u32::MAX);
        input.extend_from_slice(&tags.to_le_bytes());
        text(input, event.event_type);
        text(input, event.stream_id);
        text(input, event.correlation_id.unwrap_or_default());
        text(input, event.causation_id.unwrap_or_default());
        text(input, event.command_id.unwrap_or_default());
        for tag in event.tags.iter() {
            text(input, tag);
        }
        text(input, event.metadata.unwrap_or_default());
        text(input, event.data);
        Self(Sha256::digest(input).into())
    }

    /// Four bytes of the hash, kept beside each event so that a broken link can be named exactly.
    #[must_use]
    pub const fn short(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0;
        [a, b, c, d]
    }
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
