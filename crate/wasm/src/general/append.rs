//! Appends. Several, or a long one, cross as bytes, since a string is copied once more; a short one by
//! itself as a string, which takes fewer crossings.

use core::hint::black_box;

use daybook_core::store::{Append, Appended, Payloads};
use daybook_core::{Error, Result, Timestamp};
use daybook_indexeddb::spawn;
use wasm_bindgen::prelude::wasm_bindgen;

use super::input::{self, Defaults};
use super::output;
use crate::handle::{Answer, Handle, carry_out, unknown};
use crate::input::parse;

#[wasm_bindgen]
impl Handle {
    /// Makes several appends, each for itself, at `now`, in milliseconds since 1970: JSON texts as
    /// UTF-8, one behind the other, of which each ends where `ends` says. Events without an id get
    /// one of `random`, 16 bytes for each. Gives the answers as the JSON text of an array; or, of an
    /// append that is the only one and plain, in numbers.
    pub fn append(&self, input: &[u8], ends: &[u32], random: &[u8], now: f64, answer: Answer) {
        let mut defaults = Defaults::new(random, from_millis(now));
        let (appends, malformed) = read(input, ends, &mut defaults);
        self.carry_out_appends(appends, malformed, answer);
    }

    /// Makes one append, as [`append`](Self::append) does.
    #[wasm_bindgen(js_name = appendOne)]
    pub fn append_one(&self, input: &str, random: &[u8], now: f64, answer: Answer) {
        let mut defaults = Defaults::new(random, from_millis(now));
        let (append, malformed) = match read_one(input, &mut defaults) {
            Ok(append) => (vec![append], Vec::new()),
            Err(error) => (Vec::new(), vec![(0, error)]),
        };
        self.carry_out_appends(append, malformed, answer);
    }
}

impl Handle {
    fn carry_out_appends(&self, appends: Vec<Append>, malformed: Vec<Malformed>, answer: Answer) {
        let Some(store) = self.0.store() else {
            return carry_out(Box::pin(async { Err(unknown("append")) }), answer);
        };
        let store = store.clone();
        spawn(Box::pin(async move {
            let mut answers = store.append_each(appends, Payloads::Read).await;
            for (place, error) in malformed {
                answers.insert(place, Err(error));
            }
            match plain(&answers) {
                Some((position, version)) => answer.appended(position, version),
                None => answer.resolve(output::answers(&answers).into()),
            }
        }));
    }
}

/// Where the events of an append stand that is the only one, and to a single stream: of those there are
/// most, one after the other.
#[allow(
    clippy::cast_precision_loss,
    reason = "positions and versions are below 2^53"
)]
fn plain(answers: &[Result<Appended>]) -> Option<(f64, f64)> {
    let [Ok(appended)] = answers else { return None };
    match &*appended.streams {
        [(_, version)] if !appended.repeated => Some((appended.last as f64, *version as f64)),
        _ => None,
    }
}

/// How much memory is asked for at once when there is less, for calls from a certain size on.
const ROOM_BYTES: usize = 1024 * 1024;
const LARGE_INPUT_BYTES: usize = 64 * 1024;

/// Makes sure of some room in memory: each growth of a WebAssembly's memory takes a tenth of a
/// millisecond, however small it is, and a long import would have it grow a page at a time.
fn make_room() {
    drop(black_box(Vec::<u8>::with_capacity(ROOM_BYTES)));
}

/// What is wrong with an append, and its place.
type Malformed = (usize, Box<Error>);

/// Reads each append that can be read; the others are to be answered by what is wrong with them.
fn read(input: &[u8], ends: &[u32], defaults: &mut Defaults<'_>) -> (Vec<Append>, Vec<Malformed>) {
    if input.len() >= LARGE_INPUT_BYTES {
        make_room();
    }
    let (mut appends, mut malformed) = (Vec::with_capacity(ends.len()), Vec::new());
    let mut start = 0;
    for (place, end) in ends.iter().enumerate() {
        let bytes = input.get(start..*end as usize).unwrap_or_default();
        start = *end as usize;
        match utf8(bytes).and_then(|text| read_one(text, defaults)) {
            Ok(append) => appends.push(append),
            Err(error) => malformed.push((place, error)),
        }
    }
    (appends, malformed)
}

fn read_one(text: &str, defaults: &mut Defaults<'_>) -> Result<Append> {
    parse("append", text, |reader| input::append(reader, defaults))
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    str::from_utf8(bytes).map_err(|_| Error::invalid("input", "must be UTF-8"))
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a moment's milliseconds are whole and far below 2^53"
)]
fn from_millis(millis: f64) -> Timestamp {
    Timestamp::from_millis(millis as i64)
}
