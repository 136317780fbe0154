//! Dates, tax periods and instants. The domain never reads a clock: these are handed in.
//!
//! Place in the flow: dates of rows, as-of dates of examinations, civil days of budgets.
//!
//! Left to others: reading dates from cells (intake, statute), the clock (the gate's rim).

use std::{fmt, str::FromStr};

pub use jiff::civil::Date;
use jiff::{Timestamp as JiffTimestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Seconds since 1970-01-01T00:00:00Z, as notes and cosignatures carry them.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Instant(pub u64);

impl Instant {
    /// The civil day in UTC. Budgets count days in UTC; the stated zone is part of every format.
    #[must_use]
    pub fn day(self) -> Date {
        i64::try_from(self.0)
            .ok()
            .and_then(|seconds| JiffTimestamp::from_second(seconds).ok())
            .map_or(Date::MAX, |instant| instant.to_zoned(TimeZone::UTC).date())
    }

    /// This instant plus `seconds`, or the last representable one.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Instant {
    /// `2026-11-21T19:45:32Z`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i64::try_from(self.0)
            .ok()
            .and_then(|s| JiffTimestamp::from_second(s).ok())
        {
            Some(instant) => write!(formatter, "{instant}"),
            None => formatter.write_str("beyond the calendar"),
        }
    }
}

/// A text that is not a date, period or instant in its one written form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct TimeParseError {
    /// What the text should have been.
    pub what: &'static str,
}

impl FromStr for Instant {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, TimeParseError> {
        let error = TimeParseError {
            what: "an instant is written 2026-11-21T19:45:32Z",
        };
        let parsed: JiffTimestamp = text.parse().map_err(|_| error.clone())?;
        let instant = Self(u64::try_from(parsed.as_second()).map_err(|_| error.clone())?);
        if instant.to_string() == text {
            Ok(instant)
        } else {
            Err(error)
        }
    }
}

/// Reads a date in the one form documents use, `2026-11-21`.
///
/// # Errors
/// [`TimeParseError`] for any other form or a day that does not exist.
pub fn parse_date(text: &str) -> Result<Date, TimeParseError> {
    let error = TimeParseError {
        what: "a date is written 2026-11-21",
    };
    let date: Date = text.parse().map_err(|_| error.clone())?;
    if date.to_string() == text {
        Ok(date)
    } else {
        Err(error)
    }
}

/// A calendar tax year of 26 U.S.C. 441, 1913 to 2199. Shown as four digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TaxPeriod(u16);

impl TaxPeriod {
    /// A tax year.
    ///
    /// # Errors
    /// [`TimeParseError`] outside 1913 to 2199.
    pub fn new(year: u16) -> Result<Self, TimeParseError> {
        if (1913..=2199).contains(&year) {
            Ok(Self(year))
        } else {
            Err(TimeParseError {
                what: "a tax period is a year from 1913 to 2199",
            })
        }
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for TaxPeriod {
    type Error = TimeParseError;

    fn try_from(year: u16) -> Result<Self, TimeParseError> {
        Self::new(year)
    }
}

impl From<TaxPeriod> for u16 {
    fn from(period: TaxPeriod) -> Self {
        period.0
    }
}

impl FromStr for TaxPeriod {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, TimeParseError> {
        let error = TimeParseError {
            what: "a tax period is a year of four digits",
        };
        if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error);
        }
        Self::new(text.parse().map_err(|_| error)?)
    }
}

impl fmt::Display for TaxPeriod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_days() {
        let instant: Instant = "2026-11-21T23:59:59Z".parse().unwrap();
        assert_eq!(instant.day().to_string(), "2026-11-21");
        assert_eq!(instant.plus(1).day().to_string(), "2026-11-22");
        for bad in [
            "2026-11-21",
            "2026-11-21T23:59:59.5Z",
            "2026-11-21t23:59:59z",
            "x",
        ] {
            assert!(bad.parse::<Instant>().is_err(), "{bad}");
        }
    }

    #[test]
    fn tax_periods_are_four_digits_in_range() {
        assert_eq!("2023".parse::<TaxPeriod>().unwrap().year(), 2023);
        for bad in ["23", "02023", "1912", "2200", "２０２３", "+202"] {
            assert!(bad.parse::<TaxPeriod>().is_err(), "{bad}");
        }
    }
}
