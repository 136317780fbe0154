//! The lists of addresses of `standard` through the rules: each line is found by the rule whose reason the
//! list names, and by no other rule on addresses; a good one by none.
//!
//! Place in the flow: run by `cargo test`; the lists stand in `crates/standard/tests/data/addresses/`.
//!
//! Left to others: the parser's own tests (standard), the words of findings (`examples.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use countersign_statute as statute;
use instrument::agreement::Agreement;
use model::{column::Column, finding::FindingClass};
use statute::{Channel, Terms, TinAcceptance, examination::Examination, sample};

macro_rules! list {
    ($name:literal) => {
        include_str!(concat!("../../standard/tests/data/addresses/", $name))
    };
}

fn rows(list: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    list.lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

fn examination(agreement: &Agreement) -> Examination<'_> {
    let mut examination = Examination::new(Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(agreement),
        book: statute::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    });
    examination.cover(&sample::cover());
    examination.sheet(1, sample::columns());
    examination
}

/// The findings of the address rules on one row, by id and class, in order.
fn found(
    examination: &mut Examination<'_>,
    changes: &[(Column, &str)],
) -> Vec<(&'static str, FindingClass)> {
    let mut values = sample::values(0);
    for (column, text) in changes {
        values.retain(|(other, _)| other != column);
        values.push((*column, (*text).to_owned()));
    }
    let row = examination.row(&sample::row(2, &values));
    let findings = row
        .findings
        .iter()
        .filter(|finding| finding.rule.0.starts_with("address."));
    findings
        .map(|finding| (finding.rule.0, finding.class))
        .collect()
}

/// The rule that a reason of the lists belongs to.
fn rule(reason: &str) -> &'static str {
    match reason {
        "jail" | "detention" | "agency" => "address.institution",
        "no-number" | "no-street" | "no-box" | "crossing" | "description" => "address.incomplete",
        _ => "address.placeholder",
    }
}

fn at_reno(line: &str) -> [(Column, &str); 2] {
    [(Column::AddressLine1, line), (Column::AddressLine2, "")]
}

#[test]
fn every_line_that_is_no_address_is_deficient_under_its_own_rule() {
    let agreement = sample::agreement().unwrap();
    let mut examination = examination(&agreement);
    let (mut tried, mut wrong) = (0, Vec::new());
    let lists = [
        list!("court.tsv"),
        list!("placeholders.tsv"),
        list!("noise.tsv"),
        list!("institutions.tsv"),
    ];
    for row in lists.into_iter().flat_map(rows) {
        let [reason, line] = row[..] else {
            panic!("{row:?}")
        };
        for form in [
            line.to_owned(),
            line.to_uppercase(),
            format!("{line}, Reno, NV 89501"),
        ] {
            tried += 1;
            let found = found(&mut examination, &at_reno(&form));
            // Marks alone leave the city to be read as the line: it states no number.
            let marks = !line.contains(char::is_alphanumeric) && form != line;
            if !marks && found != [(rule(reason), FindingClass::Deficient)] {
                wrong.push(format!("{form}: {found:?}, not {}", rule(reason)));
            }
            if found.is_empty() {
                wrong.push(format!("{form}: passed"));
            }
        }
    }
    assert!(
        tried >= 500 && wrong.is_empty(),
        "{}/{tried} {wrong:#?}",
        wrong.len()
    );
}

#[test]
fn unusual_addresses_are_found_by_no_rule() {
    let agreement = sample::agreement().unwrap();
    let mut examination = examination(&agreement);
    for row in rows(list!("unusual.tsv")) {
        let [line_1, line_2, city, state, postal_code, _] = row[..] else {
            panic!("{row:?}")
        };
        let changes = [
            (Column::AddressLine1, line_1),
            (Column::AddressLine2, line_2),
            (Column::City, city),
            (Column::State, state),
            (Column::PostalCode, postal_code),
        ];
        let found = found(&mut examination, &changes);
        let refused = found
            .iter()
            .any(|(_, class)| *class == FindingClass::Deficient);
        assert!(!refused, "{line_1}: {found:?}");
    }
}

#[test]
fn city_state_and_zip_are_found_by_their_own_rules() {
    let agreement = sample::agreement().unwrap();
    let mut examination = examination(&agreement);
    for row in rows(list!("last_line.tsv")) {
        let [line_1, city, state, postal_code, expected] = row[..] else {
            panic!("{row:?}")
        };
        let changes = [
            (Column::AddressLine1, line_1),
            (Column::AddressLine2, ""),
            (Column::City, city),
            (Column::State, state),
            (Column::PostalCode, postal_code),
        ];
        let found = found(&mut examination, &changes);
        let lost_zeros =
            matches!(postal_code.len(), 3 | 4) && postal_code.bytes().all(|b| b.is_ascii_digit());
        let wanted = match expected {
            _ if lost_zeros => vec![("address.zip", FindingClass::Deficient)],
            "good" => vec![],
            "question" => vec![("address.city", FindingClass::Question)],
            "state" | "state-zip" => vec![("address.state", FindingClass::Deficient)],
            "zip" => vec![("address.zip", FindingClass::Deficient)],
            "city" if matches!(city, "" | "89501") => {
                vec![("address.incomplete", FindingClass::Deficient)]
            }
            _ => vec![("address.placeholder", FindingClass::Deficient)],
        };
        assert_eq!(found, wanted, "{city}, {state} {postal_code}");
    }
}

/// Each date of the address against the examination's day, and the older addresses one by one.
#[test]
fn dates_and_older_addresses_are_found_by_their_own_rules() {
    let agreement = sample::agreement().unwrap();
    let mut examination = examination(&agreement);
    let mut check = |column, text, expected: &[(&str, FindingClass)]| {
        assert_eq!(
            found(&mut examination, &[(column, text)]),
            expected,
            "{text}"
        );
    };
    let deficient = [("address.as_of", FindingClass::Deficient)];
    check(Column::AddressAsOf, "2026-11-20", &[]);
    check(Column::AddressAsOf, "2026-11-21", &deficient);
    check(Column::AddressAsOf, "", &deficient);
    check(Column::AddressAsOf, "soon", &deficient);
    check(Column::AddressAsOf, "2021-11-20", &[]);
    check(
        Column::AddressAsOf,
        "2021-11-19",
        &[("address.as_of_old", FindingClass::Question)],
    );
    let older = [("address.more", FindingClass::Question)];
    check(Column::MoreAddresses, "12 Oak St, Sparks, NV 89431", &[]);
    check(Column::MoreAddresses, "12 Oak St, Elko, NV 89501", &[]);
    check(
        Column::MoreAddresses,
        "12 Oak St, Sparks, NV 89431\nUnknown",
        &older,
    );
    check(
        Column::MoreAddresses,
        "Unknown\nDon't Care 12345",
        &[older[0], older[0]],
    );
    check(
        Column::MoreAddresses,
        "Cook County Jail, Reno, NV 89501",
        &older,
    );
}
