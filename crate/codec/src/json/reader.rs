//! Reading JSON text value by value.

use std::borrow::Cow;

use super::scan::{
    begins_with, malformed, number_end, plain_end, space_end, string_end, value_end,
};
use super::{MAX_DEPTH, Malformed, Problem};

/// Reads values off the front of JSON text, borrowing from it what needs no unescaping. After an
/// error it is of no further use.
///
/// ```
/// use daybook_codec::json::{Malformed, Reader};
///
/// let mut reader = Reader::new(r#"{"id": "a-1", "more": [true], "quantity": 2}"#);
/// let (mut id, mut quantity) = (None, None);
/// reader.begin_object()?;
/// while let Some(key) = reader.next_key()? {
///     match &*key {
///         "id" => id = Some(reader.string()?),
///         "quantity" => quantity = Some(reader.unsigned()?),
///         _ => reader.skip()?,
///     }
/// }
/// reader.end()?;
/// assert_eq!((id.as_deref(), quantity), (Some("a-1"), Some(2)));
/// # Ok::<(), Malformed>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// Whether an array or object has just begun, so that no comma comes before what it holds.
    begun: bool,
}

impl<'a> Reader<'a> {
    /// Before the first value of `text`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            begun: false,
        }
    }

    /// How many bytes of the text have been read.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The error of a value that was read, and is not `expected`.
    #[must_use]
    pub fn malformed(&self, expected: &'static str) -> Malformed {
        malformed(self.at, expected)
    }

    /// What was read of the value under `key`, which the object that was left must have had.
    ///
    /// # Errors
    /// [`Malformed`] when `value` is `None`.
    pub fn required<T>(&self, value: Option<T>, key: &'static str) -> Result<T, Malformed> {
        value.ok_or_else(|| Malformed::new(self.at, Problem::Missing(key)))
    }

    /// The error of a key that was read, and means nothing.
    #[must_use]
    pub fn unknown(&self) -> Malformed {
        Malformed::new(self.at, Problem::Unknown)
    }

    /// Enters an object; [`next_key`](Self::next_key) goes through it.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none, or is nested deeper than [`MAX_DEPTH`].
    pub fn begin_object(&mut self) -> Result<(), Malformed> {
        self.begin(b'{', "an object")
    }

    /// Enters an array; [`next_item`](Self::next_item) goes through it.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none, or is nested deeper than [`MAX_DEPTH`].
    pub fn begin_array(&mut self) -> Result<(), Malformed> {
        self.begin(b'[', "an array")
    }

    /// The next key of the object that was entered; its value must be read before the next is asked
    /// for. `None` at the object's end, which is left by that.
    ///
    /// # Errors
    /// [`Malformed`] when neither follows.
    pub fn next_key(&mut self) -> Result<Option<Cow<'a, str>>, Malformed> {
        if !self.continues(b'}')? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.malformed("a key"));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.malformed("a colon"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether the array that was entered holds another value, which must be read before this is
    /// asked again; at its end, the array is left.
    ///
    /// # Errors
    /// [`Malformed`] when neither a value nor the end follows.
    pub fn next_item(&mut self) -> Result<bool, Malformed> {
        self.continues(b']')
    }

    /// Reads a string.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none, or an escape stands for half a surrogate pair.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        if self.peek() != Some(b'"') {
            return Err(self.malformed("a string"));
        }
        let start = self.at + 1;
        let (end, escaped) = string_end(self.text.as_bytes(), start)?;
        let content = self.text.get(start..end).unwrap_or_default();
        self.at = end + 1;
        if escaped {
            let unescaped = unescape(content);
            let whole = "a string without halves of surrogate pairs";
            return unescaped
                .map(Cow::Owned)
                .ok_or_else(|| malformed(start, whole));
        }
        Ok(Cow::Borrowed(content))
    }

    /// Reads a whole number of 0 or more.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none, or 2⁶⁴ or more.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        let expected = "a whole number of 0 or more";
        self.number(expected)?
            .parse()
            .map_err(|_| self.malformed(expected))
    }

    /// Reads a whole number.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none, or beyond what 64 bits hold.
    pub fn signed(&mut self) -> Result<i64, Malformed> {
        let expected = "a whole number";
        self.number(expected)?
            .parse()
            .map_err(|_| self.malformed(expected))
    }

    /// Reads a whole number of 0 to 2³² − 1.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is none.
    pub fn unsigned32(&mut self) -> Result<u32, Malformed> {
        let value = self.unsigned()?;
        u32::try_from(value).map_err(|_| self.malformed("a whole number below 2^32"))
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// [`Malformed`] when the next value is neither.
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        for (word, value) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Ok(value);
            }
        }
        Err(self.malformed("true or false"))
    }

    /// Reads `null`, if that comes next; nothing is read otherwise.
    pub fn null(&mut self) -> bool {
        self.word("null")
    }

    /// Passes over `text` if it comes next, byte for byte, and nothing otherwise. For text that is
    /// known in advance, such as the keys of what one's own writer wrote: nothing about brackets and
    /// commas is checked then, so that whoever begins with this goes on with it.
    pub fn literal(&mut self, text: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let follows = begins_with(rest, text.as_bytes());
        if follows {
            self.at += text.len();
        }
        follows
    }

    /// Passes over the plain characters that come next, up to a quote, an escape or a control
    /// character, and gives them. For the content of a string that a [`literal`](Self::literal) began.
    pub fn plain(&mut self) -> &'a str {
        let start = self.at;
        self.at = plain_end(self.text.as_bytes(), start);
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Reads any value, and gives its text as it stands.
    ///
    /// # Errors
    /// [`Malformed`] when it is no value, or nested deeper than [`MAX_DEPTH`].
    pub fn raw(&mut self) -> Result<&'a str, Malformed> {
        self.peek();
        let start = self.at;
        self.at = value_end(self.text.as_bytes(), start)?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Reads any value.
    ///
    /// # Errors
    /// [`Malformed`] when it is no value, or nested deeper than [`MAX_DEPTH`].
    pub fn skip(&mut self) -> Result<(), Malformed> {
        self.raw().map(|_| ())
    }

    /// The first byte of the next value or of what follows instead; `None` at the text's end.
    pub fn peek(&mut self) -> Option<u8> {
        self.at = space_end(self.text.as_bytes(), self.at);
        self.text.as_bytes().get(self.at).copied()
    }

    /// Checks that nothing follows.
    ///
    /// # Errors
    /// [`Malformed`] when something does.
    pub fn end(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.malformed("nothing more")),
        }
    }

    fn begin(&mut self, bracket: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(bracket) {
            return Err(self.malformed(expected));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.malformed("less nesting"));
        }
        self.at += 1;
        self.depth += 1;
        self.begun = true;
        Ok(())
    }

    /// Whether something follows in the array or object; leaves it where `bracket` ends it.
    fn continues(&mut self, bracket: u8) -> Result<bool, Malformed> {
        let begun = core::mem::take(&mut self.begun);
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            _ if begun => Ok(true),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.malformed("a comma or an end")),
        }
    }

    /// The text of a number; what kind it must be is `expected`.
    fn number(&mut self, expected: &'static str) -> Result<&'a str, Malformed> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.malformed(expected));
        }
        let start = self.at;
        self.at = number_end(self.text.as_bytes(), start)?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let follows = rest.starts_with(word);
        if follows {
            self.at += word.len();
        }
        follows
    }
}

/// The content of a string with its escapes, which are known to be whole, replaced by what they
/// stand for; `None` when one is half a surrogate pair.
#[cold]
#[inline(never)]
fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while !rest.is_empty() {
        let (plain, escape) = rest.split_at_checked(plain_end(rest.as_bytes(), 0))?;
        text.push_str(plain);
        let Some(letter) = escape.as_bytes().get(1) else {
            break;
        };
        let (character, length) = match letter {
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'u' => unicode(escape)?,
            other => (char::from(*other), 2),
        };
        text.push(character);
        rest = escape.get(length..)?;
    }
    Some(text)
}

/// The character of a `\u` escape, or of two that are a surrogate pair, and their length.
fn unicode(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u32::from_str_radix(escape.get(at..at + 4)?, 16).ok();
    let high = unit(2)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, 6));
    }
    let low = (escape.get(6..8)? == "\\u").then(|| unit(8)).flatten()?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    let code = 0x1_0000 + ((high - 0xd800) << 10) + low;
    Some((char::from_u32(code)?, 12))
}
