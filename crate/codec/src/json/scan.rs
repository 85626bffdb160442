//! Finding the end of things in JSON text. Offsets are in bytes.

use super::{MAX_DEPTH, Malformed, Problem};
use crate::bytes::same_bytes;

/// The first byte at or after `at` that ends a run of plain characters in a string: a quote, a
/// backslash or a control character. The text's length, when there is none.
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    let (chunks, rest) = bytes.get(at..).unwrap_or_default().as_chunks();
    for chunk in chunks {
        if let Some(place) = first_special(*chunk) {
            return at + place;
        }
        at += CHUNK;
    }
    for byte in rest {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(target_feature = "simd128")]
const CHUNK: usize = 16;
#[cfg(not(target_feature = "simd128"))]
const CHUNK: usize = 8;

/// Where the first byte is that is not plain.
#[cfg(target_feature = "simd128")]
fn first_special(chunk: [u8; CHUNK]) -> Option<usize> {
    use core::arch::wasm32::{i8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    let (low, high) = chunk.split_at(8);
    let word = |half: &[u8]| {
        half.first_chunk()
            .map_or(0, |word| u64::from_le_bytes(*word))
    };
    let bytes = u64x2(word(low), word(high));
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let control = u8x16_lt(bytes, u8x16_splat(0x20));
    let found = i8x16_bitmask(v128_or(v128_or(quote, backslash), control));
    (found != 0).then(|| found.trailing_zeros() as usize)
}

/// Where the first byte is that is not plain.
///
/// After "Determine if a word has a byte less than n" of Sean Eron Anderson's "Bit Twiddling Hacks": the
/// lowest byte flagged is exact, which is the one that is used.
#[cfg(not(target_feature = "simd128"))]
fn first_special(chunk: [u8; CHUNK]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(chunk);
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let found = (control
        | (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash))
        & HIGH;
    (found != 0).then(|| (found.trailing_zeros() / 8) as usize)
}

/// Whether `bytes` begin with `text`.
pub(super) fn begins_with(bytes: &[u8], text: &[u8]) -> bool {
    let start = bytes.get(..text.len());
    start.is_some_and(|start| same_bytes(start, text))
}

/// The first byte at or after `at` that is not white space.
pub(super) fn space_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The end of the string whose content begins at `start`: where its closing quote is, and whether
/// it holds escapes.
pub(super) fn string_end(bytes: &[u8], start: usize) -> Result<(usize, bool), Malformed> {
    let (mut at, mut escaped) = (start, false);
    loop {
        at = plain_end(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = escape_end(bytes, at)?;
            }
            Some(_) => return Err(malformed(at, "no control character in a string")),
            None => return Err(malformed(at, "the end of a string")),
        }
    }
}

/// The end of the escape that begins at `at`.
fn escape_end(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let digits = bytes.get(at + 2..at + 6).unwrap_or_default();
            if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) {
                Ok(at + 6)
            } else {
                Err(malformed(at, "four hexadecimal digits"))
            }
        }
        _ => Err(malformed(at, "an escape")),
    }
}

/// The end of the number that begins at `at`.
pub(super) fn number_end(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits_end(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits_end(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits_end(bytes, at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// The end of one digit or more.
fn digits_end(bytes: &[u8], start: usize) -> Result<usize, Malformed> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at > start {
        Ok(at)
    } else {
        Err(malformed(start, "a digit"))
    }
}

/// What may come next within a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value, or the end of the array that has just begun.
    ValueOrEnd,
    Key,
    /// A key, or the end of the object that has just begun.
    KeyOrEnd,
    CommaOrEnd,
}

/// The end of the value that begins at `at`, which may be preceded by white space. Nesting is
/// followed without recursion: a bit per level tells whether it is an object.
pub(super) fn value_end(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    let (mut objects, mut depth) = (0_u128, 0_u32);
    let mut next = Next::Value;
    loop {
        at = space_end(bytes, at);
        let byte = bytes.get(at).copied().unwrap_or_default();
        match (next, byte) {
            (Next::Value | Next::ValueOrEnd, b'{' | b'[') => {
                if depth == MAX_DEPTH {
                    return Err(malformed(at, "less nesting"));
                }
                depth += 1;
                let object = byte == b'{';
                objects = objects << 1 | u128::from(object);
                next = if object {
                    Next::KeyOrEnd
                } else {
                    Next::ValueOrEnd
                };
                at += 1;
                continue;
            }
            (Next::KeyOrEnd | Next::Key, b'"') => {
                at = space_end(bytes, string_end(bytes, at + 1)?.0 + 1);
                if bytes.get(at) != Some(&b':') {
                    return Err(malformed(at, "a colon"));
                }
                at += 1;
                next = Next::Value;
                continue;
            }
            (Next::CommaOrEnd, b',') => {
                at += 1;
                next = if objects & 1 == 1 {
                    Next::Key
                } else {
                    Next::Value
                };
                continue;
            }
            (Next::ValueOrEnd, b']') | (Next::KeyOrEnd, b'}') => {
                at = end(&mut objects, &mut depth, at);
            }
            (Next::CommaOrEnd, b'}') if objects & 1 == 1 => at = end(&mut objects, &mut depth, at),
            (Next::CommaOrEnd, b']') if objects & 1 == 0 => at = end(&mut objects, &mut depth, at),
            (Next::Value | Next::ValueOrEnd, _) => at = scalar_end(bytes, at)?,
            (Next::Key | Next::KeyOrEnd, _) => return Err(malformed(at, "a key")),
            (Next::CommaOrEnd, _) => return Err(malformed(at, "a comma or an end")),
        }
        if depth == 0 {
            return Ok(at);
        }
        next = Next::CommaOrEnd;
    }
}

/// Leaves a level of nesting.
fn end(objects: &mut u128, depth: &mut u32, at: usize) -> usize {
    *objects >>= 1;
    *depth -= 1;
    at + 1
}

/// The end of a value that holds no others.
fn scalar_end(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let word = |word: &str| {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            Ok(at + word.len())
        } else {
            Err(malformed(at, "a value"))
        }
    };
    match bytes.get(at) {
        Some(b'"') => Ok(string_end(bytes, at + 1)?.0 + 1),
        Some(b'-' | b'0'..=b'9') => number_end(bytes, at),
        Some(b't') => word("true"),
        Some(b'f') => word("false"),
        _ => word("null"),
    }
}

pub(super) fn malformed(at: usize, expected: &'static str) -> Malformed {
    Malformed::new(at, Problem::Expected(expected))
}
