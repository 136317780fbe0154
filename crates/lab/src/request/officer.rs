//! The invented officers whom the rows name.
//!
//! Place in the flow: rows are spread over them, at most 12 to each.
//!
//! Left to others: rosters and keys (the genesis).

use model::{ceiling, id::OfficialId};

/// An officer of the requesting agency. Invented, as everybody here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// `OFF-1001`, `OFF-1002`, …
    pub id: OfficialId,
    /// Full name.
    pub name: String,
}

const GIVEN: [&str; 23] = [
    "Dana", "Priya", "Marcus", "Ingrid", "Tomas", "Alicia", "Wendell", "Noor", "Felix", "Beatrice",
    "Owen", "Camille", "Desmond", "Hana", "Lionel", "Greta", "Rafael", "Simone", "Victor",
    "Yvette", "Calvin", "Odile", "Stellan",
];
const SURNAME: [&str; 24] = [
    "Whitfield",
    "Okafor",
    "Lindqvist",
    "Castellano",
    "Nakamura",
    "Pruitt",
    "Abernathy",
    "Villareal",
    "Kowalczyk",
    "Devereaux",
    "Hargrove",
    "Mbeki",
    "Santangelo",
    "Thorvald",
    "Quigley",
    "Ramaswamy",
    "Eastman",
    "Fontaine",
    "Grimaldi",
    "Halloran",
    "Ibarra",
    "Jernigan",
    "Kessler",
    "Lockhart",
];

/// The `number`th officer, counted from 0; the same in every nation.
#[must_use]
pub fn officer(number: u32) -> Option<Officer> {
    let place = usize::try_from(number).ok()?;
    // 23 and 24 have no common divisor, so 552 numbers give 552 names; then an initial is added.
    let given = GIVEN.get(place % GIVEN.len())?;
    let surname = SURNAME.get(place % SURNAME.len())?;
    let round = place / (GIVEN.len() * SURNAME.len());
    let name = match round.checked_sub(1) {
        None => format!("{given} {surname}"),
        Some(round) => format!(
            "{given} {}{}. {surname}",
            letter(round),
            letter(round / 26).to_ascii_lowercase()
        ),
    };
    Some(Officer {
        id: format!("OFF-{}", 1001_u64 + u64::from(number))
            .parse()
            .ok()?,
        name,
    })
}

fn letter(number: usize) -> char {
    char::from(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            .get(number % 26)
            .copied()
            .unwrap_or(b'A'),
    )
}

/// Rows that name one officer at most: under half the ceiling of open subjects
/// ([`model::ceiling::OPEN_SUBJECTS_PER_OFFICER`]), from where on an examiner asks whether one
/// person can be engaged in so many cases.
const ROWS_PER_OFFICER: u32 = ceiling::OPEN_SUBJECTS_PER_OFFICER / 2;

/// Officers needed for `rows` rows: the count asked for, or as many as a credible caseload makes
/// necessary.
#[must_use]
pub fn officers_needed(rows: u32, asked: u32) -> u32 {
    asked.max(rows.div_ceil(ROWS_PER_OFFICER)).max(1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn officers_differ() {
        let names: HashSet<String> = (0..2_000)
            .map(|number| officer(number).unwrap().name)
            .collect();
        assert_eq!(names.len(), 2_000);
        assert_eq!(officer(0).unwrap().id.as_str(), "OFF-1001");
        assert_eq!(
            [1, 24, 25, 100].map(|rows| officers_needed(rows, 2)),
            [2, 2, 3, 9]
        );
    }
}
