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

/// A segment's dictionaries in the numbers of the index, its batches, and its events yet to be read.
struct Contents<'a> {
    kinds: Vec<u16>,
    streams: Vec<u32>,
    /// How many events each stream has before the segment.
    counts: Vec<u32>,
    tags: Vec<u32>,
    /// Each batch's last position, size, and the hash at its end.
    batches: Vec<(u32, usize, Hash)>,
    columns: Columns<'a>,
    commands: Reader<'a>,
}

/// The columns, read event by event.
#[derive(Clone)]
struct Columns<'a> {
    streams: Reader<'a>,
    streams_seen: usize,
    kinds: Reader<'a>,
    tags: Reader<'a>,
    tags_seen: usize,
    /// How many events away the next one with tags is; 0: there is none.
    tags_distance: u32,
}

/// One event in the numbers of the segment. Its tags are read into a list of the caller's.
struct Event {
    stream: usize,
    kind: usize,
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

    /// Reads all but the columns. Texts that are new stay behind even after an error, which nobody
    /// can see.
    fn read_contents<'a>(
        &mut self,
        mut reader: Reader<'a>,
        header: &Header,
    ) -> Result<Contents<'a>, Damaged> {
        let mut kinds = Vec::new();
        for _ in 0..reader.count()? {
            kinds.push(self.types.intern(reader.text()?).ok_or(Damaged)?);
        }
        let streams = read_names(&mut reader, &mut self.streams)?;
        let mut counts = Vec::with_capacity(streams.len());
        for _ in &streams {
            counts.push(reader.uint32()?);
        }
        let tags = read_names(&mut reader, &mut self.tags.names)?;
        let batches = read_batches(&mut reader, header)?;
        let columns = Columns::read(&mut reader)?;
        let commands = Reader::new(reader.blob()?);
        reader.end()?;
        Ok(Contents {
            kinds,
            streams,
            counts,
            tags,
            batches,
            columns,
            commands,
        })
    }

    /// Reads all events without taking them in, and checks that they can be. Afterwards `counts`
    /// says how many events each stream has up to the tail.
    fn check(&self, header: &Header, contents: &mut Contents<'_>) -> Result<(), Damaged> {
        let mut columns = contents.columns.clone();
        let mut tags = Vec::new();
        for position in header.after + 1..=header.upto {
            let event = columns.next(&mut tags)?;
            let count = contents.counts.get_mut(event.stream).ok_or(Damaged)?;
            if position <= self.tail {
                *count = count.checked_add(1).ok_or(Damaged)?;
            }
            let known = event.kind < contents.kinds.len();
            if !known || tags.iter().any(|tag| *tag >= contents.tags.len()) {
                return Err(Damaged);
            }
        }
        columns.end()?;
        each_command(header, contents.commands, |_, _| ())?;
        let complete = columns.streams_seen == contents.streams.len()
            && columns.tags_seen == contents.tags.len();
        let continuous = contents
            .streams
            .iter()
            .zip(&contents.counts)
            .all(|(&stream, &count)| self.versions.head(stream).count == count);
        if complete && continuous {
            Ok(())
        } else {
            Err(Damaged)
        }
    }

    /// Takes in the events beyond the tail, which have been checked.
    fn enter_all(&mut self, header: &Header, contents: &Contents<'_>) -> Result<(), Damaged> {
        let tail = self.tail;
        let mut columns = contents.columns.clone();
        let mut local = Vec::new();
        let mut tags = Vec::new();
        for position in header.after + 1..=header.upto {
            let event = columns.next(&mut local)?;
            if position <= tail {
                continue;
            }
            tags.clear();
            for tag in local.iter().filter_map(|&tag| contents.tags.get(tag)) {
                if !tags.contains(tag) {
                    tags.push(*tag);
                }
            }
            let stream = *contents.streams.get(event.stream).ok_or(Damaged)?;
            let kind = *contents.kinds.get(event.kind).ok_or(Damaged)?;
            let previous = self.versions.push(stream, position);
            self.enter(previous, kind, &tags);
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

impl<'a> Columns<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Damaged> {
        let mut columns = Self {
            streams: Reader::new(reader.blob()?),
            streams_seen: 0,
            kinds: Reader::new(reader.blob()?),
            tags: Reader::new(reader.blob()?),
            tags_seen: 0,
            tags_distance: 0,
        };
        columns.find_tags()?;
        Ok(columns)
    }

    /// Reads the next event, and its tags into `tags`.
    fn next(&mut self, tags: &mut Vec<usize>) -> Result<Event, Damaged> {
        let stream = dereference(&mut self.streams, &mut self.streams_seen)?;
        let kind = usize::try_from(self.kinds.uint()?).map_err(|_| Damaged)?;
        tags.clear();
        if self.tags_distance > 0 {
            self.tags_distance -= 1;
            if self.tags_distance == 0 {
                for _ in 0..self.tags.byte()? {
                    tags.push(dereference(&mut self.tags, &mut self.tags_seen)?);
                }
                self.find_tags()?;
            }
        }
        Ok(Event { stream, kind })
    }

    /// Reads the distance to the next event with tags.
    fn find_tags(&mut self) -> Result<(), Damaged> {
        if self.tags.remaining() == 0 {
            return Ok(());
        }
        self.tags_distance = self.tags.uint32()?;
        if self.tags_distance == 0 {
            return Err(Damaged);
        }
        Ok(())
    }

    fn end(&self) -> Result<(), Damaged> {
        self.streams.end()?;
        self.kinds.end()?;
        if self.tags_distance == 0 {
            Ok(())
        } else {
            Err(Damaged)
        }
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

/// Reads a reference to a name: 0 for the next one, otherwise counted back from there.
fn dereference(reader: &mut Reader<'_>, seen: &mut usize) -> Result<usize, Damaged> {
    let back = usize::try_from(reader.uint()?).map_err(|_| Damaged)?;
    if back == 0 {
        *seen += 1;
    }
    seen.checked_sub(back.max(1)).ok_or(Damaged)
}
