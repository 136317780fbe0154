//! How often the twin on file is named for one who is not: too rare to be seen in a calibration, so made
//! frequent here, at the thresholds kept in the repository.
//!
//! `cargo bench -p countersign-lab --profile demo --bench absent_twins`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::collections::HashSet;

use countersign_lab::{
    calibrate,
    error::LabError,
    in_hand::{self, KeysInHand, Purpose},
    nation::{
        PersonSink,
        person::{Person, Presence},
    },
    rates::{Rate, Rates},
    request::{self, Chosen, RequestParameters, Subject},
    staging::{Stage, StageParameters},
};
use identity::decide::{Outcome, Thresholds, identify};
use model::time::Date;
use rayon::prelude::*;

/// Nations of six twins in ten children; nothing is measured on these seeds.
const SEEDS: std::ops::RangeInclusive<u64> = 9200..=9204;
/// Times each absent twin is asked for, with other errors.
const TIMES: usize = 20;
/// Of 60,000 rows about a nation as it stands, those about an absent twin whose twin is on file: 151 of
/// 16,640 absent adults, of whom 4,680 are asked for.
const ROWS_ABOUT_TWINS: f64 = 42.3;
/// Of the same 60,000, those with a birth date that are answered.
const ANSWERED: f64 = 26_900.0;

/// Remembers absent twins whose families have a twin on file.
#[derive(Default)]
struct Twins {
    absent: Vec<Person>,
    on_file: HashSet<u64>,
    last_year: i32,
}

impl PersonSink for Twins {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        let grown = i32::from(person.date_of_birth.year()) + 18 <= self.last_year;
        if person.likeness.twin && person.is_on_file() {
            self.on_file.insert(person.family.0);
        } else if person.likeness.twin
            && grown
            && person.died_in.is_none()
            && person.presence == Presence::FamilyOnFile
        {
            self.absent.push(person.clone());
        }
        Ok(())
    }
}

/// Rows about absent twins of a nation, and how many with a birth date were answered: all wrongly.
fn asked_and_named(seed: u64, thresholds: &Thresholds) -> (usize, usize) {
    let mut rates = Rates::built_in().unwrap();
    rates.born_a_twin = Rate::millionths(600_000);
    rates.asked_absent = Rate::millionths(1_000_000);
    rates.asked_absent_family_on_file = Rate::millionths(1_000_000);
    let parameters = StageParameters {
        people: thresholds.largest_register,
        rows: 1_000,
        seed,
        as_of: Date::constant(2026, 11, 1),
    };
    let stage = Stage::new(&parameters, &rates).unwrap();
    let mut twins = Twins {
        last_year: stage.world().years().1,
        ..Twins::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let (extract, _) = stage.populate(folder.path(), &mut twins).unwrap();
    twins
        .absent
        .retain(|twin| twins.on_file.contains(&twin.family.0));
    let rows = u32::try_from(twins.absent.len() * TIMES).unwrap();
    let chosen = Chosen {
        present: twins.absent[..1].to_vec(),
        absent: std::mem::take(&mut twins.absent),
    };
    let request = RequestParameters {
        rows,
        // Another than the nation's, whose rows are left alone.
        seed: seed ^ 0x5555_0000,
        deficient: Rate::millionths(0),
        officers: 1,
        boilerplate: 0,
    };
    let mut subjects: Vec<Subject> = Vec::new();
    request::rows(stage.world(), &rates, &request, &chosen, &mut |subject| {
        subjects.push(subject);
        Ok(())
    })
    .unwrap();
    let purpose = Purpose {
        name: "TWINS",
        label: "countersign/lab/twins-keys/v1",
    };
    let keys = KeysInHand::of(&extract, purpose, seed).unwrap();
    let out = folder.path().join("register");
    keys.build(&extract, &in_hand::headers_only(), &out)
        .unwrap();
    let register = keys.open(&out).unwrap();
    let is_named = |subject: &&Subject| {
        let parts = in_hand::row_parts(&in_hand::sheet_row(subject));
        let query = register.query(&parts).unwrap();
        let decision = identify(&query, &register.register, thresholds).unwrap();
        parts.date_of_birth.is_some() && matches!(decision.outcome, Outcome::Identified(_))
    };
    let named = subjects.par_iter().filter(is_named).count();
    (subjects.len(), named)
}

fn main() {
    let kept = calibrate::KEPT.measurement().unwrap().thresholds;
    let thresholds = calibrate::thresholds_for(&kept, 200_000);
    let counts = SEEDS.map(|seed| asked_and_named(seed, &thresholds));
    let (asked, named) = counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let wrong = named as f64 * ROWS_ABOUT_TWINS / asked as f64 / ANSWERED;
    println!(
        "{named} of {asked} rows about absent twins named the other: {wrong:.1e} of all answers"
    );
}
