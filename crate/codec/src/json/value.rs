//! A JSON document that can be changed.

use core::fmt;

use super::{Malformed, Reader, Writer};

/// Any JSON value. Numbers are kept as they are written, so nothing is lost in passing.
///
/// ```
/// use daybook_codec::json::Value;
///
/// let mut event = Value::parse(r#"{"price": 1.10, "name": "pen"}"#)?;
/// if let Some(event) = event.as_object_mut() {
///     event.insert("currency", Value::from("USD"));
/// }
/// assert_eq!(event.to_string(), r#"{"price":1.10,"name":"pen","currency":"USD"}"#);
/// # Ok::<(), daybook_codec::json::Malformed>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// The keys and values of a JSON object, in the order they are written. Of a key that is given
/// twice, the last value counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object(Vec<(String, Value)>);

impl Value {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Malformed`] when `text` is not one JSON value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::new(text);
        let value = Self::read(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// Reads the next value. Recursion is bounded by the reader's limit on nesting.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match reader.peek() {
            Some(b'{') => {
                let mut object = Object::default();
                reader.begin_object()?;
                while let Some(key) = reader.next_key()? {
                    object.0.push((key.into_owned(), Self::read(reader)?));
                }
                Self::Object(object)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                reader.begin_array()?;
                while reader.next_item()? {
                    items.push(Self::read(reader)?);
                }
                Self::Array(items)
            }
            Some(b'"') => Self::String(reader.string()?.into_owned()),
            Some(b't' | b'f') => Self::Boolean(reader.boolean()?),
            Some(b'n') if reader.null() => Self::Null,
            _ => Self::Number(reader.raw()?.to_owned()),
        })
    }

    /// Writes the document.
    pub fn write(&self, json: &mut Writer) {
        match self {
            Self::Null => {
                json.null();
            }
            Self::Boolean(value) => {
                json.boolean(*value);
            }
            Self::Number(text) => {
                json.raw(text);
            }
            Self::String(text) => {
                json.string(text);
            }
            Self::Array(items) => {
                json.begin_array();
                for item in items {
                    item.write(json);
                }
                json.end_array();
            }
            Self::Object(object) => {
                json.begin_object();
                for (key, value) in &object.0 {
                    value.write(json.key(key));
                }
                json.end_object();
            }
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number of 0 or more.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// An object.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// An object, to be changed.
    #[must_use]
    pub const fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Object {
    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let mut latest_first = self.0.iter().rev();
        latest_first.find_map(|(own, value)| (own == key).then_some(value))
    }

    /// Puts `value` under `key`: in place of the one before, or behind all others.
    pub fn insert(&mut self, key: impl Into<String>, value: Value) {
        let key = key.into();
        match self.0.iter_mut().rfind(|(own, _)| *own == key) {
            Some((_, place)) => *place = value,
            None => self.0.push((key, value)),
        }
    }

    /// Takes the value under `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let mut removed = None;
        for (_, value) in self.0.extract_if(.., |(own, _)| own == key) {
            removed = Some(value);
        }
        removed
    }
}

impl<K: Into<String>, const N: usize> From<[(K, Value); N]> for Value {
    fn from(fields: [(K, Self); N]) -> Self {
        let mut object = Object::default();
        for (key, value) in fields {
            object.insert(key, value);
        }
        Self::Object(object)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::Array(items)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = Writer::new();
        self.write(&mut json);
        f.write_str(json.as_str())
    }
}
