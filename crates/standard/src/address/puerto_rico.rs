//! Addresses of Puerto Rico: urbanizations, streets named before their number, public housing.
//!
//! Place in the flow: tried by [`super::delivery`] where the state is Puerto Rico or an urbanization
//! is named (Publication 28 section 29).
//!
//! Left to others: routes and boxes, which are as elsewhere.

use super::{
    boxes::{Region, plain, read_boxed},
    delivery::{Delivery, read_delivery},
    form::{AddressKind, StandardAddress},
    problem::AddressProblem,
    secondary::read_secondary,
    street::join,
    words::{Shape, Word},
};

const URBANIZATION: &[&str] = &["URB", "URBANIZACION", "URBANIZATION"];

/// Places that are named like an urbanization and whose buildings and units are numbered.
const HOUSING: &[&str] = &[
    "RES",
    "RESIDENCIAL",
    "COND",
    "CONDOMINIO",
    "EDIF",
    "EDIFICIO",
    "BO",
    "BARRIO",
    "PARC",
    "PARCELAS",
    "SECT",
    "SECTOR",
    "COM",
    "COMUNIDAD",
    "VILLA",
    "ALTS",
    "JARD",
    "EXT",
    "REPTO",
    "BDA",
    "MANS",
    "QTAS",
];

const STREETS: &[&str] = &[
    "CALLE",
    "CLL",
    "CALLEJON",
    "AVE",
    "AVENIDA",
    "CARR",
    "CARRETERA",
    "CAMINO",
    "CAM",
    "PASEO",
    "BLVD",
    "CALLES",
    "VIA",
    "PASAJE",
    "VEREDA",
    "MARGINAL",
];

/// Whether the line names an urbanization first.
pub(crate) fn is_urbanization(words: &[Word<'_>]) -> bool {
    words
        .first()
        .is_some_and(|word| word.is_one_of(URBANIZATION))
}

/// Reads a line in the ways of Puerto Rico; `None` leaves it to the ordinary reading.
pub(crate) fn read(words: &[Word<'_>], region: Region) -> Option<Result<Delivery, AddressProblem>> {
    let named = words.iter().position(|word| word.is_one_of(URBANIZATION));
    let Some(start) = named else {
        return read_plain(words, region);
    };
    let after = words.get(start + 1..)?;
    let length = name_length(after);
    let (name, rest) = after.split_at_checked(length)?;
    let before = words.get(..start).unwrap_or_default();
    let remainder = if before.len() >= 2 { before } else { rest };
    let found = read_plain(remainder, Region::PuertoRico)?;
    Some(found.map(|mut delivery| {
        delivery.address.urbanization = join(name);
        if before.len() < 2 {
            let moved = start + 1 + length;
            let street = delivery.street;
            delivery.street = street.start + moved..street.end + moved;
        }
        delivery
    }))
}

/// The words of an urbanization's name: up to a break, a number or the word of a street.
fn name_length(words: &[Word<'_>]) -> usize {
    words
        .iter()
        .enumerate()
        .position(|(place, word)| {
            let number = word.has_digit() && word.shape != Shape::Ordinal;
            place > 0 && (word.after_break || number || word.is_one_of(STREETS))
        })
        .unwrap_or(words.len())
}

/// A street named first, or housing with numbered buildings.
fn read_plain(words: &[Word<'_>], region: Region) -> Option<Result<Delivery, AddressProblem>> {
    if let Some(found) = read_boxed(words, region) {
        return Some(found.map(|boxed| {
            let mut address = StandardAddress::default();
            boxed.fill(&mut address);
            Delivery {
                address,
                street: 0..0,
            }
        }));
    }
    let start = words.iter().position(|word| word.is_one_of(STREETS));
    if let Some(found) = street_first(words, start) {
        return Some(Ok(found));
    }
    match (read_delivery(words, Region::State), housing(words)) {
        (Err(_), Some(found)) => Some(Ok(found)),
        (found, _) => Some(found),
    }
}

/// `CALLE ROBLE 123`, `CALLE 4 # 12`, `CARR 181 KM 4.2`, not `150 CALLE A`.
fn street_first(words: &[Word<'_>], start: Option<usize>) -> Option<Delivery> {
    let start = start?;
    let numbered_before = words.get(..start)?.iter().any(Word::has_digit);
    let rest = words.get(start..)?;
    let end = (2..rest.len()).find(|&place| ends_name(rest, place))?;
    if numbered_before {
        return None;
    }
    let (name, after) = rest.split_at_checked(end)?;
    let marks = after
        .iter()
        .take_while(|w| w.shape == Shape::Hash || w.is_one_of(&["KM", "NUM", "NO", "CASA"]))
        .count();
    let number = after.get(marks).filter(|word| word.has_digit())?;
    let mut address = StandardAddress {
        kind: AddressKind::Street,
        number: plain_number(number.text),
        street: join(name),
        ..StandardAddress::default()
    };
    read_secondary(after.get(marks + 1..).unwrap_or_default(), &mut address);
    Some(Delivery {
        address,
        street: start..start + end,
    })
}

fn ends_name(words: &[Word<'_>], place: usize) -> bool {
    words.get(place).is_some_and(|word| {
        word.shape == Shape::Hash || word.has_digit() || word.is_one_of(&["KM", "NUM", "CASA"])
    })
}

fn plain_number(text: &str) -> String {
    if text.contains('.') {
        text.to_owned()
    } else {
        plain(text)
    }
}

/// `RES LLORENS TORRES EDIF 4 APT 12`, `COND ASHFORD APT 5B`: the building is the number, the place's
/// name the street.
fn housing(words: &[Word<'_>]) -> Option<Delivery> {
    if !words.first()?.is_one_of(HOUSING) {
        return None;
    }
    let end = (2..words.len()).find(|&place| {
        words.get(place).is_some_and(|word| {
            word.designator().is_some() || word.shape == Shape::Hash || word.has_digit()
        })
    })?;
    let (name, rest) = words.split_at_checked(end)?;
    let mut address = StandardAddress {
        kind: AddressKind::Street,
        street: join(name),
        ..StandardAddress::default()
    };
    read_secondary(rest, &mut address);
    let number = [&address.building, &address.unit]
        .into_iter()
        .find(|text| !text.is_empty())?;
    address.number = number.clone();
    Some(Delivery {
        address,
        street: 0..end,
    })
}
