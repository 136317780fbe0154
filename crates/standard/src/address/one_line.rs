//! An address on one line cut into delivery line, city, state and ZIP.
//!
//! Place in the flow: before the parser proper, for text that was not in columns. Reads from the right:
//! country, ZIP, state, then the longest known city.
//!
//! Left to others: everything about the parts once they are apart.

use super::words::{LineText, Shape, Word};
use crate::place;

/// The parts, each as text.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) line_1: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal_code: String,
}

/// Cuts a line into its parts; what is not there stays empty.
pub(crate) fn cut(line: &str) -> Parts {
    let text = LineText::new(&[line]);
    let words = text.words();
    let mut rest = without_country(&words);
    let mut parts = Parts::default();
    if let Some((shorter, zip)) = take_zip(rest).or_else(|| take_short_zip(rest)) {
        parts.postal_code = zip;
        rest = shorter;
    }
    if let Some((shorter, state)) = take_state(rest, !parts.postal_code.is_empty()) {
        state.clone_into(&mut parts.state);
        rest = shorter;
    }
    let known = !parts.postal_code.is_empty() || !parts.state.is_empty();
    let city = if known {
        city_length(rest, &parts)
    } else {
        city_alone(rest)
    };
    let (line, city) = rest
        .split_at_checked(rest.len() - city)
        .unwrap_or((rest, &[]));
    parts.line_1 = with_breaks(line);
    parts.city = super::street::join(city);
    parts
}

/// The words as text again, commas where breaks were.
fn with_breaks(words: &[Word<'_>]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push_str(if word.after_break { ", " } else { " " });
        }
        text.push_str(word.text);
    }
    text
}

fn without_country<'b, 'a>(words: &'b [Word<'a>]) -> &'b [Word<'a>] {
    match words {
        [rest @ .., united, states] if united.is("UNITED") && states.is("STATES") => rest,
        [rest @ .., last] if last.is("USA") && rest.len() >= 3 => rest,
        _ => words,
    }
}

fn take_zip<'b, 'a>(words: &'b [Word<'a>]) -> Option<(&'b [Word<'a>], String)> {
    let digits = |word: &Word<'_>, length| word.shape == Shape::Digits && word.text.len() == length;
    match words {
        [rest @ .., five, four] if digits(five, 5) && digits(four, 4) && !rest.is_empty() => {
            Some((rest, format!("{}-{}", five.text, four.text)))
        }
        [rest @ .., last] if !rest.is_empty() => {
            let plus4 = last.shape == Shape::DigitFirst
                && last
                    .text
                    .split_once('-')
                    .is_some_and(|(a, b)| a.len() == 5 && b.len() == 4);
            let zip = digits(last, 5) || digits(last, 9) || plus4;
            zip.then(|| (rest, last.text.to_owned()))
        }
        _ => None,
    }
}

/// A ZIP code whose leading zero was lost, after its own state's code: `NJ 7631`.
fn take_short_zip<'b, 'a>(words: &'b [Word<'a>]) -> Option<(&'b [Word<'a>], String)> {
    let [rest @ .., state, last] = words else {
        return None;
    };
    let padded = format!("0{}", last.text);
    let short = last.shape == Shape::Digits && last.text.len() == 4 && !rest.is_empty();
    let fits = place::state_of_zip(&padded) == Some(state.text);
    let rest = words.get(..words.len() - 1)?;
    (short && fits).then_some((rest, padded))
}

/// The state at the end, the longest name first. Without a ZIP code it must stand after a break or be
/// a code.
fn take_state<'b, 'a>(words: &'b [Word<'a>], zip: bool) -> Option<(&'b [Word<'a>], &'static str)> {
    for length in (1..=3.min(words.len().checked_sub(1)?)).rev() {
        let (rest, name) = words.split_at_checked(words.len() - length)?;
        let first = name.first()?;
        let joined = super::street::join(name);
        let Some(code) = place::state_of_folded(&joined) else {
            continue;
        };
        let capital = length > 1 && first.is("WASHINGTON");
        let certain = zip || length > 1 || !is_street_word(first, rest, code);
        if certain && !capital {
            return Some((rest, code));
        }
    }
    None
}

/// Whether one word that is a state's, no ZIP code after it, rather belongs to the street: the floor in
/// `MAIN ST 3RD FL`, the directional in `FIFTH ST, NE`, the type in `CEDAR CREST CT`, the name in `12 NEVADA`.
fn is_street_word(word: &Word<'_>, before: &[Word<'_>], state: &str) -> bool {
    let last = before.last();
    if word.is("FL") {
        return last.is_some_and(|last| last.has_digit() || last.number_word().is_some());
    }
    if word.direction().is_some() {
        return last.is_some_and(Word::is_strong_type);
    }
    let ambiguous = word.street_type().is_some() || word.text.len() > 2;
    ambiguous && !word.after_break && !ends_in_city(before, state)
}

/// Whether the words end in a city of the state, a street before it.
fn ends_in_city(words: &[Word<'_>], state: &str) -> bool {
    (1..=4.min(words.len().saturating_sub(2))).any(|length| {
        words
            .get(words.len() - length..)
            .is_some_and(|city| place::is_city(&super::street::join(city), state))
    })
}

/// How many words at the end are a city where neither state nor ZIP code follows: a name that some state
/// has, straight after a type, a unit or a break.
fn city_alone(words: &[Word<'_>]) -> usize {
    let lengths = (1..=4.min(words.len().saturating_sub(2))).rev();
    let fits = |length: &usize| {
        let Some((before, city)) = words.split_at_checked(words.len() - length) else {
            return false;
        };
        let (Some(last), Some(first)) = (before.last(), city.first()) else {
            return false;
        };
        let names = city
            .iter()
            .all(|word| word.is_letters() && word.designator().is_none() && !word.is_strong_type());
        let street = before.get(1..before.len() - 1).unwrap_or_default();
        let named = street.iter().any(|word| word.direction().is_none());
        let apart = match (street.last(), last) {
            _ if first.after_break => true,
            (_, last) if last.is_strong_type() => named,
            (Some(type_before), last) if last.direction().is_some() => type_before.is_strong_type(),
            (Some(mark), last) if last.has_digit() => marks_unit(mark) || mark.is("BOX"),
            _ => last.designator().is_some_and(|known| known.strong) && named,
        };
        apart
            && names
            && first.direction().is_none()
            && place::is_city_anywhere(&super::street::join(city))
    };
    lengths.into_iter().find(fits).unwrap_or(0)
}

/// How many words at the end are the city.
fn city_length(words: &[Word<'_>], parts: &Parts) -> usize {
    let after_break = words.iter().rposition(|word| word.after_break).unwrap_or(0);
    let segment = words.get(after_break..).unwrap_or_default();
    let plain = after_break > 0
        && segment.len() <= 4
        && segment.iter().all(Word::is_letters)
        && !segment
            .first()
            .is_some_and(|word| word.designator().is_some_and(|d| d.strong));
    let state = place::state_code(&parts.state)
        .or_else(|| place::state_of_zip(parts.postal_code.get(..5).unwrap_or_default()));
    if plain {
        return segment.len()
            - usize::from(begins_with_directional(segment, state.unwrap_or_default()));
    }
    known_city(words, state.unwrap_or_default()).unwrap_or_else(|| guessed_city(words))
}

/// Whether a segment is a directional of the street before it and then a city: `BOLTON RD, NW ATLANTA`.
fn begins_with_directional(segment: &[Word<'_>], state: &str) -> bool {
    let known = |words: &[Word<'_>]| place::is_city(&super::street::join(words), state);
    match segment {
        [first, rest @ ..] if first.direction().is_some() && first.text.len() <= 2 => {
            !known(segment) && known(rest)
        }
        _ => false,
    }
}

/// The longest known city at the end, rather one after a type, directional or unit.
fn known_city(words: &[Word<'_>], state: &str) -> Option<usize> {
    let known = |length: &usize| {
        words
            .len()
            .checked_sub(*length)
            .and_then(|start| words.get(start..))
            .is_some_and(|city| place::is_city(&super::street::join(city), state))
    };
    let after_street = |length: &usize| {
        words
            .len()
            .checked_sub(length + 1)
            .and_then(|place| words.get(place))
            .is_some_and(|word| {
                word.is_strong_type() || word.has_digit() || word.designator().is_some()
            })
    };
    let lengths = (1..=4.min(words.len().saturating_sub(2))).rev();
    let candidates: Vec<usize> = lengths.filter(known).collect();
    candidates
        .iter()
        .copied()
        .find(after_street)
        .or_else(|| candidates.first().copied())
}

/// `#` or a designator, after which an identifier stands.
fn marks_unit(word: &Word<'_>) -> bool {
    word.shape == Shape::Hash || word.designator().is_some_and(|known| known.strong)
}

/// The words after the last type, number or unit, four at most; after a house number alone one of them at
/// least is the street's.
fn guessed_city(words: &[Word<'_>]) -> usize {
    let street = words
        .iter()
        .rposition(|word| word.is_strong_type() || word.has_digit() || marks_unit(word));
    let Some(place) = street else {
        return words.len().min(4);
    };
    let unit = words.get(place).is_some_and(marks_unit)
        && words.get(place + 1).is_some_and(Word::is_identifier);
    let used = place + 1 + usize::from(unit || place == 0);
    words.len().saturating_sub(used).min(4)
}
