//! Labels that neither parser was made with: the set with which usaddress measures itself, less the rows
//! that also stand in its training files.
//!
//! Place in the flow: the bench `labels` counts these beside its own sets. Streets are labelled there as
//! one field, with directionals and types; so both readings are written with the street as one field, the
//! road, before they are compared.
//!
//! Left to others: the other fields (`fields.rs`), counting (the bench itself).

use countersign_standard::{address::StandardAddress, fold::fold};

use crate::{
    fields::{Fields, directional, road_name},
    support::Labelled,
};

const SET: &str = include_str!("../../tests/data/us50_test_tagged.txt");

/// Labels of parts of a street.
const STREET: &[&str] = &[
    "StreetNamePreDirectional",
    "StreetNamePreModifier",
    "StreetNamePreType",
    "StreetName",
    "StreetNamePostType",
    "StreetNamePostModifier",
    "StreetNamePostDirectional",
];

/// The rows that stand in no training file of the peer.
pub fn rows() -> Vec<Labelled> {
    let lines = SET.lines();
    lines
        .filter(|line| !line.starts_with(['#', '~']))
        .map(row)
        .collect()
}

fn row(line: &str) -> Labelled {
    let groups = line
        .split(" | ")
        .map(|group| group.split_once(':').unwrap());
    let words = groups.flat_map(|(label, words)| {
        words
            .split(' ')
            .map(move |word| (label.to_owned(), word.to_owned()))
    });
    Labelled(words.collect())
}

/// One reading with the street in one field.
#[derive(PartialEq, Eq)]
pub struct WholeStreet {
    road: String,
    rest: Fields,
}

impl WholeStreet {
    /// From labels and words, whoever gave them.
    pub fn of_labels(labelled: &[(String, String)]) -> Self {
        let words = labelled
            .iter()
            .filter(|(label, _)| STREET.contains(&label.as_str()));
        let text: Vec<&str> = words.map(|(_, word)| word.as_str()).collect();
        Self {
            road: road(&text.join(" ")),
            rest: Fields::of_labels(labelled).without_street(),
        }
    }

    /// From our reading.
    pub fn of_address(address: &StandardAddress) -> Self {
        let directions = [address.predirectional, address.postdirectional];
        let [before, after] =
            directions.map(|direction| direction.map_or("", |d| d.abbreviation()));
        let street_type = address.street_type.unwrap_or_default();
        Self {
            road: road(&format!(
                "{before} {} {street_type} {after}",
                address.street
            )),
            rest: Fields::of_address(address).without_street(),
        }
    }

    /// Both in words, for `--show`.
    pub fn words(&self) -> String {
        format!("road {:?} {:?}", self.road, self.rest)
    }
}

/// A street with its directionals and types abbreviated, and numbered roads by their system.
fn road(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .filter(|word| *word != "NO")
        .map(|word| directional(word).unwrap_or(word))
        .collect();
    match words.as_slice() {
        [first, rest @ ..] if !rest.is_empty() && directional(first).is_some() => {
            format!("{first}{}", road_name(&rest.join(" ")))
        }
        words => road_name(&words.join(" ")),
    }
}
