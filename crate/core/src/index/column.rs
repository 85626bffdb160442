//! An append-only array in chunks of fixed size.

/// Elements per chunk, as a power of two.
const BITS: u32 = 12;
const CHUNK: usize = 1 << BITS;
const MASK: u32 = (1 << BITS) - 1;

/// An append-only array that grows chunk by chunk: never more than one chunk of slack, and no
/// growth ever copies what is there. A plain `Vec` would double, and WebAssembly memory never
/// shrinks again.
#[derive(Debug)]
pub(super) struct Column<T> {
    chunks: Vec<Vec<T>>,
    len: u32,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy + Default> Column<T> {
    /// How many elements there are.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// The element at `index`; the default value where there is none.
    #[inline]
    pub(super) fn get(&self, index: u32) -> T {
        self.chunks
            .get((index >> BITS) as usize)
            .and_then(|chunk| chunk.get((index & MASK) as usize))
            .copied()
            .unwrap_or_default()
    }

    /// The element at `index`, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.chunks
            .get_mut((index >> BITS) as usize)
            .and_then(|chunk| chunk.get_mut((index & MASK) as usize))
    }

    /// Adds an element at the end.
    #[inline]
    pub(super) fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(value),
            last => {
                // The first chunk grows as needed, so that a small index stays small.
                let capacity = if last.is_some() { CHUNK } else { 4 };
                let mut chunk = Vec::with_capacity(capacity);
                chunk.push(value);
                self.chunks.push(chunk);
            }
        }
        self.len += 1;
    }

    /// Adds elements at the end.
    pub(super) fn extend(&mut self, values: &[T]) {
        for value in values {
            self.push(*value);
        }
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        let elements: usize = self.chunks.iter().map(Vec::capacity).sum();
        elements * size_of::<T>() + self.chunks.capacity() * size_of::<Vec<T>>()
    }
}
