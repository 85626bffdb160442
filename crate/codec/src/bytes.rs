//! Reading and writing the compact binary forms: batches, index segments, rows.
//!
//! Integers are LEB128 varints (7 bits a byte, low bits first), signed ones zigzag-coded; texts and
//! byte strings are preceded by their length. Reading never panics and never allocates more than
//! the input's size: damaged input gives [`Damaged`].

/// The input is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are damaged")]
pub struct Damaged;

/// Whether two texts or keys are the same, eight bytes at a time: WebAssembly's `memcmp` takes them
/// one by one.
#[must_use]
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let ((words, rest), (others, other_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let are_same = |(a, b): (&[u8; 8], &[u8; 8])| u64::from_le_bytes(*a) == u64::from_le_bytes(*b);
    a.len() == b.len()
        && words.iter().zip(others).all(are_same)
        && match (a.last_chunk(), b.last_chunk()) {
            (Some(last), Some(other)) => are_same((last, other)),
            _ => rest.iter().zip(other_rest).all(|(a, b)| a == b),
        }
}

/// Collects bytes.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
        }
    }

    /// Appends bytes as they are, without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends one byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Appends an unsigned integer.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "seven bits at a time are meant"
    )]
    pub fn uint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Appends a length or count.
    pub fn count(&mut self, value: usize) {
        self.uint(value as u64);
    }

    /// Appends a signed integer.
    pub fn int(&mut self, value: i64) {
        self.uint(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    /// Appends bytes after their length.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    /// Appends a text after its length.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    /// Appends zeros up to a multiple of `unit` bytes, 1 or more.
    pub fn pad(&mut self, unit: usize) {
        let length = self.bytes.len().next_multiple_of(unit.max(1));
        self.bytes.resize(length, 0);
    }

    /// Forgets what was written, and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Takes values off the front of a byte slice.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    /// [`Damaged`] when fewer are left.
    pub fn raw(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (head, rest) = self.bytes.split_at_checked(count).ok_or(Damaged)?;
        self.bytes = rest;
        Ok(head)
    }

    /// Takes a fixed number of bytes.
    ///
    /// # Errors
    /// [`Damaged`] when fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        self.raw(N)?.try_into().map_err(|_| Damaged)
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// [`Damaged`] at the end.
    pub fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.bytes.split_first().ok_or(Damaged)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// Takes an unsigned integer.
    ///
    /// # Errors
    /// [`Damaged`] when there is none, or it has more than 64 bits.
    pub fn uint(&mut self) -> Result<u64, Damaged> {
        // Most are small.
        if let Some((&first @ ..0x80, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            return Ok(first.into());
        }
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Damaged);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    /// Takes an unsigned integer of 32 bits.
    ///
    /// # Errors
    /// [`Damaged`] when there is none, or it is larger.
    pub fn uint32(&mut self) -> Result<u32, Damaged> {
        self.uint()?.try_into().map_err(|_| Damaged)
    }

    /// As [`uint32`](Self::uint32), for loops in which most are below 128: that much of it is part of
    /// whoever calls.
    ///
    /// # Errors
    /// As those of [`uint32`](Self::uint32).
    #[inline]
    pub fn short_uint32(&mut self) -> Result<u32, Damaged> {
        if let [first @ ..0x80, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok((*first).into());
        }
        self.uint32()
    }

    /// Takes a length or count of things of at least one byte each, so never more than is left.
    ///
    /// # Errors
    /// [`Damaged`] when there is none, or it is larger.
    pub fn count(&mut self) -> Result<usize, Damaged> {
        let count = usize::try_from(self.uint()?).map_err(|_| Damaged)?;
        if count > self.bytes.len() {
            Err(Damaged)
        } else {
            Ok(count)
        }
    }

    /// Takes a signed integer.
    ///
    /// # Errors
    /// [`Damaged`] when there is none.
    pub fn int(&mut self) -> Result<i64, Damaged> {
        Ok(unzigzag(self.uint()?))
    }

    /// Takes so many signed integers, and adds them to `numbers`.
    ///
    /// # Errors
    /// [`Damaged`] when there are fewer.
    pub fn ints(&mut self, count: usize, numbers: &mut Vec<i64>) -> Result<(), Damaged> {
        self.each_uint(count, |value| numbers.push(unzigzag(value)))
    }

    /// Takes so many unsigned integers of 32 bits.
    ///
    /// # Errors
    /// [`Damaged`] when there are fewer, or one is larger.
    pub fn uints32(&mut self, count: usize) -> Result<Vec<u32>, Damaged> {
        // Each takes a byte at least.
        let mut numbers = Vec::with_capacity(count.min(self.remaining()));
        let mut fit = true;
        self.each_uint(count, |value| {
            let number = u32::try_from(value);
            fit &= number.is_ok();
            numbers.push(number.unwrap_or_default());
        })?;
        if fit { Ok(numbers) } else { Err(Damaged) }
    }

    #[inline]
    fn each_uint(&mut self, count: usize, mut take: impl FnMut(u64)) -> Result<(), Damaged> {
        let mut rest = self.bytes;
        for _ in 0..count {
            // Nearly all have one byte or two; this loop is what reading a batch mostly is.
            let value = match *rest {
                [first @ ..0x80, ref after @ ..] => {
                    rest = after;
                    u64::from(first)
                }
                [first, second @ ..0x80, ref after @ ..] => {
                    rest = after;
                    u64::from(first & 0x7f) | u64::from(second) << 7
                }
                _ => {
                    let mut reader = Reader::new(rest);
                    let value = reader.uint()?;
                    rest = reader.bytes;
                    value
                }
            };
            take(value);
        }
        self.bytes = rest;
        Ok(())
    }

    /// Takes bytes preceded by their length.
    ///
    /// # Errors
    /// [`Damaged`] when they are not all there.
    pub fn blob(&mut self) -> Result<&'a [u8], Damaged> {
        let count = self.count()?;
        self.raw(count)
    }

    /// Takes a text preceded by its length.
    ///
    /// # Errors
    /// [`Damaged`] when it is not all there, or not UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Damaged> {
        core::str::from_utf8(self.blob()?).map_err(|_| Damaged)
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.bytes.len()
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// [`Damaged`] when something is.
    pub const fn end(&self) -> Result<(), Damaged> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(Damaged)
        }
    }
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_the_same_when_each_one_is(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            at: prop::sample::Index,
            other: u8,
        ) {
            let mut others = bytes.clone();
            prop_assert!(same_bytes(&bytes, &others));
            if let Some(byte) = others.get_mut(at.index(bytes.len().max(1))) {
                *byte = other;
            }
            prop_assert_eq!(same_bytes(&bytes, &others), bytes == others);
            others.push(other);
            prop_assert!(!same_bytes(&bytes, &others));
        }

        #[test]
        fn many_integers_are_read_as_one_by_one(
            written in prop::collection::vec((any::<i64>(), 0_u32..64), 0..40),
            damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut writer = Writer::new();
            for (number, shift) in &written {
                writer.int(number >> shift);
            }
            let mut bytes = writer.into_bytes();
            if let Some((at, byte)) = damage && !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let mut one_by_one = Reader::new(&bytes);
            let expected: Result<Vec<i64>, Damaged> = written.iter().map(|_| one_by_one.int()).collect();
            let (mut at_once, mut numbers) = (Reader::new(&bytes), Vec::new());
            let read = at_once.ints(written.len(), &mut numbers);
            prop_assert_eq!(read.map(|()| numbers), expected.clone());
            if expected.is_ok() {
                prop_assert_eq!(at_once.remaining(), one_by_one.remaining());
            }
            let mut one_by_one = Reader::new(&bytes);
            let expected: Result<Vec<u32>, Damaged> = written.iter().map(|_| one_by_one.uint32()).collect();
            let mut at_once = Reader::new(&bytes);
            prop_assert_eq!(at_once.uints32(written.len()), expected);
        }
    }
}
