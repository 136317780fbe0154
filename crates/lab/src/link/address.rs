//! Addresses of several countries in standard form: house, street, unit, city, state, postcode.
//!
//! Place in the flow: called for the cells of a row that say where somebody lives. American, British and
//! Australian forms are read; what is not understood stays as it is written and is compared as a value.
//!
//! Left to others: names and plain fields (form), agreement (compare).

use standard::{fold::fold, place::state_code};

use super::form::{Form, Words};

/// A house number without leading noughts.
fn number(folded: &str) -> String {
    folded.replace(' ', "").trim_start_matches('0').to_owned()
}

/// Words for ways, longest form first, to one short form.
const WAYS: [(&str, &str); 22] = [
    ("STREET", "ST"),
    ("STR", "ST"),
    ("ROAD", "RD"),
    ("AVENUE", "AVE"),
    ("AV", "AVE"),
    ("DRIVE", "DR"),
    ("LANE", "LN"),
    ("COURT", "CT"),
    ("PLACE", "PL"),
    ("CRESCENT", "CRES"),
    ("CR", "CRES"),
    ("CIRCUIT", "CCT"),
    ("CIRCLE", "CIR"),
    ("CLOSE", "CL"),
    ("TERRACE", "TCE"),
    ("TER", "TCE"),
    ("BOULEVARD", "BLVD"),
    ("HIGHWAY", "HWY"),
    ("PARADE", "PDE"),
    ("SQUARE", "SQ"),
    ("PARKWAY", "PKWY"),
    ("GARDENS", "GDNS"),
];

/// A street with its way in short form.
fn street(folded: &str) -> String {
    let words = folded.split(' ').map(|word| {
        let short = WAYS.iter().find(|(long, _)| *long == word);
        short.map_or(word, |(_, short)| short)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Words before the number of a unit.
const UNITS: [&str; 16] = [
    "UNIT",
    "FLAT",
    "APT",
    "APARTMENT",
    "SUITE",
    "STE",
    "U",
    "LOT",
    "SHOP",
    "ROOM",
    "RM",
    "VILLA",
    "FLT",
    "NO",
    "LEVEL",
    "FLOOR",
];

/// Australian states by name (AS 4590.1:2017); those of the United States are in `standard::place`.
const STATES: [(&str, &str); 8] = [
    ("NEW SOUTH WALES", "NSW"),
    ("VICTORIA", "VIC"),
    ("QUEENSLAND", "QLD"),
    ("SOUTH AUSTRALIA", "SA"),
    ("WESTERN AUSTRALIA", "WA"),
    ("TASMANIA", "TAS"),
    ("NORTHERN TERRITORY", "NT"),
    ("AUSTRALIAN CAPITAL TERRITORY", "ACT"),
];

/// A state's code; what is none is given back.
pub(super) fn state(folded: &str) -> &str {
    known_state(folded).unwrap_or(folded)
}

fn known_state(folded: &str) -> Option<&'static str> {
    let of_australia = STATES
        .iter()
        .find(|(name, code)| *name == folded || *code == folded);
    of_australia
        .map(|(_, code)| *code)
        .or_else(|| state_code(folded))
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

fn starts_with_digit(word: &str) -> bool {
    word.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit())
}

/// A unit without the word before its number.
pub(super) fn bare_unit(folded: &str) -> &str {
    match folded.split_once(' ') {
        Some((word, rest)) if UNITS.contains(&word) && is_unit(rest) => rest,
        _ => folded,
    }
}

fn is_unit(text: &str) -> bool {
    !text.contains(' ') && (has_digit(text) || text.len() == 1)
}

/// A postcode and its area: of a British one the outward code, of a number all but the last two digits.
/// Leading noughts are left out, as spreadsheets do.
pub(super) fn set_postcode(words: &mut Words, folded: &str, form: &mut Form) {
    let mut code = folded.replace(' ', "");
    let digits = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    if digits && code.len() == 9 {
        code.truncate(5);
    }
    if digits {
        code = code.trim_start_matches('0').to_owned();
    }
    let outward = !digits && (2..=4).contains(&code.len()) && has_digit(&code);
    let kept = match code.len() {
        length if outward => length,
        length @ 5..=8 if !digits => length - 3,
        length @ 3.. => length.min(5) - 2,
        length => length,
    };
    form.area = words.values.id(code.get(..kept).unwrap_or_default());
    form.postcode = words.values.id(&code);
}

/// House number and street, each in a cell of its own or both in the street's.
pub(super) fn line(words: &mut Words, house: &str, way: &str, form: &mut Form) {
    let place = if house.is_empty() {
        Place::read(way, &fold(way))
    } else {
        let of_house = Place::read(house, &fold(house));
        Place {
            street: street(&fold(way)),
            house: if of_house.unit.is_empty() {
                number(&fold(house))
            } else {
                of_house.house
            },
            unit: of_house.unit,
        }
    };
    place.set(words, form);
}

/// What a line of an address says.
#[derive(Debug, Default)]
struct Place {
    unit: String,
    house: String,
    street: String,
}

impl Place {
    /// Reads `12 High St`, `Unit 3/12 High St`, `3/12 High St`, `Flat 3 12 High St`, `12 High St Apt 4B`,
    /// `12-14 High St`; without a number all is the street.
    fn read(written: &str, folded: &str) -> Self {
        let (mut unit, rest) = before_slash(written, folded);
        let mut words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
        if let [word, number, after @ ..] = words.as_slice()
            && UNITS.contains(word)
            && is_unit(number)
            && after.first().is_none_or(|next| starts_with_digit(next))
        {
            unit = (*number).to_owned();
            words = after.to_vec();
        } else if let [word, after @ ..] = words.as_slice()
            && let Some(number) = word.strip_prefix('U')
            && starts_with_digit(number)
            && after.first().is_some_and(|next| starts_with_digit(next))
        {
            unit = number.to_owned();
            words = after.to_vec();
        }
        if let [before @ .., word, number] = words.as_slice()
            && before.len() > 1
            && UNITS.contains(word)
            && is_unit(number)
        {
            unit = (*number).to_owned();
            words = before.to_vec();
        }
        let (house, way) = match words.as_slice() {
            [house, to, way @ ..]
                if starts_with_digit(house)
                    && !way.is_empty()
                    && written.contains(&format!("{house}-{to}")) =>
            {
                (number(house), way)
            }
            [house, way @ ..] if starts_with_digit(house) => (number(house), way),
            way => (String::new(), way),
        };
        Self {
            unit,
            house,
            street: street(&way.join(" ")),
        }
    }

    /// Puts it into a form; a unit that is there already stays.
    fn set(&self, words: &mut Words, form: &mut Form) {
        let values = &mut words.values;
        form.house = values.id(&self.house);
        form.street = values.id(&self.street);
        if !self.unit.is_empty() {
            form.unit = values.id(&self.unit);
        }
    }
}

/// The unit before a slash, and the rest: `Unit 3/12 High St`. What follows must be a number too.
fn before_slash<'f>(written: &str, folded: &'f str) -> (String, &'f str) {
    let nothing = (String::new(), folded);
    let Some((before, after)) = written.split_once('/') else {
        return nothing;
    };
    let before = fold(before);
    let rest = folded.strip_prefix(before.as_str()).map(str::trim_start);
    let unit = bare_unit(&before);
    match rest {
        Some(rest) if is_unit(unit) && starts_with_digit(after.trim_start()) => {
            (unit.to_owned(), rest)
        }
        _ => nothing,
    }
}

/// A whole address: number and street before the first comma, postcode and state at the end, the
/// city before them. Without commas the city follows the first word for a way.
pub(super) fn whole(words: &mut Words, value: &str, form: &mut Form) {
    let mut segments: Vec<(&str, String)> = value
        .split([',', '\n'])
        .map(|part| (part.trim(), fold(part)))
        .filter(|(_, folded)| !folded.is_empty())
        .collect();
    let Some((_, last)) = segments.last_mut() else {
        return;
    };
    let (rest, postcode) = split_postcode(last);
    *last = rest;
    set_postcode(words, &postcode, form);
    segments.retain(|(_, folded)| !folded.is_empty());
    // After a British postcode two or three letters are a town.
    let british = postcode.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_state = |text: &str| {
        let short = matches!(text.len(), 2 | 3) && !text.contains(' ');
        known_state(text).is_some() || (short && !british)
    };
    take_state(words, &mut segments, form, &is_state);
    if segments.len() > 1
        && let Some((_, city)) = segments.pop()
    {
        form.city = words.values.id(&city);
    } else if let Some((_, only)) = segments.last_mut()
        && let Some((way, city)) = split_city(only)
    {
        form.city = words.values.id(&city);
        *only = way;
    }
    let at = segments
        .iter()
        .position(|(_, folded)| starts_with_digit(folded))
        .unwrap_or(0);
    if let Some((_, unit)) = at.checked_sub(1).and_then(|before| segments.get(before)) {
        form.unit = words.values.id(bare_unit(unit));
    }
    if let Some((written, folded)) = segments.get(at) {
        Place::read(written, folded).set(words, form);
    }
}

/// Takes a state off the end: a segment of its own, or the last words of the last one.
fn take_state(
    words: &mut Words,
    segments: &mut Vec<(&str, String)>,
    form: &mut Form,
    is_state: &dyn Fn(&str) -> bool,
) {
    let alone = segments.len() == 1;
    let Some((_, last)) = segments.last_mut() else {
        return;
    };
    if !alone && is_state(last) {
        form.state = words.values.id(state(last));
        segments.pop();
        return;
    }
    let spaces = last.rmatch_indices(' ').map(|(at, _)| at).take(3);
    let found = spaces
        .filter_map(|at| Some((last.get(..at)?.to_owned(), last.get(at + 1..)?.to_owned())))
        .find(|(_, end)| known_state(end).is_some() || (!alone && is_state(end)));
    if let Some((rest, end)) = found {
        form.state = words.values.id(state(&end));
        *last = rest;
    }
}

/// Street and city of a line without commas: the city follows the first word for a way.
fn split_city(folded: &str) -> Option<(String, String)> {
    let words: Vec<&str> = folded.split(' ').collect();
    let is_way = |word: &str| {
        WAYS.iter()
            .any(|(long, short)| *long == word || *short == word)
    };
    let ways = words.iter().enumerate().skip(2);
    let (at, _) = ways
        .filter(|(at, word)| is_way(word) && at + 1 < words.len())
        .min_by_key(|(at, _)| *at)?;
    let (way, city) = words.split_at_checked(at + 1)?;
    // `12 High St Apt 4B` has no city.
    let unit = city.first().is_some_and(|word| UNITS.contains(word));
    let numbered = way.iter().any(|word| starts_with_digit(word));
    (numbered && !unit).then(|| (way.join(" "), city.join(" ")))
}

/// Takes a postcode off the end: 4 to 9 digits, or two short words of letters and digits (BS2 0EL).
fn split_postcode(text: &str) -> (String, String) {
    let words: Vec<&str> = text.split(' ').collect();
    let mixed = |word: &str| {
        word.len() <= 4
            && word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let digits =
        |word: &str| (4..=9).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    match words.as_slice() {
        [rest @ .., zip, plus]
            if digits(zip) && zip.len() == 5 && plus.len() == 4 && digits(plus) =>
        {
            (rest.join(" "), (*zip).to_owned())
        }
        [rest @ .., outward, inward] if mixed(outward) && mixed(inward) => {
            (rest.join(" "), format!("{outward}{inward}"))
        }
        [rest @ .., code] if digits(code) => (rest.join(" "), (*code).to_owned()),
        _ => (text.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{form::form, map::Key},
        *,
    };

    /// Unit, house, street, city, state, postcode and its area.
    fn read(keys: &[Key], cells: &[&str]) -> [String; 7] {
        let mut words = Words::default();
        let (form, _) = form(&mut words, keys, cells);
        [
            form.unit,
            form.house,
            form.street,
            form.city,
            form.state,
            form.postcode,
            form.area,
        ]
        .map(|id| words.values.text(id).to_owned())
    }

    fn check(address: &str, expected: [&str; 6]) {
        let [found @ .., _] = read(&[Key::Address], &[address]);
        assert_eq!(found, expected, "{address}");
    }

    #[test]
    fn whole_addresses_of_three_countries() {
        check(
            "12 High Street, Bristol, BS2 0EL",
            ["", "12", "HIGH ST", "BRISTOL", "", "BS20EL"],
        );
        check(
            "Flat 3, 12 High Road, Bristol BS2 0EL",
            ["3", "12", "HIGH RD", "BRISTOL", "", "BS20EL"],
        );
        check(
            "8 Stanley Street, Winston Hills NSW 4223",
            ["", "8", "STANLEY ST", "WINSTON HILLS", "NSW", "4223"],
        );
        check(
            "100 Main St, Springfield, IL 62701-1234",
            ["", "100", "MAIN ST", "SPRINGFIELD", "IL", "62701"],
        );
        check("", [""; 6]);
        check("The Old Rectory", ["", "", "THE OLD RECTORY", "", "", ""]);
        check(
            "The Old Rectory, Church Lane, Ely, CB7 4DL",
            ["", "", "THE OLD RECTORY", "ELY", "", "CB74DL"],
        );
    }

    #[test]
    fn units_of_three_countries() {
        let one = ["3", "12", "SMITH ST", "PERTH", "WA", "6000"];
        check("Unit 3/12 Smith St, Perth WA 6000", one);
        check("3/12 Smith Street, Perth, Western Australia 6000", one);
        check("U3 12 Smith St, Perth, WA, 6000", one);
        check("Unit 3, 12 Smith St, Perth WA 6000", one);
        check("Unit 3 12 Smith St Perth WA 6000", one);
        check("3/12 Smith St Perth Western Australia 6000", one);
        check("12 Smith St Apt 3, Perth, WA 6000", one);
        check("1/2, Perth", ["1", "2", "", "PERTH", "", ""]);
        check("/", [""; 6]);
        check("//3/", ["", "3", "", "", "", ""]);
    }

    #[test]
    fn cells_of_their_own() {
        let keys = [
            Key::HouseNumber,
            Key::Street,
            Key::Unit,
            Key::State,
            Key::Postcode,
        ];
        let check = |cells: [&str; 5], expected: [&str; 7]| {
            assert_eq!(read(&keys, &cells), expected, "{cells:?}");
        };
        check(
            ["012", "High Street", "Flat 3", "Victoria", "0800"],
            ["3", "12", "HIGH ST", "", "VIC", "800", "8"],
        );
        check(
            ["3/12", "High Street", "", "california", "02139-1234"],
            ["3", "12", "HIGH ST", "", "CA", "2139", "21"],
        );
        check(
            ["", "Unit 3/12 High Street", "", "Kent", "sw1a 1aa"],
            ["3", "12", "HIGH ST", "", "KENT", "SW1A1AA", "SW1A"],
        );
        // The outward code alone.
        check(
            ["", "12-14 High Rd", "Garden Flat", "", "SW1A"],
            ["GARDEN FLAT", "12", "HIGH RD", "", "", "SW1A", "SW1A"],
        );
        check(["12a", "", "", "", ""], ["", "12A", "", "", "", "", ""]);
    }
}
