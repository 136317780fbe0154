//! Addresses of jails, detention centres and agencies' offices.
//!
//! Place in the flow: last check of a delivery line that reads well (LAW.md check 6): such an address
//! counts only with the unit that makes it one person's.
//!
//! Left to others: the list ([`crate::lists`], `policies/institutions.toml`).

use std::ops::Range;

use super::{form::StandardAddress, problem::InstitutionKind, words::Word};
use crate::lists::lists;

/// The institution an address names or stands at, if no unit is given.
pub(crate) fn institution(
    words: &[Word<'_>],
    street: &Range<usize>,
    address: &StandardAddress,
) -> Option<InstitutionKind> {
    // A mail stop, and the word `OFFICE` or `LOBBY` alone, are not one person's.
    let shared = match address.unit_designator {
        Some("DEPT" | "MSC" | "MC") => true,
        Some("OFC" | "LBBY" | "FRNT") => address.unit.is_empty(),
        designator => designator.is_none(),
    };
    if !shared {
        return None;
    }
    named(words, street).or_else(|| {
        let known = lists().institutions_at(&address.zip5)?;
        let place = format!("{}|{}", address.number, address.street_core());
        let found = known.iter().find(|(known, _)| *known == place)?;
        Some(found.1)
    })
}

/// The institution named by words outside the street's own name.
pub(crate) fn named(words: &[Word<'_>], street: &Range<usize>) -> Option<InstitutionKind> {
    let lists = lists();
    words.iter().enumerate().find_map(|(place, word)| {
        if !word.begins_institution() || street.contains(&place) {
            return None;
        }
        let rest = words.iter().skip(place + 1).map(|word| word.text);
        lists.institution(word.text, rest)
    })
}
