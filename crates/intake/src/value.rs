//! Numbers and dates as spreadsheets store them, in their one written form.
//!
//! Place in the flow: the readers of xlsx and ods turn cells into text here, so that the same value
//! has the same text in both.
//!
//! Left to others: whether a number should have been text (statute: a ZIP without its zero).

use std::{borrow::Cow, fmt::Write as _};

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
    if second != 0 {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let _ = write!(text, "T{hour:02}:{minute:02}:{second:02}");
    }
    Some(text)
}

/// A date written in ISO 8601, as cells of type `d` and OpenDocument have it: the day alone where
/// the time is midnight. `None` for anything else.
pub(crate) fn iso_date(text: &str) -> Option<String> {
    let text = text.trim();
    let day = text.get(..10)?;
    day.parse::<Date>().ok()?;
    let time = text.get(10..)?.trim_end_matches('Z');
    if time.is_empty() {
        return Some(day.to_owned());
    }
    let clock = time.strip_prefix('T')?;
    let known = clock
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if !known {
        return None;
    }
    let whole = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    Some(if whole.bytes().all(|byte| matches!(byte, b'0' | b':')) {
        day.to_owned()
    } else {
        format!("{day}T{whole}")
    })
}

/// Whether a number format shows a day: it has a year, a day, or a month without a clock
/// (ECMA-376 part 1 section 18.8.31). Text in quotes, escaped characters and `[…]` do not count.
pub(crate) fn is_date_format(code: &str) -> bool {
    let mut letters = Vec::new();
    let mut characters = code.chars();
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
                if matches!(
                    &*inside.to_ascii_lowercase(),
                    "h" | "hh" | "m" | "mm" | "s" | "ss"
                ) {
                    letters.push('h');
                }
            }
            ';' => break,
            other => letters.push(other.to_ascii_lowercase()),
        }
    }
    let text: String = letters.into_iter().collect();
    let text = text
        .replace("general", "")
        .replace("am/pm", "h")
        .replace("a/p", "h");
    let has = |letter: char| text.contains(letter);
    has('y') || has('d') || (has('m') && !has('h') && !has('s'))
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
            assert_eq!(is_date_format(code), expected, "{code}");
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
