//! Builds at the edges: rows in any order, on any number of threads, over several chunks; one name ten
//! thousand times; text beyond all measure; nothing but what must be there.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::fs;

use countersign_register as register;
use identity::{candidates::Candidates as _, decide::Outcome};
use model::digest::Digest;
use register::{
    build::{BuildError, SealedPlane},
    kind::Synthetic,
    register::Register,
};

use common::{Building, at_reno, outcome, parts, refused};

/// The digests of the files of two builds are those of one.
#[track_caller]
fn same_files(all: &[(&str, &str, usize)], sealed_plane: SealedPlane) {
    let directory = tempfile::tempdir().unwrap();
    let snapshots: Vec<_> = all
        .iter()
        .map(|(name, rows, threads)| {
            let out = directory.path().join(name);
            let building = Building::of_any_order(rows, sealed_plane);
            building.build_on(*threads, &out).unwrap().snapshot
        })
        .collect();
    for (snapshot, (name, ..)) in snapshots.iter().zip(all) {
        assert_eq!(snapshot, &snapshots[0], "{name}");
    }
}

/// Rows of so many people, two each, by person or by period.
fn rows_of(people: u32, by_person: bool) -> String {
    let row = |person: u32, period: u32| {
        format!(
            "P{person},666{person:06},Ann{},Stone{},,19{:02}-05-17,{period},,{} Quartz Street,,Reno,NV,89501,,\n",
            person % 40,
            person % 900,
            30 + person % 60,
            // Pairs live together; every third moves.
            1 + person / 2 + if person.is_multiple_of(3) { period } else { 0 },
        )
    };
    let mut rows = String::new();
    if by_person {
        for person in 0..people {
            rows.push_str(&row(person, 2023));
            rows.push_str(&row(person, 2024));
        }
    } else {
        for period in [2024, 2023] {
            (0..people).for_each(|person| rows.push_str(&row(person, period)));
        }
    }
    rows
}

#[test]
fn scattered_rows_and_any_threads_give_the_same_bytes_over_several_chunks() {
    let (together, apart) = (rows_of(9_000, true), rows_of(9_000, false));
    same_files(
        &[
            ("one", &together, 1),
            ("two", &together, 2),
            ("seven", &together, 7),
            ("apart", &apart, 7),
        ],
        SealedPlane::HeadersOnly,
    );
}

#[test]
fn sealed_bytes_are_the_same_however_rows_are_written_and_whoever_seals() {
    let (together, apart) = (rows_of(600, true), rows_of(600, false));
    let quoted: String = together
        .lines()
        .map(|line| format!("\"{}\"\r\n", line.replace(',', "\",\" ")))
        .collect();
    same_files(
        &[
            ("one", &together, 1),
            ("two", &together, 2),
            ("seven", &together, 7),
            ("apart", &apart, 2),
            ("quoted", &quoted, 2),
        ],
        SealedPlane::Whole,
    );
}

#[test]
fn a_period_twice_is_found_in_rows_far_apart() {
    let mut rows = rows_of(3_000, true);
    rows.push_str(rows_of(1, true).lines().next().unwrap());
    refused(
        &rows,
        "rows 1 and 6001 of the extract are of one person and tax period `2023`",
    );
}

#[test]
fn a_name_of_a_megabyte_is_refused_by_row_and_field() {
    let row = |name: &str| format!("P1,,{name},Diaz,,,2024,,1 Main St,,Reno,NV,89501,,\n");
    let long = "x".repeat(1 << 20);
    let expected = "the extract cannot be used: row 1 of the extract, field `given_names`: at most 1000 bytes can stand in a field";
    refused(&row(&long), expected);
    refused(&row(&format!("\"{long}\"")), expected);
    refused(
        &row(&"x".repeat(40 << 20)),
        "the extract cannot be used: row 1 of the extract cannot be read: a record is longer than 16 MiB",
    );
    // As long as a field can be: cut to what is compared.
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let row = row(&"x".repeat(1000));
    let building = Building::of(&row, SealedPlane::Whole);
    building.build::<Synthetic>(&out).unwrap();
    let plane = fs::metadata(out.join("match.plane")).unwrap().len();
    assert!(plane < 2_000, "{plane}");
}

#[test]
fn ten_thousand_of_one_name_are_built_and_told_apart() {
    let mut rows = String::new();
    for person in 0..10_000_u32 {
        rows.push_str(&format!(
            "P{person},666{person:06},John,Smith,,{}-{:02}-{:02},2024,,{} Oakwood Avenue,,Reno,NV,89501,,\n",
            1940 + person % 60,
            1 + person / 60 % 12,
            1 + person / 720 % 28,
            100 + person,
        ));
    }
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let building = Building::of(&rows, SealedPlane::HeadersOnly);
    building.build::<Synthetic>(&out).unwrap();
    let register = Register::<Synthetic>::open(&out).unwrap();
    assert_eq!(register.people(), 10_000);
    let found = |birth, tin, line| {
        let row = parts(("John", "Smith", ""), birth, tin, &[at_reno(line)]);
        let outcome = outcome(&register, &building.keys(), &row);
        matches!(outcome, Outcome::Identified(_))
    };
    assert!(found("1999-08-07", "666004799", "4899 Oakwood Ave"));
    assert!(!found("", "", "4899 Oakwood Ave"));
    assert!(!found("1999-08-07", "666004799", "99 Oakwood Ave"));
}

#[test]
fn rows_with_nothing_but_person_and_period_are_built_and_never_found() {
    let rows: String = (0..300)
        .map(|person| format!("P{person},,,,,,2024,,,,,,,,\n"))
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let building = Building::of(&rows, SealedPlane::Whole);
    let report = building.build::<Synthetic>(&out).unwrap();
    assert_eq!(report.snapshot.people, 300);
    assert_eq!(report.records_without_key, 300);
    assert_eq!(
        (report.snapshot.entries, report.snapshot.addresses),
        (300, 0)
    );
    let register = Register::<Synthetic>::open(&out).unwrap();
    register.check_files().unwrap();
    let row = parts(
        ("John", "Smith", ""),
        "1980-01-02",
        "666000001",
        &[at_reno("1 Main St")],
    );
    let outcome = outcome(&register, &building.keys(), &row);
    assert!(matches!(outcome, Outcome::Withheld(_)));
}

/// A person's row of one year: which of a few values it states.
type Choice = (u16, [usize; 6]);

/// The rows of some people, each person's years ascending.
fn chosen_rows(people: &[Vec<Choice>]) -> Vec<String> {
    let given = ["Maria", "Mary Ann", "", "Jose"];
    let surnames = ["Lopez", "Lopez Garcia", "", "Smith"];
    let born = ["1984-05-17", "", "1984-05-18"];
    let numbers = ["666-11-0001", "", "666110001", "666-11-0002"];
    let addresses = [
        "12 Oakwood Avenue,,Reno,NV,89501",
        "12 OAKWOOD AVE,,Reno,NV,89501-1234",
        "700 Quartz Street,Apt 4,Sparks,NV,89431",
        "700 QUARTZ ST APT 4,,SPARKS,NV,89431",
        "Unknown,,Reno,NV,89501",
        "UNKNOWN,,RENO,NV,89501",
    ];
    let of = |values: &[&'static str], place: usize| values[place % values.len()];
    let row = |person: usize, (year, [a, b, c, d, e, f]): &Choice| {
        format!(
            "P{person},{},{},{},,{},{year},,{},{},\n",
            of(&numbers, *d),
            of(&given, *a),
            of(&surnames, *b),
            of(&born, *c),
            of(&addresses, *e),
            of(&["", "", "", "true"], *f),
        )
    };
    let rows = people.iter().enumerate().flat_map(|(person, years)| {
        let mut years = years.clone();
        years.sort_unstable();
        years.dedup_by_key(|(year, _)| *year);
        let rows: Vec<String> = years.iter().map(|choice| row(person, choice)).collect();
        rows
    });
    rows.collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whether a person's rows stand together or apart, in whatever order: what is built is the same.
    #[test]
    fn rows_apart_make_the_person_that_rows_together_make(
        people in proptest::collection::vec(
            proptest::collection::vec((2015_u16..2024, proptest::array::uniform6(0_usize..12)), 1..7),
            1..5,
        ),
        seed in proptest::prelude::any::<u64>(),
    ) {
        let together = chosen_rows(&people);
        let mut apart = together.clone();
        apart.sort_by_key(|row| Digest::of(format!("{seed}{row}").as_bytes()));
        let directory = tempfile::tempdir().unwrap();
        let build = |name: &str, rows: &[String]| {
            let rows = rows.concat();
            let building = Building::of_any_order(&rows, SealedPlane::Whole);
            building.build_on(2, &directory.path().join(name)).unwrap().snapshot
        };
        proptest::prop_assert_eq!(build("together", &together), build("apart", &apart));
    }
}

/// Records are ordered by a keyed value of people's ids, errors by the file: whoever stands first in it is
/// told, however the ids fall.
#[test]
fn of_many_people_with_a_period_twice_the_first_is_told() {
    let row = |person: usize, year: u16| {
        format!("P{person},,Ana,Diaz,,1984-05-17,{year},,1 Main St,,Reno,NV,89501,,\n")
    };
    let directory = tempfile::tempdir().unwrap();
    for turn in 0..6 {
        let people: Vec<usize> = (0..20).map(|place| (place * 7 + turn * 3) % 20).collect();
        let once = people.iter().map(|person| row(*person, 2022));
        let again = people.iter().rev().map(|person| row(*person, 2022));
        let rows: String = once.chain(again).collect();
        let building = Building::of_any_order(&rows, SealedPlane::Whole);
        let out = directory.path().join(turn.to_string());
        let error = building.build_on(2, &out).unwrap_err();
        // The last of the first half stands first in the second, in the same run.
        let (first, second) = match error {
            BuildError::PeriodTwice { first, second, .. } => (first, second),
            error => panic!("{error}"),
        };
        assert_eq!((first, second), (20, 21), "{turn}");

        let apart = people.iter().map(|person| row(*person, 2022));
        let between = std::iter::once(row(99, 2022));
        let rows: String = apart
            .clone()
            .chain(between)
            .chain(people.iter().map(|person| row(*person, 2022)))
            .collect();
        let building = Building::of_any_order(&rows, SealedPlane::Whole);
        let error = building.build_on(2, &out).unwrap_err();
        assert!(
            matches!(
                error,
                BuildError::PeriodTwice {
                    first: 1,
                    second: 22,
                    ..
                }
            ),
            "{turn}: {error}"
        );
    }
}

#[test]
fn one_period_in_two_runs_is_refused_with_both_rows() {
    let row = |person: &str, year: u16| {
        format!("{person},666-11-0001,Ana,Diaz,,1984-05-17,{year},,1 Main St,,Reno,NV,89501,,\n")
    };
    let rows = [
        row("P1", 2022),
        row("P2", 2022),
        row("P1", 2021),
        row("P2", 2021),
        row("P1", 2020),
        row("P1", 2022),
        row("P2", 2022),
    ];
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let rows = rows.concat();
    let building = Building::of_any_order(&rows, SealedPlane::Whole);
    let error = building.build_on(2, &out).unwrap_err();
    assert!(
        matches!(
            error,
            BuildError::PeriodTwice {
                first: 1,
                second: 6,
                ..
            }
        ),
        "{error}"
    );
}
