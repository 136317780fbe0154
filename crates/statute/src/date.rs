//! Dates of cells, read without guessing.
//!
//! Place in the flow: [`crate::reading`] reads every date column through here; rules ask whether a
//! date was read and, if not, why.
//!
//! Left to others: what a date must be (rules), date cells of workbooks (intake writes them ISO).

use model::{row::CellKind, time::Date};

/// A date cell as far as it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateReading {
    /// Nothing is filled in, or the cell holds a spreadsheet error.
    Missing,
    /// A day.
    Date(Date),
    /// `03/04/2024`: March or April.
    Ambiguous,
    /// `3/14/24`.
    TwoDigitYear,
    /// `45365`: the number a spreadsheet keeps for a day.
    Serial,
    /// A day that does not exist, `2024-02-30`.
    NoSuchDay,
    /// In no documented form.
    Unreadable,
}

impl DateReading {
    /// The day, if one was read.
    #[must_use]
    pub const fn date(self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(date),
            _ => None,
        }
    }

    /// Why there is no day; `None` where there is one.
    #[must_use]
    pub const fn problem(self) -> Option<&'static str> {
        match self {
            Self::Date(_) => None,
            Self::Missing => Some("is missing"),
            Self::Ambiguous => Some("is ambiguous: day and month could each be the other"),
            Self::TwoDigitYear => Some("has a year of two digits"),
            Self::Serial => Some("is a spreadsheet's serial number, not a date"),
            Self::NoSuchDay => Some("is a day that does not exist"),
            Self::Unreadable => Some("is in no form that is read as a date"),
        }
    }
}

/// Reads a date: a date cell; ISO `2024-03-14`; the United States' `3/14/2024`, where the day is
/// above 12 or equals the month; a month by name, `March 14th, 2024` or `14-Mar-2024`; `20240314`. A
/// time of day after it is passed over.
#[must_use]
pub fn read_date(kind: CellKind, text: &str) -> DateReading {
    let text = text.trim();
    if text.is_empty() || kind == CellKind::Error {
        return DateReading::Missing;
    }
    if text.len() > 60 || !text.is_ascii() {
        return DateReading::Unreadable;
    }
    let text = without_time(text);
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        return read_digits(text);
    }
    if kind == CellKind::Number {
        return read_fraction(text);
    }
    let parts = Parts::of(text);
    match &parts {
        Some([year, month, day]) if year.is_number(4) => {
            day_of(year.number(), month.number_or_name(), day.number())
        }
        Some([month, day, year]) if month.is_short() && day.is_short() => {
            read_united_states(month, day, year)
        }
        Some([month, day, year]) if month.name().is_some() => read_named(month, day, year),
        Some([day, month, year]) if month.name().is_some() => read_named(month, day, year),
        _ => DateReading::Unreadable,
    }
}

/// Takes off a time of day, which exports of date cells carry; the day is the one written beside it.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else {
        return text;
    };
    let (before, _) = text.split_at_checked(colon).unwrap_or_default();
    let Some(start) = before.rfind([' ', 'T']) else {
        return text;
    };
    let (date, time) = text.split_at_checked(start).unwrap_or_default();
    let time = time.get(1..).unwrap_or_default();
    if is_time(time) {
        date.trim_end_matches([' ', ','])
    } else {
        text
    }
}

/// `8:15`, `08:15:00.123`, `8:15 AM`, with `Z`, `UTC` or an offset.
fn is_time(time: &str) -> bool {
    let clock = time.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let (clock, rest) = time
        .split_at_checked(clock.unwrap_or(time.len()))
        .unwrap_or_default();
    let rest = rest.trim_start();
    let half = rest
        .get(..2)
        .is_some_and(|half| half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm"));
    let zone = if half {
        rest.get(2..).unwrap_or_default().trim_start()
    } else {
        rest
    };
    is_clock(clock, if half { 12 } else { 23 }) && is_zone(zone)
}

fn is_clock(clock: &str, last_hour: u8) -> bool {
    let mut parts = clock.split(':');
    let within = |part: Option<&str>, shortest, most| {
        let part = part?;
        let number: u8 = part.parse().ok()?;
        Some((shortest..=2).contains(&part.len()) && number <= most)
    };
    let hour = within(parts.next(), 1, last_hour);
    let minute = within(parts.next(), 2, 59);
    let second = parts.next().is_none_or(|part| {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
        let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        // A second of 60 is a leap second.
        digits && within(Some(whole), 2, 60) == Some(true)
    });
    hour == Some(true) && minute == Some(true) && second && parts.next().is_none()
}

/// Nothing, `Z`, `UTC`, `GMT`, `+00:00`, `-0800`.
fn is_zone(zone: &str) -> bool {
    if zone.is_empty() || ["Z", "UTC", "GMT"].contains(&zone) {
        return true;
    }
    let Some(offset) = zone.strip_prefix(['+', '-']) else {
        return false;
    };
    let digits = offset.bytes().filter(u8::is_ascii_digit).count();
    let plain = offset.len() == 4 || offset.len() == 5 && offset.as_bytes().get(2) == Some(&b':');
    digits == 4 && plain
}

fn read_digits(text: &str) -> DateReading {
    let number = |range| {
        text.get(range)
            .and_then(|part: &str| part.parse::<i16>().ok())
    };
    match text.len() {
        5 => DateReading::Serial,
        8 => match (number(0..4), number(4..6), number(6..8)) {
            (Some(year), month, day) if (1850..2200).contains(&year) => {
                day_of(Some(year), month, day)
            }
            _ => DateReading::Unreadable,
        },
        _ => DateReading::Unreadable,
    }
}

/// A number cell with a fraction: a spreadsheet's day and time.
fn read_fraction(text: &str) -> DateReading {
    match text.split_once('.') {
        Some((whole, _)) if whole.len() == 5 => DateReading::Serial,
        _ => DateReading::Unreadable,
    }
}

fn read_united_states(month: &Part<'_>, day: &Part<'_>, year: &Part<'_>) -> DateReading {
    if year.is_number(2) {
        return DateReading::TwoDigitYear;
    }
    if !year.is_number(4) {
        return DateReading::Unreadable;
    }
    match (month.number(), day.number()) {
        (Some(month), Some(day)) if month != day && (1..=12).contains(&day) && month <= 12 => {
            DateReading::Ambiguous
        }
        (Some(13..), _) => DateReading::Unreadable,
        (month, day) => day_of(year.number(), month, day),
    }
}

fn read_named(month: &Part<'_>, day: &Part<'_>, year: &Part<'_>) -> DateReading {
    if year.is_number(2) {
        return DateReading::TwoDigitYear;
    }
    let day = day.without_ordinal();
    if !year.is_number(4) || !day.is_short() {
        return DateReading::Unreadable;
    }
    day_of(year.number(), month.name(), day.number())
}

fn day_of(year: Option<i16>, month: Option<i16>, day: Option<i16>) -> DateReading {
    let (Some(year), Some(month), Some(day)) = (year, month, day) else {
        return DateReading::Unreadable;
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return DateReading::NoSuchDay;
    };
    Date::new(year, month, day).map_or(DateReading::NoSuchDay, DateReading::Date)
}

/// One of the three parts of a written date.
struct Part<'a>(&'a str);

impl Part<'_> {
    fn is_number(&self, digits: usize) -> bool {
        self.0.len() == digits && self.0.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn is_short(&self) -> bool {
        self.is_number(1) || self.is_number(2)
    }

    /// `16th` as `16`; anything else unchanged.
    fn without_ordinal(&self) -> Self {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, mark) = self.0.split_at_checked(digits).unwrap_or_default();
        let expected = match number.as_bytes() {
            [b'1', _] => "th",
            [.., b'1'] => "st",
            [.., b'2'] => "nd",
            [.., b'3'] => "rd",
            _ => "th",
        };
        if mark.eq_ignore_ascii_case(expected) {
            Self(number)
        } else {
            Self(self.0)
        }
    }

    fn number(&self) -> Option<i16> {
        let digits = self.0.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| self.0.parse().ok()).flatten()
    }

    /// 1 to 12 for a month's name or its first three letters.
    fn name(&self) -> Option<i16> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let name = self.0.trim_end_matches('.').to_ascii_lowercase();
        let place = MONTHS.iter().position(|month| {
            *month == name
                || name.len() == 3 && month.starts_with(&name)
                || name == "sept" && *month == "september"
        })?;
        i16::try_from(place + 1).ok()
    }

    fn number_or_name(&self) -> Option<i16> {
        self.number().or_else(|| self.name())
    }
}

struct Parts;

impl Parts {
    /// Splits at `-`, `/`, spaces and commas into exactly three parts.
    fn of(text: &str) -> Option<[Part<'_>; 3]> {
        let mut parts = text
            .split(['-', '/', ' ', ','])
            .filter(|part| !part.is_empty())
            .map(Part);
        let three = [parts.next()?, parts.next()?, parts.next()?];
        parts.next().is_none().then_some(three)
    }
}

/// Whole days from one date to another; negative where `to` is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The day a number of years later; 29 February becomes 28 February.
#[must_use]
pub fn years_after(date: Date, years: u8) -> Date {
    let span = jiff::Span::new().years(i64::from(years));
    date.checked_add(span).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match read_date(CellKind::Text, text) {
            DateReading::Date(date) => date.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn documented_forms() {
        for text in [
            "2024-03-14",
            "2024/03/14",
            "2024-3-14",
            "3/14/2024",
            "03/14/2024",
            "03-14-2024",
            "March 14, 2024",
            "Mar. 14, 2024",
            "14 March 2024",
            "14-Mar-2024",
            "2024-Mar-14",
            "20240314",
            "2024-03-14 00:00:00",
            "2024-03-14T00:00:00Z",
            " 2024-03-14 ",
            "2024-03-14 17:05",
            "2024-03-14T13:45:00",
            "2024-03-14T23:30:00.125-08:00",
            "2024-03-14T00:00:00+00:00",
            "2024-03-14 08:15:60 -0800",
            "2024-03-14 08:15:00 UTC",
            "3/14/2024 0:00:00",
            "3/14/2024, 8:15 AM",
            "3/14/2024 12:59:59pm",
            "March 14th, 2024",
            "14th March 2024",
            "March 14TH, 2024 8:15 PM GMT",
        ] {
            check(text, "2024-03-14");
        }
        check("4/4/2024", "2024-04-04");
        check("2/29/2024", "2024-02-29");
        for (text, day) in [
            ("1st", 1),
            ("2nd", 2),
            ("3rd", 3),
            ("4th", 4),
            ("11th", 11),
            ("12th", 12),
            ("13th", 13),
            ("21st", 21),
            ("22nd", 22),
            ("23rd", 23),
            ("30th", 30),
            ("31st", 31),
        ] {
            check(&format!("May {text}, 2024"), &format!("2024-05-{day:02}"));
        }
    }

    #[test]
    fn nothing_is_guessed() {
        check("03/04/2024", "Ambiguous");
        check("12/11/2024", "Ambiguous");
        check("12/11/2024 08:15:00", "Ambiguous");
        check("2024-02-30 08:15", "NoSuchDay");
        check("3/14/24", "TwoDigitYear");
        check("14-Mar-24", "TwoDigitYear");
        check("45365", "Serial");
        check("2024-02-30", "NoSuchDay");
        check("2/30/2024", "NoSuchDay");
        check("2024-13-01", "NoSuchDay");
        check("", "Missing");
        for text in [
            "14/03/2024",
            "03142024",
            "2024",
            "2024-03",
            "soon",
            "2024-03-14 24:05",
            "2024-03-14 7:5",
            "2024-03-14 007:05",
            "2024-03-14 17:60",
            "2024-03-14 17:05:61",
            "2024-03-14 17:05:1",
            "2024-03-14 17:05:10.",
            "2024-03-14 17:05:10.x",
            "2024-03-14 17:05:10:10",
            "2024-03-14 13:05 PM",
            "2024-03-14 7:05 XM",
            "2024-03-14 17:05 PST",
            "2024-03-14 17:05 +08",
            "2024-03-14 17:05 +08-00",
            "2024-03-14 17:05 +08:0",
            "2024-03-14 17:05 0800",
            "2024-03-14 17",
            "2024-03-14:17",
            "2024-03-14T",
            "March 14st, 2024",
            "March 11st, 2024",
            "March 14thx, 2024",
            "1/2",
            "３/１４/２０２４",
            "2024-03-14-01",
            "00000314",
            "3/14/0024x",
        ] {
            check(text, "Unreadable");
        }
        assert_eq!(read_date(CellKind::Error, "#N/A"), DateReading::Missing);
        assert_eq!(read_date(CellKind::Number, "45365.5"), DateReading::Serial);
    }

    #[test]
    fn arithmetic() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(days_between(date("2024-02-28"), date("2024-03-01")), 2);
        assert_eq!(days_between(date("2024-03-01"), date("2024-02-28")), -2);
        assert_eq!(years_after(date("2024-02-29"), 5), date("2029-02-28"));
    }

    proptest! {
        /// Whatever is written, a date that is read is the one its ISO form names.
        #[test]
        fn iso_and_united_states_agree(year in 1900_i16..2100, month in 1_i8..=12, day in 13_i8..=28) {
            let iso = format!("{year:04}-{month:02}-{day:02}");
            let states = format!("{month}/{day}/{year}");
            let expected = DateReading::Date(Date::new(year, month, day).unwrap());
            prop_assert_eq!(read_date(CellKind::Text, &iso), expected);
            prop_assert_eq!(read_date(CellKind::Text, &states), expected);
        }

        #[test]
        fn any_text_ends_in_a_reading(text in ".{0,60}") {
            let _ = read_date(CellKind::Text, &text);
            let _ = read_date(CellKind::Number, &text);
        }
    }
}
