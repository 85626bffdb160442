//! The checksum that tells a whole record from a torn one.

use crate::hash64::mixed;

/// The checksum of `bytes`: the same steps as [`hash64`](crate::hash64::hash64) takes, but that the state is
/// rotated by 23 bits. Damage within 8 bytes that belong together is always found, other damage but for one
/// case in 2^64.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    mixed(bytes, 23)
}

#[cfg(test)]
mod tests {
    use super::checksum;
    use crate::hash64::hash64;

    #[test]
    fn what_is_stored_holds_these_values() {
        for (text, hash, sum) in [
            ("", 0, 0),
            ("a", 0x3bb1_0b8f_660c_301d, 0x4ec1_26d2_2a57_7ebe),
            ("12345678", 0x2fe7_3932_5e3a_f7ae, 0x726a_45ae_4262_94c5),
            ("order-123", 0x2706_6312_cca0_afc8, 0x77d7_8bec_8c2d_4954),
        ] {
            assert_eq!(hash64(text.as_bytes()), hash, "{text}");
            assert_eq!(checksum(text.as_bytes()), sum, "{text}");
        }
    }
}
