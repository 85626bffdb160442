//! The payloads of a batch, compressed where that is worth it.
//!
//! LZ4, because what storage takes for a batch grows with its bytes far more quickly than what
//! compressing takes: the payloads of like events shrink to a third, at several hundred megabytes a
//! second. In its block format, described in `lz4_Block_format.md` of the reference implementation.

use crate::codec::Damaged;

/// The codec of a body that is stored as it is.
pub(super) const PLAIN: u8 = 0;
/// The codec of a body whose payloads are one LZ4 block.
pub(super) const LZ4: u8 = 1;

/// Payloads of fewer bytes are not worth trying: storage takes no longer for them than for none.
const MIN_BYTES: usize = 4_096;
/// No LZ4 block expands to more than so many times its size.
const MAX_EXPANSION: usize = 255;

/// Compresses payloads, when that saves an eighth of them.
#[inline(never)]
pub(super) fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < MIN_BYTES {
        return None;
    }
    let packed = lz4_flex::block::compress(plain);
    (packed.len() <= plain.len() / 8 * 7).then_some(packed)
}

/// The payloads of which `stored` was made with a codec; there must be exactly `length` bytes of them.
#[inline(never)]
pub(super) fn unpack(codec: u8, stored: Vec<u8>, length: usize) -> Result<Vec<u8>, Damaged> {
    let plain = if codec == PLAIN {
        stored
    } else if length / MAX_EXPANSION > stored.len() {
        return Err(Damaged);
    } else {
        lz4_flex::block::decompress(&stored, length).map_err(|_| Damaged)?
    };
    if plain.len() == length {
        Ok(plain)
    } else {
        Err(Damaged)
    }
}
