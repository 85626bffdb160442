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
        fn text(sha: &mut Sha256, text: &str) {
            // Limits keep every text far below 4 GiB.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            sha.update(length.to_le_bytes());
            sha.update(text.as_bytes());
        }
        let mut sha = Sha256::new();
        sha.update(self.0);
        sha.update(event.event_id.as_bytes());
        sha.update(u64::from(event.schema_version.unwrap_or(0)).to_le_bytes());
        sha.update(event.version.to_le_bytes());
        sha.update(event.position.to_le_bytes());
        sha.update(event.occurred_at.as_millis().to_le_bytes());
        sha.update(event.recorded_at.as_millis().to_le_bytes());
        sha.update(
            u32::try_from(event.tags.len())
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        text(&mut sha, event.event_type);
        text(&mut sha, event.stream_id);
        text(&mut sha, event.correlation_id.unwrap_or_default());
        text(&mut sha, event.causation_id.unwrap_or_default());
        text(&mut sha, event.command_id.unwrap_or_default());
        for tag in event.tags.iter() {
            text(&mut sha, tag);
        }
        text(&mut sha, event.metadata.unwrap_or_default());
        text(&mut sha, event.data);
        Self(sha.finalize().into())
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
