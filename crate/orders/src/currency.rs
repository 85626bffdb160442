//! Currencies by their ISO 4217 codes, and how many decimals each has.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use daybook_core::json::{FromJson, Malformed, Reader, ToJson, Writer};

/// Code and decimals ("minor unit") after ISO 4217, in the order of the codes.
const KNOWN: [(&str, u8); 34] = [
    ("AED", 2),
    ("ARS", 2),
    ("AUD", 2),
    ("BHD", 3),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CLP", 0),
    ("CNY", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("HUF", 2),
    ("ILS", 2),
    ("INR", 2),
    ("ISK", 0),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("MXN", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("PLN", 2),
    ("RON", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TND", 3),
    ("TRY", 2),
    ("USD", 2),
    ("VND", 0),
    ("ZAR", 2),
];

/// How many decimals a currency is shown with when this build does not know it.
const DECIMALS_WHEN_UNKNOWN: u8 = 2;

/// A currency: three capital letters, in three bytes.
#[derive(Clone, Copy)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Compared as a number: all three letters at once.
    const fn number(self) -> u32 {
        let [first, second, third] = self.0;
        u32::from_be_bytes([0, first, second, third])
    }

    /// What orders were placed in before events said so.
    pub const USD: Self = Self(*b"USD");

    /// Every currency orders can be placed in.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN
            .iter()
            .filter_map(|(code, _)| Self::from_recorded(code))
    }

    /// The currency `code`, if orders can be placed in it; exact, in capital letters.
    ///
    /// ```
    /// use daybook_orders::Currency;
    /// assert_eq!(Currency::from_code("KWD").map(Currency::decimals), Some(3));
    /// assert_eq!(Currency::from_code("kwd"), None);
    /// ```
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::from_recorded(code).filter(|currency| currency.known().is_some())
    }

    /// The currency of a recorded event: any three capital letters, so that history stays readable
    /// when the list changes.
    #[must_use]
    pub fn from_recorded(code: &str) -> Option<Self> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(code))
    }

    /// The currency with these bytes, as [`bytes`](Self::bytes) gave them.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 3]) -> Option<Self> {
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(bytes))
    }

    /// Its code as three ASCII bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 3] {
        self.0
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals its amounts have: 0 to 3.
    #[must_use]
    pub fn decimals(self) -> u8 {
        self.known().unwrap_or(DECIMALS_WHEN_UNKNOWN)
    }

    fn known(self) -> Option<u8> {
        KNOWN
            .iter()
            .find_map(|(code, decimals)| (code.as_bytes() == self.0).then_some(*decimals))
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Currency {}

impl Hash for Currency {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    /// As their codes are ordered.
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl ToJson for Currency {
    fn write_json(&self, json: &mut Writer) {
        json.string(self.code());
    }
}

impl FromJson<'_> for Currency {
    /// As recorded: [`Currency::from_recorded`].
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let code = reader.string()?;
        Self::from_recorded(&code)
            .ok_or_else(|| reader.malformed("a currency of three capital letters"))
    }
}
