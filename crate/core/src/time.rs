//! Moments and days in UTC, to the millisecond.

use core::fmt;

use crate::{Error, Result};

const DAY_MS: i64 = 86_400_000;
/// 0000-01-01T00:00:00.000Z
const MIN_MS: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z
const MAX_MS: i64 = 253_402_300_799_999;

/// A moment: milliseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A calendar day in UTC; days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Timestamp {
    /// The moment `millis` after the epoch, clamped to the years 0000 to 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < MIN_MS {
            Self(MIN_MS)
        } else if millis > MAX_MS {
            Self(MAX_MS)
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The day it falls on, in UTC.
    #[must_use]
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(DAY_MS)).unwrap_or_default())
    }

    /// Writes it into `text` as [`Display`](fmt::Display) does, several times as quickly.
    pub fn encode(self, text: &mut [u8; 24]) -> &str {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let ms = self.0.rem_euclid(DAY_MS);
        *text = *b"0000-00-00T00:00:00.000Z";
        let parts = [
            (3, year),
            (6, month),
            (9, day),
            (12, ms / 3_600_000),
            (15, ms / 60_000 % 60),
            (18, ms / 1000 % 60),
            (22, ms % 1000),
        ];
        for (last, mut value) in parts {
            let places = text.get_mut(..=last).unwrap_or_default();
            for place in places.iter_mut().rev() {
                if value == 0 {
                    break;
                }
                *place = b'0' + u8::try_from(value % 10).unwrap_or_default();
                value /= 10;
            }
        }
        core::str::from_utf8(text).unwrap_or_default()
    }

    /// Reads an RFC 3339 moment, such as `2026-01-31T09:30:00Z` or `2026-01-31T10:30:00.5+01:00`.
    /// Digits beyond milliseconds are dropped; a leap second counts as the second after it.
    ///
    /// ```
    /// use daybook_core::Timestamp;
    /// let noon = Timestamp::parse("1970-01-02T12:00:00+12:00")?;
    /// assert_eq!(noon.to_string(), "1970-01-02T00:00:00.000Z");
    /// # Ok::<(), Box<daybook_core::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_input` when the text is not such a moment.
    pub fn parse(text: &str) -> Result<Self> {
        parse_rfc3339(text)
            .filter(|millis| (MIN_MS..=MAX_MS).contains(millis))
            .map(Self)
            .ok_or_else(|| {
                Error::invalid("time", format!("'{text:.40}' is not an RFC 3339 moment"))
            })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.encode(&mut [0; 24]))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(i64::from(self.0));
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Year, month and day of a day count; after Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms".
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day count of a date; the inverse of [`civil_from_days`], same source.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes `count` digits off the front of `text`.
fn digits(text: &mut &[u8], count: usize) -> Option<i64> {
    let (head, rest) = text.split_at_checked(count)?;
    *text = rest;
    head.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Takes one of `bytes` off the front of `text`.
fn one_of(text: &mut &[u8], bytes: &[u8]) -> Option<u8> {
    let (first, rest) = text.split_first()?;
    *text = rest;
    bytes.contains(first).then_some(*first)
}

fn parse_rfc3339(text: &str) -> Option<i64> {
    let text = &mut text.as_bytes();
    let year = digits(text, 4)?;
    one_of(text, b"-")?;
    let month = digits(text, 2)?;
    one_of(text, b"-")?;
    let day = digits(text, 2)?;
    one_of(text, b"Tt ")?;
    let hour = digits(text, 2)?;
    one_of(text, b":")?;
    let minute = digits(text, 2)?;
    one_of(text, b":")?;
    let second = digits(text, 2)?;
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let millis = fraction(text)?;
    let offset = offset_minutes(text)?;
    let minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset;
    text.is_empty()
        .then_some(minutes * 60_000 + second * 1000 + millis)
}

fn fraction(text: &mut &[u8]) -> Option<i64> {
    if text.first() != Some(&b'.') {
        return Some(0);
    }
    one_of(text, b".")?;
    let (mut millis, mut scale, mut any) = (0, 100, false);
    while text.first().is_some_and(u8::is_ascii_digit) {
        millis += digits(text, 1)? * scale;
        scale /= 10;
        any = true;
    }
    any.then_some(millis)
}

fn offset_minutes(text: &mut &[u8]) -> Option<i64> {
    match one_of(text, b"Zz+-")? {
        sign @ (b'+' | b'-') => {
            let hours = digits(text, 2)?;
            one_of(text, b":")?;
            let minutes = digits(text, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let total = hours * 60 + minutes;
            Some(if sign == b'-' { -total } else { total })
        }
        _ => Some(0),
    }
}
