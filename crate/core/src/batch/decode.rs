//! Bytes to a batch. Nothing is believed before it is checked, and what is allocated stays within a
//! small multiple of the input's size.

use super::payloads::LZ4;
use super::{Contents, FORMAT, Row};
use crate::codec::{Damaged, Reader};
use crate::{Error, Hash, NO_STREAM, Position, Result, Timestamp};
use daybook_codec::checksum::checksum;
use daybook_codec::columns::ColumnReader;
use daybook_codec::strings::Strings;

/// How many bytes the checksum takes.
pub(super) const CHECKSUM_BYTES: usize = 8;

/// Extension fields from this tag up must be understood.
const CRITICAL: u8 = 128;

pub(super) fn decode(bytes: &[u8]) -> Result<Contents> {
    let corrupt = |detail| Error::corrupt(claimed_first(bytes), detail);
    match bytes.first() {
        Some(1..=FORMAT) => {}
        Some(&found) if found > FORMAT => {
            return Err(unsupported("the batch", found, FORMAT));
        }
        _ => return Err(corrupt("the record is not a batch")),
    }
    let sealed = unseal(bytes)
        .map_err(|_| corrupt("the batch is not what was written; its checksum does not hold"))?;
    let damaged = |Damaged| damaged(claimed_first(bytes));
    let mut reader = Reader::new(sealed);
    let preamble = Preamble::read(&mut reader).map_err(damaged)?;
    preamble.check()?;
    read_contents(&mut reader, sealed, &preamble).map_err(damaged)
}

/// The error of a batch whose checksum holds and whose parts do not fit.
pub(super) fn damaged(first: Position) -> Box<Error> {
    Error::corrupt(first, "the batch's parts do not fit together")
}

/// Takes off the checksum, which must hold.
#[inline(never)]
fn unseal(bytes: &[u8]) -> Result<&[u8], Damaged> {
    let (sealed, sum) = bytes.split_last_chunk().ok_or(Damaged)?;
    if checksum(sealed) == u64::from_le_bytes(*sum) {
        Ok(sealed)
    } else {
        Err(Damaged)
    }
}

/// What a reader must know to go on.
struct Preamble {
    format: u8,
    codec: u8,
    /// The first extension field that may not be skipped.
    critical: Option<u8>,
}

impl Preamble {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let format = reader.byte()?;
        let codec = reader.byte()?;
        let mut fields = Reader::new(reader.blob()?);
        let mut critical = None;
        while fields.remaining() > 0 {
            let tag = fields.byte()?;
            fields.blob()?;
            if tag >= CRITICAL {
                critical = critical.or(Some(tag));
            }
        }
        Ok(Self {
            format,
            codec,
            critical,
        })
    }

    fn check(&self) -> Result<()> {
        if let Some(tag) = self.critical {
            let what = "an extension field of the batch";
            return Err(unsupported(what, tag, CRITICAL - 1));
        }
        if self.codec > LZ4 {
            return Err(unsupported("the batch's codec", self.codec, LZ4));
        }
        Ok(())
    }
}

fn unsupported(what: &str, found: u8, supported: u8) -> Box<Error> {
    Box::new(Error::UnsupportedFormat {
        what: what.to_owned(),
        found: found.into(),
        supported: supported.into(),
    })
}

/// The first position as damaged bytes state it; 0 when they do not even do that.
fn claimed_first(bytes: &[u8]) -> Position {
    let mut reader = Reader::new(bytes);
    let first = Preamble::read(&mut reader).and_then(|_| reader.uint());
    first.unwrap_or(0)
}

/// Reads everything after the preamble. `sealed` is the whole batch but its checksum.
fn read_contents(
    reader: &mut Reader<'_>,
    sealed: &[u8],
    preamble: &Preamble,
) -> Result<Contents, Damaged> {
    let first = reader.uint()?;
    let count = reader.count()?;
    let old = match preamble.format {
        1 => count,
        _ => reader.count()?,
    };
    if first == 0 || count == 0 || old > count || first.checked_add(count as u64).is_none() {
        return Err(Damaged);
    }
    let previous = Hash(reader.array()?);
    let head = Hash(reader.array()?);
    let strings = Strings::read(reader)?;
    let place = |reader: &Reader<'_>| sealed.len() - reader.remaining();
    let event_ids = place(reader);
    reader.raw(count.checked_mul(16).ok_or(Damaged)?)?;
    let short_hashes = place(reader);
    reader.raw(count.checked_mul(4).ok_or(Damaged)?)?;
    // Twenty bytes of each event have been seen, so this stays in proportion.
    let mut rows = vec![Row::default(); count];
    read_columns(reader, &strings, &mut rows)?;
    let tags = read_tags(reader, &strings, &rows)?;
    let payloads = place(reader);
    Ok(Contents {
        first,
        previous,
        head,
        old,
        strings,
        rows,
        tags,
        event_ids,
        short_hashes,
        payloads,
        codec: preamble.codec,
    })
}

/// Puts each row's number of a column where it belongs, if all are of 32 bits without sign.
fn fill(
    rows: &mut [Row],
    numbers: &[i64],
    mut put: impl FnMut(&mut Row, u32) -> Result<(), Damaged>,
) -> Result<(), Damaged> {
    for (row, number) in rows.iter_mut().zip(numbers) {
        put(row, u32::try_from(*number).map_err(|_| Damaged)?)?;
    }
    Ok(())
}

#[inline(never)]
fn read_columns(
    reader: &mut Reader<'_>,
    strings: &Strings,
    rows: &mut [Row],
) -> Result<(), Damaged> {
    type Field = fn(&mut Row) -> &mut u32;
    let mut columns = ColumnReader::new(reader, rows.len())?;
    let references: [(bool, Field); 5] = [
        (true, |row| &mut row.event_type),
        (true, |row| &mut row.stream),
        (false, |row| &mut row.correlation),
        (false, |row| &mut row.causation),
        (false, |row| &mut row.command),
    ];
    for (required, field) in references {
        fill(rows, columns.differences()?, |row, reference| {
            if reference as usize > strings.len() || (required && reference == 0) {
                return Err(Damaged);
            }
            *field(row) = reference;
            Ok(())
        })?;
    }
    fill(rows, columns.differences()?, |row, schema_version| {
        row.schema_version = schema_version;
        Ok(())
    })?;
    read_versions(rows, columns.column()?, strings.len())?;
    read_times(rows, &mut columns)?;
    read_sizes(rows, &mut columns)?;
    columns.finish()
}

#[inline(never)]
fn read_versions(rows: &mut [Row], differences: &[i64], strings: usize) -> Result<(), Damaged> {
    let mut latest = vec![NO_STREAM; strings + 1];
    for (row, difference) in rows.iter_mut().zip(differences) {
        let latest = latest.get_mut(row.stream as usize).ok_or(Damaged)?;
        *latest = latest.wrapping_add(*difference);
        row.version = *latest;
        if row.version < 0 {
            return Err(Damaged);
        }
    }
    Ok(())
}

#[inline(never)]
fn read_times(rows: &mut [Row], columns: &mut ColumnReader<'_, '_>) -> Result<(), Damaged> {
    let moment = |millis| {
        let moment = Timestamp::from_millis(millis);
        if moment.as_millis() == millis {
            Ok(moment)
        } else {
            Err(Damaged)
        }
    };
    for (row, millis) in rows.iter_mut().zip(columns.differences()?) {
        row.occurred_at = moment(*millis)?;
    }
    let mut before = rows.first().map_or(0, |row| row.occurred_at.as_millis());
    for (row, difference) in rows.iter_mut().zip(columns.column()?) {
        before = before.wrapping_add(*difference);
        row.recorded_at = moment(before)?;
    }
    Ok(())
}

#[inline(never)]
fn read_sizes(rows: &mut [Row], columns: &mut ColumnReader<'_, '_>) -> Result<(), Damaged> {
    let mut tags = 0_u32;
    fill(rows, columns.differences()?, |row, count| {
        tags = tags.checked_add(count).ok_or(Damaged)?;
        row.tags_end = tags;
        Ok(())
    })?;
    // Its length first: where it starts is known once metadata is.
    fill(rows, columns.differences()?, |row, length| {
        row.data_end = length;
        Ok(())
    })?;
    let mut end = 0_u32;
    fill(rows, columns.differences()?, |row, metadata| {
        row.data_start = end;
        row.data_end = end.checked_add(row.data_end).ok_or(Damaged)?;
        row.metadata = metadata;
        let length = metadata.saturating_sub(1);
        end = row.data_end.checked_add(length).ok_or(Damaged)?;
        Ok(())
    })
}

#[inline(never)]
fn read_tags(
    reader: &mut Reader<'_>,
    strings: &Strings,
    rows: &[Row],
) -> Result<Vec<u32>, Damaged> {
    let count = rows.last().map_or(0, |row| row.tags_end as usize);
    if count > reader.remaining() {
        return Err(Damaged);
    }
    let mut tags = Vec::with_capacity(count);
    let mut number = 0_i64;
    for _ in 0..count {
        number = number.wrapping_add(reader.int()?);
        let tag = u32::try_from(number).map_err(|_| Damaged)?;
        if tag as usize >= strings.len() {
            return Err(Damaged);
        }
        tags.push(tag);
    }
    Ok(tags)
}
