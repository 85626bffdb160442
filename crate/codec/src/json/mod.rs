//! JSON, as far as a log of events needs it.
//!
//! Data is JSON text and is kept byte for byte, so what is asked of it most often is whether it is
//! JSON at all, and for a few of its fields. [`Reader`] does both in one pass without building
//! anything, [`Writer`] writes text, and [`Value`] is a document for upcasters to change.
//!
//! Why not a library: this code is most of what an append and a fold cost, and most of what a
//! download carried before; docs/performance.md has the figures.

mod reader;
mod scan;
#[cfg(test)]
mod tests;
mod value;
mod writer;

use core::fmt;

pub use reader::Reader;
pub use value::{Object, Value};
pub use writer::{Whole, Writer};

/// How deeply arrays and objects may be nested.
pub const MAX_DEPTH: u32 = 128;

/// Text that is not the JSON it should be.
///
/// A pointer to the [`Misread`]: every reader passes it on, few ever hold one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(Box<Misread>);

/// Where a text was found [`Malformed`], and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misread {
    /// How many bytes of the text had been read.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

impl Malformed {
    #[cold]
    fn new(at: usize, problem: Problem) -> Self {
        Self(Box::new(Misread { at, problem }))
    }
}

impl core::ops::Deref for Malformed {
    type Target = Misread;

    fn deref(&self) -> &Misread {
        &self.0
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Something else should have been there, such as `a string`.
    Expected(&'static str),
    /// An object does not have this key.
    Missing(&'static str),
    /// An object has a key that means nothing.
    Unknown,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Expected(what) => write!(f, "expected {what}"),
            Problem::Missing(key) => write!(f, "'{key}' must be given"),
            Problem::Unknown => f.write_str("is not known"),
        }
    }
}

impl core::error::Error for Malformed {}

/// What can be written as JSON.
pub trait ToJson {
    /// Writes it as one value.
    fn write_json(&self, json: &mut Writer);

    /// Its text.
    fn to_json(&self) -> String {
        let mut json = Writer::new();
        self.write_json(&mut json);
        json.into_string()
    }
}

/// What can be read from JSON.
pub trait FromJson<'a>: Sized {
    /// Reads it as one value.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is not one of it.
    fn read_json(reader: &mut Reader<'a>) -> Result<Self, Malformed>;

    /// Reads it from a text that holds nothing else.
    ///
    /// # Errors
    /// [`Malformed`] when it does not hold one.
    fn from_json(text: &'a str) -> Result<Self, Malformed> {
        let mut reader = Reader::new(text);
        let value = Self::read_json(&mut reader)?;
        reader.end()?;
        Ok(value)
    }
}
