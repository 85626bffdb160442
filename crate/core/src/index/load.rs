//! Segments: how they are read.

use crate::codec::{Damaged, Reader};
use crate::{Error, Hash, Position, Result};

use super::Index;
use super::chains::{Head, Link};
use super::names::Names;
use super::segment::{CHECKSUM_BYTES, FORMAT};
use daybook_codec::hash64::hash64;

/// What stands before a segment's dictionaries.
struct Header {
    after: u32,
    upto: u32,
    head: Hash,
}

impl Index {
    /// Takes in a stored segment. Of the events it covers, those up to the tail are skipped: it may
    /// overlap with what is there.
    ///
    /// Returns whether the index now covers the segment: `false` when the segment begins beyond
    /// the tail. Then the index is unchanged and the log has to be read.
    ///
    /// # Errors
    /// `storage_corrupt` when the segment is damaged or does not fit what is there; the index is empty
    /// then, and is to be made anew from the log. `unsupported_format` when a newer build wrote it; then
    /// the index is unchanged.
    #[inline(never)]
    pub fn load(&mut self, bytes: &[u8]) -> Result<bool> {
        if let Some(&format) = bytes.first()
            && format > FORMAT
        {
            return Err(Box::new(Error::UnsupportedFormat {
                what: "the index".to_owned(),
                found: format.into(),
                supported: FORMAT.into(),
            }));
        }
        self.load_checked(bytes).map_err(|Damaged| {
            let at = self.tail() + 1;
            *self = Self::with_hash(self.hash);
            Error::corrupt(at, "a segment of the index is damaged")
        })
    }

    /// Makes room at once for the streams of a log up to `tail`, judging by those so far: a table that
    /// grows moves all that is in it, which takes longer the more that is.
    pub(crate) fn expect(&mut self, tail: Position) {
        let known = self.tail().max(1);
        let more = tail.saturating_sub(known) * u64::from(self.streams.len()) / known;
        self.streams
            .reserve(usize::try_from(more).unwrap_or_default());
    }

    fn load_checked(&mut self, bytes: &[u8]) -> Result<bool, Damaged> {
        let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(Damaged)?;
        if u64::from_le_bytes(*checksum) != hash64(body) {
            return Err(Damaged);
        }
        let mut reader = Reader::new(body);
        let header = read_header(&mut reader)?;
        if header.after > self.tail {
            return Ok(false);
        }
        if header.upto <= self.tail {
            let fits = header.upto < self.tail || header.head == self.head;
            return if fits { Ok(true) } else { Err(Damaged) };
        }
        self.take_in(reader, &header)?;
        Ok(true)
    }

    /// Takes in what stands behind the header: events beyond the tail.
    ///
    /// Browsers run this as it was first compiled, since each loop is called only a few times: so it
    /// makes few calls for each event, and goes through one column after the other.
    fn take_in(&mut self, mut reader: Reader<'_>, header: &Header) -> Result<(), Damaged> {
        let mut types = Vec::new();
        for _ in 0..reader.count()? {
            types.push(self.types.intern(reader.text()?).ok_or(Damaged)?);
        }
        let streams = read_names(&mut reader, &mut self.streams)?;
        let counts = reader.uints32(streams.len())?;
        let tags = read_names(&mut reader, &mut self.tags.names)?;
        let batches = read_batches(&mut reader, header)?;
        self.link_all(Reader::new(reader.blob()?), header, &streams, counts)?;
        self.take_kinds(Reader::new(reader.blob()?), header, &types)?;
        self.take_tags(Reader::new(reader.blob()?), header, &tags)?;
        self.take_commands(Reader::new(reader.blob()?), header)?;
        reader.end()?;
        for (last, bytes, head) in batches {
            if last > self.tail {
                self.batches.push(last, bytes, head);
            }
        }
        self.tail = header.upto;
        self.head = header.head;
        Ok(())
    }

    /// Links each event to the one before in its stream. `counts` says how many events each of `streams`
    /// has before the segment.
    fn link_all(
        &mut self,
        mut column: Reader<'_>,
        header: &Header,
        streams: &[u32],
        counts: Vec<u32>,
    ) -> Result<(), Damaged> {
        let mut events = column.uints32(header.len())?;
        column.end()?;
        let (known, new) = events
            .split_at_mut_checked((self.tail - header.after) as usize)
            .ok_or(Damaged)?;
        let mut links: Vec<Link> = Vec::with_capacity(streams.len());
        for (&stream, count) in streams.iter().zip(counts) {
            let last = self.versions.head(stream).last;
            links.push((stream, Head { last, count }));
        }
        let mut seen = 0;
        for &mut reference in known {
            let place = dereference(reference, &mut seen)?;
            let (_, head) = links.get_mut(place as usize).ok_or(Damaged)?;
            head.count = head.count.checked_add(1).ok_or(Damaged)?;
        }
        let continues = |&(stream, head): &Link| self.versions.head(stream).count == head.count;
        if !links.iter().all(continues) {
            return Err(Damaged);
        }
        for (event, position) in new.iter_mut().zip(self.tail + 1..) {
            let place = dereference(*event, &mut seen)?;
            let (stream, head) = links.get_mut(place as usize).ok_or(Damaged)?;
            *event = self.versions.extend(*stream, head, position);
        }
        if seen as usize != streams.len() {
            return Err(Damaged);
        }
        for (stream, head) in links {
            self.versions.set(stream, head);
        }
        self.previous.extend(new);
        Ok(())
    }

    fn take_kinds(
        &mut self,
        mut column: Reader<'_>,
        header: &Header,
        types: &[u16],
    ) -> Result<(), Damaged> {
        let events = column.uints32(header.len())?;
        column.end()?;
        let known = (self.tail - header.after) as usize;
        for kind in events.get(known..).unwrap_or_default() {
            let kind = *types.get(*kind as usize).ok_or(Damaged)?;
            self.types.count(kind);
            self.kinds.push(kind);
        }
        Ok(())
    }

    /// `names` are the tags', all of which must appear.
    fn take_tags(
        &mut self,
        mut column: Reader<'_>,
        header: &Header,
        names: &[u32],
    ) -> Result<(), Damaged> {
        let mut links: Vec<Link> = Vec::with_capacity(names.len());
        for &tag in names {
            links.push((tag, self.tags.head(tag)));
        }
        let (mut seen, mut position) = (0, header.after);
        while column.remaining() > 0 {
            let distance = column.short_uint32()?;
            position = position.checked_add(distance).ok_or(Damaged)?;
            if distance == 0 || position > header.upto {
                return Err(Damaged);
            }
            let count = column.byte()?;
            let is_new = position > self.tail;
            if is_new {
                self.tags.pass(position);
                self.tags.begin(count);
            }
            for _ in 0..count {
                let place = dereference(column.short_uint32()?, &mut seen)?;
                let link = links.get_mut(place as usize).ok_or(Damaged)?;
                if is_new && !self.tags.extend(link, position) {
                    return Err(Damaged);
                }
            }
        }
        self.tags.pass(header.upto + 1);
        let mut fits = seen as usize == names.len();
        for (tag, head) in links {
            // One that is named twice has been set already.
            fits &= self.tags.head(tag).last <= self.tail;
            self.tags.set(tag, head);
        }
        if fits { Ok(()) } else { Err(Damaged) }
    }

    fn take_commands(&mut self, mut column: Reader<'_>, header: &Header) -> Result<(), Damaged> {
        let mut hash = 0_u32;
        // An entry takes about five bytes.
        self.commands.reserve(column.remaining() / 5);
        while column.remaining() > 0 {
            hash = hash.checked_add(column.uint32()?).ok_or(Damaged)?;
            let distance = column.uint32()?;
            if distance == 0 || distance > header.upto - header.after {
                return Err(Damaged);
            }
            let position = header.after + distance;
            if position > self.tail {
                self.commands.insert(hash, position);
            }
        }
        Ok(())
    }
}

impl Header {
    /// How many events the segment covers.
    const fn len(&self) -> usize {
        (self.upto - self.after) as usize
    }
}

fn read_header(reader: &mut Reader<'_>) -> Result<Header, Damaged> {
    if reader.byte()? != FORMAT {
        return Err(Damaged);
    }
    let (after, upto) = (reader.uint32()?, reader.uint32()?);
    if after > upto {
        return Err(Damaged);
    }
    let head = Hash(reader.array()?);
    Ok(Header { after, upto, head })
}

fn read_names(reader: &mut Reader<'_>, names: &mut Names) -> Result<Vec<u32>, Damaged> {
    let mut prefixes = Vec::new();
    for _ in 0..reader.count()? {
        let prefix = reader.text()?;
        prefixes.push((prefix, names.intern_prefix(prefix)));
    }
    let count = reader.count()?;
    names.reserve(count);
    // In one segment no name comes twice.
    let are_new = names.len() == 0;
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        let number = match usize::from(reader.byte()?).checked_sub(1) {
            None => names.intern(reader.text()?),
            Some(at) => match *prefixes.get(at).ok_or(Damaged)? {
                (_, Some(number)) if are_new => names.add_uuid(number, reader.array()?),
                (prefix, number) => names.intern_uuid(prefix, number, reader.array()?),
            },
        };
        numbers.push(number.ok_or(Damaged)?);
    }
    Ok(numbers)
}

/// The batches, which must end where the segment ends.
fn read_batches(
    reader: &mut Reader<'_>,
    header: &Header,
) -> Result<Vec<(u32, usize, Hash)>, Damaged> {
    let mut batches = Vec::new();
    let mut last = header.after;
    for _ in 0..reader.count()? {
        let distance = reader.uint32()?;
        let bytes = usize::try_from(reader.uint32()?).map_err(|_| Damaged)?;
        last = last.checked_add(distance).ok_or(Damaged)?;
        if distance == 0 {
            return Err(Damaged);
        }
        batches.push((last, bytes, Hash(reader.array()?)));
    }
    if last == header.upto {
        Ok(batches)
    } else {
        Err(Damaged)
    }
}

/// What a reference to a name stands for: 0 for the next one, otherwise counted back from there.
fn dereference(back: u32, seen: &mut u32) -> Result<u32, Damaged> {
    if back == 0 {
        *seen = seen.checked_add(1).ok_or(Damaged)?;
    }
    seen.checked_sub(back.max(1)).ok_or(Damaged)
}
