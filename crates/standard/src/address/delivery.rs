//! The delivery line: which of the forms of Publication 28 it has, and its parts.
//!
//! Place in the flow: given all words of the delivery lines; finds the first place where an address
//! begins, passing over care-of, units and building names before it.
//!
//! Left to others: the forms without street ([`super::boxes`]), street names ([`super::street`]),
//! whether the words are a placeholder ([`super::junk`]).

use std::ops::Range;

use super::{
    boxes::{Region, read_boxed},
    form::{AddressKind, Direction, StandardAddress},
    lexicon::DesignatorClass,
    problem::AddressProblem,
    puerto_rico,
    secondary::read_secondary,
    street::{Evidence, Street, read_street},
    words::{NumberWord, Shape, Word},
};

/// A delivery line that was read.
pub(crate) struct Delivery {
    /// The delivery parts of an address; city, state and ZIP are empty.
    pub(crate) address: StandardAddress,
    /// Which words are the street, its type included; empty for other forms.
    pub(crate) street: Range<usize>,
}

/// How many words into a line an address may begin.
const SEARCH: usize = 16;

/// Reads the delivery line.
pub(crate) fn read_delivery(
    words: &[Word<'_>],
    region: Region,
) -> Result<Delivery, AddressProblem> {
    if words.is_empty() {
        return Err(AddressProblem::LineMissing);
    }
    if (region == Region::PuertoRico || puerto_rico::is_urbanization(words))
        && let Some(found) = puerto_rico::read(words, region)
    {
        return found;
    }
    let mut missing = None;
    for place in 0..words.len().min(SEARCH) {
        let rest = words.get(place..).unwrap_or_default();
        match read_at(rest, place, words, region) {
            Some(Ok(delivery)) => return Ok(delivery),
            Some(Err(problem)) => missing = missing.or(Some(problem)),
            None => {}
        }
    }
    Err(missing.unwrap_or_else(|| why_not(words)))
}

/// Tries every form at one place.
fn read_at(
    rest: &[Word<'_>],
    place: usize,
    words: &[Word<'_>],
    region: Region,
) -> Option<Result<Delivery, AddressProblem>> {
    let begins = place == 0 || may_begin(words, place);
    if begins && let Some(found) = read_boxed(rest, region) {
        return Some(found.map(|boxed| {
            let mut address = StandardAddress::default();
            let length = boxed.length;
            boxed.fill(&mut address);
            read_secondary(rest.get(length..).unwrap_or_default(), &mut address);
            read_before(words, place, &mut address);
            Delivery {
                address,
                street: 0..0,
            }
        }));
    }
    let found = read_numbered(rest)?;
    let named_building = is_after_building(words, place) && found.evidence >= Evidence::Type;
    if is_identifier_of_unit(words, place) && !named_building {
        return None;
    }
    let sure = match found.evidence {
        Evidence::Type | Evidence::Road => true,
        Evidence::Direction if found.address.street.len() >= 3 => true,
        Evidence::Direction | Evidence::Name => place == 0 || after_unit(words, place),
    };
    let parted = rest
        .get(found.street.start)
        .is_some_and(|word| word.after_break);
    if begins_later(rest, &found) || (parted && found.evidence < Evidence::Type) {
        return None;
    }
    let body = rest.get(found.street.clone()).unwrap_or_default();
    if !sure || !is_named(&found) || is_unit_only(&found, body) {
        return None;
    }
    let mut address = found.address;
    read_secondary(
        rest.get(found.street.end..).unwrap_or_default(),
        &mut address,
    );
    read_before(words, place, &mut address);
    let street = found.street.start + place..found.street.end + place;
    Some(Ok(Delivery { address, street }))
}

/// Whether a word only names the unit that a designator before it announces (`STE 201, 4401 N MESA`).
fn is_identifier_of_unit(words: &[Word<'_>], place: usize) -> bool {
    let before = |back: usize| place.checked_sub(back).and_then(|place| words.get(place));
    let announces = |word: &Word<'_>| word.designator().is_some_and(|known| known.strong);
    let after_mark = before(1).is_some_and(|word| word.shape == Shape::Hash);
    let numbered_floor = before(1)
        .and_then(Word::designator)
        .is_some_and(|known| known.class == DesignatorClass::Floor)
        && before(2).is_some_and(|word| word.has_digit() || word.number_word().is_some());
    if numbered_floor {
        return false;
    }
    before(1).is_some_and(announces) || (after_mark && before(2).is_some_and(announces))
}

/// Whether the word before ends a building's name (`EMPIRE STATE BUILDING 350 5TH AVE`).
fn is_after_building(words: &[Word<'_>], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|place| words.get(place));
    place >= 2
        && before
            .and_then(Word::designator)
            .is_some_and(|known| known.class == DesignatorClass::Building)
}

/// Whether the number belongs to a building's name or is a stray one, because a better address begins
/// at a later number: `1015 FINANCIAL CENTER 505 20TH ST N`, `12 1500 S HICKS RD`.
fn begins_later(rest: &[Word<'_>], found: &Numbered) -> bool {
    let inner = rest.get(..found.street.end).unwrap_or_default();
    let later = inner
        .iter()
        .enumerate()
        .skip(1)
        .find(|(_, word)| matches!(word.shape, Shape::Digits | Shape::DigitFirst));
    let Some((place, _)) = later else {
        return false;
    };
    let between = inner.get(1..place).unwrap_or_default();
    let measured = inner.get(place + 1).is_some_and(|word| word.is("MILE"));
    let grid = !between.is_empty() && between.iter().all(|word| word.direction().is_some());
    if found.evidence == Evidence::Road || grid || measured {
        return false;
    }
    let Some(other) = read_numbered(rest.get(place..).unwrap_or_default()) else {
        return false;
    };
    let name = &other.address.street;
    let letters = name.bytes().filter(u8::is_ascii_alphabetic).count();
    let compass = ["NORTH", "SOUTH", "EAST", "WEST"].contains(&name.as_str());
    other.evidence >= Evidence::Direction && letters >= 2 && !compass
}

/// A unit or building named before the street counts where none is named after it.
fn read_before(words: &[Word<'_>], place: usize, address: &mut StandardAddress) {
    let before = words.get(..place).unwrap_or_default();
    let marks_number = |word: &&Word<'_>| word.shape == Shape::Hash;
    let before = match before.split_last() {
        Some((last, rest)) if marks_number(&last) => rest,
        _ => before,
    };
    if address.unit_designator.is_none() && before.iter().any(|word| word.designator().is_some()) {
        let mut other = StandardAddress::default();
        read_secondary(before, &mut other);
        address.unit_designator = other.unit_designator;
        address.unit = other.unit;
    }
}

/// Whether an address may begin here: after a break, a unit or a mail stop.
fn may_begin(words: &[Word<'_>], place: usize) -> bool {
    words.get(place).is_some_and(|word| word.after_break) || after_unit(words, place) || {
        let first_number = words.iter().position(Word::has_digit);
        words.get(place).is_some_and(|word| {
            !word.is_one_of(&["UNIT", "R", "RD", "ROUTE", "RT", "BIN", "P"])
                || first_number.is_some_and(|number| number > place)
        })
    }
}

/// Whether only units, marks and labels stand before.
fn after_unit(words: &[Word<'_>], place: usize) -> bool {
    let mut before = words.get(..place).unwrap_or_default();
    while let [first, rest @ ..] = before {
        let glued = first.shape == Shape::LetterFirst
            && super::lexicon::glued_designator(first.text).is_some();
        before = match rest {
            _ if first.shape == Shape::Hash || glued || is_label(first) => rest,
            [second, third, ..]
                if first.designator().is_some()
                    && second.shape == Shape::Hash
                    && third.is_identifier() =>
            {
                rest.get(2..).unwrap_or_default()
            }
            [second, others @ ..] if first.designator().is_some() && second.is_identifier() => {
                others
            }
            [second, others @ ..] if first.has_digit() && is_floor(second) => others,
            _ => return false,
        };
    }
    true
}

fn is_floor(word: &Word<'_>) -> bool {
    word.designator()
        .is_some_and(|known| known.class == DesignatorClass::Floor)
}

/// Words that say that an address follows.
fn is_label(word: &Word<'_>) -> bool {
    word.is_one_of(&[
        "ADDRESS",
        "ADDR",
        "NO",
        "NUMBER",
        "NUM",
        "RESIDENCE",
        "HOME",
        "LKA",
        "MAILING",
        "STREET",
    ])
}

/// A house number and the street after it.
struct Numbered {
    address: StandardAddress,
    street: Range<usize>,
    evidence: Evidence,
}

fn read_numbered(words: &[Word<'_>]) -> Option<Numbered> {
    let number = read_number(words)?;
    let rest = words.get(number.length..)?;
    let (unit, rest) = leading_unit(rest);
    let before_street = words.len() - rest.len();
    let mut street = read_street(rest)?;
    let mut text = number.text;
    if let Some((letter, shorter)) = letter_suffix(rest, &street, number.shape) {
        text.push_str(letter);
        street = shorter;
    }
    let mut address = StandardAddress {
        kind: AddressKind::Street,
        number: text,
        fraction: number.fraction,
        predirectional: street.predirectional.or(number.direction),
        street: street.name,
        street_type: street.street_type,
        postdirectional: street.postdirectional,
        ..StandardAddress::default()
    };
    read_secondary(unit, &mut address);
    Some(Numbered {
        address,
        street: before_street..before_street + street.length,
        evidence: street.evidence,
    })
}

struct HouseNumber {
    text: String,
    fraction: String,
    direction: Option<Direction>,
    shape: Shape,
    length: usize,
}

impl HouseNumber {
    fn new(text: String, shape: Shape, length: usize) -> Self {
        Self {
            text,
            fraction: String::new(),
            direction: None,
            shape,
            length,
        }
    }
}

/// Reads a house number, with its fraction.
fn read_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let first = words.first()?;
    let mut number = match first.shape {
        Shape::Digits if first.text.len() <= 7 => plain_number(first.text)?,
        Shape::DigitFirst if first.text.len() <= 12 => lettered_number(first.text)?,
        Shape::LetterFirst if first.text.len() <= 12 => grid_number(words)?,
        Shape::Letters => spelled_number(words)?,
        _ => return None,
    };
    if let Some(fraction) = words
        .get(number.length)
        .filter(|word| word.shape == Shape::Fraction)
    {
        fraction.text.clone_into(&mut number.fraction);
        number.length += 1;
    }
    Some(number)
}

fn plain_number(text: &str) -> Option<HouseNumber> {
    let digits = text.trim_start_matches('0');
    (!digits.is_empty()).then(|| HouseNumber::new(digits.to_owned(), Shape::Digits, 1))
}

/// `123A`, `123-A`, `112-10`, `123N` before a street (the letter is then its directional).
fn lettered_number(text: &str) -> Option<HouseNumber> {
    if text.contains(['/', '.']) || text.starts_with('0') {
        return None;
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    let letters = rest.trim_start_matches('-');
    if letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        let mut number = HouseNumber::new(digits.to_owned(), Shape::DigitFirst, 1);
        match letters {
            "N" => number.direction = Some(Direction::North),
            "S" => number.direction = Some(Direction::South),
            "E" => number.direction = Some(Direction::East),
            "W" => number.direction = Some(Direction::West),
            _ if letters.len() <= 2 => number.text.push_str(letters),
            _ => return None,
        }
        return Some(number);
    }
    Some(HouseNumber::new(text.to_owned(), Shape::DigitFirst, 1))
}

/// `N6W23001`, `W229 N1433`, `A17`.
fn grid_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let first = words.first()?;
    let clean = |text: &str| text.replace('-', "");
    let compass = |text: &str| text.starts_with(['N', 'S', 'E', 'W']);
    let letters = first
        .text
        .bytes()
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let mut number = HouseNumber::new(clean(first.text), Shape::LetterFirst, 1);
    let second = words.get(1).filter(|word| {
        word.shape == Shape::LetterFirst && compass(word.text) && compass(first.text)
    });
    if let Some(second) = second {
        number.text.push_str(&clean(second.text));
        number.length = 2;
    }
    (letters == 1).then_some(number)
}

/// `ONE MAIN ST`, `TWENTY FIVE ELM ST`. Above one, not before what such words count (`FIVE POINTS`).
fn spelled_number(words: &[Word<'_>]) -> Option<HouseNumber> {
    let cardinal = |place: usize| match words.get(place)?.number_word()? {
        (value, NumberWord::Cardinal) => Some(value),
        _ => None,
    };
    let first = cardinal(0)?;
    let (value, length) = match cardinal(1) {
        Some(second) if first >= 20 && second < 10 => (first + second, 2),
        _ => (first, 1),
    };
    let next = words.get(length)?;
    let counts = next.text.ends_with('S') && next.text.len() > 3 && next.direction().is_none();
    let measures = next.is_one_of(&[
        "MILE", "WAY", "NOTCH", "POINT", "ACRE", "OAK", "STAR", "FORKS",
    ]);
    if measures || (value > 1 && counts) {
        return None;
    }
    Some(HouseNumber::new(value.to_string(), Shape::Letters, length))
}

/// `APT 4` between house number and street.
fn leading_unit<'b, 'a>(words: &'b [Word<'a>]) -> (&'b [Word<'a>], &'b [Word<'a>]) {
    match words {
        [mark, identifier, _, ..]
            if mark.is_one_of(&["APT", "UNIT", "STE", "SUITE", "#"])
                && identifier.is_identifier() =>
        {
            words.split_at_checked(2).unwrap_or((&[], words))
        }
        _ => (&[], words),
    }
}

/// A letter that belongs to the number: `214 B SOUTH BLVD`, `1809 C CROSS BEAM DR`. Not where the
/// letter is the street (`1 Q ST`) or a directional.
fn letter_suffix<'a>(
    words: &[Word<'a>],
    street: &Street,
    shape: Shape,
) -> Option<(&'a str, Street)> {
    let [letter, rest @ ..] = words else {
        return None;
    };
    let next = rest.first()?;
    let initials = next.is_single_letter() && (next.direction().is_none() || letter.is("U"));
    let possible = shape == Shape::Digits
        && !initials
        && !next.is_one_of(&["DE", "DEL", "LA"])
        && letter.is_single_letter()
        && letter.direction().is_none()
        && street.length >= 2
        && !next.has_digit()
        && (next.street_type().is_none() || rest.len() > 1 && next.direction().is_some())
        && !next.is_one_of(&["AND", "&"]);
    if !possible {
        return None;
    }
    let mut shorter = read_street(rest)?;
    shorter.length += 1;
    (shorter.evidence >= street.evidence).then_some((letter.text, shorter))
}

/// Whether what was read names a street: not digits alone, not a single letter without type.
fn is_named(found: &Numbered) -> bool {
    let name = &found.address.street;
    let letters = name.bytes().filter(u8::is_ascii_alphabetic).count();
    match found.evidence {
        Evidence::Type | Evidence::Road => !name.is_empty(),
        Evidence::Direction => !name.is_empty() && (letters != 1),
        Evidence::Name => letters >= 2 && !name.contains('&'),
    }
}

/// Whether what stands for the street is a unit (`123 APT 4`).
fn is_unit_only(found: &Numbered, body: &[Word<'_>]) -> bool {
    let designator = body.first().and_then(Word::designator);
    let identified = body.get(1).is_none_or(Word::is_identifier);
    found.evidence == Evidence::Name && identified && designator.is_some_and(|known| known.strong)
}

/// Why nothing could be read.
fn why_not(words: &[Word<'_>]) -> AddressProblem {
    let digits =
        |word: &Word<'_>| matches!(word.shape, Shape::Digits | Shape::DigitFirst | Shape::Hash);
    let numeric =
        |word: &Word<'_>| digits(word) && !word.text.bytes().any(|b| b.is_ascii_alphabetic());
    if words.iter().all(numeric) {
        let zip = words.first().is_some_and(|word| is_zip_like(word.text));
        let alone = words.len() == 1 || words.get(1).is_some_and(|word| word.text.len() == 4);
        return if zip && alone && words.len() <= 2 {
            AddressProblem::ZipOnly
        } else {
            AddressProblem::DigitsOnly
        };
    }
    let crossing = words
        .iter()
        .any(|w| w.shape == Shape::Joiner || w.is_one_of(&["AND", "AT"]));
    if crossing && words.iter().any(|word| word.street_type().is_some()) {
        return AddressProblem::Intersection;
    }
    if read_number(words).is_some() {
        AddressProblem::NoStreet
    } else {
        AddressProblem::NoNumber
    }
}

fn is_zip_like(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (text.len() == 5 && digits == 5)
        || (text.len() == 10 && digits == 9)
        || (text.len() == 9 && digits == 9)
}
