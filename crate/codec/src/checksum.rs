//! The checksum that tells a whole record from a torn one.

use crate::hash64::mixed;

/// The checksum of `bytes`: the same steps as [`hash64`](crate::hash64::hash64) takes, but that the state is
/// rotated by 23 bits. Damage within 8 bytes that belong together is always found, other damage but for one
/// case in 2^64.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    mixed(bytes, 23)
}
