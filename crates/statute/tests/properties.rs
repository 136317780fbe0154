//! Properties of the examination: order, mending, hostile text, clones against a slow oracle.
//!
//! Place in the flow: run by `cargo test`; every random choice comes from proptest's printed seed.
//!
//! Left to others: file formats (intake's own property).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;

use countersign_statute as statute;
use instrument::agreement::Agreement;
use model::{column::Column, finding::Finding, row::Row};
use proptest::prelude::*;
use statute::{Channel, Outcome, Terms, TinAcceptance, examination::Examination, sample};

/// Ways to spoil one cell of a sample row, each with findings that no other one touches.
const SPOILERS: &[(Column, &str)] = &[
    (Column::Surnames, ""),
    (Column::GivenNames, "Maria and Jose"),
    (Column::AddressLine1, "Failed to Provide"),
    (Column::PostalCode, "0000"),
    (Column::City, ""),
    (Column::AddressAsOf, "03/04/2026"),
    (Column::DateOfBirth, "03/04/1988"),
    (Column::TaxPeriods, "all"),
    (Column::AsksFor, "everything"),
    (Column::CaseNumber, "N/A"),
    (Column::CaseOpenedOn, "2027-01-01"),
    (Column::Reason, "see file"),
    (Column::OfficerName, ""),
    (Column::FinalOrderDate, "2026-10-30"),
    (Column::OrderGround, "1182(a)(6)"),
    (Column::FinalityBasis, "final"),
    (Column::ReviewStatus, "pending"),
    (Column::StayOrRelief, "TPS"),
];

fn spoiled(number: usize, changes: &[(Column, String)]) -> Row {
    let mut values = sample::values(number);
    for (column, text) in changes {
        values.retain(|(other, _)| other != column);
        values.push((*column, text.clone()));
    }
    sample::row(u32::try_from(number).unwrap() + 2, &values)
}

type Found = BTreeMap<(u16, u32), Vec<Finding>>;

fn examine(rows: &[Row]) -> (Found, Outcome) {
    let agreement = sample::agreement().unwrap();
    let mut examination = Examination::new(terms(&agreement));
    examination.cover(&sample::cover());
    examination.sheet(1, sample::columns());
    let mut found = Found::new();
    for row in rows {
        found
            .entry((row.sheet, row.row))
            .or_default()
            .extend(examination.row(row).findings);
    }
    let outcome = examination.finish();
    for (sheet, row, finding) in outcome.later.iter() {
        assert!(outcome.later.of(sheet, row).contains(&finding));
        found.entry((sheet, row)).or_default().push(finding);
    }
    found.values_mut().for_each(|findings| findings.sort());
    (found, outcome)
}

/// The same in batches on three threads.
fn batched(rows: &[Row]) -> Found {
    let agreement = sample::agreement().unwrap();
    let mut examination = Examination::new(terms(&agreement));
    examination.cover(&sample::cover());
    examination.sheet(1, sample::columns());
    let mut found = Found::new();
    for batch in rows.chunks(5) {
        for (row, findings) in batch
            .iter()
            .zip(examination.batch(batch, 3.try_into().unwrap()))
        {
            found
                .entry((row.sheet, row.row))
                .or_default()
                .extend(findings.findings);
        }
    }
    for (sheet, row, finding) in examination.finish().later.iter() {
        found.entry((sheet, row)).or_default().push(finding);
    }
    found.values_mut().for_each(|findings| findings.sort());
    found
}

fn terms(agreement: &Agreement) -> Terms<'_> {
    Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(agreement),
        book: statute::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    }
}

fn owned(choices: &[usize]) -> Vec<(Column, String)> {
    choices
        .iter()
        .map(|choice| (SPOILERS[*choice].0, SPOILERS[*choice].1.to_owned()))
        .collect()
}

fn row_strategy() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let row = prop::collection::vec(0..SPOILERS.len(), 0..3);
    prop::collection::vec(row, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn row_order_never_changes_findings(choices in row_strategy(), seed in any::<u64>()) {
        let rows: Vec<Row> = choices.iter().enumerate().map(|(number, choice)| spoiled(number, &owned(choice))).collect();
        let mut shuffled = rows.clone();
        let length = shuffled.len();
        for step in 0..length {
            shuffled.swap(step, (seed.rotate_left(step as u32) % length as u64) as usize);
        }
        let (straight, first) = examine(&rows);
        prop_assert_eq!(batched(&rows), straight.clone());
        let (mixed, second) = examine(&shuffled);
        prop_assert_eq!(straight, mixed);
        prop_assert_eq!(first.counts, second.counts);
        prop_assert_eq!(first.request, second.request);
        prop_assert_eq!(first.counts.rows, first.counts.admissible + first.counts.rejected);
    }

    #[test]
    fn a_mended_cell_removes_exactly_its_findings(a in 0..SPOILERS.len(), b in 0..SPOILERS.len()) {
        prop_assume!(a != b);
        let findings = |choices: &[usize]| examine(&[spoiled(0, &owned(choices))]).0.remove(&(1, 2)).unwrap();
        let (both, one, other) = (findings(&[a, b]), findings(&[a]), findings(&[b]));
        prop_assert!(!one.is_empty() && !other.is_empty());
        let mut sum: Vec<Finding> = one.into_iter().chain(other).collect();
        sum.sort();
        prop_assert_eq!(both, sum);
        prop_assert!(findings(&[]).is_empty());
    }

    #[test]
    fn hostile_text_ends_in_findings_that_do_not_repeat_it(column in 0..Column::COUNT, text in "\\PC{0,80}", more in "[\u{0}-\u{ff}]{0,40}") {
        let column = Column::ALL[column];
        let text = format!("{text}{more}");
        let (found, _) = examine(&[spoiled(0, &[(column, text.clone())])]);
        let quoted = matches!(column, Column::Statute | Column::OrderGround | Column::PostalCode);
        for finding in found.into_values().flatten() {
            prop_assert!(quoted || text.trim().len() < 9 || !finding.message.contains(text.trim()));
        }
    }

    /// Clones that differ in names, dates and numbers alone are always found; reasons without a word
    /// in common never are.
    #[test]
    fn clones_are_found_and_strangers_are_not(
        words in prop::collection::vec("[b-f]{4,7}", 9..30),
        strangers in prop::collection::vec("[m-r]{4,7}", 9..30),
        day in 10..28,
    ) {
        let reason = words.join(" ");
        let clone = format!("{} 2025-03-{day} case 25-{day}", words.join("  ").to_uppercase());
        let rows = [
            spoiled(0, &[(Column::Reason, reason)]),
            spoiled(1, &[(Column::Reason, clone)]),
            spoiled(2, &[(Column::Reason, strangers.join(" "))]),
        ];
        let (_, outcome) = examine(&rows);
        let clusters: Vec<_> = outcome.later.clusters().into_iter().filter(|cluster| cluster.rule.0 == "reason.clone").collect();
        prop_assert_eq!(clusters.len(), 1);
        prop_assert_eq!(&clusters[0].rows, &vec![(1, 2), (1, 3)]);
    }
}

/// Two near-clones among many reasons, far apart and each with a word of its own.
#[test]
fn near_clones_are_found_among_strangers() {
    let word = |number: u64| -> String {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        (0..6)
            .map(|place| char::from(b'b' + ((mixed >> (place * 4)) % 16) as u8))
            .collect()
    };
    let words =
        |seed: u64| -> Vec<String> { (0..25).map(|place| word(seed * 1_000 + place)).collect() };
    let mut near = words(7);
    let first = near.join(" ");
    near[12] = "otherwise".to_owned();
    let reason = |number: usize, text: String| spoiled(number, &[(Column::Reason, text)]);
    let mut rows: Vec<Row> = (0..60)
        .map(|number| reason(number, words(100 + number as u64).join(" ")))
        .collect();
    rows[3] = reason(3, first);
    rows[55] = reason(55, near.join(" "));
    let (_, outcome) = examine(&rows);
    let mut clusters = outcome.later.clusters();
    clusters.retain(|cluster| cluster.rule.0 == "reason.clone");
    assert_eq!(clusters.len(), 1, "{clusters:?}");
    assert_eq!(clusters[0].rows, [(1, 5), (1, 57)]);
}
