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
/// The longest block there is, 16 MiB: a length in it is a sum of its bytes, which stays below 2^32 so.
const MAX_PACKED: usize = 1 << 24;

/// Compresses payloads, when that saves an eighth of them.
#[inline(never)]
pub(super) fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < MIN_BYTES {
        return None;
    }
    let packed = lz4_flex::block::compress(plain);
    (packed.len() <= MAX_PACKED.min(plain.len() / 8 * 7)).then_some(packed)
}

/// Takes the payloads off the end of a record, where they are stored with a codec from `start` on; there
/// must be exactly `length` bytes of them. What is compressed is read where it lies: a copy of it would be
/// more memory that nobody has used for a while.
#[inline(never)]
pub(super) fn unpack(
    codec: u8,
    record: &mut Vec<u8>,
    start: usize,
    length: usize,
) -> Result<Vec<u8>, Damaged> {
    let stored = record.get(start..).ok_or(Damaged)?;
    let plain = if codec == PLAIN {
        stored.to_vec()
    } else if length / MAX_EXPANSION > stored.len() || stored.len() > MAX_PACKED {
        return Err(Damaged);
    } else {
        lz4_flex::block::decompress(stored, length).map_err(|_| Damaged)?
    };
    record.truncate(start);
    record.shrink_to_fit();
    if plain.len() == length {
        Ok(plain)
    } else {
        Err(Damaged)
    }
}
