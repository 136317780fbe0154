//! What is odd about a value that a reader of the row would not see: letters that only look like
//! Latin ones, characters that cannot be seen, and what a spreadsheet made of a number or a date.
//!
//! Place in the flow: the assembler asks about each cell of a known column and counts what is told.
//! Most cells are plain ASCII text, for which one pass over the bytes is all.
//!
//! Left to others: what the value means (statute), names and addresses in standard form (standard).

use model::{column::Column, row::CellKind};

use crate::notice::Notice;

/// Digits that a spreadsheet keeps of a number (an IEEE 754 double).
const KEPT_DIGITS: usize = 15;

/// Tells each oddity of a value once.
pub(crate) fn look(column: Column, kind: CellKind, text: &str, mut tell: impl FnMut(Notice)) {
    match kind {
        CellKind::Text => {
            if is_identifier(column) && is_scientific(text) {
                tell(Notice::ScientificNotation);
            }
        }
        CellKind::Number => {
            if matches!(
                column,
                Column::CaseNumber | Column::FinalOrderCaseNumber | Column::OfficerId
            ) {
                tell(Notice::IdentifiersAsNumbers);
            }
            if text.bytes().filter(u8::is_ascii_digit).count() > KEPT_DIGITS {
                tell(Notice::RoundedNumbers);
            }
        }
        CellKind::Date if !may_be_date(column) => tell(Notice::DatesOutOfPlace),
        CellKind::Date | CellKind::Boolean | CellKind::Error => return,
    }
    if text.is_ascii() {
        if has_control(text) {
            tell(Notice::UnseenCharacters);
        }
        return;
    }
    let mut found = Characters::default();
    text.chars().for_each(|character| found.take(character));
    for (is_there, notice) in [
        (found.unseen, Notice::UnseenCharacters),
        (found.full_width, Notice::FullWidth),
        (found.other_alphabet, Notice::OtherAlphabets),
    ] {
        if is_there {
            tell(notice);
        }
    }
}

/// Columns whose values name a thing and are no amounts.
const fn is_identifier(column: Column) -> bool {
    matches!(
        column,
        Column::Tin
            | Column::PostalCode
            | Column::CaseNumber
            | Column::FinalOrderCaseNumber
            | Column::OfficerId
    )
}

const fn may_be_date(column: Column) -> bool {
    matches!(
        column,
        Column::DateOfBirth
            | Column::AddressAsOf
            | Column::TaxPeriods
            | Column::CaseOpenedOn
            | Column::FinalOrderDate
            | Column::ActDate
    )
}

/// `2.02E+11`, `2E+11`: what a csv holds where a spreadsheet showed a long number in a narrow column.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    mantissa && exponent.strip_prefix('+').is_some_and(digits)
}

/// Control characters but tab and line ends, in ASCII text.
fn has_control(text: &str) -> bool {
    // Without an early end, so that many bytes are looked at together.
    text.bytes().fold(false, |found, byte| {
        found | ((byte < b' ') & !matches!(byte, b'\t' | b'\n' | b'\r')) | (byte == 0x7f)
    })
}

/// Which kinds of characters were met.
#[derive(Debug, Default, PartialEq, Eq)]
struct Characters {
    unseen: bool,
    full_width: bool,
    other_alphabet: bool,
}

impl Characters {
    fn take(&mut self, character: char) {
        match character {
            '\t' | '\n' | '\r' | ' '..='~' => {}
            _ if is_unseen(character) => self.unseen = true,
            '\u{3000}' | '\u{ff01}'..='\u{ffef}' => self.full_width = true,
            _ if character.is_alphabetic() && !is_latin(character) => self.other_alphabet = true,
            _ => {}
        }
    }
}

/// Controls, soft hyphens, zero-width characters, marks of direction and of variation, tags, and the
/// mark that stands for a character that was lost.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffd}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Letters of the Latin script (Unicode blocks), the ordinal signs, the micro sign and letters that
/// modify others (the okina of Hawaiian names) among them.
const fn is_latin(character: char) -> bool {
    matches!(
        character,
        'A'..='Z'
            | 'a'..='z'
            | '\u{aa}'..='\u{2ff}'
            | '\u{1d00}'..='\u{1dbf}'
            | '\u{1e00}'..='\u{1eff}'
            | '\u{2c60}'..='\u{2c7f}'
            | '\u{a720}'..='\u{a7ff}'
            | '\u{fb00}'..='\u{fb06}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(column: Column, kind: CellKind, text: &str, expected: &[Notice]) {
        let mut found = Vec::new();
        look(column, kind, text, |notice| found.push(notice));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn characters_of_a_name() {
        use Notice::{FullWidth, OtherAlphabets, UnseenCharacters};
        for (text, expected) in [
            ("Muñoz", [].as_slice()),
            ("O’Brien", &[]),
            ("“Søren” Ólafsdóttir–Łuczak", &[]),
            ("Nguyễn Văn Đức", &[]),
            ("Kaʻiulani", &[]),
            ("line one\nline two\r\n\ttab", &[]),
            ("trailing\u{a0}", &[]),
            ("½ §", &[]),
            ("Diаz", &[OtherAlphabets]), // Cyrillic а
            ("DΙAZ", &[OtherAlphabets]), // Greek Ι
            ("Анна", &[OtherAlphabets]),
            ("𝐃iaz", &[OtherAlphabets]), // mathematical D
            ("Դiaz", &[OtherAlphabets]),
            ("Ｄｉａｚ", &[FullWidth]),
            ("Di\u{3000}az", &[FullWidth]),
            ("Di\u{200b}az", &[UnseenCharacters]),
            ("\u{202e}zaiD", &[UnseenCharacters]),
            ("Di\u{fffd}z", &[UnseenCharacters]),
            ("Di\u{1}z", &[UnseenCharacters]),
            ("Di\u{7f}z", &[UnseenCharacters]),
            ("\u{85}é", &[UnseenCharacters]),
            (
                "Ｄiаz\u{feff}",
                &[UnseenCharacters, FullWidth, OtherAlphabets],
            ),
        ] {
            check(Column::Surnames, CellKind::Text, text, expected);
        }
    }

    #[test]
    fn what_a_spreadsheet_made_of_identifiers() {
        use CellKind::{Date, Number, Text};
        use Notice::{DatesOutOfPlace, IdentifiersAsNumbers, RoundedNumbers, ScientificNotation};
        for (column, kind, text, expected) in [
            (Column::CaseNumber, Text, "25-CR-1187", [].as_slice()),
            (Column::CaseNumber, Text, "2.51E+11", &[ScientificNotation]),
            (Column::Tin, Text, "6,66E+08", &[ScientificNotation]),
            (Column::PostalCode, Text, "9E+4", &[ScientificNotation]),
            (Column::Reason, Text, "2.51E+11", &[]),
            (Column::CaseNumber, Text, "25E117", &[]),
            (Column::CaseNumber, Text, ".5E+1", &[]),
            (
                Column::CaseNumber,
                Number,
                "251187",
                &[IdentifiersAsNumbers],
            ),
            (
                Column::CaseNumber,
                Number,
                "2511870000000012300",
                &[IdentifiersAsNumbers, RoundedNumbers],
            ),
            (Column::Reason, Number, "-123456789012345", &[]),
            (
                Column::Reason,
                Number,
                "123456789012.3456",
                &[RoundedNumbers],
            ),
            (Column::PostalCode, Number, "2138", &[]),
            (Column::Tin, Number, "666123456", &[]),
            (Column::AddressLine1, Date, "2026-12-01", &[DatesOutOfPlace]),
            (Column::CaseNumber, Date, "2025-03-01", &[DatesOutOfPlace]),
            (Column::ActDate, Date, "2025-03-01", &[]),
            (Column::City, CellKind::Error, "#N/A", &[]),
        ] {
            check(column, kind, text, expected);
        }
    }
}
