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
    form::{AddressKind, StandardAddress},
    house_number::read_number,
    lexicon::DesignatorClass,
    problem::AddressProblem,
    puerto_rico,
    secondary::read_secondary,
    street::{Evidence, Street, read_street},
    words::{Shape, Word},
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
    let after = rest.get(found.street.end..).unwrap_or_default();
    read_box_beside(after, region, &mut address);
    let street = found.street.start + place..found.street.end + place;
    Some(Ok(Delivery { address, street }))
}

/// Whether a word only names the unit that a designator before it announces (`STE 201, 4401 N MESA`).
fn is_identifier_of_unit(words: &[Word<'_>], place: usize) -> bool {
    let before = |back: usize| place.checked_sub(back).and_then(|place| words.get(place));
    let announces = |word: &Word<'_>| {
        word.designator()
            .filter(|known| !matches!(known.class, DesignatorClass::Alone | DesignatorClass::Mail))
            .is_some_and(|known| known.strong)
    };
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
        .skip(found.street.start)
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
        let bare = other.unit_designator == Some("#")
            && !before.iter().any(|word| word.shape == Shape::Hash);
        // `ERO FIELD OFFICE 26 FEDERAL PLZ` is an office's name, not a unit.
        let named = other.unit_designator == Some("OFC") && other.unit.is_empty();
        if !bare && !named {
            address.unit_designator = other.unit_designator;
            address.unit = other.unit;
        }
        if address.building.is_empty() {
            address.building = other.building;
        }
        if address.floor.is_empty() {
            address.floor = other.floor;
        }
    }
}

/// A box stated after the street is kept beside it; the street stays the address.
fn read_box_beside(after: &[Word<'_>], region: Region, address: &mut StandardAddress) {
    let found = (0..after.len()).find_map(|place| {
        let rest = after.get(place..)?;
        let boxed = read_boxed(rest, region)?.ok()?;
        (!boxed.box_number.is_empty()).then_some(boxed)
    });
    if let Some(boxed) = found {
        address.route = boxed.route;
        address.box_number = boxed.box_number;
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
    if let (Some(letter), Some(_)) = (number.direction, street.predirectional) {
        // The street has a directional of its own: `4922-E S CORNELL AVE`.
        text.push_str(letter.abbreviation());
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

/// `APT 4` between house number and street.
fn leading_unit<'b, 'a>(words: &'b [Word<'a>]) -> (&'b [Word<'a>], &'b [Word<'a>]) {
    let marks = |place: usize| match words.get(place..) {
        Some([mark, identifier, _, ..]) => {
            mark.is_one_of(&["APT", "UNIT", "STE", "SUITE", "BLDG", "#"])
                && identifier.is_identifier()
        }
        _ => false,
    };
    let units = (0..2).take_while(|unit| marks(2 * unit)).count();
    words.split_at_checked(2 * units).unwrap_or((&[], words))
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
    let next = rest.first().filter(|_| letter.is_single_letter())?;
    let initials = next.is_single_letter() && (next.direction().is_none() || letter.is("U"));
    let possible = shape == Shape::Digits
        && !initials
        && !next.is_one_of(&["DE", "DEL", "LA"])
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
