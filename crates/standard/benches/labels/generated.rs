//! Addresses put together from parts, each with its labels: neither parser was made with them at hand.
//!
//! Place in the flow: a further set of the bench `labels`. City, state and ZIP code are those of the
//! bundled table, street names are given names of the bundled list, forms those of Publication 28 in the
//! shares written below. Seeded.
//!
//! Left to others: addresses as people write them (the labelled sets).

use countersign_standard::place;

use crate::support::Labelled;

const SEED: u64 = 28;
const COUNT: usize = 2_000;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        texts[self.below(texts.len())]
    }
}

const TYPES: &[&str] = &[
    "St",
    "Street",
    "Ave",
    "Avenue",
    "Rd",
    "Road",
    "Dr",
    "Drive",
    "Ln",
    "Lane",
    "Ct",
    "Court",
    "Blvd",
    "Boulevard",
    "Cir",
    "Pl",
    "Place",
    "Way",
    "Ter",
    "Pkwy",
    "Trl",
    "Loop",
    "St.",
    "Ave.",
    "Rd.",
    "Dr.",
];
const DIRECTIONS: &[&str] = &["N", "S", "E", "W", "North", "South", "NE", "SW", "N.", "W."];

/// The set: the same at every run.
pub fn rows() -> Vec<Labelled> {
    let mut dice = Dice(SEED);
    let names: Vec<String> = include_str!("../../data/given_names.csv")
        .lines()
        .skip(1)
        .flat_map(|line| line.split([',', ' ', '|']))
        .filter(|name| name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .map(str::to_lowercase)
        .collect();
    (0..COUNT).map(|_| row(&mut dice, &names)).collect()
}

fn row(dice: &mut Dice, names: &[String]) -> Labelled {
    let mut words = Vec::new();
    match dice.below(20) {
        0 | 1 => boxed(dice, &mut words),
        2 => route(dice, &mut words),
        3 => grid(dice, &mut words),
        4 => highway(dice, &mut words),
        _ => street(dice, names, &mut words),
    }
    last_line(dice, &mut words);
    let upper = dice.below(4) == 0;
    let written = words.into_iter().map(|(label, word)| {
        (
            label.to_owned(),
            if upper { word.to_uppercase() } else { word },
        )
    });
    Labelled(written.collect())
}

type Words = Vec<(&'static str, String)>;

fn push(words: &mut Words, label: &'static str, text: &str) {
    words.extend(text.split(' ').map(|word| (label, word.to_owned())));
}

fn title(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

fn street(dice: &mut Dice, names: &[String], words: &mut Words) {
    let number = 1 + dice.below(19_999);
    let number = match dice.below(12) {
        0 => format!("{}-{:02}", 1 + number % 200, number % 99),
        1 => format!("{number}{}", dice.one_of(&["A", "B"])),
        _ => number.to_string(),
    };
    push(words, "AddressNumber", &number);
    if dice.below(12) == 0 {
        push(words, "AddressNumberSuffix", "1/2");
    }
    if dice.below(3) == 0 {
        push(words, "StreetNamePreDirectional", dice.one_of(DIRECTIONS));
    }
    let name = match dice.below(8) {
        0 => format!("{}th", 4 + dice.below(16)),
        1 => format!(
            "{} {}",
            title(&names[dice.below(names.len())]),
            dice.one_of(&["Oaks", "Rock", "Wood", "Stone"])
        ),
        _ => title(&names[dice.below(names.len())]),
    };
    push(words, "StreetName", &name);
    push(words, "StreetNamePostType", dice.one_of(TYPES));
    if dice.below(8) == 0 {
        push(words, "StreetNamePostDirectional", dice.one_of(DIRECTIONS));
    }
    unit(dice, words);
}

fn unit(dice: &mut Dice, words: &mut Words) {
    let designator = dice.one_of(&[
        "", "", "", "", "Apt", "Apt.", "Unit", "Suite", "Ste", "#", "Room", "Lot",
    ]);
    if designator.is_empty() {
        return;
    }
    if let Some(last) = words.last_mut().filter(|_| dice.below(2) == 0) {
        last.1.push(',');
    }
    let label = if designator == "#" {
        "OccupancyIdentifier"
    } else {
        "OccupancyType"
    };
    push(words, label, designator);
    let letter = dice.one_of(&["", "", "A", "B", "F"]);
    push(
        words,
        "OccupancyIdentifier",
        &format!("{}{letter}", 1 + dice.below(400)),
    );
}

fn boxed(dice: &mut Dice, words: &mut Words) {
    push(
        words,
        "USPSBoxType",
        dice.one_of(&["PO Box", "P.O. Box", "P O Box", "Post Office Box"]),
    );
    push(words, "USPSBoxID", &(1 + dice.below(99_999)).to_string());
}

fn route(dice: &mut Dice, words: &mut Words) {
    push(
        words,
        "USPSBoxGroupType",
        dice.one_of(&["RR", "R.R.", "Rural Route", "HC"]),
    );
    push(words, "USPSBoxGroupID", &(1 + dice.below(90)).to_string());
    push(words, "USPSBoxType", "Box");
    push(
        words,
        "USPSBoxID",
        &format!("{}{}", 1 + dice.below(900), dice.one_of(&["", "A"])),
    );
}

fn grid(dice: &mut Dice, words: &mut Words) {
    push(words, "AddressNumber", &(1 + dice.below(9_000)).to_string());
    push(
        words,
        "StreetNamePreDirectional",
        dice.one_of(&["N", "South"]),
    );
    push(
        words,
        "StreetName",
        &(100 * (1 + dice.below(90))).to_string(),
    );
    push(
        words,
        "StreetNamePostDirectional",
        dice.one_of(&["E", "West"]),
    );
    unit(dice, words);
}

fn highway(dice: &mut Dice, words: &mut Words) {
    push(
        words,
        "AddressNumber",
        &(1 + dice.below(30_000)).to_string(),
    );
    let road = dice.one_of(&[
        "US Highway",
        "Highway",
        "State Route",
        "State Road",
        "County Road",
        "County Rd",
        "CR",
        "SR",
        "FM",
        "US Hwy",
    ]);
    push(words, "StreetNamePreType", road);
    push(words, "StreetName", &(1 + dice.below(900)).to_string());
    if dice.below(3) == 0 {
        push(
            words,
            "StreetNamePostDirectional",
            dice.one_of(&["N", "S", "East", "W"]),
        );
    }
}

/// A ZIP code of the table, its city and its state.
fn last_line(dice: &mut Dice, words: &mut Words) {
    let (zip, found) = loop {
        let zip = format!("{:05}", dice.below(100_000));
        if let Some(found) =
            place::zip_place(&zip).filter(|found| !place::is_military_state(found.state))
        {
            break (zip, found);
        }
    };
    if let Some(last) = words.last_mut().filter(|_| dice.below(4) != 0) {
        last.1.push(',');
    }
    let city: Vec<String> = found.city.to_lowercase().split(' ').map(title).collect();
    let comma = if dice.below(4) == 0 { "" } else { "," };
    push(words, "PlaceName", &format!("{}{comma}", city.join(" ")));
    push(words, "StateName", found.state);
    push(words, "ZipCode", &zip);
}
