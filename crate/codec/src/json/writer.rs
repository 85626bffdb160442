//! Writing JSON text.

use core::fmt::{Display, Write as _};

use super::scan::plain_end;

/// JSON text in the making. Commas come by themselves.
///
/// ```
/// use daybook_codec::json::Writer;
///
/// let mut json = Writer::new();
/// json.begin_object().key("name").string("A \"pen\"").key("pieces").number(12);
/// json.key("tags").begin_array().string("new").null().end_array().end_object();
/// assert_eq!(json.into_string(), r#"{"name":"A \"pen\"","pieces":12,"tags":["new",null]}"#);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Writer(String);

impl Writer {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Nothing yet, with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Makes room for so many bytes more.
    pub fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    /// What has been written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What has been written.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Begins an object; keys and values follow, in turns.
    pub fn begin_object(&mut self) -> &mut Self {
        self.separate();
        self.0.push('{');
        self
    }

    /// Ends an object.
    pub fn end_object(&mut self) -> &mut Self {
        self.0.push('}');
        self
    }

    /// Begins an array; values follow.
    pub fn begin_array(&mut self) -> &mut Self {
        self.separate();
        self.0.push('[');
        self
    }

    /// Ends an array.
    pub fn end_array(&mut self) -> &mut Self {
        self.0.push(']');
        self
    }

    /// Writes a key; its value follows.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.0.push(':');
        self
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.0.push('"');
        self.escape(text);
        self.0.push('"');
        self
    }

    /// Writes a string that needs no escapes.
    pub fn unescaped(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.0.push('"');
        self.0.push_str(text);
        self.0.push('"');
        self
    }

    /// Writes what `value` displays as a string; it must need no escapes.
    pub fn plain(&mut self, value: impl Display) -> &mut Self {
        self.separate();
        self.0.push('"');
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{value}");
        self.0.push('"');
        self
    }

    /// Writes a string, or `null`.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    /// Writes a whole number.
    pub fn number(&mut self, number: impl Whole) -> &mut Self {
        let (negative, digits) = number.sign_and_digits();
        self.separate();
        if negative {
            self.0.push('-');
        }
        self.digits(digits);
        self
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.raw("null")
    }

    /// Writes a value whose text is known to be JSON.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.0.push_str(json);
        self
    }

    /// Digits one by one: `Display` would cost more than the whole value around them.
    fn digits(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        for digit in digits.iter_mut().rev() {
            // A remainder of ten fits.
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            start -= 1;
            if number == 0 {
                break;
            }
        }
        let digits = digits.get(start..).unwrap_or_default();
        self.0
            .push_str(core::str::from_utf8(digits).unwrap_or_default());
    }

    /// A comma, unless this is the first in its array or object, or the value of a key.
    fn separate(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }

    fn escape(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let end = plain_end(rest.as_bytes(), 0);
            let Some((plain, more)) = rest.split_at_checked(end) else {
                return;
            };
            self.0.push_str(plain);
            let Some(byte) = more.as_bytes().first() else {
                return;
            };
            let _ = match byte {
                8 => self.0.write_str("\\b"),
                9 => self.0.write_str("\\t"),
                10 => self.0.write_str("\\n"),
                12 => self.0.write_str("\\f"),
                13 => self.0.write_str("\\r"),
                control @ ..0x20 => write!(self.0, "\\u{control:04x}"),
                _ => write!(self.0, "\\{}", char::from(*byte)),
            };
            rest = more.get(1..).unwrap_or_default();
        }
    }
}

/// A whole number, as far as writing it goes.
pub trait Whole {
    /// Whether it is below zero, and its digits.
    fn sign_and_digits(self) -> (bool, u64);
}

macro_rules! whole {
    ($($unsigned:ty),*; $($signed:ty),*) => {
        $(impl Whole for $unsigned {
            fn sign_and_digits(self) -> (bool, u64) {
                (false, self.into())
            }
        })*
        $(impl Whole for $signed {
            fn sign_and_digits(self) -> (bool, u64) {
                (self < 0, self.unsigned_abs().into())
            }
        })*
    };
}

whole!(u8, u16, u32, u64; i8, i16, i32, i64);

impl Whole for usize {
    fn sign_and_digits(self) -> (bool, u64) {
        (false, self as u64)
    }
}
