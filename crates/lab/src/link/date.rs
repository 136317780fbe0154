//! Dates of birth in several forms. Day-month or month-day is settled for a column as a whole.
//!
//! Place in the flow: each cell is split into numbers first; when the column has been read its order
//! is known, and the numbers become dates. Impossible months and days are kept: a slip in a date is
//! evidence like another.
//!
//! Left to others: comparing (compare).

use serde::Serialize;

/// A date of birth, or part of one. Zero is not stated. Month and day are as written, up to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Birth {
    /// Year, 1000 to 9999, or 0.
    pub year: u16,
    /// Month.
    pub month: u8,
    /// Day.
    pub day: u8,
}

/// A cell before the order of its column is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RawDate {
    /// Nothing, or nothing that is a date.
    #[default]
    Missing,
    /// Year first, or the month in letters.
    Settled(Birth),
    /// Two numbers and a year.
    Open(u8, u8, u16),
}

/// The order of day and month in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Every date had its year first or its month in letters.
    #[default]
    YearFirst,
    /// 31/12/1970.
    DayMonth,
    /// 12/31/1970.
    MonthDay,
}

/// Counts what settles a column's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderCount {
    first_beyond_twelve: u64,
    second_beyond_twelve: u64,
    open: u64,
}

impl OrderCount {
    /// Counts one cell.
    pub fn add(&mut self, date: RawDate) {
        if let RawDate::Open(first, second, _) = date {
            self.open += 1;
            self.first_beyond_twelve += u64::from(first > 12 && second <= 12);
            self.second_beyond_twelve += u64::from(second > 12 && first <= 12);
        }
    }

    /// The order that more cells demand; month first, as in the United States, where none does.
    #[must_use]
    pub fn order(self) -> DateOrder {
        if self.open == 0 {
            DateOrder::YearFirst
        } else if self.first_beyond_twelve > self.second_beyond_twelve {
            DateOrder::DayMonth
        } else {
            DateOrder::MonthDay
        }
    }
}

impl RawDate {
    /// Splits a cell into its numbers.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.split(['T']).next().unwrap_or_default().trim();
        let parts: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .take(4)
            .collect();
        match parts.as_slice() {
            [whole] if whole.len() == 8 && digits(whole) => {
                let (year, rest) = whole.split_at(4);
                let (month, day) = rest.split_at(2);
                settled(year, month, day)
            }
            [year] if year.len() == 4 => settled(year, "0", "0"),
            [year, month] if year.len() == 4 => settled(year, month, "0"),
            [year, month, day, ..] if year.len() == 4 && digits(year) => settled(year, month, day),
            [first, second, year, ..] if year.len() == 4 => open(first, second, year),
            _ => Self::Missing,
        }
    }

    /// The date, with its column's order.
    #[must_use]
    pub fn settle(self, order: DateOrder) -> Birth {
        match (self, order) {
            (Self::Missing, _) => Birth::default(),
            (Self::Settled(birth), _) => birth,
            (Self::Open(day, month, year), DateOrder::DayMonth)
            | (Self::Open(month, day, year), _) => Birth { year, month, day },
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn month_of(text: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = text.get(..3)?.to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| *month == start)?;
    u8::try_from(place + 1).ok()
}

fn year_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|year| *year >= 1000)
}

fn part(text: &str) -> Option<u8> {
    if digits(text) && text.len() <= 2 {
        text.parse().ok()
    } else {
        None
    }
}

fn settled(year: &str, month: &str, day: &str) -> RawDate {
    let Some(year) = year_of(year) else {
        return RawDate::Missing;
    };
    let month = part(month).or_else(|| month_of(month)).unwrap_or(0);
    RawDate::Settled(Birth {
        year,
        month,
        day: part(day).unwrap_or(0),
    })
}

fn open(first: &str, second: &str, year: &str) -> RawDate {
    let Some(year) = year_of(year) else {
        return RawDate::Missing;
    };
    match (part(first), part(second), month_of(first), month_of(second)) {
        (Some(first), Some(second), _, _) => RawDate::Open(first, second, year),
        (Some(day), None, _, Some(month)) | (None, Some(day), Some(month), _) => {
            RawDate::Settled(Birth { year, month, day })
        }
        _ => RawDate::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expected: &[(u16, u8, u8)]) {
        let raw: Vec<RawDate> = texts.iter().map(|text| RawDate::read(text)).collect();
        let mut count = OrderCount::default();
        raw.iter().for_each(|date| count.add(*date));
        let found: Vec<(u16, u8, u8)> = raw
            .iter()
            .map(|date| date.settle(count.order()))
            .map(|birth| (birth.year, birth.month, birth.day))
            .collect();
        assert_eq!(found, expected, "{texts:?}");
    }

    #[test]
    fn the_column_settles_the_order() {
        check(
            &["03/04/1970", "31/12/1980"],
            &[(1970, 4, 3), (1980, 12, 31)],
        );
        check(
            &["03/04/1970", "12/31/1980"],
            &[(1970, 3, 4), (1980, 12, 31)],
        );
        check(&["3.4.1970", "1.2.1950"], &[(1970, 3, 4), (1950, 1, 2)]);
        check(
            &["31/12/1980", "30/11/1980", "12/31/1980"],
            &[(1980, 12, 31), (1980, 11, 30), (1980, 31, 12)],
        );
    }

    #[test]
    fn forms_with_one_reading() {
        check(
            &["1970-04-03", "19700403", "1970", "1970-04"],
            &[(1970, 4, 3), (1970, 4, 3), (1970, 0, 0), (1970, 4, 0)],
        );
        check(
            &["3 Apr 1970", "April 3, 1970", "1856-86-18"],
            &[(1970, 4, 3), (1970, 4, 3), (1856, 86, 18)],
        );
        check(
            &["", "x", "1/2/70", "0999-01-01", "é", "日本語日"],
            &[(0, 0, 0); 6],
        );
        check(&["1970-04-03T00:00:00"], &[(1970, 4, 3)]);
    }
}
