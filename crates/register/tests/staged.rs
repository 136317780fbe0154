//! Many records fetched in stages against one by one, on a register of many people.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::fmt::Write as _;

use countersign_register as register;
use identity::{
    candidates::{Candidates, NameField},
    compare::{Bearing, Comparator, NamedRecord},
    level::AddressLevel,
    query::RowParts,
};
use model::id::RecordNumber;
use proptest::prelude::*;
use register::{build::SealedPlane, kind::Synthetic, register::Register};

use common::{Building, at_reno, query};

const GIVEN: [&str; 9] = [
    "Maria",
    "Maria Elena",
    "Marta",
    "Bob",
    "Robert James",
    "John",
    "Jon A",
    "Lopez",
    "",
];
const SURNAMES: [&str; 7] = [
    "Lopez",
    "Lopez Garcia",
    "Garcia",
    "Gonzales",
    "Gonzalez",
    "Smith",
    "Maria",
];
const STREETS: [&str; 4] = [
    "12 Oakwood Ave",
    "14 Oakwood Ave",
    "700 Quartz St",
    "7 Main St",
];
const BIRTHS: [&str; 4] = ["1984-05-17", "1984-06-17", "1948-05-17", ""];

/// What a person or a row is made of: places in the lists above.
type Choice = (usize, usize, usize, usize, usize);

fn choice() -> impl Strategy<Value = Choice> {
    (
        0..GIVEN.len(),
        0..SURNAMES.len(),
        0..STREETS.len(),
        0..STREETS.len(),
        0..BIRTHS.len(),
    )
}

fn extract(people: &[Choice]) -> String {
    let mut text = String::new();
    for (number, (given, surname, first, second, birth)) in people.iter().enumerate() {
        for (period, street) in [(2023, first), (2024, second)] {
            let _ = writeln!(
                text,
                "P{number},666-11-{number:04},{},{},,{},{period},,{},,Reno,NV,89501,{},",
                GIVEN[*given],
                SURNAMES[*surname],
                BIRTHS[*birth],
                STREETS[*street],
                number % 7 == 0
            );
        }
    }
    text
}

fn parts((given, surname, first, second, birth): Choice) -> RowParts {
    let name = (GIVEN[given], SURNAMES[surname], "");
    let tin = format!("666-11-{given:04}");
    let addresses = [at_reno(STREETS[first]), at_reno(STREETS[second])];
    common::parts(name, BIRTHS[birth], &tin, &addresses)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn records_in_stages_are_records_one_by_one(
        people in prop::collection::vec(choice(), 1..60),
        rows in prop::collection::vec(choice(), 1..8),
        order in any::<u64>(),
    ) {
        let text = extract(&people);
        let building = Building::of(&text, SealedPlane::HeadersOnly);
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("register");
        building.build::<Synthetic>(&out).unwrap();
        let register = Register::<Synthetic>::open(&out).unwrap();
        let count = u32::try_from(people.len()).unwrap();
        // Every record, in an order of its own, some of them twice.
        let numbers: Vec<RecordNumber> = (0..u64::from(count) + 5)
            .map(|place| (place.wrapping_mul(order | 1).wrapping_add(order)) % u64::from(count))
            .map(|number| RecordNumber(u32::try_from(number).unwrap()))
            .collect();
        let records = register.records(&numbers).unwrap();
        for row in rows {
            let query = query(&building.keys(), &parts(row));
            for bearing in [Bearing::Common, Bearing::HardlyAnybody] {
                let comparator = Comparator::new(&query, bearing);
                let heads = register.heads(&numbers).unwrap();
                let any = AddressLevel::Different;
                let surnames = comparator.surnames_of(&heads, &register).unwrap();
                let named = numbers.iter().zip(&heads).zip(surnames);
                let named: Vec<NamedRecord> = named
                    .map(|((record, head), surnames)| NamedRecord { record: *record, head: *head, surnames })
                    .collect();
                let levels = comparator.levels_but_address(&named, any, &register).unwrap();
                prop_assert_eq!(levels.len(), numbers.len());
                for ((number, head), mut fast) in numbers.iter().zip(&records.heads).zip(levels) {
                    let view = register.record(*number).unwrap();
                    fast.address = comparator.address_level(*number, records.addresses_of(head));
                    prop_assert_eq!(fast, comparator.levels(*number, &view));
                    prop_assert_eq!(head.marker, view.marker);
                    prop_assert!(records.addresses_of(head) == &*view.addresses);
                }
            }
        }
        let beyond = RecordNumber(count);
        prop_assert!(register.records(&[RecordNumber(0), beyond]).is_err());
        prop_assert!(register.heads(&[RecordNumber(0), beyond]).is_err());
        prop_assert!(register.texts(NameField::Given, &[0, u32::MAX]).is_err());
    }
}
