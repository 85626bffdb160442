//! Money: exact decimals, from the text typed to the text shown. Nothing here rounds.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use daybook_core::codec::{Damaged, Reader, Writer};
use daybook_core::json::{self, FromJson, Malformed, ToJson};

use crate::currency::Currency;

/// The most digits a price may have before the point. With at most
/// [`MAX_ITEMS`](crate::commands::MAX_ITEMS) items of
/// [`MAX_QUANTITY`](crate::commands::MAX_QUANTITY), a total has at most 21.
pub const MAX_PRICE_DIGITS: usize = 12;
/// The most digits an amount may have before the point. Digits and decimals together always fit
/// into 96 bits, and 2³² such amounts sum up within an `i128` of millionths.
const MAX_DIGITS: usize = 22;
/// No amount, and no sum or product of amounts, has more bits than this without its point.
const MAX_BITS: u32 = 96;
/// The most decimals an amount may have.
const MAX_DECIMALS: usize = 6;

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
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// The digits without the point, in at most [`MAX_BITS`].
    mantissa: i128,
    /// How many of the digits are decimals: at most [`MAX_DECIMALS`].
    decimals: u8,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self {
        mantissa: 0,
        decimals: 0,
    };

    /// Nothing, with the decimals of `currency`.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self {
            mantissa: 0,
            decimals: currency.decimals(),
        }
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
        let amount = if let Some(amount) = Self::short(digits) {
            amount
        } else {
            let kept = without_zeros(digits, MAX_DECIMALS);
            Self::read(kept, MAX_DIGITS, MAX_DECIMALS)?
        };
        Ok(if digits.len() == text.len() {
            amount
        } else {
            Self {
                mantissa: -amount.mantissa,
                ..amount
            }
        })
    }

    /// What a short text says, in one pass over it: folding a log reads little else. `None` leaves
    /// the text to [`read`](Self::read), which also says what is wrong with it.
    fn short(text: &str) -> Option<Self> {
        if text.len() > 18 {
            return None;
        }
        let (mut mantissa, mut point) = (0_i64, None);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
                b'.' if at > 0 && point.is_none() => point = Some(at + 1),
                _ => return None,
            }
        }
        let decimals = match point {
            Some(start) => Some(text.len() - start).filter(|count| *count > 0)?,
            None if text.is_empty() => return None,
            None => 0,
        };
        // As many digits are far from too many.
        (decimals <= MAX_DECIMALS).then(|| Self {
            mantissa: mantissa.into(),
            decimals: u8::try_from(decimals).unwrap_or_default(),
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
            power_of_ten(more).and_then(|ten| self.mantissa.checked_mul(ten)),
            self.decimals() + more,
        )
    }

    const fn decimals(self) -> usize {
        self.decimals as usize
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
        exactly(a.mantissa.checked_add(b.mantissa), decimals)
    }

    /// The exact product with a quantity.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it has too many digits.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        exactly(
            self.mantissa.checked_mul(i128::from(quantity)),
            self.decimals(),
        )
    }

    /// The amount in millionths, exactly.
    #[must_use]
    pub fn millionths(self) -> i128 {
        let missing = MAX_DECIMALS.saturating_sub(self.decimals());
        // WebAssembly multiplies 64 bits in one step, and 128 in many. A million has 20 bits.
        if let (Ok(mantissa), Some(ten)) =
            (i64::try_from(self.mantissa), POWERS_OF_TEN.get(missing))
            && mantissa.unsigned_abs() >> (63 - 20) == 0
        {
            return (mantissa * ten).into();
        }
        // Never saturates: 96 bits, and 20 more at most.
        self.mantissa
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
        if let Ok(mantissa) = i64::try_from(self.mantissa) {
            writer.byte(self.decimals);
            writer.int(mantissa);
        } else {
            writer.byte(self.decimals | WIDE);
            writer.raw(&self.mantissa.to_le_bytes());
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
        exactly(Some(mantissa), usize::from(head & 0x7f)).map_err(|_| Damaged)
    }
}

/// A sum over any number of amounts, which cannot overflow: the log has at most 2³² events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sum(i128);

impl Sum {
    /// Adds an amount.
    pub fn add(&mut self, amount: Amount) {
        self.plus(amount.into());
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

    /// The sum in millionths, exactly.
    #[must_use]
    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// So many millionths.
    pub(crate) const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    /// Adds another sum.
    pub(crate) const fn plus(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
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
        if let Ok(small) = i64::try_from(self.0) {
            writer.byte(0);
            writer.int(small);
        } else {
            writer.byte(1);
            writer.raw(&self.0.to_le_bytes());
        }
    }

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(Self(match reader.byte()? {
            0 => reader.int()?.into(),
            _ => i128::from_le_bytes(reader.array()?),
        }))
    }
}

impl From<Amount> for Sum {
    fn from(amount: Amount) -> Self {
        Self(amount.millionths())
    }
}

fn exactly(mantissa: Option<i128>, decimals: usize) -> Result<Amount, MoneyError> {
    let fits = |mantissa: &i128| mantissa.unsigned_abs() >> MAX_BITS == 0;
    let mantissa = mantissa.filter(fits).filter(|_| decimals <= MAX_DECIMALS);
    let decimals = u8::try_from(decimals).map_err(|_| MoneyError::Overflow)?;
    mantissa
        .map(|mantissa| Amount { mantissa, decimals })
        .ok_or(MoneyError::Overflow)
}

/// As often as amounts are summed up, a table is worth it.
const POWERS_OF_TEN: [i64; MAX_DECIMALS + 1] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

fn power_of_ten(exponent: usize) -> Option<i128> {
    POWERS_OF_TEN.get(exponent).map(|ten| i128::from(*ten))
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
    let mut shown = text(millionths, MAX_DECIMALS);
    let kept = without_zeros(&shown, currency.decimals().into()).len();
    shown.truncate(kept);
    shown
}

/// `mantissa` with a point before its last `decimals` digits.
///
/// Nine digits at a time, and in halves of 64 bits: dividing 128 bits, which is what displaying
/// them does, is slow and large.
fn text(mantissa: i128, decimals: usize) -> String {
    let mut rest = mantissa.unsigned_abs();
    // Last digit first.
    let mut reversed: Vec<u8> = Vec::with_capacity(32);
    while rest != 0 || reversed.len() <= decimals + 1 {
        let (more, mut nine) = split_nine(rest);
        rest = more;
        for _ in 0..9 {
            if decimals > 0 && reversed.len() == decimals {
                reversed.push(b'.');
            }
            let [digit, ..] = (nine % 10).to_le_bytes();
            reversed.push(b'0' + digit);
            nine /= 10;
        }
    }
    let least = if decimals == 0 { 1 } else { decimals + 2 };
    while reversed.len() > least && reversed.last() == Some(&b'0') {
        reversed.pop();
    }
    let mut text = String::with_capacity(reversed.len() + 1);
    if mantissa < 0 {
        text.push('-');
    }
    for digit in reversed.into_iter().rev() {
        text.push(char::from(digit));
    }
    text
}

/// The number without its last nine digits, and these.
fn split_nine(number: u128) -> (u128, u64) {
    const BILLION: u64 = 1_000_000_000;
    let (mut quotient, mut rest) = (0_u128, 0_u64);
    for word in number.to_be_bytes().as_chunks::<4>().0 {
        let part = rest << 32 | u64::from(u32::from_be_bytes(*word));
        quotient = quotient << 32 | u128::from(part / BILLION);
        rest = part % BILLION;
    }
    (quotient, rest)
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.millionths() == other.millionths()
    }
}

impl Eq for Amount {}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.millionths().cmp(&other.millionths())
    }
}

impl Hash for Amount {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.millionths().hash(state);
    }
}

impl fmt::Display for Amount {
    /// With the decimals it was read with.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.mantissa, self.decimals()))
    }
}

impl ToJson for Amount {
    fn write_json(&self, json: &mut json::Writer) {
        json.string(&text(self.mantissa, self.decimals()));
    }
}

impl FromJson<'_> for Amount {
    /// As recorded: [`Amount::recorded`], from a JSON text and never from a JSON number.
    fn read_json(reader: &mut json::Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.string()?;
        Self::recorded(&text).map_err(|_| reader.malformed("a plain decimal number as a text"))
    }
}
