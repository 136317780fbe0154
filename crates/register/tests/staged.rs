//! Many records fetched in stages against one by one, on a register of many people.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::fmt::Write as _;

use countersign_register as register;
use identity::{
    candidates::{Candidates, NameField},
    compare::{Bearing, Comparator},
    query::{Query, RowParts},
};
use model::{
    digest::Digest,
    id::{Epoch, RecordNumber},
    time::parse_date,
};
use proptest::prelude::*;
use register::{
    build::{BuildOptions, SealedPlane, build},
    extract::{read_csv, register_id},
    kind::Synthetic,
    register::Register,
};
use seal::{keys::EpochKeys, shares::ShareSets, token::TokenEvaluator};
use standard::{
    address::{AddressText, standardize},
    name::standard_name,
};

const HEADER: &str = "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,filed_on,\
address_line_1,address_line_2,city,state,postal_code,hold,identity_theft\n";

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
    let mut text = HEADER.to_owned();
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

fn keys(extract: &Digest) -> EpochKeys {
    let names = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
    let sets = ShareSets::new(3, names.to_vec()).unwrap();
    let id = register_id("TEST", extract).unwrap();
    EpochKeys::from_seed(id, Epoch(1), sets, &[7; 32])
}

fn query((given, surname, first, second, birth): Choice, keys: &EpochKeys) -> Query {
    let address = |street: usize| {
        let text = AddressText {
            line_1: STREETS[street],
            line_2: "",
            city: "Reno",
            state: "NV",
            postal_code: "89501",
        };
        standardize(&text).unwrap()
    };
    let parts = RowParts {
        name: standard_name(GIVEN[given], SURNAMES[surname], ""),
        date_of_birth: parse_date(BIRTHS[birth]).ok(),
        tin: format!("666-11-{given:04}").parse().ok(),
        addresses: vec![address(first), address(second)],
    };
    let evaluator = TokenEvaluator::new(keys);
    let tokens = parts
        .token_values()
        .iter()
        .map(|value| evaluator.evaluate(value.kind, value.part.expose()))
        .collect();
    parts.query(tokens).unwrap()
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
        let digest = Digest::of(text.as_bytes());
        let keys = keys(&digest);
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("register");
        let options = BuildOptions {
            sealed_plane: SealedPlane::HeadersOnly,
            ..BuildOptions::standard()
        };
        let extract_rows = read_csv(std::io::Cursor::new(text)).unwrap();
        build::<Synthetic>(extract_rows, &digest, &keys, &options, &out).unwrap();
        let register = Register::<Synthetic>::open(&out).unwrap();
        let count = u32::try_from(people.len()).unwrap();
        // Every record, in an order of its own, some of them twice.
        let numbers: Vec<RecordNumber> = (0..u64::from(count) + 5)
            .map(|place| (place.wrapping_mul(order | 1).wrapping_add(order)) % u64::from(count))
            .map(|number| RecordNumber(u32::try_from(number).unwrap()))
            .collect();
        let records = register.records(&numbers).unwrap();
        for row in rows {
            let query = query(row, &keys);
            for bearing in [Bearing::Common, Bearing::HardlyAnybody] {
                let comparator = Comparator::new(&query, bearing);
                let fast = comparator.levels_of(&numbers, &records, &register).unwrap();
                prop_assert_eq!(fast.len(), numbers.len());
                for ((number, head), fast) in numbers.iter().zip(&records.heads).zip(fast) {
                    let view = register.record(*number).unwrap();
                    prop_assert_eq!(fast, comparator.levels(*number, &view));
                    prop_assert_eq!(head.marker, view.marker);
                    prop_assert!(records.addresses_of(head) == &*view.addresses);
                }
            }
        }
        let beyond = RecordNumber(count);
        prop_assert!(register.records(&[RecordNumber(0), beyond]).is_err());
        prop_assert!(register.texts(NameField::Given, &[0, u32::MAX]).is_err());
    }
}
