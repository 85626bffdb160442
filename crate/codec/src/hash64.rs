//! A 64-bit hash of bytes: for tables, and for checksums of what is derived.

/// 2^64 divided by the golden ratio, made odd: multiplying by it is a bijection that spreads bits
/// upwards (Knuth, "The Art of Computer Programming", 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes `bytes`: mixed while the state is rotated by 5 bits, as Firefox's `FxHash` does. Not for
/// adversaries: names chosen to collide make lookups slow, though never wrong.
///
/// What is stored holds its results: they must never change.
#[must_use]
pub fn hash64(bytes: &[u8]) -> u64 {
    mixed(bytes, 5)
}

/// All of `bytes` in 64 bits.
///
/// The state begins as the length in bytes. Each 8 bytes, little-endian, the last ones padded with
/// zeros, are mixed in: the state is rotated left by `rotation` bits, exclusive-ored with them, and
/// multiplied by 9e3779b97f4a7c15 (hexadecimal), modulo 2^64. At the end comes the finaliser of
/// `MurmurHash3` (Austin Appleby), 64 bits, which spreads the entropy over all bits. Every step is a
/// bijection of the state, so a change within one such group of 8 bytes never goes unnoticed, others but
/// for one case in 2^64.
#[inline(never)]
pub(crate) fn mixed(bytes: &[u8], rotation: u32) -> u64 {
    let mix = |state: u64, word| {
        (state.rotate_left(rotation) ^ u64::from_le_bytes(word)).wrapping_mul(SPREAD)
    };
    let (words, rest) = bytes.as_chunks();
    let mut state = bytes.len() as u64;
    for word in words {
        state = mix(state, *word);
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        state = mix(state, last);
    }
    state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}
