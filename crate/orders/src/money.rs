//! Money: exact decimals, from the text typed to the text shown. Nothing here rounds.

use core::fmt;

use daybook_core::codec::{Damaged, Reader, Writer};
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::currency::Currency;

/// The most digits a price may have before the point. With at most
/// [`MAX_ITEMS`](crate::commands::MAX_ITEMS) items of
/// [`MAX_QUANTITY`](crate::commands::MAX_QUANTITY), a total has at most 21.
pub const MAX_PRICE_DIGITS: usize = 12;
/// The most digits an amount may have before the point. Digits and decimals together always fit a
/// 96-bit mantissa, and 2³² such amounts sum up within an `i128` of millionths.
const MAX_DIGITS: usize = 22;
/// The most decimals an amount may have.
const MAX_DECIMALS: usize = 6;
const MILLION: u128 = 1_000_000;

/// Why a text is not an amount, or a sum has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Empty, an exponent, a sign, a comma, letters, white space …
    #[error("The amount must be a plain decimal number with a point, such as 44.98.")]
    NotPlain,
    /// Below zero.
    #[error("The amount must not be negative.")]
    Negative,
    /// More decimals than allowed.
    #[error("The amount has {found} decimals; at most {allowed} are possible here.")]
    TooPrecise {
        /// How many it has.
        found: usize,
        /// How many it may have.
        allowed: usize,
    },
    /// More digits before the point than allowed.
    #[error("The amount has more than {allowed} digits before the point.")]
    TooLarge {
        /// How many it may have.
        allowed: usize,
    },
    /// The exact result has too many digits.
    #[error("The amounts are too large to be computed exactly.")]
    Overflow,
}

/// An exact amount of money. Compares as a number: 44.9 equals 44.90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Nothing, with the decimals of `currency`.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self(Decimal::new(0, u32::from(currency.decimals())))
    }

    /// A price as typed: a plain decimal, 0 or more, of at most [`MAX_PRICE_DIGITS`] digits before
    /// the point and no more decimals than `currency` has, counted as they are written. The result
    /// has all the decimals of the currency.
    ///
    /// ```
    /// use daybook_orders::{Amount, Currency};
    /// let price = Amount::price("22.5", Currency::USD).unwrap();
    /// assert_eq!(price.to_string(), "22.50");
    /// assert!(Amount::price("1e5", Currency::USD).is_err());
    /// ```
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn price(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimals = usize::from(currency.decimals());
        Self::read(unsigned(text)?, MAX_PRICE_DIGITS, decimals)?.with_decimals(decimals)
    }

    /// An amount as typed, of whatever currency: a plain decimal, 0 or more. Zeros at the end do
    /// not count as decimals.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn payment(text: &str) -> Result<Self, MoneyError> {
        Self::read(without_zeros(unsigned(text)?, 0), MAX_DIGITS, MAX_DECIMALS)
    }

    /// An amount as recorded: a plain decimal, which may be negative. Its decimals are kept.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn recorded(text: &str) -> Result<Self, MoneyError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let amount = Self::read(
            without_zeros(digits, MAX_DECIMALS),
            MAX_DIGITS,
            MAX_DECIMALS,
        )?;
        Ok(if digits.len() == text.len() {
            amount
        } else {
            Self(-amount.0)
        })
    }

    fn read(text: &str, max_digits: usize, max_decimals: usize) -> Result<Self, MoneyError> {
        let (whole, fraction) = plain_parts(text).ok_or(MoneyError::NotPlain)?;
        let whole = whole.trim_start_matches('0');
        if whole.len() > max_digits {
            return Err(MoneyError::TooLarge {
                allowed: max_digits,
            });
        }
        if fraction.len() > max_decimals {
            return Err(MoneyError::TooPrecise {
                found: fraction.len(),
                allowed: max_decimals,
            });
        }
        let mantissa = whole
            .bytes()
            .chain(fraction.bytes())
            .fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        exactly(Some(mantissa), fraction.len())
    }

    fn with_decimals(self, decimals: usize) -> Result<Self, MoneyError> {
        let more = decimals.saturating_sub(self.decimals());
        exactly(
            power_of_ten(more).and_then(|ten| self.0.mantissa().checked_mul(ten)),
            self.decimals() + more,
        )
    }

    fn decimals(self) -> usize {
        self.0.scale() as usize
    }

    /// The exact sum.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it has too many digits.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        let decimals = self.decimals().max(other.decimals());
        let (a, b) = (
            self.with_decimals(decimals)?,
            other.with_decimals(decimals)?,
        );
        exactly(a.0.mantissa().checked_add(b.0.mantissa()), decimals)
    }

    /// The exact product with a quantity.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it has too many digits.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        exactly(
            self.0.mantissa().checked_mul(i128::from(quantity)),
            self.decimals(),
        )
    }

    /// The amount in millionths, exactly.
    #[must_use]
    pub fn millionths(self) -> i128 {
        let missing = MAX_DECIMALS.saturating_sub(self.decimals());
        // Never saturates: at most 22 digits before the point and 6 after it.
        self.0
            .mantissa()
            .saturating_mul(power_of_ten(missing).unwrap_or(1))
    }

    /// The text shown: at least the decimals of `currency`, more where the amount needs them.
    #[must_use]
    pub fn in_currency(self, currency: Currency) -> String {
        show(self.millionths(), currency)
    }

    /// Writes the amount, decimals kept.
    pub(crate) fn write(self, writer: &mut Writer) {
        const WIDE: u8 = 0x80;
        let decimals = u8::try_from(self.0.scale()).unwrap_or_default();
        if let Ok(mantissa) = i64::try_from(self.0.mantissa()) {
            writer.byte(decimals);
            writer.int(mantissa);
        } else {
            writer.byte(decimals | WIDE);
            writer.raw(&self.0.mantissa().to_le_bytes());
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let head = reader.byte()?;
        let mantissa = if head < 0x80 {
            i128::from(reader.int()?)
        } else {
            i128::from_le_bytes(reader.array()?)
        };
        let decimals = usize::from(head & 0x7f);
        if decimals > MAX_DECIMALS {
            return Err(Damaged);
        }
        exactly(Some(mantissa), decimals).map_err(|_| Damaged)
    }
}

/// A sum over any number of amounts, which cannot overflow: the log has at most 2³² events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sum(i128);

impl Sum {
    /// Adds an amount.
    pub fn add(&mut self, amount: Amount) {
        self.0 = self.0.saturating_add(amount.millionths());
    }

    /// Takes an amount away.
    pub fn subtract(&mut self, amount: Amount) {
        self.0 = self.0.saturating_sub(amount.millionths());
    }

    /// This sum less another.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The text shown: at least the decimals of `currency`, more where the sum needs them.
    #[must_use]
    pub fn in_currency(self, currency: Currency) -> String {
        show(self.0, currency)
    }

    pub(crate) fn write(self, writer: &mut Writer) {
        writer.raw(&self.0.to_le_bytes());
    }

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self(i128::from_le_bytes(reader.array()?)))
    }
}

fn exactly(mantissa: Option<i128>, decimals: usize) -> Result<Amount, MoneyError> {
    let scale = u32::try_from(decimals).map_err(|_| MoneyError::Overflow)?;
    mantissa
        .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, scale).ok())
        .map(Amount)
        .ok_or(MoneyError::Overflow)
}

/// As often as amounts are summed up, a table is worth it.
const POWERS_OF_TEN: [i128; MAX_DECIMALS + 1] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

fn power_of_ten(exponent: usize) -> Option<i128> {
    POWERS_OF_TEN.get(exponent).copied()
}

fn unsigned(text: &str) -> Result<&str, MoneyError> {
    match text.strip_prefix('-') {
        Some(rest) if plain_parts(rest).is_some() => Err(MoneyError::Negative),
        Some(_) => Err(MoneyError::NotPlain),
        None => Ok(text),
    }
}

/// The digits before and after the point; `None` unless the text is nothing but these.
fn plain_parts(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    Some((whole, text.get(whole.len() + 1..).unwrap_or_default()))
}

/// The text without zeros at the end of its decimals, but for the first `keep` decimals.
fn without_zeros(text: &str, keep: usize) -> &str {
    let Some(point) = text.find('.') else {
        return text;
    };
    let trimmed = text.trim_end_matches('0');
    let end = trimmed.len().max(point + 1 + keep).min(text.len());
    let shorter = text.get(..end).unwrap_or(text);
    // "5." is what is left of "5.0", but is not what was written when nothing followed the point.
    if text.len() > point + 1 {
        shorter.strip_suffix('.').unwrap_or(shorter)
    } else {
        text
    }
}

fn show(millionths: i128, currency: Currency) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (
        millionths.unsigned_abs() / MILLION,
        millionths.unsigned_abs() % MILLION,
    );
    let text = format!("{sign}{whole}.{rest:06}");
    let decimals = usize::from(currency.decimals());
    without_zeros(&text, decimals).to_owned()
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// As recorded: [`Amount::recorded`], from a JSON text and never from a JSON number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::recorded(&crate::text::borrowed(deserializer)?).map_err(D::Error::custom)
    }
}
