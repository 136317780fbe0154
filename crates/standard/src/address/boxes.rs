//! Addresses without a street: PO boxes, rural and contract routes, military post, general delivery.
//!
//! Place in the flow: tried by [`super::delivery`] at a word, before a house number is looked for
//! (Publication 28 sections 24 to 28).
//!
//! Left to others: streets.

use super::{
    form::{AddressKind, StandardAddress},
    problem::AddressProblem,
    words::{Shape, Word},
};

/// A form found at the start of the words.
pub(crate) struct Boxed {
    pub(crate) kind: AddressKind,
    pub(crate) route: String,
    pub(crate) box_number: String,
    /// Words used.
    pub(crate) length: usize,
}

impl Boxed {
    /// Puts the form into an address.
    pub(crate) fn fill(self, address: &mut StandardAddress) {
        address.kind = self.kind;
        address.route = self.route;
        address.box_number = self.box_number;
    }
}

/// What surrounds the line: decides what `UNIT 2050` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// A state.
    State,
    /// APO, FPO or DPO.
    Military,
    /// Puerto Rico, where streets are named first and numbered after.
    PuertoRico,
}

/// Reads a form at the start of the words: `None` for none, an error for one without its number.
pub(crate) fn read_boxed(
    words: &[Word<'_>],
    region: Region,
) -> Option<Result<Boxed, AddressProblem>> {
    let first = words.first()?;
    let found = match first.shape {
        Shape::Letters if first.begins_box() => general_delivery(words)
            .map(Ok)
            .or_else(|| military(words, region))
            .or_else(|| route(words))
            .or_else(|| post_office_box(words)),
        Shape::LetterFirst => glued_route(words).or_else(|| glued_box(first)),
        _ => None,
    };
    found.map(|found| found.and_then(with_real_box))
}

/// The words of letters that one of these forms begins with.
pub(crate) fn first_words() -> impl Iterator<Item = &'static str> {
    let sequences = [
        GENERAL,
        POST_OFFICE,
        WHOLE,
        RURAL,
        RURAL_IF_BOXED,
        CONTRACT,
        CONTRACT_IF_BOXED,
    ];
    let firsts = sequences
        .into_iter()
        .flatten()
        .filter_map(|texts| texts.first());
    firsts
        .chain(BOX_WORDS)
        .chain(MILITARY)
        .chain(SHIPS)
        .copied()
}

/// A box is numbered as a house is: not zero, not `NA` or `XX`.
fn with_real_box(boxed: Boxed) -> Result<Boxed, AddressProblem> {
    let number = boxed.box_number.as_str();
    let none = number == "0" || matches!(number, "NA" | "XX");
    if none {
        return Err(AddressProblem::NoBox);
    }
    Ok(boxed)
}

fn starts(words: &[Word<'_>], texts: &[&str]) -> bool {
    words.len() >= texts.len() && words.iter().zip(texts).all(|(word, text)| word.is(text))
}

/// The length of the first of several word sequences that stands at the start.
fn longest(words: &[Word<'_>], sequences: &[&[&str]]) -> Option<usize> {
    sequences
        .iter()
        .find(|texts| starts(words, texts))
        .map(|texts| texts.len())
}

const GENERAL: &[&[&str]] = &[
    &["GENERAL", "DELIVERY"],
    &["GEN", "DELIVERY"],
    &["GEN", "DEL"],
    &["GENL", "DELIVERY"],
    &["GENERAL", "DEL"],
    &["ENTREGA", "GENERAL"],
    &["LISTA", "DE", "CORREOS"],
];

fn general_delivery(words: &[Word<'_>]) -> Option<Boxed> {
    let length = longest(words, GENERAL)?;
    Some(Boxed {
        kind: AddressKind::GeneralDelivery,
        route: String::new(),
        box_number: String::new(),
        length,
    })
}

/// Box words that need `PO` or the start of the line.
const BOX_WORDS: &[&str] = &[
    "BOX",
    "BX",
    "BOXES",
    "DRAWER",
    "BIN",
    "LOCKBOX",
    "CALLER",
    "FIRMCALLER",
];

const POST_OFFICE: &[&[&str]] = &[
    &["POST", "OFFICE"],
    &["P", "O", "B"],
    &["P", "O"],
    &["P", "OFFICE"],
    &["PO"],
    &["POST"],
    &["POSTAL"],
];

const WHOLE: &[&[&str]] = &[
    &["POBOX"],
    &["POB"],
    &["PBOX"],
    &["LOCKBOX"],
    &["LOCK", "BOX"],
    &["APARTADO", "POSTAL"],
    &["APARTADO"],
];

fn post_office_box(words: &[Word<'_>]) -> Option<Result<Boxed, AddressProblem>> {
    let length = longest(words, WHOLE).or_else(|| post_office_words(words));
    if let Some(length) = length {
        return Some(numbered_box(words, length));
    }
    let first = words.first()?;
    if first.is_one_of(BOX_WORDS) {
        let (_, used) = identifier(words, 1)?;
        return (used > 1).then(|| numbered_box(words, 1));
    }
    None
}

/// `PO BOX`, `POST OFFICE DRAWER`, `PO 123`.
fn post_office_words(words: &[Word<'_>]) -> Option<usize> {
    let office = longest(words, POST_OFFICE)?;
    let next = words.get(office);
    let boxed = next.is_some_and(|word| word.is_one_of(BOX_WORDS));
    let office_alone = !words.first()?.is_one_of(&["POST", "POSTAL"]) || office == 2;
    let number = office_alone && next.is_some_and(|word| word.shape == Shape::Digits);
    (boxed || number).then(|| office + usize::from(boxed))
}

/// `POBOX123`, `BOX123`.
fn glued_box(word: &Word<'_>) -> Option<Result<Boxed, AddressProblem>> {
    if word.shape != Shape::LetterFirst {
        return None;
    }
    let number = ["POBOX", "POB", "BOX"]
        .iter()
        .find_map(|prefix| word.text.strip_prefix(prefix))?;
    let digits = number.starts_with(|c: char| c.is_ascii_digit());
    digits.then(|| {
        Ok(Boxed {
            kind: AddressKind::PostOfficeBox,
            route: String::new(),
            box_number: plain(number),
            length: 1,
        })
    })
}

fn numbered_box(words: &[Word<'_>], from: usize) -> Result<Boxed, AddressProblem> {
    let (box_number, length) = identifier(words, from).ok_or(AddressProblem::NoBox)?;
    Ok(Boxed {
        kind: AddressKind::PostOfficeBox,
        route: String::new(),
        box_number,
        length,
    })
}

/// The identifier at a place, `#` and `NO` passed over, with the place after it. A letter after
/// digits belongs to it (`BOX 164 A`).
fn identifier(words: &[Word<'_>], from: usize) -> Option<(String, usize)> {
    let marks = words
        .get(from..)?
        .iter()
        .take_while(|w| w.shape == Shape::Hash || w.is_one_of(&["NO", "NUMBER", "NUM"]))
        .count();
    let place = from + marks;
    let first = words
        .get(place)
        .filter(|word| word.is_identifier() && word.shape != Shape::Fraction)?;
    let mut text = plain(first.text);
    let digits = words
        .get(place + 1)
        .filter(|next| first.is_letters() && next.shape == Shape::Digits && !next.after_break);
    if let Some(digits) = digits.filter(|_| first.text.len() == 2 && first.direction().is_none()) {
        text.push_str(digits.text);
        return Some((text, place + 2));
    }
    let letter = words.get(place + 1).filter(|next| {
        next.is_single_letter() && !next.after_break && first.shape == Shape::Digits
    });
    if let Some(letter) = letter {
        text.push_str(letter.text);
    }
    Some((text, place + 1 + usize::from(letter.is_some())))
}

/// Letters and digits only, without leading zeros.
pub(crate) fn plain(text: &str) -> String {
    let clean: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let short = clean.trim_start_matches('0');
    if short.is_empty() && !clean.is_empty() {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

const RURAL: &[&[&str]] = &[
    &["RURAL", "ROUTE"],
    &["RURAL", "RTE"],
    &["RURAL", "RT"],
    &["RURAL", "RD"],
    &["RURAL"],
    &["RFD", "ROUTE"],
    &["RFD", "RT"],
    &["RFD"],
    &["R", "F", "D"],
    &["R", "R"],
    &["RR"],
];

/// Words that mean a rural route only where a box follows.
const RURAL_IF_BOXED: &[&[&str]] = &[&["ROUTE"], &["RTE"], &["RT"], &["RD"], &["R"]];

const CONTRACT: &[&[&str]] = &[
    &["HIGHWAY", "CONTRACT", "ROUTE"],
    &["HIGHWAY", "CONTRACT", "RTE"],
    &["HIGHWAY", "CONTRACT", "RT"],
    &["HWY", "CONTRACT", "RT"],
    &["HWY", "CONTRACT", "ROUTE"],
    &["HWY", "CONTRACT", "RTE"],
    &["HWY", "CONTRACT"],
    &["HIGHWAY", "CONTRACT"],
    &["HC", "ROUTE"],
    &["HC", "RTE"],
    &["HC", "RT"],
    &["HCR"],
    &["H", "C"],
    &["HC"],
    &["STAR", "ROUTE"],
    &["STAR", "RTE"],
    &["STAR", "RT"],
];

const CONTRACT_IF_BOXED: &[&[&str]] = &[&["SR"], &["S", "R"], &["SRT"]];

fn route(words: &[Word<'_>]) -> Option<Result<Boxed, AddressProblem>> {
    let rural = |words: &[Word<'_>], length, certain| {
        after_route(words, length, AddressKind::RuralRoute, "RR", certain)
    };
    let contract = |words: &[Word<'_>], length, certain| {
        after_route(words, length, AddressKind::HighwayContract, "HC", certain)
    };
    reversed_route(words)
        .or_else(|| longest(words, RURAL).and_then(|length| rural(words, length, true)))
        .or_else(|| longest(words, CONTRACT).and_then(|length| contract(words, length, true)))
        .or_else(|| longest(words, RURAL_IF_BOXED).and_then(|length| rural(words, length, false)))
        .or_else(|| {
            longest(words, CONTRACT_IF_BOXED).and_then(|length| contract(words, length, false))
        })
}

/// Route number and box after the route's words. `certain` words make a route even without a box,
/// which is then what is missing.
fn after_route(
    words: &[Word<'_>],
    length: usize,
    kind: AddressKind,
    label: &str,
    certain: bool,
) -> Option<Result<Boxed, AddressProblem>> {
    let (number, used) = match words.get(length) {
        Some(word) if word.is_one_of(&["BOX", "BX"]) => (String::new(), length),
        _ => identifier(words, length).unwrap_or((String::new(), length)),
    };
    let boxed = words
        .get(used)
        .is_some_and(|word| word.is_one_of(&["BOX", "BX"]));
    let found = boxed.then(|| identifier(words, used + 1)).flatten();
    match found {
        Some((box_number, length)) => Some(Ok(Boxed {
            kind,
            route: labelled(label, &number),
            box_number,
            length,
        })),
        None if certain && !number.is_empty() => Some(Err(AddressProblem::NoBox)),
        None => None,
    }
}

fn labelled(label: &str, number: &str) -> String {
    if number.is_empty() {
        label.to_owned()
    } else {
        format!("{label} {number}")
    }
}

/// `RR2 BOX 18`, `HC68 BOX 4`.
fn glued_route(words: &[Word<'_>]) -> Option<Result<Boxed, AddressProblem>> {
    let [first, second, ..] = words else {
        return None;
    };
    if first.shape != Shape::LetterFirst || !second.is_one_of(&["BOX", "BX"]) {
        return None;
    }
    let (kind, label, number) = [
        (AddressKind::RuralRoute, "RR", "RR"),
        (AddressKind::RuralRoute, "RR", "RFD"),
        (AddressKind::RuralRoute, "RR", "RT"),
        (AddressKind::HighwayContract, "HC", "HCR"),
        (AddressKind::HighwayContract, "HC", "HC"),
    ]
    .iter()
    .find_map(|(kind, label, prefix)| Some((*kind, *label, first.text.strip_prefix(prefix)?)))?;
    let (box_number, length) = identifier(words, 2)?;
    Some(Ok(Boxed {
        kind,
        route: labelled(label, &plain(number)),
        box_number,
        length,
    }))
}

/// `BOX 18 RR 2`.
fn reversed_route(words: &[Word<'_>]) -> Option<Result<Boxed, AddressProblem>> {
    if !words.first()?.is_one_of(&["BOX", "BX"]) {
        return None;
    }
    let (box_number, used) = identifier(words, 1)?;
    let rest = words.get(used..)?;
    let (kind, label, length) = longest(rest, RURAL)
        .map(|length| (AddressKind::RuralRoute, "RR", length))
        .or_else(|| {
            longest(rest, CONTRACT).map(|length| (AddressKind::HighwayContract, "HC", length))
        })?;
    let (number, length) = identifier(rest, length).unwrap_or((String::new(), length));
    Some(Ok(Boxed {
        kind,
        route: labelled(label, &number),
        box_number,
        length: used + length,
    }))
}

const MILITARY: &[&str] = &["PSC", "CMR", "UNIT"];

const SHIPS: &[&str] = &["USS", "USCGC", "USNS"];

fn military(words: &[Word<'_>], region: Region) -> Option<Result<Boxed, AddressProblem>> {
    let first = words.first()?;
    if region == Region::Military && first.is_one_of(SHIPS) {
        return ship(words);
    }
    let label = *MILITARY.iter().find(|label| first.is(label))?;
    if label == "UNIT" && region != Region::Military {
        return None;
    }
    let (number, used) = identifier(words, 1)?;
    let boxed = words
        .get(used)
        .is_some_and(|word| word.is_one_of(&["BOX", "BX"]));
    match boxed.then(|| identifier(words, used + 1)).flatten() {
        Some((box_number, length)) => Some(Ok(Boxed {
            kind: AddressKind::Military,
            route: labelled(label, &number),
            box_number,
            length,
        })),
        None if label == "UNIT" => Some(Ok(Boxed {
            kind: AddressKind::Military,
            route: labelled(label, &number),
            box_number: String::new(),
            length: used,
        })),
        None if region == Region::Military => Some(Err(AddressProblem::NoBox)),
        None => None,
    }
}

/// A ship is addressed by its name alone.
fn ship(words: &[Word<'_>]) -> Option<Result<Boxed, AddressProblem>> {
    (words.len() >= 2).then(|| {
        Ok(Boxed {
            kind: AddressKind::Military,
            route: super::street::join(words),
            box_number: String::new(),
            length: words.len(),
        })
    })
}
