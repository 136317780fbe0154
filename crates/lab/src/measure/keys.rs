//! On-file address keys: how often a row's address is one the register has, and how often two buildings
//! share a key, for the form that is used and for others.
//!
//! Place in the flow: beside the answers. An address is opened only under a key of an address on file
//! (SEALING.md section 3): a form too strict leaves rightly identified rows without one, and a form too
//! loose gives the neighbour's address a key as well.
//!
//! Left to others: the key itself (standard), who was identified (the module above).

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;
use standard::address::{self, StandardAddress};

use crate::nation::{
    atlas::{Atlas, Door, Dwelling, Wording},
    person::Person,
};

/// People whose buildings are compared, about: all of some ZIP areas.
const PEOPLE_COMPARED: u64 = 60_000;

/// A way of making keys.
struct Form {
    name: &'static str,
    key: fn(&StandardAddress) -> String,
}

/// The form in use first.
const FORMS: [Form; 6] = [
    Form {
        name: "kind, number, street core, ZIP5",
        key: |address| address.key().expose().to_owned(),
    },
    Form {
        name: "with the unit",
        key: |address| format!("{}|{}", address.key().expose(), address.unit),
    },
    Form {
        name: "with directionals",
        key: |address| {
            let directions = (address.predirectional, address.postdirectional);
            format!("{}|{directions:?}", address.key().expose())
        },
    },
    Form {
        name: "with directionals and street type",
        key: |address| {
            let directions = (address.predirectional, address.postdirectional);
            let kind = address.street_type;
            format!("{}|{directions:?}|{kind:?}", address.key().expose())
        },
    },
    Form {
        name: "with ZIP3 instead of ZIP5",
        key: |address| {
            let zip3: String = address.zip5.chars().take(3).collect();
            let (number, street) = (address.number_part(), address.street_core());
            format!("{}|{number}|{street}|{zip3}", address.kind.label())
        },
    },
    Form {
        name: "kind, number, ZIP5",
        key: |address| {
            let number = address.number_part();
            format!("{}|{number}|{}", address.kind.label(), address.zip5)
        },
    },
];

/// What a form is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyFigures {
    /// What the key is made of.
    pub form: &'static str,
    /// Rightly identified rows.
    pub identified: u64,
    /// Of these, rows of whose addresses one has a key on file.
    pub identified_open: u64,
    /// Rows whose person is on file at an address the row means, however it is written.
    pub answerable: u64,
    /// Of these, rows of whose addresses one has a key on file.
    pub answerable_open: u64,
    /// Buildings and boxes compared.
    pub buildings: u64,
    /// Of these, those whose key another of them has.
    pub merged: u64,
}

/// Buildings of some ZIP areas: all where the nation is small.
pub struct Buildings {
    every: u64,
    seen: HashSet<(u32, Door)>,
}

impl Buildings {
    /// None yet, of a nation of so many people.
    #[must_use]
    pub fn new(people: u64) -> Self {
        Self {
            every: people.div_ceil(PEOPLE_COMPARED).max(1),
            seen: HashSet::new(),
        }
    }

    /// Takes those of a person's returns.
    pub fn person(&mut self, person: &Person) {
        for filing in &person.filings {
            let Dwelling { place, door } = filing.dwelling;
            if u64::from(place).is_multiple_of(self.every) {
                self.seen.insert((place, building(door)));
            }
        }
    }

    /// How many there are, and for each form how many share their key.
    #[must_use]
    pub fn merged(&self, atlas: &Atlas) -> Merged {
        let addresses: Vec<StandardAddress> = self
            .seen
            .par_iter()
            .map(|(place, door)| {
                let (place, door) = (*place, *door);
                standard(atlas, Dwelling { place, door }, Wording::default())
            })
            .collect();
        let shared = |form: &Form| {
            let mut counts: HashMap<String, u64> = HashMap::new();
            for address in &addresses {
                *counts.entry((form.key)(address)).or_default() += 1;
            }
            counts.into_values().filter(|count| *count > 1).sum()
        };
        Merged {
            buildings: addresses.len() as u64,
            shared: FORMS.iter().map(shared).collect(),
        }
    }
}

/// Buildings that share a key, by form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    buildings: u64,
    shared: Vec<u64>,
}

impl Merged {
    /// The figures, with rows about people on file.
    #[must_use]
    pub fn figures(&self, rows: &[KeyRow<'_>]) -> Vec<KeyFigures> {
        let figures = FORMS.iter().zip(&self.shared).map(|(form, merged)| {
            let open: Vec<&KeyRow<'_>> = rows.iter().filter(|row| row.opens(form)).collect();
            KeyFigures {
                form: form.name,
                identified: count(rows, |row| row.identified),
                identified_open: count(open.iter().copied(), |row| row.identified),
                answerable: count(rows, |row| row.answerable),
                answerable_open: count(open.iter().copied(), |row| row.answerable),
                buildings: self.buildings,
                merged: *merged,
            }
        });
        figures.collect()
    }
}

/// A row about somebody on file.
#[derive(Clone, Copy)]
pub struct KeyRow<'r> {
    /// The row's addresses.
    pub stated: &'r [StandardAddress],
    /// The person's.
    pub on_file: &'r [StandardAddress],
    /// Whether the person was identified.
    pub identified: bool,
    /// Whether the row means an address on file.
    pub answerable: bool,
}

impl KeyRow<'_> {
    fn opens(&self, form: &Form) -> bool {
        let keys: HashSet<String> = self.on_file.iter().map(form.key).collect();
        self.stated
            .iter()
            .any(|address| keys.contains(&(form.key)(address)))
    }
}

fn count<'r, 'a: 'r>(
    rows: impl IntoIterator<Item = &'r KeyRow<'a>>,
    test: impl Fn(&KeyRow<'_>) -> bool,
) -> u64 {
    rows.into_iter().map(|row| u64::from(test(row))).sum()
}

/// The addresses a person has on file, in standard form.
#[must_use]
pub fn on_file(person: &Person, atlas: &Atlas) -> Vec<StandardAddress> {
    let filings = person.filings.iter();
    filings
        .map(|filing| standard(atlas, filing.dwelling, filing.wording))
        .collect()
}

fn standard(atlas: &Atlas, dwelling: Dwelling, wording: Wording) -> StandardAddress {
    address::read(&atlas.lines(dwelling, wording).text()).address
}

/// A door without its unit.
const fn building(door: Door) -> Door {
    match door {
        Door::Unit { street, number, .. } => Door::House { street, number },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use standard::address::AddressText;

    use super::*;

    fn street(line_1: &str) -> StandardAddress {
        let text = AddressText {
            line_1,
            line_2: "",
            city: "Reno",
            state: "NV",
            postal_code: "89501",
        };
        address::read(&text).address
    }

    fn same(a: &str, b: &str) -> Vec<&'static str> {
        let same = |form: &&Form| (form.key)(&street(a)) == (form.key)(&street(b));
        FORMS.iter().filter(same).map(|form| form.name).collect()
    }

    #[test]
    fn forms_differ_in_what_they_tell_apart() {
        assert_eq!(same("12 Oak St", "12 OAK STREET").len(), FORMS.len());
        assert!(!same("12 Oak St", "12 Oak Ave").contains(&"with directionals and street type"));
        assert!(!same("12 N Oak St", "12 S Oak St").contains(&"with directionals"));
        assert!(!same("12 Oak St Apt 1", "12 Oak St Apt 2").contains(&"with the unit"));
        assert_eq!(same("12 Oak St", "12 Elm St"), ["kind, number, ZIP5"]);
    }

    #[test]
    fn a_row_opens_under_any_of_its_addresses() {
        let merged = Merged {
            buildings: 9,
            shared: vec![0; FORMS.len()],
        };
        let (oak, elm) = (
            [street("12 Oak St")],
            [street("1 Elm St"), street("12 Oak St")],
        );
        let row = |stated, on_file, answerable| KeyRow {
            stated,
            on_file,
            identified: true,
            answerable,
        };
        let rows = [
            row(&elm[..], &oak[..], true),
            row(&oak[..], &elm[..1], false),
        ];
        let figures = merged.figures(&rows);
        let [first, ..] = figures.as_slice() else {
            panic!("no figures");
        };
        let found = (first.identified, first.identified_open);
        assert_eq!(found, (2, 1));
        assert_eq!((first.answerable, first.answerable_open), (1, 1));
    }
}
