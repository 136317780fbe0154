//! Unit, building and floor: what stands after the street.
//!
//! Place in the flow: given the words after the street, fills the unit parts of the standard form
//! (Publication 28 section 213). Words it does not know (a building's name) are passed over.
//!
//! Left to others: where the street ends ([`super::street`]).

use super::{
    form::StandardAddress,
    lexicon::{Designator, DesignatorClass, glued_designator},
    words::{NumberWord, Shape, Word},
};

/// Fills unit, building and floor from the words after the street.
pub(crate) fn read_secondary(words: &[Word<'_>], address: &mut StandardAddress) {
    let mut rest = words;
    while let Some((first, others)) = rest.split_first() {
        let used = if is_other_address(rest) {
            return;
        } else if let Some((designator, identifier)) = glued(first) {
            place(address, designator, identifier);
            1
        } else if let Some(floor) = floor_number(rest) {
            address.floor = floor;
            2
        } else if first.shape == Shape::Hash || is_number_mark(first, others) {
            1 + hashed(others, address)
        } else if let Some(designator) = first.designator() {
            1 + designated(designator, others, address)
        } else if first.is_identifier() && address.unit.is_empty() && first.direction().is_none() {
            bare(rest, address)
        } else {
            1
        };
        rest = rest.get(used..).unwrap_or_default();
    }
}

/// `NO 102`.
fn is_number_mark(first: &Word<'_>, others: &[Word<'_>]) -> bool {
    first.is_one_of(&["NO", "NUMBER", "NUM"]) && others.first().is_some_and(Word::has_digit)
}

/// A PO box or care-of after the street ends the unit.
fn is_other_address(words: &[Word<'_>]) -> bool {
    match words {
        [first, ..] if first.is_one_of(&["C/O", "ATTN", "POBOX", "POB", "LOCKBOX"]) => true,
        [first, second, ..] => {
            (first.is("PO") && second.is_one_of(&["BOX", "DRAWER"]))
                || (first.is_one_of(&["RR", "HC"]) && second.has_digit())
                || (first.is("P") && second.is("O"))
                || (first.is("BOX") && second.has_digit())
        }
        _ => false,
    }
}

fn glued<'a>(word: &Word<'a>) -> Option<(&'static Designator, &'a str)> {
    if word.shape == Shape::LetterFirst {
        glued_designator(word.text)
    } else {
        None
    }
}

/// `2ND FLOOR`, `SECOND FL`, `LOWER LEVEL`.
fn floor_number(words: &[Word<'_>]) -> Option<String> {
    let [number, floor, ..] = words else {
        return None;
    };
    if floor.designator()?.class != DesignatorClass::Floor {
        return None;
    }
    if number
        .designator()
        .is_some_and(|d| d.class == DesignatorClass::Unit)
    {
        return None;
    }
    floor_text(number)
}

fn floor_text(number: &Word<'_>) -> Option<String> {
    if let Some((value, NumberWord::Ordinal | NumberWord::Cardinal)) = number.number_word() {
        return Some(value.to_string());
    }
    match number.shape {
        Shape::Ordinal | Shape::Digits | Shape::DigitFirst => {
            let digits = number
                .text
                .trim_end_matches(|c: char| c.is_ascii_alphabetic());
            Some(digits.to_owned())
        }
        Shape::Letters => match number.text {
            "LOWER" | "LWR" => Some("LOWER".to_owned()),
            "UPPER" | "UPR" => Some("UPPER".to_owned()),
            "GROUND" | "MAIN" | "TOP" => Some(number.text.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// After `#`: the unit; gives the words used.
fn hashed(words: &[Word<'_>], address: &mut StandardAddress) -> usize {
    let used = identifier_length(words);
    let identifier = identifier_text(words, used);
    if address.unit.is_empty() && !identifier.is_empty() {
        address.unit = identifier;
        address.unit_designator = address.unit_designator.or(Some("#"));
    } else {
        keep_further(address, "#", &identifier);
    }
    used
}

/// After a designator: its identifier; gives the words used.
fn designated(
    designator: &'static Designator,
    words: &[Word<'_>],
    address: &mut StandardAddress,
) -> usize {
    // `INMATE ID 12345`; elsewhere `ID` may be Idaho.
    let inmate = designator.abbreviation == "INMATE";
    let marks = words
        .iter()
        .take_while(|w| {
            w.shape == Shape::Hash || w.is_one_of(&["NO", "NUMBER", "NUM"]) || inmate && w.is("ID")
        })
        .count();
    let rest = words.get(marks..).unwrap_or_default();
    let used = match (rest.first(), designator.class) {
        (_, DesignatorClass::Alone) if marks == 0 => usize::from(
            rest.first()
                .is_some_and(|w| w.has_digit() && !w.after_break),
        ),
        (Some(first), DesignatorClass::Building)
            if first.is_letters()
                && first.designator().is_none()
                && (designator.strong || first.text.len() <= 2) =>
        {
            1
        }
        (Some(first), _) if first.number_word().is_some() => 1,
        _ => identifier_length(rest),
    };
    let identifier = match rest.first().and_then(Word::number_word) {
        Some((value, _)) => value.to_string(),
        None => identifier_text(rest, used),
    };
    place(address, designator, &identifier);
    marks + used
}

/// A unit without designator; gives the words used.
fn bare(words: &[Word<'_>], address: &mut StandardAddress) -> usize {
    let used = identifier_length(words).max(1);
    address.unit = identifier_text(words, used);
    address.unit_designator = address.unit_designator.or(Some("#"));
    used
}

/// `4`, `4B`, `4 B`, `A 12`: how many words name one unit.
fn identifier_length(words: &[Word<'_>]) -> usize {
    match words {
        [first, second, ..]
            if first.is_identifier()
                && !second.after_break
                && ((first.shape == Shape::Digits && second.is_single_letter())
                    || (first.is_single_letter() && second.shape == Shape::Digits)
                    || (is_two_letters(first) && second.has_digit())) =>
        {
            2
        }
        [first, ..] if first.is_identifier() => 1,
        _ => 0,
    }
}

/// `AF 1025`, `MS 5-230`: two letters that are nothing else.
fn is_two_letters(word: &Word<'_>) -> bool {
    word.is_letters()
        && word.text.len() == 2
        && word.direction().is_none()
        && word.designator().is_none()
}

fn identifier_text(words: &[Word<'_>], used: usize) -> String {
    let mut text = String::with_capacity(8);
    for word in words.get(..used).unwrap_or_default() {
        text.extend(word.text.chars().filter(char::is_ascii_alphanumeric));
    }
    let digits = text.trim_start_matches('0');
    if digits.starts_with(|c: char| c.is_ascii_digit()) && digits.len() < text.len() {
        return digits.to_owned();
    }
    text
}

/// Puts an identifier where its designator says. A unit outranks a bare or mail one.
fn place(address: &mut StandardAddress, designator: &'static Designator, identifier: &str) {
    let clean: String = identifier
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    match designator.class {
        DesignatorClass::Building => address.building = clean,
        DesignatorClass::Floor => address.floor = clean,
        DesignatorClass::Mail if clean.is_empty() => {}
        DesignatorClass::Mail if address.unit_designator.is_some() => {
            keep_further(address, designator.abbreviation, &clean);
        }
        DesignatorClass::Unit if clean.is_empty() => {}
        DesignatorClass::Unit | DesignatorClass::Alone | DesignatorClass::Mail => {
            if let Some(earlier) = address.unit_designator {
                let unit = std::mem::take(&mut address.unit);
                keep_further(address, earlier, &unit);
            }
            address.unit_designator = Some(designator.abbreviation);
            address.unit = clean;
        }
    }
}

/// Keeps the first unit that found no place beside another.
fn keep_further(address: &mut StandardAddress, designator: &str, identifier: &str) {
    if address.further_unit.is_empty() && !identifier.is_empty() {
        address.further_unit = format!("{designator} {identifier}");
    }
}
