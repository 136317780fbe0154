//! Short answers in words, matched whole against closed lists.
//!
//! Place in the flow: the rules on finality, judicial review and stays read their cells here. A text
//! is cut into parts, dates are taken out, words that add nothing are dropped and words that say the
//! same become one; what is left is one listed phrase or it is not. So `appeal not yet dismissed` can
//! never be taken for `appeal dismissed`.
//!
//! Left to others: the lists, and what a phrase means (the rules).

use model::{row::CellKind, time::Date};
use standard::fold::fold;

use crate::date::{DateReading, read_date};

/// Longest part that is looked at, in bytes; no listed phrase comes near.
const LONGEST: usize = 200;

/// Which words say the same, for one column.
pub(crate) struct Vocabulary {
    /// Words that add nothing.
    pub(crate) dropped: &'static [&'static str],
    /// Words with the one they are read as.
    pub(crate) same: &'static [(&'static str, &'static str)],
    /// Several words, after the above, with what they are read as, in this order.
    pub(crate) joined: &'static [(&'static str, &'static str)],
}

/// One part of an answer.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Phrase {
    /// The words that are left, lower case, one space between.
    pub(crate) words: String,
    /// The latest date in it.
    pub(crate) latest: Option<Date>,
}

impl Phrase {
    /// Whether it is one of a list.
    pub(crate) fn is_in(&self, list: &[&str]) -> bool {
        list.contains(&self.words.as_str())
    }

    /// Whether it holds one of these words.
    pub(crate) fn has_word(&self, words: &[&str]) -> bool {
        self.words.split(' ').any(|word| words.contains(&word))
    }
}

/// The parts of a text: cut at semicolons, line breaks, and commas that stand in no date.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (rest.char_indices())
            .find(|(place, c)| is_cut(*c, rest.get(place + 1..).unwrap_or_default()))
            .map_or(rest.len(), |(place, _)| place);
        let (part, tail) = rest.split_at_checked(end)?;
        rest = tail.get(1..).unwrap_or_default();
        Some(part)
    })
    .filter(|part| part.contains(char::is_alphanumeric))
}

fn is_cut(c: char, after: &str) -> bool {
    let dated = || after.trim_start().starts_with(|c: char| c.is_ascii_digit());
    matches!(c, ';' | '\n' | '\r') || c == ',' && !dated()
}

/// Reads one part. A text longer than any phrase has no words.
pub(crate) fn read(part: &str, vocabulary: &Vocabulary) -> Phrase {
    let mut phrase = Phrase::default();
    if part.len() > LONGEST {
        return phrase;
    }
    let words: Vec<&str> = part.split_whitespace().collect();
    let mut rest = words.as_slice();
    while let [word, tail @ ..] = rest {
        if let Some((date, taken)) = date_at(rest) {
            phrase.latest = phrase.latest.max(date);
            rest = rest.get(taken..).unwrap_or_default();
            continue;
        }
        push(&mut phrase.words, word, vocabulary);
        rest = tail;
    }
    for (several, one) in vocabulary.joined {
        if phrase.words.contains(several) {
            phrase.words = phrase.words.replace(several, one);
        }
    }
    phrase
}

/// The date a list of words begins with, if it reads, and how many words it takes.
fn date_at(words: &[&str]) -> Option<(Option<Date>, usize)> {
    let first = bare(words.first()?);
    if first.len() >= 6 && first.starts_with(|c: char| c.is_ascii_digit()) {
        match read_date(CellKind::Text, first) {
            DateReading::Date(date) => return Some((Some(date), 1)),
            DateReading::Ambiguous | DateReading::TwoDigitYear => return Some((None, 1)),
            _ => {}
        }
    }
    let three = words.get(..3)?;
    let year = bare(three.last()?);
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (second, joined) = (three.get(1)?, |second: &str| {
        format!("{first} {second} {year}")
    });
    let date = read_date(CellKind::Text, &joined(bare(second))).date()?;
    Some((Some(date), 3))
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

/// Adds the words of a word, `time-expired` being two, as the vocabulary reads them.
fn push(line: &mut String, word: &str, vocabulary: &Vocabulary) {
    if !word.is_ascii() {
        return push_ascii(line, &fold(&word.replace('§', " ")), vocabulary);
    }
    push_ascii(line, word, vocabulary);
}

fn push_ascii(line: &mut String, word: &str, vocabulary: &Vocabulary) {
    let tokens = word.split(|c: char| !c.is_ascii_alphanumeric());
    for token in tokens.filter(|token| !token.is_empty()) {
        let is = |known: &str| known.eq_ignore_ascii_case(token);
        if vocabulary.dropped.iter().any(|known| is(known)) {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        match vocabulary.same.iter().find(|(known, _)| is(known)) {
            Some((_, one)) => line.push_str(one),
            None => line.extend(token.chars().map(|c| c.to_ascii_lowercase())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: Vocabulary = Vocabulary {
        dropped: &["the", "for", "on"],
        same: &[("pfr", "petition"), ("denial", "denied")],
        joined: &[("petition review", "petition")],
    };

    fn check(text: &str, expected: &[(&str, &str)]) {
        let shown: Vec<(String, String)> = parts(text)
            .map(|part| read(part, &VOCABULARY))
            .map(|phrase| {
                let date = phrase.latest.map_or(String::new(), |date| date.to_string());
                (phrase.words, date)
            })
            .collect();
        let shown: Vec<(&str, &str)> = (shown.iter())
            .map(|(words, date)| (words.as_str(), date.as_str()))
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn parts_words_and_dates() {
        check("", &[]);
        check(" ;, . ", &[]);
        check("None.", &[("none", "")]);
        check("PFR-denial; the x", &[("petition denied", ""), ("x", "")]);
        check("Petition for Review denied", &[("petition denied", "")]);
        check("a, b", &[("a", ""), ("b", "")]);
        check("ａ – b", &[("a b", "")]);
        check("x (2025-01-10)", &[("x", "2025-01-10")]);
        check("x 1/20/2025, y", &[("x", "2025-01-20"), ("y", "")]);
        check("x on March 4, 2025.", &[("x", "2025-03-04")]);
        check("4 Mar 2025 x 2025-01-10", &[("x", "2025-03-04")]);
        check("x 03/04/2025", &[("x", "")]);
        check("x 45000 24-1187", &[("x 45000 24 1187", "")]);
        check("one 2 2025", &[("one 2 2025", "")]);
        check(&"x".repeat(200), &[(&"x".repeat(200), "")]);
        check(&"x".repeat(201), &[("", "")]);
    }

    #[test]
    fn phrases_match_whole() {
        let phrase = read("petition denied", &VOCABULARY);
        assert!(phrase.is_in(&["x", "petition denied"]) && !phrase.is_in(&["petition"]));
        assert!(phrase.has_word(&["denied"]) && !phrase.has_word(&["petition denied", "den"]));
    }
}
