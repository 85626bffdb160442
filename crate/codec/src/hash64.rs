//! A 64-bit hash of bytes: for tables, and for checksums of what is derived.

/// An odd constant with no pattern in its bits: 2^64 divided by the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes `bytes`, eight at a time.
///
/// Each step (rotate, exclusive-or, multiply) is the one of Firefox's `FxHash`, the finish that of
/// `MurmurHash3`, which spreads the entropy over all bits. Each step is a bijection of the word
/// taken in, so a change within a single word never goes unnoticed. Not for adversaries: names
/// chosen to collide make lookups slow, though never wrong.
///
/// What is stored holds its results: they must never change.
#[must_use]
pub fn hash64(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = step(state, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(rest) {
            *to = *from;
        }
        state = step(state, u64::from_le_bytes(word));
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^= state >> 33;
    state = state.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}

const fn step(state: u64, word: u64) -> u64 {
    (state.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER)
}
