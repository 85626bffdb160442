//! The hash chain: each event's hash covers the one before it and the event as stored.

use core::fmt;

use daybook_codec::bytes::{Writer, same_bytes};
use sha2::{Digest, Sha256};

use crate::RecordedEvent;

/// A link of the chain: SHA-256, so that servers and `WebCrypto` can check it too.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first event's hash covers in place of a predecessor.
    pub const GENESIS: Self = Self([0; 32]);

    /// The hash of `event`, given the hash of the event before it: SHA-256 over what events of one
    /// stream often share, and then what is the event's own. Numbers are varints as in
    /// [`codec`](crate::codec), *int* for those that may be negative; *text* is a length in bytes and
    /// UTF-8, *optional* 0 when absent, or else the length plus 1 and UTF-8.
    ///
    /// - Shared: `daybook2` in ASCII, text `stream_id`, optional `correlation_id`, `causation_id` and
    ///   `command_id`, the number of tags, each tag as text; then zeros up to a multiple of 64 bytes,
    ///   which SHA-256 takes at a time. So it is gone through once for events next to each other that
    ///   share it.
    /// - Own: the previous hash (32 bytes), the event id (16 bytes), `schema_version` (0 when absent),
    ///   `version`, `position`, int `occurred_at` and int `recorded_at` in milliseconds, text
    ///   `event_type`, optional `metadata`, text `data`.
    ///
    /// It does not depend on how batches encode events, so merging batches keeps the chain. Events that
    /// were stored in batches of version 1 were hashed over another input, and keep those hashes:
    /// [`Batch::verify`](crate::batch::Batch::verify) knows which.
    #[must_use]
    pub fn next(&self, event: &RecordedEvent<'_>) -> Self {
        Chain::after(*self).next(event)
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

/// SHA-256 takes so many bytes at a time.
const BLOCK_BYTES: usize = 64;

/// What an input begins with: in version 1, it was the previous hash.
const BEGINNING: &[u8] = b"daybook2";

/// The chain as it goes on, event by event.
pub(crate) struct Chain {
    head: Hash,
    /// What the last event may share with the next, laid out.
    shared: Writer,
    /// SHA-256 after that.
    state: Sha256,
    /// Memory to lay out in, which is used again and again.
    input: Writer,
}

impl Chain {
    /// After the event with the hash `head`.
    pub(crate) fn after(head: Hash) -> Self {
        Self {
            head,
            shared: Writer::new(),
            state: Sha256::new(),
            input: Writer::with_capacity(512),
        }
    }

    /// The hash of the next event, as [`Hash::next`] defines it.
    pub(crate) fn next(&mut self, event: &RecordedEvent<'_>) -> Hash {
        lay_out_shared(&mut self.input, event);
        if !same_bytes(self.input.as_bytes(), self.shared.as_bytes()) {
            self.state = Sha256::new_with_prefix(self.input.as_bytes());
            core::mem::swap(&mut self.input, &mut self.shared);
        }
        lay_out_own(&mut self.input, &self.head, event);
        let state = self.state.clone().chain_update(self.input.as_bytes());
        self.head = Hash(state.finalize().into());
        self.head
    }

    /// The hash of the next event, as batches of version 1 have it: SHA-256 over the previous hash, the
    /// event id, `schema_version` (0 when absent), `version`, `position`, `occurred_at` and `recorded_at`
    /// as 8 bytes little-endian each, the number of tags as 4, then the texts `event_type`, `stream_id`,
    /// `correlation_id`, `causation_id`, `command_id` (absent: empty), each tag, `metadata` (absent: empty)
    /// and `data`, each behind its length in bytes as 4 bytes little-endian.
    pub(crate) fn next_of_version_1(&mut self, event: &RecordedEvent<'_>) -> Hash {
        // Limits keep every length far below 4 GiB.
        let narrow = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let input = &mut self.input;
        input.clear();
        input.raw(&self.head.0);
        input.raw(event.event_id.as_bytes());
        for number in [
            u64::from(event.schema_version.unwrap_or(0)),
            event.version.cast_unsigned(),
            event.position,
            event.occurred_at.as_millis().cast_unsigned(),
            event.recorded_at.as_millis().cast_unsigned(),
        ] {
            input.raw(&number.to_le_bytes());
        }
        input.raw(&narrow(event.tags.len()));
        let mut texts = vec![
            event.event_type,
            event.stream_id,
            event.correlation_id.unwrap_or_default(),
            event.causation_id.unwrap_or_default(),
            event.command_id.unwrap_or_default(),
        ];
        for tag in event.tags.iter() {
            texts.push(tag);
        }
        texts.push(event.metadata.unwrap_or_default());
        texts.push(event.data);
        for text in texts {
            input.raw(&narrow(text.len()));
            input.raw(text.as_bytes());
        }
        self.head = Hash(Sha256::digest(input.as_bytes()).into());
        self.head
    }
}

#[inline(never)]
fn optional(input: &mut Writer, text: Option<&str>) {
    input.count(text.map_or(0, |text| text.len() + 1));
    input.raw(text.unwrap_or_default().as_bytes());
}

fn lay_out_shared(input: &mut Writer, event: &RecordedEvent<'_>) {
    input.clear();
    input.raw(BEGINNING);
    input.text(event.stream_id);
    for id in [event.correlation_id, event.causation_id, event.command_id] {
        optional(input, id);
    }
    input.count(event.tags.len());
    for tag in event.tags.iter() {
        input.text(tag);
    }
    input.pad(BLOCK_BYTES);
}

fn lay_out_own(input: &mut Writer, previous: &Hash, event: &RecordedEvent<'_>) {
    input.clear();
    input.raw(&previous.0);
    input.raw(event.event_id.as_bytes());
    input.uint(event.schema_version.unwrap_or(0).into());
    input.uint(event.version.cast_unsigned());
    input.uint(event.position);
    input.int(event.occurred_at.as_millis());
    input.int(event.recorded_at.as_millis());
    input.text(event.event_type);
    optional(input, event.metadata);
    input.text(event.data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tags;
    use crate::{Hash, Timestamp};
    use uuid::Uuid;

    fn event() -> RecordedEvent<'static> {
        RecordedEvent {
            event_id: Uuid::from_u128(7),
            event_type: "Paid",
            schema_version: Some(300),
            stream_id: "order-1",
            version: 2,
            position: 5,
            occurred_at: Timestamp::from_millis(-1),
            recorded_at: Timestamp::from_millis(1),
            correlation_id: Some(""),
            causation_id: None,
            command_id: Some("c"),
            tags: ["a", "bc"].into_iter().collect::<Tags<'_>>(),
            metadata: None,
            data: "{}",
        }
    }

    /// As anyone may do it who has SHA-256 and the text above.
    #[test]
    fn a_hash_is_that_of_its_input_as_described() {
        let mut input = b"daybook2\x07order-1\x01\x00\x02c\x02\x01a\x02bc".to_vec();
        input.resize(64, 0);
        input.extend([9; 32]);
        input.extend(7_u128.to_be_bytes());
        input.extend(b"\xac\x02\x02\x05\x01\x02\x04Paid\x00\x02{}");
        let expected = Hash(Sha256::digest(&input).into());
        assert_eq!(Hash([9; 32]).next(&event()), expected);
    }

    #[test]
    fn events_that_share_much_are_hashed_as_each_by_itself() {
        let (one, other) = (
            event(),
            RecordedEvent {
                stream_id: "order-2",
                ..event()
            },
        );
        let own = RecordedEvent {
            data: "[]",
            metadata: Some("1"),
            ..event()
        };
        let mut chain = Chain::after(Hash::GENESIS);
        let mut head = Hash::GENESIS;
        for event in [&one, &one, &own, &other, &other, &one, &own] {
            head = head.next(event);
            assert_eq!(chain.next(event), head);
        }
        let old = chain.next_of_version_1(&one);
        assert_ne!(old, head.next(&one));
        assert_eq!(chain.next(&one), old.next(&one));
    }
}
