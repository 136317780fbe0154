//! A measurement on a small nation: its counts agree with each other and with the files a peer gets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use countersign_lab::measure::{MeasureParameters, Measured, measure};
use model::time::Date;

const PEOPLE: u64 = 2_000;
const ROWS: u32 = 150;
const TRAINING: u32 = 50;

fn measured(peer: Option<&Path>) -> Measured {
    measure(&MeasureParameters {
        people: PEOPLE,
        rows: ROWS,
        training: TRAINING,
        seed: 9,
        as_of: Date::constant(2026, 11, 1),
        peer: peer.map(Path::to_owned),
    })
    .unwrap()
}

/// The rows of a csv, each by its columns' names.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path)
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn counts_agree_with_each_other_and_repeat() {
    let measured = measured(None);
    let all = &measured.accuracy.all;
    assert_eq!(u64::from(measured.register.people), PEOPLE);
    assert_eq!((measured.rows, all.rows), (150, 150));
    assert_eq!(all.wrong, 0, "{all:?}");
    // Were records and people not those of each other, nearly all would be wrong or unknown.
    assert!(all.recall > 0.8, "{all:?}");
    let born = ["with_birth_date", "without_birth_date"];
    let rows = born.map(|part| measured.accuracy.strata[part].rows);
    assert_eq!(rows[0] + rows[1], all.rows);
    let withheld: u64 = measured.accuracy.answerable_withheld.values().sum();
    let answered = (all.recall * all.answerable as f64).round() as u64;
    assert_eq!(withheld + answered, all.answerable);
    assert!(answered <= all.identified);
    assert_eq!(measured.lookup.all.rows, measured.rows);

    let again = self::measured(None);
    assert_eq!(measured.accuracy, again.accuracy);
    assert_eq!(measured.address_keys, again.address_keys);
}

#[test]
fn a_stricter_key_opens_less_and_merges_less() {
    let measured = measured(None);
    let [used, others @ ..] = measured.address_keys.as_slice() else {
        panic!("no forms of the key");
    };
    let all = &measured.accuracy.all;
    assert_eq!(
        (used.identified, used.answerable),
        (all.identified, all.answerable)
    );
    assert!(
        used.identified_open * 20 >= used.identified * 19,
        "{used:?}"
    );
    assert!(used.merged <= used.buildings && used.buildings > 500);
    for other in others {
        let (strict, loose) = match other.form {
            "with ZIP3 instead of ZIP5" | "kind, number, ZIP5" => (used, other),
            _ => (other, used),
        };
        assert!(strict.answerable_open <= loose.answerable_open, "{other:?}");
        assert!(strict.merged <= loose.merged, "{other:?}");
    }
}

#[test]
fn a_peer_gets_the_people_and_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let measured = measured(Some(folder.path()));
    let people = table(&folder.path().join("people.csv"));
    let requests = table(&folder.path().join("requests.csv"));
    let ids: BTreeSet<&str> = people.iter().map(|row| row["person"].as_str()).collect();
    let current = people.iter().filter(|row| row["current"] == "1").count();
    assert_eq!((ids.len() as u64, current as u64), (PEOPLE, PEOPLE));
    let of_part = |part: &str| requests.iter().filter(|row| row["part"] == part).count();
    assert_eq!((of_part("train"), of_part("measure")), (50, 150));
    let answerable = |row: &&BTreeMap<String, String>| row["answerable"] == "1";
    let measured_rows = requests.iter().filter(|row| row["part"] == "measure");
    assert_eq!(
        measured_rows.filter(answerable).count() as u64,
        measured.accuracy.all.answerable
    );
    for row in requests.iter().filter(answerable) {
        assert!(ids.contains(row["truth"].as_str()), "{}", row["unique_id"]);
    }
}
