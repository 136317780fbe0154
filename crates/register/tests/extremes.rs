//! Builds at the edges: rows in any order, on any number of threads, over several chunks; one name ten
//! thousand times; text beyond all measure; nothing but what must be there.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::{fs, path::Path};

use countersign_register as register;
use identity::{
    candidates::Candidates,
    decide::{Outcome, Thresholds, identify},
    query::RowParts,
};
use model::{digest::Digest, id::Epoch, time::parse_date};
use register::{
    build::{BuildError, BuildOptions, BuildReport, SealedPlane, build},
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

fn keys() -> EpochKeys {
    let names = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
    let register = register_id("TEST", &Digest::of(b"one digest for all")).unwrap();
    let sets = ShareSets::new(3, names.to_vec()).unwrap();
    EpochKeys::from_seed(register, Epoch(1), sets, &[7; 32])
}

fn built(
    rows: &str,
    threads: usize,
    sealed_plane: SealedPlane,
    out: &Path,
) -> Result<BuildReport, BuildError> {
    let rows = read_csv(std::io::Cursor::new(format!("{HEADER}{rows}")))?;
    let options = BuildOptions {
        sealed_plane,
        ..BuildOptions::standard()
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let rows: Vec<_> = rows.collect();
    pool.build().unwrap().install(|| {
        build::<Synthetic>(
            rows.into_iter(),
            &Digest::of(b"one digest for all"),
            &keys(),
            &options,
            out,
        )
    })
}

/// The digests of the files of two builds are those of one.
#[track_caller]
fn same_files(all: &[(&str, &str, usize)], sealed_plane: SealedPlane) {
    let directory = tempfile::tempdir().unwrap();
    let snapshots: Vec<_> = all
        .iter()
        .map(|(name, rows, threads)| {
            let out = directory.path().join(name);
            built(rows, *threads, sealed_plane, &out).unwrap().snapshot
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

#[track_caller]
fn refused(rows: &str, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let error = built(rows, 2, SealedPlane::Whole, &out).unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string);
    let message = source.map_or(error.to_string(), |source| format!("{error}: {source}"));
    assert_eq!(message, expected);
    assert!(!out.join("snapshot.json").exists());
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
    built(&row(&"x".repeat(1000)), 1, SealedPlane::Whole, &out).unwrap();
    let plane = fs::metadata(out.join("match.plane")).unwrap().len();
    assert!(plane < 2_000, "{plane}");
}

fn outcome(register: &Register<Synthetic>, birth: &str, tin: &str, line_1: &str) -> Outcome {
    let parts = RowParts {
        name: standard_name("John", "Smith", ""),
        date_of_birth: parse_date(birth).ok(),
        tin: tin.parse().ok(),
        addresses: vec![
            standardize(&AddressText {
                line_1,
                line_2: "",
                city: "Reno",
                state: "NV",
                postal_code: "89501",
            })
            .unwrap(),
        ],
    };
    let keys = keys();
    let evaluator = TokenEvaluator::new(&keys);
    let tokens = parts.token_values();
    let tokens = tokens
        .iter()
        .map(|value| evaluator.evaluate(value.kind, value.part.expose()));
    let query = parts.query(tokens.collect()).unwrap();
    identify(&query, register, &Thresholds::UNCERTIFIED)
        .unwrap()
        .outcome
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
    built(&rows, 2, SealedPlane::HeadersOnly, &out).unwrap();
    let register = Register::<Synthetic>::open(&out).unwrap();
    assert_eq!(register.people(), 10_000);
    let found = |birth, tin, line| {
        let outcome = outcome(&register, birth, tin, line);
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
    let report = built(&rows, 2, SealedPlane::Whole, &out).unwrap();
    assert_eq!(report.snapshot.people, 300);
    assert_eq!(report.records_without_key, 300);
    assert_eq!(
        (report.snapshot.entries, report.snapshot.addresses),
        (300, 0)
    );
    let register = Register::<Synthetic>::open(&out).unwrap();
    register.check_files().unwrap();
    let outcome = outcome(&register, "1980-01-02", "666000001", "1 Main St");
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
            built(&rows.concat(), 2, SealedPlane::Whole, &directory.path().join(name)).unwrap()
        };
        proptest::prop_assert_eq!(build("together", &together), build("apart", &apart));
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
    let error = built(&rows.concat(), 2, SealedPlane::Whole, &out).unwrap_err();
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
