//! Numbered highways and roads: `US HWY 50`, `STATE ROUTE 4`, `COUNTY ROAD KK`, `FM 1960`.
//!
//! Place in the flow: tried by [`super::street`] before ordinary street names. Names come out as in
//! Publication 28 appendix F, words written in full.
//!
//! Left to others: what the number of the house is.

use super::{
    form::Direction,
    street::{Evidence, Street},
    words::{Shape, Word},
};
use crate::place;

/// The system a road belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Us,
    State,
    County,
    Township,
    Interstate,
    Farm,
    Ranch,
    /// Roads numbered by whoever owns them: the word before `ROAD`.
    Named(&'static str),
    Unstated,
}

/// What the road is called within its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noun {
    Highway,
    Route,
    Road,
}

/// Reads a numbered highway, its directionals included; `None` where the words are none.
pub(crate) fn read_highway(words: &[Word<'_>]) -> Option<Street> {
    let (after_pre, pre) = match words {
        [first, rest @ ..] if first.direction().is_some() => (rest, first.direction()),
        _ => (words, None),
    };
    let (core, modifier) = match after_pre {
        [first, rest @ ..] if first.is_one_of(&["OLD", "NEW", "BUSINESS"]) => {
            (rest, Some(first.text))
        }
        _ => (after_pre, None),
    };
    let (kind, used) = named(core).or_else(|| glued(core))?;
    let (number, used, glued_post) = number(core, kind, used)?;
    let used = used + usize::from(repeats_noun(core, used));
    let (extra, used) = extra(core, used);
    let (post, used) = post(core, used, glued_post);
    let mut name = String::with_capacity(24);
    for part in [modifier.unwrap_or_default(), kind.words(), number, extra] {
        if !part.is_empty() {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(part);
        }
    }
    Some(Street {
        predirectional: pre,
        name,
        street_type: None,
        postdirectional: post,
        length: words.len() - core.len() + used,
        evidence: Evidence::Road,
    })
}

#[derive(Clone, Copy)]
struct Kind {
    system: System,
    noun: Noun,
}

impl Kind {
    const fn words(self) -> &'static str {
        match (self.system, self.noun) {
            (System::Us, _) => "US HIGHWAY",
            (System::State, Noun::Road) => "STATE ROAD",
            (System::State, Noun::Route) => "STATE ROUTE",
            (System::State, Noun::Highway) => "STATE HIGHWAY",
            (System::County, Noun::Highway) => "COUNTY HIGHWAY",
            (System::County, _) => "COUNTY ROAD",
            (System::Township, _) => "TOWNSHIP ROAD",
            (System::Interstate, _) => "INTERSTATE",
            (System::Farm, _) => "FM",
            (System::Ranch, _) => "RANCH ROAD",
            (System::Named(words), _) => words,
            (System::Unstated, Noun::Route) => "ROUTE",
            (System::Unstated, _) => "HIGHWAY",
        }
    }
}

/// System and noun in words; how many words they take.
fn named(words: &[Word<'_>]) -> Option<(Kind, usize)> {
    let (system, used) = system(words);
    let rest = words.get(used..)?;
    let (noun, noun_length) = match rest {
        [trunk, road, ..] if trunk.is("TRUNK") && noun(road).is_some() => (noun(road), 2),
        [road, ..] if noun(road).is_some() => (noun(road), 1),
        _ => (None, 0),
    };
    match (system, noun) {
        (System::Unstated, Some(Noun::Road) | None) => None,
        (system, Some(noun)) => Some((Kind { system, noun }, used + noun_length)),
        (System::Township, None) => None,
        (System::County, None) if !initials(words, used) => None,
        (System::State, None) if words.first()?.is_one_of(&["STATE", "ST"]) => None,
        (system, None) => {
            let digits = rest
                .first()
                .is_some_and(|w| w.has_digit() || w.shape == Shape::Hash);
            let noun = if system == System::State {
                Noun::Route
            } else {
                Noun::Road
            };
            (digits || initials(words, used)).then_some((Kind { system, noun }, used))
        }
    }
}

/// Whether the system was written as initials that say road too, `CR`, `SR`, `C R`.
fn initials(words: &[Word<'_>], used: usize) -> bool {
    let all = |texts: &[&str]| {
        words.len() > used
            && texts.len() == used
            && words.iter().zip(texts).all(|(word, text)| word.is(text))
    };
    [["CR"], ["CH"], ["SR"], ["FM"], ["RM"], ["SH"]]
        .iter()
        .any(|one| all(one))
        || [["C", "R"], ["S", "R"], ["F", "M"]]
            .iter()
            .any(|two| all(two))
}

/// The system named at the start and the words it takes; [`System::Unstated`] and 0 for none.
fn system(words: &[Word<'_>]) -> (System, usize) {
    let at = |place: usize| words.get(place).map_or("", |word| word.text);
    let digits_at = |place: usize| words.get(place).is_some_and(Word::has_digit);
    match (at(0), at(1), at(2)) {
        ("U", "S", _) => (System::Us, 2),
        ("UNITED", "STATES", _) => (System::Us, 2),
        ("FARM", "TO", "MARKET") => (System::Farm, 3),
        ("RANCH", "TO", "MARKET") => (System::Ranch, 3),
        ("PRIVATE", "ROAD" | "RD", _) if digits_at(2) => (System::Named("PRIVATE ROAD"), 1),
        ("FARM" | "FRM", "ROAD" | "RD", _) if digits_at(2) => (System::Named("FARM ROAD"), 1),
        ("FOREST" | "FRST", "ROAD" | "RD", _) if digits_at(2) => (System::Named("FOREST ROAD"), 1),
        ("FIRE", "ROAD" | "RD", _) if digits_at(2) => (System::Named("FIRE ROAD"), 1),
        ("PARISH", "ROAD" | "RD", _) if digits_at(2) => (System::Named("PARISH ROAD"), 1),
        ("C", "RD", _) if digits_at(2) => (System::County, 1),
        ("C", "R", _) if digits_at(2) => (System::County, 2),
        ("S", "R", _) if digits_at(2) => (System::State, 2),
        ("F", "M", _) if digits_at(2) => (System::Farm, 2),
        ("US" | "USH", ..) => (System::Us, 1),
        ("STATE" | "ST" | "SR" | "SH" | "STH", ..) => (System::State, 1),
        ("COUNTY" | "CO" | "CNTY" | "CTY" | "CR" | "CTH", ..) => (System::County, 1),
        ("TOWNSHIP" | "TWP" | "TWSP", ..) => (System::Township, 1),
        ("INTERSTATE" | "I" | "IH", ..) => (System::Interstate, 1),
        ("FM", ..) => (System::Farm, 1),
        ("RM" | "RANCH", ..) => (System::Ranch, 1),
        ("COUNTRY", "ROAD" | "RD", _) if digits_at(2) => (System::County, 1),
        (_, "COUNTY" | "CO", "ROAD" | "RD" | "HWY" | "HIGHWAY") => (System::County, 2),
        _ => state_system(words),
    }
}

/// A state's name or code before `HIGHWAY`, `ROUTE` or a number: `TEXAS HWY 6`, `KY 80`.
fn state_system(words: &[Word<'_>]) -> (System, usize) {
    let [first, second, ..] = words else {
        return (System::Unstated, 0);
    };
    let code = first.text.len() == 2;
    let numbered = code && second.shape == Shape::Digits;
    let road = || noun(second).is_some_and(|noun| noun != Noun::Road);
    let state = || place::state_of_folded(first.text).is_some();
    if first.is_letters() && (numbered || road()) && state() {
        return (System::State, 1);
    }
    (System::Unstated, 0)
}

fn noun(word: &Word<'_>) -> Option<Noun> {
    match word
        .street_type()
        .map_or(word.text, |known| known.abbreviation)
    {
        "HWY" => Some(Noun::Highway),
        "RTE" | "RT" => Some(Noun::Route),
        "RD" => Some(Noun::Road),
        _ => None,
    }
}

/// `SR52`, `FM1960`, `I10`, `HWY50`: the letters name the system and the digits follow at once.
fn glued(words: &[Word<'_>]) -> Option<(Kind, usize)> {
    let first = words
        .first()
        .filter(|word| word.shape == Shape::LetterFirst)?;
    let letters = first
        .text
        .trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let digits = first.text.len() - letters.len();
    let plain = letters.bytes().all(|b| b.is_ascii_alphabetic());
    let (system, noun) = match letters {
        _ if !plain || digits == 0 || digits > 4 => return None,
        "US" => (System::Us, Noun::Highway),
        "SR" => (System::State, Noun::Route),
        "SH" => (System::State, Noun::Highway),
        "CR" => (System::County, Noun::Road),
        "FM" => (System::Farm, Noun::Road),
        "RM" => (System::Ranch, Noun::Road),
        "I" | "IH" => (System::Interstate, Noun::Road),
        "HWY" => (System::Unstated, Noun::Highway),
        "RT" | "RTE" => (System::Unstated, Noun::Route),
        _ => return None,
    };
    Some((Kind { system, noun }, 0))
}

/// The road's number or letters, the words used so far, and a directional glued to it (`1400N`).
fn number<'a>(
    words: &[Word<'a>],
    kind: Kind,
    used: usize,
) -> Option<(&'a str, usize, Option<Direction>)> {
    if used == 0 {
        let digits = words
            .first()?
            .text
            .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        return Some((digits, 1, None));
    }
    let skip = words
        .get(used)
        .is_some_and(|w| w.shape == Shape::Hash || w.is("NO"));
    let place = used + usize::from(skip);
    let word = words.get(place)?;
    let lettered = matches!(
        kind.system,
        System::County | System::State | System::Unstated
    );
    let letters = word.is_letters()
        && lettered
        && (word.text.len() == 1
            || (word.text.len() <= 3 && one_letter(word.text))
            || is_trunk(kind, word));
    let number = matches!(
        word.shape,
        Shape::Digits | Shape::DigitFirst | Shape::LetterFirst
    );
    if !number && !letters {
        return None;
    }
    if letters
        && words
            .get(place + 1)
            .is_some_and(|next| next.is_strong_type())
    {
        return None;
    }
    let digits = word.text.trim_end_matches(['N', 'S', 'E', 'W']);
    let direction = match word.text.get(digits.len()..) {
        Some("N") => Some(Direction::North),
        Some("S") => Some(Direction::South),
        Some("E") => Some(Direction::East),
        Some("W") => Some(Direction::West),
        _ => None,
    };
    let directed = direction.is_some()
        && kind.system == System::County
        && digits.len() >= 2
        && digits.bytes().all(|b| b.is_ascii_digit());
    let (number, direction) = if directed {
        (digits, direction)
    } else {
        (word.text, None)
    };
    Some((number, place + 1, direction))
}

/// County trunk roads of Wisconsin have two letters, `COUNTY ROAD DB`.
fn is_trunk(kind: Kind, word: &Word<'_>) -> bool {
    kind.system == System::County
        && word.text.len() == 2
        && word.direction().is_none()
        && !word.is_strong_type()
        && word.designator().is_none()
}

fn one_letter(text: &str) -> bool {
    text.bytes().all(|byte| Some(byte) == text.bytes().next())
}

/// `US 401 HWY`: the noun after the number.
fn repeats_noun(words: &[Word<'_>], used: usize) -> bool {
    let number = used.checked_sub(1).and_then(|place| words.get(place));
    words.get(used).and_then(noun) == Some(Noun::Highway) && number.is_some_and(Word::has_digit)
}

/// `ALT`, `BUSINESS`, `BYPASS` after the number.
fn extra(words: &[Word<'_>], used: usize) -> (&'static str, usize) {
    let extra = match words.get(used).map_or("", |word| word.text) {
        "ALT" | "ALTERNATE" => "ALT",
        "BUS" | "BUSINESS" | "BUSN" => "BUSINESS",
        "BYP" | "BYPASS" => "BYPASS",
        "EXT" | "EXTENSION" => "EXTENSION",
        "SPUR" => "SPUR",
        "LOOP" => "LOOP",
        "TRUCK" => "TRUCK",
        _ => return ("", used),
    };
    (extra, used + 1)
}

fn post(words: &[Word<'_>], used: usize, glued: Option<Direction>) -> (Option<Direction>, usize) {
    let next = words
        .get(used)
        .filter(|word| !word.after_break)
        .and_then(Word::direction);
    match (glued, next) {
        (Some(direction), _) => (Some(direction), used),
        (None, Some(direction)) => (Some(direction), used + 1),
        (None, None) => (None, used),
    }
}
