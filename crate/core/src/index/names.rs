//! Stream ids and tags, each kept once, compactly, under a number.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::column::Column;
use daybook_codec::uuid_text::split_uuid;

/// Hashes the bytes of a name. A plain function pointer, so that tests can make every name collide.
pub(super) type NameHash = fn(&[u8]) -> u64;

/// Texts are kept in pages of this many bytes; an address is page number and offset in one `u32`.
const PAGE_BITS: u32 = 16;
const PAGE: usize = 1 << PAGE_BITS;
/// The longest text kept: with its three bytes of header it must fit into a page.
pub(super) const MAX_NAME_BYTES: usize = PAGE - 3;
/// The most prefixes before a UUID that are kept apart; names with others are kept as plain text.
const MAX_PREFIXES: usize = 127;

/// A name in the form in which it is kept. Each name has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// Any text.
    Plain(&'a str),
    /// A text that ends in a UUID in lower case: the number of what precedes it, and the UUID.
    Uuid(u8, [u8; 16]),
}

/// An interning table: text → 0, 1, 2 …, exact whatever the hash function does.
#[derive(Debug)]
pub(super) struct Names {
    kept: Kept,
    prefixes: Vec<Box<str>>,
    table: HashTable<u32>,
    hash: NameHash,
}

/// The texts themselves. A record is a byte 0, a length of two bytes and the text, or the prefix's
/// number + 1 and the UUID's 16 bytes.
#[derive(Debug, Default)]
struct Kept {
    pages: Vec<Vec<u8>>,
    addresses: Column<u32>,
}

impl Names {
    pub(super) fn new(hash: NameHash) -> Self {
        Self {
            kept: Kept::default(),
            prefixes: Vec::new(),
            table: HashTable::new(),
            hash,
        }
    }

    /// How many names there are.
    pub(super) const fn len(&self) -> u32 {
        self.kept.addresses.len()
    }

    /// The number of `text`, if it is known.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let name = match split_uuid(text) {
            Some((prefix, id)) => match self.prefix(prefix) {
                Some(number) => Name::Uuid(number, id),
                None if self.prefixes.len() < MAX_PREFIXES => return None,
                None => Name::Plain(text),
            },
            None => Name::Plain(text),
        };
        self.find_name(name, hash_name(self.hash, name))
    }

    /// The number of `text`, which is taken in if it is new; `None` if it is too long.
    pub(super) fn intern(&mut self, text: &str) -> Option<u32> {
        if let Some((prefix, id)) = split_uuid(text)
            && let Some(number) = self.intern_prefix(prefix)
        {
            return self.intern_name(Name::Uuid(number, id));
        }
        self.intern_name(Name::Plain(text))
    }

    /// The number of the name `prefix` + `id`, which is taken in if it is new. `number` is what
    /// [`intern_prefix`](Self::intern_prefix) gave for `prefix`.
    pub(super) fn intern_uuid(
        &mut self,
        prefix: &str,
        number: Option<u8>,
        id: [u8; 16],
    ) -> Option<u32> {
        match number {
            Some(number) => self.intern_name(Name::Uuid(number, id)),
            None => self.intern(&format!("{prefix}{}", uuid::Uuid::from_bytes(id))),
        }
    }

    /// Takes in a name that is new for certain; its number.
    pub(super) fn add_uuid(&mut self, prefix: u8, id: [u8; 16]) -> Option<u32> {
        let name = Name::Uuid(prefix, id);
        let ordinal = self.kept.push(name)?;
        let (kept, hash) = (&self.kept, self.hash);
        self.table
            .insert_unique(hash_name(hash, name), ordinal, |&at| kept.hash(at, hash));
        Some(ordinal)
    }

    /// The number of a prefix, which is taken in if it is new and there is room.
    pub(super) fn intern_prefix(&mut self, prefix: &str) -> Option<u8> {
        if let Some(number) = self.prefix(prefix) {
            return Some(number);
        }
        let number = u8::try_from(self.prefixes.len()).ok()?;
        if self.prefixes.len() == MAX_PREFIXES || prefix.len() > MAX_NAME_BYTES {
            return None;
        }
        self.prefixes.push(prefix.into());
        Some(number)
    }

    /// The name with this number.
    pub(super) fn get(&self, ordinal: u32) -> Option<Name<'_>> {
        self.kept.get(ordinal)
    }

    /// The text of a prefix.
    pub(super) fn prefix_text(&self, number: u8) -> &str {
        self.prefixes
            .get(usize::from(number))
            .map_or("", |prefix| prefix)
    }

    /// Makes room for `count` more names at once.
    pub(super) fn reserve(&mut self, count: usize) {
        let (kept, hash) = (&self.kept, self.hash);
        self.table.reserve(count, |&at| kept.hash(at, hash));
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        self.kept.pages.iter().map(Vec::capacity).sum::<usize>()
            + self.kept.addresses.memory_bytes()
            + self.table.allocation_size()
            + self
                .prefixes
                .iter()
                .map(|text| text.len() + 16)
                .sum::<usize>()
    }

    fn prefix(&self, text: &str) -> Option<u8> {
        let at = self.prefixes.iter().position(|known| **known == *text)?;
        u8::try_from(at).ok()
    }

    fn find_name(&self, name: Name<'_>, hash: u64) -> Option<u32> {
        self.table
            .find(hash, |&at| self.kept.get(at) == Some(name))
            .copied()
    }

    fn intern_name(&mut self, name: Name<'_>) -> Option<u32> {
        let (kept, hash) = (&mut self.kept, self.hash);
        let entry = self.table.entry(
            hash_name(hash, name),
            |&at| kept.get(at) == Some(name),
            |&at| kept.hash(at, hash),
        );
        match entry {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(vacant) => {
                let ordinal = kept.push(name)?;
                vacant.insert(ordinal);
                Some(ordinal)
            }
        }
    }
}

impl Kept {
    fn get(&self, ordinal: u32) -> Option<Name<'_>> {
        if ordinal >= self.addresses.len() {
            return None;
        }
        let address = self.addresses.get(ordinal);
        let page = self.pages.get((address >> PAGE_BITS) as usize)?;
        let record = page.get(address as usize & (PAGE - 1)..)?;
        let (head, rest) = record.split_first()?;
        if let Some(prefix) = head.checked_sub(1) {
            return Some(Name::Uuid(prefix, *rest.first_chunk()?));
        }
        let (len, rest) = rest.split_first_chunk()?;
        let text = rest.get(..usize::from(u16::from_le_bytes(*len)))?;
        core::str::from_utf8(text).ok().map(Name::Plain)
    }

    fn push(&mut self, name: Name<'_>) -> Option<u32> {
        let mut header = [0; 17];
        let (header, text): (&[u8], &[u8]) = match name {
            Name::Plain(text) => {
                let len = u16::try_from(text.len()).ok()?;
                let [low, high] = len.to_le_bytes();
                header[1] = low;
                header[2] = high;
                (&header[..3], text.as_bytes())
            }
            Name::Uuid(prefix, id) => {
                header = uuid_record(prefix, id);
                (&header, &[])
            }
        };
        let size = header.len() + text.len();
        if size > PAGE {
            return None;
        }
        if self
            .pages
            .last()
            .is_none_or(|page| page.len() + size > PAGE)
        {
            // The first page grows as needed, so that a small index stays small.
            let capacity = if self.pages.is_empty() { 64 } else { PAGE };
            self.pages.push(Vec::with_capacity(capacity));
        }
        let number = u32::try_from(self.pages.len() - 1).ok()?;
        let page = self.pages.last_mut()?;
        let address = number
            .checked_mul(1 << PAGE_BITS)?
            .checked_add(u32::try_from(page.len()).ok()?)?;
        page.extend_from_slice(header);
        page.extend_from_slice(text);
        self.addresses.push(address);
        Some(self.addresses.len() - 1)
    }

    fn hash(&self, ordinal: u32, hash: NameHash) -> u64 {
        self.get(ordinal).map_or(0, |name| hash_name(hash, name))
    }
}

fn hash_name(hash: NameHash, name: Name<'_>) -> u64 {
    match name {
        Name::Plain(text) => hash(text.as_bytes()),
        Name::Uuid(prefix, id) => hash(&uuid_record(prefix, id)),
    }
}

/// A UUID's record: its prefix's number + 1, then its 16 bytes.
fn uuid_record(prefix: u8, id: [u8; 16]) -> [u8; 17] {
    let mut record = [0; 17];
    let (head, rest) = record.split_at_mut(1);
    head.fill(prefix + 1);
    rest.copy_from_slice(&id);
    record
}
