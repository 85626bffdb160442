//! A fast 64-bit hash of bytes: it spreads keys over a table and tells damaged pages.

/// Hashes `bytes`, the same on every platform and in every build.
///
/// Eight bytes at a time as `FxHash` does (rotate, xor, multiply, from the Firefox sources), finished
/// with `MurmurHash3`'s 64-bit mixer. Each step is a bijection, so one changed word always changes
/// the result. It is no defence against someone who chooses the bytes.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let hash = words
        .iter()
        .fold(bytes.len() as u64, |hash, word| step(hash, *word));
    mix(step(hash, last))
}

const fn step(hash: u64, word: [u8; 8]) -> u64 {
    (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95)
}

const fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
