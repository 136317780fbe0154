//! Lines for people: colours, wrapping, numbers, and nothing that could command a terminal.
//!
//! Place in the flow: used by the text form of an examination.
//!
//! Left to others: what the lines say ([`super::text`]).

use std::io::{IsTerminal as _, stdout};

use model::finding::FindingClass;

use crate::arguments::ColourChoice;

/// Columns a line of text takes at most.
pub const WIDTH: usize = 100;

/// Whether lines are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// ANSI colours.
    Coloured,
    /// None.
    Plain,
}

impl Paint {
    /// As asked for; by itself only on a terminal, and not where `NO_COLOR` is set
    /// (<https://no-color.org>).
    pub fn new(choice: ColourChoice) -> Self {
        let wanted = match choice {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                stdout().is_terminal() && !refused && !dumb
            }
        };
        if wanted { Self::Coloured } else { Self::Plain }
    }

    fn in_codes(self, codes: &str, text: &str) -> String {
        match self {
            Self::Coloured if !text.is_empty() => format!("\u{1b}[{codes}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    /// A heading.
    pub fn strong(self, text: &str) -> String {
        self.in_codes("1", text)
    }

    /// What may be read later.
    pub fn faint(self, text: &str) -> String {
        self.in_codes("2", text)
    }

    /// In the colour of a class.
    pub fn class(self, class: FindingClass, text: &str) -> String {
        let codes = match class {
            FindingClass::Deficient => "1;31",
            FindingClass::Question => "1;33",
            FindingClass::Deferred => "1;36",
        };
        self.in_codes(codes, text)
    }

    /// In the colour of what is well.
    pub fn well(self, text: &str) -> String {
        self.in_codes("1;32", text)
    }
}

/// The sign of a class, one column wide.
pub const fn sign(class: FindingClass) -> &'static str {
    match class {
        FindingClass::Deficient => "✗",
        FindingClass::Question => "?",
        FindingClass::Deferred => "»",
    }
}

/// The word for a class.
pub const fn class_word(class: FindingClass) -> &'static str {
    match class {
        FindingClass::Deficient => "deficient",
        FindingClass::Question => "question",
        FindingClass::Deferred => "deferred",
    }
}

/// A number with commas between thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_add(6));
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number))
}

/// Breaks a text into lines of at most `width` characters, at spaces where it has any.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0_usize;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word: Vec<char> = word.chars().collect();
        if length > 0 && length.saturating_add(1).saturating_add(word.len()) > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length = length.saturating_add(1);
        }
        while word.len() > width {
            let rest = word.split_off(width);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        length = length.saturating_add(word.len());
        line.extend(word);
    }
    if length > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_280_000, "1,280,000"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(0, "row"), "0 rows");
    }

    #[test]
    fn lines_break_at_spaces_and_never_exceed_their_width() {
        let check = |text: &str, width, expected: &[&str]| assert_eq!(wrap(text, width), expected);
        check("", 5, &[""]);
        check("a bc def", 4, &["a bc", "def"]);
        check("a bc def", 80, &["a bc def"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("x abcdefgh y", 3, &["x", "abc", "def", "gh", "y"]);
        for width in 1..40 {
            let lines = wrap(
                "the address line states no house number or box, anywhere",
                width,
            );
            assert!(lines.iter().all(|line| line.chars().count() <= width));
        }
    }

    #[test]
    fn plain_is_plain_and_colours_end() {
        assert_eq!(Paint::Plain.class(FindingClass::Deficient, "x"), "x");
        assert_eq!(Paint::Coloured.strong("x"), "\u{1b}[1mx\u{1b}[0m");
        assert_eq!(Paint::Coloured.strong(""), "");
    }
}
