//! Segments: how they are read.

use crate::codec::{Damaged, Reader};
use crate::{Error, Hash, Position, Result};

use super::Index;
use super::hash64::hash64;
use super::names::Names;
use super::segment::{CHECKSUM_BYTES, FORMAT};

/// What stands before a segment's dictionaries.
struct Header {
    after: u32,
    upto: u32,
    head: Hash,
}

/// What a segment says, in the numbers of the index.
struct Contents<'a> {
    /// The streams, each with how many events it has before the segment.
    streams: Vec<(u32, u32)>,
    /// Each batch's last position, size, and the hash at its end.
    batches: Vec<(u32, usize, Hash)>,
    /// Each event's stream, as a place in `streams`.
    places: Vec<u32>,
    /// Each event's type.
    kinds: Vec<u16>,
    /// The tags of all events: position and tag.
    tags: Vec<(u32, u32)>,
    commands: Reader<'a>,
}

impl Index {
    /// Takes in a stored segment. Of the events it covers, those up to the tail are skipped: it may
    /// overlap with what is there.
    ///
    /// Returns whether the index now covers the segment: `false` when the segment begins beyond
    /// the tail. Then, and after an error, the index is unchanged and the log has to be read.
    ///
    /// # Errors
    /// `storage_corrupt` when the segment is damaged or does not fit what is there,
    /// `unsupported_format` when a newer build wrote it.
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
        self.load_checked(bytes)
            .map_err(|Damaged| Error::corrupt(self.tail() + 1, "a segment of the index is damaged"))
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
        let mut contents = self.read_contents(reader, &header)?;
        self.check(&header, &mut contents)?;
        self.enter_all(&header, &contents)?;
        Ok(true)
    }

    /// Reads everything but the commands. Texts that are new stay behind even after an error, which
    /// nobody can see.
    fn read_contents<'a>(
        &mut self,
        mut reader: Reader<'a>,
        header: &Header,
    ) -> Result<Contents<'a>, Damaged> {
        let mut types = Vec::new();
        for _ in 0..reader.count()? {
            types.push(self.types.intern(reader.text()?).ok_or(Damaged)?);
        }
        let streams = read_names(&mut reader, &mut self.streams)?;
        let counts = reader.uints32(streams.len())?;
        let names = read_names(&mut reader, &mut self.tags.names)?;
        let batches = read_batches(&mut reader, header)?;
        let places = read_places(Reader::new(reader.blob()?), header, streams.len())?;
        let kinds = read_kinds(Reader::new(reader.blob()?), header, &types)?;
        let tags = read_tags(Reader::new(reader.blob()?), header, &names)?;
        let commands = Reader::new(reader.blob()?);
        reader.end()?;
        Ok(Contents {
            streams: streams.into_iter().zip(counts).collect(),
            batches,
            places,
            kinds,
            tags,
            commands,
        })
    }

    /// Checks that what the segment says can be taken in. Afterwards each stream's count says how many
    /// events it has up to the tail.
    fn check(&self, header: &Header, contents: &mut Contents<'_>) -> Result<(), Damaged> {
        let known = self.tail.saturating_sub(header.after) as usize;
        for &place in contents.places.iter().take(known) {
            let (_, count) = contents.streams.get_mut(place as usize).ok_or(Damaged)?;
            *count = count.checked_add(1).ok_or(Damaged)?;
        }
        each_command(header, contents.commands, |_, _| ())?;
        let continues = |&(stream, count): &(u32, u32)| self.versions.head(stream).count == count;
        if contents.streams.iter().all(continues) {
            Ok(())
        } else {
            Err(Damaged)
        }
    }

    /// Takes in the events beyond the tail, which have been checked.
    fn enter_all(&mut self, header: &Header, contents: &Contents<'_>) -> Result<(), Damaged> {
        let tail = self.tail;
        let mut all_tags = contents.tags.as_slice();
        let mut tags = Vec::new();
        let events = contents.places.iter().zip(&contents.kinds);
        for ((&place, &kind), position) in events.zip(header.after + 1..) {
            tags.clear();
            while let Some((&(at, tag), rest)) = all_tags.split_first()
                && at <= position
            {
                all_tags = rest;
                if at == position && !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            if position > tail {
                let (stream, _) = *contents.streams.get(place as usize).ok_or(Damaged)?;
                let previous = self.versions.push(stream, position);
                self.enter(previous, kind, &tags);
            }
        }
        // An entry takes about five bytes.
        self.commands.reserve(contents.commands.remaining() / 5);
        each_command(header, contents.commands, |hash, position| {
            if position > tail {
                self.commands.insert(hash, position);
            }
        })?;
        for &(last, bytes, head) in contents.batches.iter().filter(|batch| batch.0 > tail) {
            self.batches.push(last, bytes, head);
        }
        self.head = header.head;
        Ok(())
    }
}

/// The place of each event's stream among so many, all of which must appear.
fn read_places(
    mut column: Reader<'_>,
    header: &Header,
    streams: usize,
) -> Result<Vec<u32>, Damaged> {
    let mut places = column.uints32((header.upto - header.after) as usize)?;
    column.end()?;
    let mut seen = 0;
    for reference in &mut places {
        *reference = dereference(*reference, &mut seen)?;
    }
    if seen as usize == streams {
        Ok(places)
    } else {
        Err(Damaged)
    }
}

/// The type of each event.
fn read_kinds(mut column: Reader<'_>, header: &Header, types: &[u16]) -> Result<Vec<u16>, Damaged> {
    let kinds = column.uints32((header.upto - header.after) as usize)?;
    column.end()?;
    let kind = |kind: &u32| types.get(*kind as usize).copied().ok_or(Damaged);
    kinds.iter().map(kind).collect()
}

/// The tags of all events, each with its event's position; all of `names` must appear.
fn read_tags(
    mut column: Reader<'_>,
    header: &Header,
    names: &[u32],
) -> Result<Vec<(u32, u32)>, Damaged> {
    let (mut tags, mut seen, mut position) = (Vec::new(), 0, header.after);
    while column.remaining() > 0 {
        let distance = column.uint32()?;
        position = position.checked_add(distance).ok_or(Damaged)?;
        if distance == 0 || position > header.upto {
            return Err(Damaged);
        }
        for _ in 0..column.byte()? {
            let place = dereference(column.uint32()?, &mut seen)?;
            tags.push((position, *names.get(place as usize).ok_or(Damaged)?));
        }
    }
    if seen as usize == names.len() {
        Ok(tags)
    } else {
        Err(Damaged)
    }
}

/// Calls `take` with the hash and the position of each entry of the column of commands.
fn each_command(
    header: &Header,
    mut column: Reader<'_>,
    mut take: impl FnMut(u32, u32),
) -> Result<(), Damaged> {
    let mut hash = 0_u32;
    while column.remaining() > 0 {
        hash = hash.checked_add(column.uint32()?).ok_or(Damaged)?;
        let distance = column.uint32()?;
        if distance == 0 || distance > header.upto - header.after {
            return Err(Damaged);
        }
        take(hash, header.after + distance);
    }
    Ok(())
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
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        let number = match usize::from(reader.byte()?).checked_sub(1) {
            None => names.intern(reader.text()?),
            Some(at) => {
                let (prefix, number) = *prefixes.get(at).ok_or(Damaged)?;
                names.intern_uuid(prefix, number, reader.array()?)
            }
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
