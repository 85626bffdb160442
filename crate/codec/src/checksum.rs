//! The checksum that tells a whole record from a torn one.

/// 2^64 divided by the golden ratio, made odd: multiplying by it is a bijection that spreads bits
/// upwards (Knuth, "The Art of Computer Programming", 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The checksum of `bytes`.
///
/// The state begins as the length in bytes. Each 8 bytes, little-endian, the last ones padded with
/// zeros, are mixed in: the state is rotated left by 23 bits, exclusive-ored with them, and
/// multiplied by 9e3779b97f4a7c15 (hexadecimal), modulo 2^64. At the end comes the finaliser of
/// `MurmurHash3` (Austin Appleby), 64 bits. Every step is a bijection of the state, so damage
/// within one such group of 8 bytes is always found, other damage but for one case in 2^64.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let mut state = bytes.len() as u64;
    for word in words {
        state = mix(state, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        state = mix(state, u64::from_le_bytes(last));
    }
    finish(state)
}

const fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(SPREAD)
}

const fn finish(mut state: u64) -> u64 {
    state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}
