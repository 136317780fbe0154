//! Numbers and dates as spreadsheets store them, in their one written form.
//!
//! Place in the flow: the readers of xlsx and ods turn cells into text here, so that the same value
//! has the same text in both.
//!
//! Left to others: whether a number should have been text (statute: a ZIP without its zero).

use std::{borrow::Cow, cmp::Ordering, fmt::Write as _};

use jiff::{ToSpan as _, civil::Date};

/// A date's first day in a workbook (ECMA-376 part 1 section 18.17.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum DateSystem {
    /// Day 1 is 1 January 1900, and day 60 is 29 February 1900, which never was.
    #[default]
    From1900,
    /// Day 0 is 1 January 1904.
    From1904,
}

/// Shortest decimal form of a number without exponent, or `None` if the text is not a number.
/// `2.138E3` gives `2138`; a number no text of which is shorter keeps all the digits it needs.
pub(crate) fn plain_number(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let is_plain = text.len() <= 15
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if is_plain {
        return Some(Cow::Borrowed(text));
    }
    let starts_well =
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let number: f64 = text.parse().ok().filter(|_| starts_well)?;
    number.is_finite().then(|| {
        // Minus zero is shown as zero by every spreadsheet program.
        Cow::Owned(if number == 0.0 {
            "0".to_owned()
        } else {
            number.to_string()
        })
    })
}

/// ISO form of a date's serial number: `2026-11-21`, with `T13:45:00` if it is not midnight.
/// `None` for what is no day of the calendar: day 60 of the 1900 system, days before the first,
/// days after 9999.
pub(crate) fn serial_date(number: &str, system: DateSystem) -> Option<String> {
    let number: f64 = number.trim().parse().ok()?;
    if !(0.0..2_958_466.0).contains(&number) {
        return None;
    }
    // Serial numbers are rounded to the second, as spreadsheet programs show them.
    #[expect(clippy::cast_possible_truncation, reason = "below 2_958_466 * 86_400")]
    let seconds = (number * 86_400.0).round() as i64;
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (start, first) = match system {
        DateSystem::From1904 => (Date::new(1904, 1, 1), 0),
        DateSystem::From1900 if day < 60 => (Date::new(1899, 12, 31), 1),
        DateSystem::From1900 => (Date::new(1899, 12, 30), 61),
    };
    if day < first {
        return None;
    }
    let date = start.ok()?.checked_add(day.days()).ok()?;
    let mut text = date.to_string();
    write_clock(&mut text, second);
    Some(text)
}

/// A date written in ISO 8601, as cells of type `d` and OpenDocument have it, rounded to the second
/// as serial numbers are: the day alone where the time is midnight. `None` for anything else.
pub(crate) fn iso_date(text: &str) -> Option<String> {
    let text = text.trim();
    let day: Date = text.get(..10)?.parse().ok()?;
    let time = text.get(10..)?.trim_end_matches('Z');
    let seconds = match time.strip_prefix('T') {
        Some(clock) => clock_seconds(clock)?,
        None if time.is_empty() => 0,
        None => return None,
    };
    let day = day.checked_add(seconds.div_euclid(86_400).days()).ok()?;
    let mut text = day.to_string();
    write_clock(&mut text, seconds.rem_euclid(86_400));
    Some(text)
}

/// Seconds of `13:45`, `13:45:00` or `13:45:00.999`, rounded; 86,400 for the end of the day.
fn clock_seconds(clock: &str) -> Option<i64> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut seconds = 0_i64;
    let mut parts = 0_u32;
    for (part, (of_part, most)) in whole.split(':').zip([(3600, 24), (60, 59), (1, 59)]) {
        let is_plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = part.parse().ok().filter(|_| is_plain)?;
        if number > most {
            return None;
        }
        seconds = seconds.checked_add(number.checked_mul(of_part)?)?;
        parts = parts.saturating_add(1);
    }
    let is_plain = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let has_parts = parts >= 2 && whole.split(':').count() == usize::try_from(parts).ok()?;
    let first = fraction.as_bytes().first();
    let seconds = seconds.checked_add(i64::from(first.is_some_and(|digit| *digit >= b'5')))?;
    (is_plain && has_parts && seconds <= 86_400).then_some(seconds)
}

fn write_clock(text: &mut String, second: i64) {
    if second != 0 {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let _ = write!(text, "T{hour:02}:{minute:02}:{second:02}");
    }
}

/// A time of OpenDocument, `PT13H45M00S`, as the fraction of a day that an xlsx holds of it.
pub(crate) fn iso_time(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1.0, text),
        None => (1.0, text),
    };
    let mut rest = text.strip_prefix("PT").filter(|rest| !rest.is_empty())?;
    let mut seconds = 0.0_f64;
    for (unit, of_unit) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            let is_plain = number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            let number: f64 = number.parse().ok().filter(|_| is_plain)?;
            seconds = number.mul_add(of_unit, seconds);
            rest = after;
        }
    }
    let days = sign * seconds / 86_400.0;
    plain_number(&days.to_string())
        .filter(|_| rest.is_empty())
        .map(Cow::into_owned)
}

/// Which numbers a number format shows as days (ECMA-376 part 1 section 18.8.31).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DateFormat {
    /// All of them or none.
    Whole(bool),
    /// Those for which the section that holds is one.
    BySection(Vec<Section>),
}

/// A section of a number format.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    condition: Option<(Comparison, f64)>,
    is_date: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    Other,
    AtLeast,
    More,
}

impl Comparison {
    fn holds(self, number: f64, bound: f64) -> bool {
        let order = number.partial_cmp(&bound);
        match self {
            Self::Less => order == Some(Ordering::Less),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Equal => order == Some(Ordering::Equal),
            Self::Other => order != Some(Ordering::Equal),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Self::More => order == Some(Ordering::Greater),
        }
    }
}

impl DateFormat {
    /// Numeric sections of a format; a fourth is for texts.
    const SECTIONS: usize = 3;

    /// A format that shows all numbers as days, or none.
    pub(crate) const fn whole(is_date: bool) -> Self {
        Self::Whole(is_date)
    }

    /// The format of a code.
    pub(crate) fn of(code: &str) -> Self {
        let mut rest = Some(code);
        let mut sections = Vec::new();
        while let Some(text) = rest.filter(|_| sections.len() < Self::SECTIONS) {
            let (section, after) = read_section(text);
            sections.push(section);
            rest = after;
        }
        let mut kinds = sections.iter().map(|section| section.is_date);
        let first = kinds.next().unwrap_or(false);
        if kinds.all(|kind| kind == first) {
            return Self::Whole(first);
        }
        Self::BySection(sections)
    }

    /// Whether a number, as a workbook writes it, is shown as a day.
    pub(crate) fn is_date(&self, number: &str) -> bool {
        match self {
            Self::Whole(is_date) => *is_date,
            Self::BySection(sections) => {
                let number = number.trim().parse().unwrap_or(0.0);
                section_for(sections, number).is_some_and(|section| section.is_date)
            }
        }
    }
}

/// The section that holds for a number: by their conditions where there are any, else for positive
/// numbers, negative ones and zero.
fn section_for(sections: &[Section], number: f64) -> Option<&Section> {
    let conditional = sections.iter().any(|section| section.condition.is_some());
    let last = sections.len().saturating_sub(1);
    let usual = |at: usize| match at {
        _ if at == last => true,
        0 if conditional || last > 1 => number > 0.0,
        0 => number >= 0.0,
        _ => number < 0.0,
    };
    let mut numbered = sections.iter().enumerate();
    let found = numbered.find(|(at, section)| match section.condition {
        Some((comparison, bound)) => comparison.holds(number, bound),
        None => usual(*at),
    });
    found.map(|(_, section)| section).or(sections.first())
}

/// Reads a section to its `;`: whether it shows a day (it has a year, a day, or a month without a
/// clock), and what follows. Text in quotes, escaped characters and `[…]` do not count.
fn read_section(code: &str) -> (Section, Option<&str>) {
    let mut letters = String::new();
    let mut condition = None;
    let mut characters = code.chars();
    let mut more = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' | '_' | '*' => {
                characters.next();
            }
            '"' => {
                characters.by_ref().find(|c| *c == '"');
            }
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let inside = inside.to_ascii_lowercase();
                if matches!(&*inside, "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    letters.push('h');
                }
                condition = condition.or_else(|| read_condition(&inside));
            }
            ';' => {
                more = true;
                break;
            }
            other => letters.push(other.to_ascii_lowercase()),
        }
    }
    let text = letters
        .replace("general", "")
        .replace("am/pm", "h")
        .replace("a/p", "h");
    let has = |letter: char| text.contains(letter);
    let is_date = has('y') || has('d') || (has('m') && !has('h') && !has('s'));
    let section = Section { condition, is_date };
    (section, more.then_some(characters.as_str()))
}

/// `>=1` of `[>=1]`.
fn read_condition(inside: &str) -> Option<(Comparison, f64)> {
    const SIGNS: [(&str, Comparison); 6] = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<>", Comparison::Other),
        ("<", Comparison::Less),
        (">", Comparison::More),
        ("=", Comparison::Equal),
    ];
    let (rest, comparison) = SIGNS
        .iter()
        .find_map(|(sign, comparison)| Some((inside.strip_prefix(sign)?, *comparison)))?;
    let bound: f64 = rest.trim().parse().ok()?;
    bound.is_finite().then_some((comparison, bound))
}

/// Whether a built-in number format shows a day (section 18.8.30, East Asian ones included).
pub(crate) fn is_date_format_number(number: u32) -> bool {
    matches!(number, 14..=17 | 22 | 27..=31 | 34..=36 | 50..=58)
}

/// Replaces `_x000D_` and its like by the characters they stand for (section 22.9.2.19).
pub(crate) fn unescape_xstring(text: &mut String) {
    if !text.contains("_x") {
        return;
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        result.push_str(before);
        match escaped(from) {
            Some(character) => {
                result.push(character);
                rest = from.get(7..).unwrap_or("");
            }
            None => {
                result.push('_');
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    result.push_str(rest);
    *text = result;
}

fn escaped(from: &str) -> Option<char> {
    let digits = from.get(2..6)?;
    let whole = from.as_bytes().get(6) == Some(&b'_')
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| whole)?;
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for (text, expected) in [
            ("2138", Some("2138")),
            ("2.138E3", Some("2138")),
            ("0.1", Some("0.1")),
            ("0.30000000000000004", Some("0.30000000000000004")),
            ("1E+21", Some("1000000000000000000000")),
            ("123456789012345678", Some("123456789012345680")),
            ("-5", Some("-5")),
            ("-0", Some("0")),
            ("007", Some("7")),
            ("inf", None),
            ("NaN", None),
            ("1e999", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(plain_number(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn serials_in_both_systems() {
        use DateSystem::{From1900, From1904};
        for (serial, system, expected) in [
            ("1", From1900, Some("1900-01-01")),
            ("59", From1900, Some("1900-02-28")),
            ("60", From1900, None),
            ("61", From1900, Some("1900-03-01")),
            ("45292", From1900, Some("2024-01-01")),
            ("45292.5", From1900, Some("2024-01-01T12:00:00")),
            ("45291.9999999", From1900, Some("2024-01-01")),
            ("2958465", From1900, Some("9999-12-31")),
            ("2958466", From1900, None),
            ("0", From1900, None),
            ("-1", From1900, None),
            ("0", From1904, Some("1904-01-01")),
            ("43830", From1904, Some("2024-01-01")),
            ("x", From1900, None),
        ] {
            assert_eq!(serial_date(serial, system).as_deref(), expected, "{serial}");
        }
    }

    #[test]
    fn iso_dates() {
        for (text, expected) in [
            ("2024-02-29", Some("2024-02-29")),
            ("2024-02-29T00:00:00", Some("2024-02-29")),
            ("2024-02-29T00:00:00.000Z", Some("2024-02-29")),
            ("2024-02-29T10:20:00", Some("2024-02-29T10:20:00")),
            ("2001-02-03T23:59:59.99", Some("2001-02-04")),
            ("2001-12-31T23:59:59.5", Some("2002-01-01")),
            ("2001-02-03T23:59:59.49", Some("2001-02-03T23:59:59")),
            ("2001-02-03T00:00:00.4", Some("2001-02-03")),
            ("2001-02-03T09:08", Some("2001-02-03T09:08:00")),
            ("2001-02-03T24:00:00", Some("2001-02-04")),
            ("2001-02-03T24:00:01", None),
            ("2001-02-03T10:60:00", None),
            ("2001-02-03T10", None),
            ("2001-02-03T10:00:00:00", None),
            ("2001-02-03T1:00:00", None),
            ("9999-12-31T23:59:59.9", None),
            ("2023-02-29", None),
            ("24-02-29", None),
            ("2024-02-29 x", None),
        ] {
            assert_eq!(iso_date(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn date_formats() {
        for (code, expected) in [
            ("yyyy-mm-dd", true),
            ("m/d/yy h:mm", true),
            ("[$-409]mmmm", true),
            ("[Red]0.00", false),
            ("General", false),
            ("0\"day\"", false),
            ("\\d0", false),
            ("h:mm AM/PM", false),
            ("[h]:mm:ss", false),
            ("mm:ss", false),
            ("@", false),
            ("00000", false),
            ("0.00;[Red]\"d\"", false),
        ] {
            let format = DateFormat::of(code);
            assert_eq!(format.is_date("30000"), expected, "{code}");
        }
    }

    #[test]
    fn the_section_that_holds_decides() {
        for (code, number, expected) in [
            ("[=0]\"\";m/d/yyyy", "30000", true),
            ("[=0]\"\";m/d/yyyy", "0", false),
            ("[<1]h:mm;m/d/yyyy", "30000", true),
            ("[<1]h:mm;m/d/yyyy", "0.5", false),
            ("[>=1]m/d/yyyy;0", "30000", true),
            ("[>=1]m/d/yyyy;0", "0.5", false),
            ("m/d/yyyy;;", "30000", true),
            ("m/d/yyyy;0;0", "-1", false),
            ("m/d/yyyy;0;0", "0", false),
            ("m/d/yyyy;0", "0", true),
            ("[$-409]m/d/yy;@", "30000", true),
            ("General;[Red]m/d/yyyy", "30000", false),
            ("0;\"; d\"0;yy", "0", true),
            ("0;0;0;yy", "30000", false),
            ("[Red][<>3]0;[=3]yyyy", "3", true),
        ] {
            let format = DateFormat::of(code);
            assert_eq!(format.is_date(number), expected, "{code} of {number}");
        }
    }

    #[test]
    fn times_are_fractions_of_a_day() {
        for (text, expected) in [
            ("PT12H00M00S", Some("0.5")),
            ("PT26H00M00S", Some("1.0833333333333333")),
            ("PT6H", Some("0.25")),
            ("-PT6H", Some("-0.25")),
            ("PT00H00M00S", Some("0")),
            ("PT", None),
            ("P1D", None),
            ("PT5", None),
            ("PTxH", None),
            ("PT1S2H", None),
            ("", None),
        ] {
            assert_eq!(iso_time(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn escaped_characters() {
        for (text, expected) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00", "_x00"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("_xD800_", "_xD800_"),
            ("é_x0041_é", "éAé"),
            ("__x0041_", "_A"),
        ] {
            let mut found = text.to_owned();
            unescape_xstring(&mut found);
            assert_eq!(found, expected, "{text}");
        }
    }
}
