//! One address as fields that labels and our standard form can both be written in.
//!
//! Place in the flow: the bench `labels` turns three readings of an address into [`Fields`], the labels
//! of the set, the labels of usaddress and our own, and counts those that are equal in every field.
//!
//! | field | labels of usaddress | ours |
//! |---|---|---|
//! | number | `AddressNumberPrefix`, `AddressNumber`, `AddressNumberSuffix` | `number`, `fraction` |
//! | predirectional | `StreetNamePreDirectional` | `predirectional` |
//! | street | `StreetNamePreModifier`, `StreetNamePreType`, `StreetName`, `StreetNamePostModifier` | `street` |
//! | type | `StreetNamePostType` | `street_type` |
//! | postdirectional | `StreetNamePostDirectional` | `postdirectional` |
//! | units | `OccupancyType` + `OccupancyIdentifier`, `SubaddressType` + `SubaddressIdentifier` | `unit_designator` + `unit`, `further_unit`, `BLDG` + `building`, `FL` + `floor` |
//! | route | `USPSBoxGroupType`, `USPSBoxGroupID` | `route` |
//! | box | `USPSBoxID` | `box_number` |
//! | city, state, ZIP | `PlaceName`, `StateName`, `ZipCode` | `city`, `state`, `zip5`, `zip4` |
//!
//! Not compared, as we have no such field: `Recipient`, `BuildingName`, `LandmarkName`, `CountryName`,
//! `USPSBoxType`. The words of a field are compared without case, punctuation and spaces; directionals,
//! types and designators as Publication 28 abbreviates them; numbered roads by system, not by spelling.
//! All three readings go through the same functions.
//!
//! Left to others: asking usaddress, counting (the bench itself).

use std::collections::BTreeSet;

use countersign_standard::{
    address::{Direction, StandardAddress},
    fold::fold,
    place,
};

/// The fields compared, each in its compared form; empty where absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    pub number: String,
    pub predirectional: String,
    pub street: String,
    pub street_type: String,
    pub postdirectional: String,
    pub units: BTreeSet<String>,
    pub route: String,
    pub box_number: String,
    pub city: String,
    pub state: String,
    pub zip: String,
}

const STREET: &[&str] = &[
    "StreetNamePreModifier",
    "StreetNamePreType",
    "StreetName",
    "StreetNamePostModifier",
];

const TYPES: &str = include_str!("../../data/street_types.txt");
const DESIGNATORS: &str = include_str!("../../data/designators.txt");
const DIRECTIONALS: &str = include_str!("../../data/directionals.txt");

impl Fields {
    /// From labels and words, whoever gave them.
    pub fn of_labels(labelled: &[(String, String)]) -> Self {
        let text = |labels: &[&str]| {
            let words = labelled
                .iter()
                .filter(|(label, _)| labels.contains(&label.as_str()));
            words
                .map(|(_, word)| word.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let state = text(&["StateName"]);
        Self {
            number: number(&text(&[
                "AddressNumberPrefix",
                "AddressNumber",
                "AddressNumberSuffix",
            ])),
            predirectional: direction(&text(&["StreetNamePreDirectional"])),
            street: road_name(&text(STREET)) + &weak(&text(&["StreetNamePostType"])),
            street_type: strong(&text(&["StreetNamePostType"])),
            postdirectional: direction(&text(&["StreetNamePostDirectional"])),
            units: units(labelled),
            route: route(&text(&["USPSBoxGroupType", "USPSBoxGroupID"]))
                + &route_of_box(&text(&["USPSBoxType"])),
            box_number: identifier(&text(&["USPSBoxID"])),
            city: plain(&text(&["PlaceName"])),
            state: place::state_code(&state).map_or_else(|| plain(&state), str::to_owned),
            zip: zip(&text(&["ZipCode"])),
        }
    }

    /// From our reading.
    pub fn of_address(address: &StandardAddress) -> Self {
        let abbreviation =
            |direction: Option<Direction>| direction.map_or("", Direction::abbreviation).to_owned();
        let mut units = BTreeSet::new();
        let designated = address.unit_designator.unwrap_or_default();
        for (designator, text) in [
            ("BLDG", &address.building),
            ("FL", &address.floor),
            (designated, &address.unit),
        ] {
            let stands = !text.is_empty() || (designator == designated && !designator.is_empty());
            if stands {
                units.insert(unit(designator, text));
            }
        }
        if let Some((designator, text)) = address.further_unit.split_once(' ') {
            units.insert(unit(designator, text));
        }
        Self {
            number: number(&format!("{} {}", address.number, address.fraction)),
            predirectional: abbreviation(address.predirectional),
            street: road_name(&address.street) + &weak(address.street_type.unwrap_or_default()),
            street_type: strong(address.street_type.unwrap_or_default()),
            postdirectional: abbreviation(address.postdirectional),
            units,
            route: route(&address.route),
            box_number: identifier(&address.box_number),
            city: plain(&address.city),
            state: address.state.to_owned(),
            zip: zip(&format!("{}{}", address.zip5, address.zip4)),
        }
    }

    /// Without the parts of a street, for labels that do not part it.
    pub fn without_street(self) -> Self {
        Self {
            predirectional: String::new(),
            street: String::new(),
            street_type: String::new(),
            postdirectional: String::new(),
            ..self
        }
    }

    /// The names of the fields in which two readings differ.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let pairs = [
            ("number", self.number == other.number),
            (
                "predirectional",
                self.predirectional == other.predirectional,
            ),
            ("street", self.street == other.street),
            ("type", self.street_type == other.street_type),
            (
                "postdirectional",
                self.postdirectional == other.postdirectional,
            ),
            ("units", self.units == other.units),
            ("route", self.route == other.route),
            ("box", self.box_number == other.box_number),
            ("city", self.city == other.city),
            ("state", self.state == other.state),
            ("zip", self.zip == other.zip),
        ];
        let wrong = pairs.iter().filter(|(_, same)| !same);
        wrong.map(|(name, _)| *name).collect()
    }
}

/// Letters and digits only, upper case.
fn plain(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Leading zeros that were lost are put back; four further zeros say nothing.
fn zip(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 => digits,
        9 => digits.strip_suffix("0000").unwrap_or(&digits).to_owned(),
        _ => format!("{digits:0>5}"),
    }
}

/// Spelled numbers are digits, leading zeros go.
fn number(text: &str) -> String {
    const SPELLED: &[&str] = &[
        "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN",
        "ELEVEN", "TWELVE",
    ];
    let folded = plain(text);
    match SPELLED.iter().position(|word| *word == folded) {
        Some(value) => value.to_string(),
        None => folded.trim_start_matches('0').to_owned(),
    }
}

/// An identifier of a unit or box: letters and digits, without marks and leading zeros.
fn identifier(text: &str) -> String {
    let words = fold(text);
    let kept = words
        .split(' ')
        .filter(|word| !matches!(*word, "NO" | "NUMBER" | "NUM"));
    let joined: String = kept.collect();
    joined.trim_start_matches('0').to_owned()
}

/// The standard form of a word in one of the tables: `+STANDARD|NAME|SPELLINGS`.
fn in_table(table: &'static str, word: &str) -> Option<&'static str> {
    if word.is_empty() {
        return None;
    }
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.trim_start_matches('+'))
        .find(|line| line.split(['|', ' ']).any(|cell| cell == word))
        .and_then(|line| line.split('|').next())
}

/// The abbreviation of a folded word that is a directional.
pub fn directional(word: &str) -> Option<&'static str> {
    in_table(DIRECTIONALS, word)
}

fn direction(text: &str) -> String {
    let words: Vec<String> = fold(text).split(' ').map(str::to_owned).collect();
    let known = words
        .iter()
        .map(|word| directional(word).unwrap_or(word.as_str()));
    known.collect()
}

/// The words of a type: their standard form, and whether it ends a name wherever it stands (`+`).
fn types(text: &str) -> Vec<(String, bool)> {
    let strong = |known: &str| {
        TYPES
            .lines()
            .any(|line| line.starts_with(&format!("+{known}|")))
    };
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| in_table(TYPES, word).unwrap_or(word))
        .map(|word| (word.to_owned(), strong(word)))
        .collect()
}

/// A type that ends names.
fn strong(text: &str) -> String {
    let known = types(text).into_iter().filter(|(_, strong)| *strong);
    known.map(|(word, _)| word).collect()
}

/// A type that is mostly part of a name (`PARK`): it belongs to the street, as in our street core, since
/// labels have it there as often as not.
fn weak(text: &str) -> String {
    let known = types(text).into_iter().filter(|(_, strong)| !*strong);
    known.map(|(word, _)| word).collect()
}

/// Numbered roads by their system; the longest spelling first.
const SYSTEMS: &[(&str, &str)] = &[
    ("FARM TO MARKET RD ", "FM "),
    ("FARM TO MARKET ", "FM "),
    ("FM RD ", "FM "),
    ("U S HWY ", "US "),
    ("US HWY ", "US "),
    ("US RTE ", "US "),
    ("U S ", "US "),
    ("STATE HWY ", "STATE "),
    ("STATE RTE ", "STATE "),
    ("STATE RD ", "STATE "),
    ("ST HWY ", "STATE "),
    ("ST RTE ", "STATE "),
    ("ST RD ", "STATE "),
    ("SR ", "STATE "),
    ("SH ", "STATE "),
    ("COUNTY HWY ", "COUNTY "),
    ("COUNTY RTE ", "COUNTY "),
    ("COUNTY RD ", "COUNTY "),
    ("COUNTRY RD ", "COUNTY "),
    ("CNTY RD ", "COUNTY "),
    ("CO HWY ", "COUNTY "),
    ("CO RD ", "COUNTY "),
    ("C R ", "COUNTY "),
    ("CR ", "COUNTY "),
    ("PVT RD ", "PRIVATE RD "),
    ("INTERSTATE ", "I "),
];

/// The name of a road: types abbreviated, numbered roads by their system, without spaces.
pub fn road_name(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !matches!(*word, "NO" | "NUMBER"))
        .map(|word| if word == "RT" { "RTE" } else { word })
        .map(|word| in_table(TYPES, word).unwrap_or(word))
        .collect();
    let mut joined = words.join(" ");
    for code in ["OLD ", "NEW ", ""] {
        let state = joined
            .strip_prefix(code)
            .and_then(|rest| rest.split_once(' '))
            .filter(|(state, rest)| {
                place::state_code(state).is_some()
                    && (rest.starts_with("HWY ") || rest.starts_with("RTE "))
            })
            .map(|(_, rest)| format!("{code}STATE {rest}"));
        joined = state.unwrap_or(joined);
    }
    for (spelling, system) in SYSTEMS {
        if let Some(rest) = joined.strip_prefix(spelling) {
            joined = format!("{system}{rest}");
            break;
        }
    }
    joined.replace(' ', "")
}

/// Routes: kind and number.
fn route(text: &str) -> String {
    let folded = fold(text);
    let words = folded
        .split(' ')
        .filter(|word| !matches!(*word, "NO" | "NUMBER" | "BOX"));
    let joined: String = words.collect();
    let (kind, number) = joined.split_at(
        joined
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(joined.len()),
    );
    let kind = match kind {
        "RURAL" | "RURALROUTE" | "RURALRT" | "RURALRTE" | "ROUTE" | "RT" | "RTE" | "RFD" | "R"
        | "RD" => "RR",
        "HIGHWAYCONTRACT"
        | "HIGHWAYCONTRACTROUTE"
        | "HIGHWAYCONTRACTRTE"
        | "HIGHWAYCONTRACTRT"
        | "HWYCONTRACT"
        | "HWYCONTRACTROUTE"
        | "HWYCONTRACTRTE"
        | "HWYCONTRACTRT"
        | "HCR"
        | "HCROUTE"
        | "HCRTE"
        | "HCRT"
        | "STARROUTE"
        | "STARRTE"
        | "STARRT"
        | "SR" => "HC",
        kind => kind,
    };
    format!("{kind}{}", number.trim_start_matches('0'))
}

/// A route without number is labelled as part of the box: `Route Box 15`.
fn route_of_box(text: &str) -> String {
    let folded = fold(text);
    let rural = folded
        .split(' ')
        .any(|word| matches!(word, "ROUTE" | "RT" | "RTE" | "RR"));
    if rural {
        "RR".to_owned()
    } else {
        String::new()
    }
}

/// Designators with their identifiers, in the order of the words; a designator takes the identifier
/// after it, or the one just before it (`2nd Floor`).
fn units(labelled: &[(String, String)]) -> BTreeSet<String> {
    let mut units = BTreeSet::new();
    for group in ["Occupancy", "Subaddress"] {
        let (mut designator, mut identifier, mut last) = (String::new(), String::new(), "");
        let words = labelled
            .iter()
            .filter_map(|(label, word)| Some((label.strip_prefix(group)?, fold(word))));
        for (part, word) in words.filter(|(_, word)| !word.is_empty()) {
            let whole = !designator.is_empty() && !identifier.is_empty();
            if whole && (part, last) != ("Identifier", "Identifier") {
                units.insert(unit(&designator, &identifier));
                (designator, identifier) = (String::new(), String::new());
            }
            let text = if part == "Type" {
                &mut designator
            } else {
                &mut identifier
            };
            text.push(' ');
            text.push_str(&word);
            last = part;
        }
        if !designator.is_empty() || !identifier.is_empty() {
            units.insert(unit(&designator, &identifier));
        }
    }
    units
}

/// `APT 4B`: designator as Publication 28 abbreviates it, `#` for none, then the identifier; of a floor
/// the number alone.
fn unit(designator: &str, text: &str) -> String {
    let folded = fold(designator);
    let known = in_table(DESIGNATORS, &folded).unwrap_or(&folded);
    let known = match known {
        "" | "NO" | "NUMBER" => "#",
        "LEVEL" => "FL",
        known => known,
    };
    let mut name = identifier(text);
    const FLOORS: &[(&str, &str)] = &[
        ("FIRST", "1"),
        ("SECOND", "2"),
        ("THIRD", "3"),
        ("FOURTH", "4"),
        ("FIFTH", "5"),
    ];
    if known == "FL" {
        if let Some((_, digits)) = FLOORS.iter().find(|(word, _)| *word == name) {
            (*digits).clone_into(&mut name);
        }
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        if !digits.is_empty() {
            name = digits;
        }
    }
    format!("{known} {name}")
}
