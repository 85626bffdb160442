//! What is stored of a projection: the records' keys, and the checkpoint record.
//!
//! Under `projection/` lie
//! - `checkpoint/<name>/v<version>/<position>`: how far the fold had come, and which page records
//!   hold its rows;
//! - `page/<name>/v<version>/<number>/<position>-<fingerprint>`: a page's bytes, under the position
//!   of the save that wrote it and the fingerprint of its bytes. Such a record never changes once it
//!   is written.
//!
//! A checkpoint record: format (byte), position, id of the event there (16 bytes), the skipped kinds
//! of events (count; type, schema version, how many), the pages (count; number, position,
//! fingerprint in 8 bytes little-endian), the preview of the rows (blob), then the fingerprint of
//! all this in 8 bytes.

use uuid::Uuid;

use super::Skipped;
use super::fingerprint::fingerprint;
use crate::Position;
use crate::codec::{Damaged, Reader, Writer};
use crate::limits::MAX_POSITION;
use crate::sorted::SortedMap;

const FORMAT: u8 = 2;

/// How far a fold has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Checkpoint {
    /// Every event up to here is folded, or counted as skipped.
    pub(super) position: Position,
    /// The event at `position`; none at 0. Tells whether this is still the log that was folded.
    pub(super) last_event: Option<Uuid>,
    /// The kinds of events that were skipped, ordered by type and schema version.
    pub(super) skipped: Vec<Skipped>,
}

/// One version of one page's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PageId {
    /// Where the fold stood when these bytes were taken.
    pub(super) position: Position,
    /// Of the bytes.
    pub(super) fingerprint: u64,
}

/// What a checkpoint record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saving {
    pub(super) at: Checkpoint,
    pub(super) pages: Manifest,
    /// What can be shown before the pages are read, as the projection writes it.
    pub(super) preview: Vec<u8>,
}

/// Which records hold a projection's rows, by the number of the page.
pub(super) type Manifest = SortedMap<u32, PageId>;

impl Checkpoint {
    /// Counts an event as skipped.
    pub(super) fn skip(&mut self, event_type: &str, schema_version: u32) {
        let place = self.skipped.binary_search_by(|skipped| {
            (skipped.event_type.as_str(), skipped.schema_version).cmp(&(event_type, schema_version))
        });
        match place {
            Ok(index) => {
                if let Some(skipped) = self.skipped.get_mut(index) {
                    skipped.count = skipped.count.saturating_add(1);
                }
            }
            Err(index) => self.skipped.insert(
                index,
                Skipped {
                    event_type: event_type.to_owned(),
                    schema_version,
                    count: 1,
                },
            ),
        }
    }

    /// The checkpoint record.
    pub(super) fn encode(&self, pages: &Manifest, preview: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.byte(FORMAT);
        writer.uint(self.position);
        writer.raw(self.last_event.unwrap_or_default().as_bytes());
        writer.count(self.skipped.len());
        for skipped in &self.skipped {
            writer.text(&skipped.event_type);
            writer.uint(u64::from(skipped.schema_version));
            writer.uint(skipped.count);
        }
        writer.count(pages.len());
        for (number, id) in pages.as_slice() {
            writer.uint(u64::from(*number));
            writer.uint(id.position);
            writer.raw(&id.fingerprint.to_le_bytes());
        }
        writer.blob(preview);
        let check = fingerprint(writer.as_bytes());
        writer.raw(&check.to_le_bytes());
        writer.into_bytes()
    }
}

impl Saving {
    /// Reads a checkpoint record.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Damaged> {
        let (body, check) = bytes.split_last_chunk::<8>().ok_or(Damaged)?;
        if fingerprint(body).to_le_bytes() != *check {
            return Err(Damaged);
        }
        let mut reader = Reader::new(body);
        if reader.byte()? != FORMAT {
            return Err(Damaged);
        }
        let position = reader.uint()?;
        if position > MAX_POSITION {
            return Err(Damaged);
        }
        let last_event = Some(Uuid::from_bytes(reader.array()?));
        let mut skipped = Vec::new();
        for _ in 0..reader.count()? {
            skipped.push(Skipped {
                event_type: reader.text()?.to_owned(),
                schema_version: reader.uint32()?,
                count: reader.uint()?,
            });
        }
        let mut pages = Manifest::new();
        for _ in 0..reader.count()? {
            let number = reader.uint32()?;
            let id = PageId {
                position: reader.uint()?,
                fingerprint: u64::from_le_bytes(reader.array()?),
            };
            pages.insert(number, id);
        }
        let preview = reader.blob()?.to_vec();
        reader.end()?;
        let at = Checkpoint {
            position,
            last_event,
            skipped,
        };
        Ok(Self { at, pages, preview })
    }
}

impl PageId {
    /// Of `bytes`, taken where the fold stood at `position`.
    pub(super) fn of(position: Position, bytes: &[u8]) -> Self {
        Self {
            position,
            fingerprint: fingerprint(bytes),
        }
    }

    /// Whether `bytes` are those that were saved.
    pub(super) fn holds(&self, bytes: &[u8]) -> bool {
        self.fingerprint == fingerprint(bytes)
    }
}

/// What a record is, as its key tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Checkpoint { version: u32, position: Position },
    Page { number: u32, id: PageId },
}

/// What the keys of all checkpoints begin with.
pub(super) const CHECKPOINTS: &str = "projection/checkpoint/";

/// What the keys of a projection's checkpoints begin with.
pub(super) fn checkpoints_prefix(name: &str) -> String {
    format!("projection/checkpoint/{name}/")
}

/// What the keys of a projection's pages of one version begin with.
pub(super) fn pages_prefix(name: &str, version: u32) -> String {
    format!("projection/page/{name}/v{version}/")
}

/// What the keys of a projection's records of one version begin with.
pub(super) fn version_prefixes(name: &str, version: u32) -> [String; 2] {
    let checkpoints = checkpoints_prefix(name);
    [
        format!("{checkpoints}v{version}/"),
        pages_prefix(name, version),
    ]
}

pub(super) fn checkpoint_key(name: &str, version: u32, position: Position) -> String {
    format!("projection/checkpoint/{name}/v{version}/{position:010}")
}

pub(super) fn page_key(name: &str, version: u32, number: u32, id: PageId) -> String {
    let pages = pages_prefix(name, version);
    format!(
        "{pages}{number:06}/{:010}-{:016x}",
        id.position, id.fingerprint
    )
}

/// Reads a key of the projection `name`; `None` when it is none.
pub(super) fn parse_key(name: &str, key: &str) -> Option<Key> {
    let mut parts = key.strip_prefix("projection/")?.split('/');
    let kind = parts.next()?;
    if parts.next()? != name {
        return None;
    }
    let version = parts.next()?.strip_prefix('v')?.parse().ok()?;
    let found = match kind {
        "checkpoint" => Key::Checkpoint {
            version,
            position: parts.next()?.parse().ok()?,
        },
        "page" => {
            let number = parts.next()?.parse().ok()?;
            let (position, fingerprint) = parts.next()?.split_once('-')?;
            let id = PageId {
                position: position.parse().ok()?,
                fingerprint: u64::from_str_radix(fingerprint, 16).ok()?,
            };
            Key::Page { number, id }
        }
        _ => return None,
    };
    parts.next().is_none().then_some(found)
}
