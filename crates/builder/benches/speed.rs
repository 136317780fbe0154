//! Measures a build. `cargo bench -p countersign-builder --no-default-features --bench speed`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

#[allow(dead_code)]
#[path = "../tests/deployment/mod.rs"]
mod deployment;

use std::{fmt::Write as _, fs, time::Instant};

use deployment::Deployment;
use instrument::genesis::GenesisKind;

const PEOPLE: u32 = 200_000;

const GIVEN: [&str; 8] = [
    "Ada",
    "Bernard",
    "Clarissa",
    "Dmitri",
    "Esperanza",
    "Farouk",
    "Greta",
    "Hiro",
];
const STEMS: [&str; 10] = [
    "Mar", "Lind", "Okon", "Than", "Vill", "Nak", "Per", "Hol", "San", "Gar",
];
const ENDS: [&str; 10] = [
    "son", "quist", "kwo", "ery", "anueva", "amura", "ez", "mes", "tos", "cia",
];
const STREETS: [&str; 12] = [
    "Wisteria Ln",
    "Quarrystone Ave",
    "Old Ferry Rd",
    "Juniper Dr",
    "Saltmarsh St",
    "Elm Ct",
    "Maple St",
    "Oak Ave",
    "Cedar Rd",
    "Church St",
    "Walnut Dr",
    "Mill Ln",
];
const PLACES: [&str; 6] = [
    "Reno,NV,89501",
    "Austin,TX,78701",
    "Boise,ID,83702",
    "Dover,DE,19901",
    "Salem,OR,97301",
    "Macon,GA,31201",
];

/// A multiplicative hash: names and addresses spread over people, the same in every run.
fn spread(person: u32, purpose: u32) -> usize {
    let mixed = (u64::from(person) + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(purpose * 7 + 5)
        .wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> 33) as usize
}

fn extract() -> String {
    let mut text = String::from(
        "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,filed_on,\
         address_line_1,address_line_2,city,state,postal_code,hold,identity_theft\n",
    );
    for person in 0..PEOPLE {
        let pick = |purpose| spread(person, purpose);
        for period in 0..5 {
            // Pairs share a residence; one person in eight has moved.
            let home = spread(
                person / 2,
                if period > 2 && person % 8 == 0 { 9 } else { 8 },
            );
            let _ = writeln!(
                text,
                "p{person},666{person:06},{},{}{},,{}-{:02}-{:02},{},{}-04-10,{} {},,{},,",
                GIVEN[pick(1) % 8],
                STEMS[pick(2) % 10],
                ENDS[pick(3) % 10],
                1930 + pick(4) % 75,
                1 + pick(5) % 12,
                1 + pick(6) % 28,
                2020 + period,
                2021 + period,
                1 + home % 9000,
                STREETS[home % 12],
                PLACES[home % 6],
            );
        }
    }
    text
}

fn main() {
    let deployment = Deployment::new(GenesisKind::Synthetic);
    fs::write(deployment.path("extract.csv"), extract()).unwrap();
    let start = Instant::now();
    let (code, report) = deployment.build(&[]);
    println!("{report}");
    assert_eq!(code, 0);
    println!("{:.1} s by the clock", start.elapsed().as_secs_f64());
}
