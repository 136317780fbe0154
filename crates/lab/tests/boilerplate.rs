//! Rows whose reasons are copied from one another stand in order but for that, and the examiner asks
//! about exactly them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{collections::BTreeSet, fs::File};

use countersign_lab::{
    extract::ExtractFormat,
    population::{self, PopulationArguments},
    rates::{Rate, Rates},
};
use intake::{Collected, Limits};
use model::{finding::FindingClass, time::Date};
use statute::{Channel, Examination, SheetColumns, Terms, TinAcceptance, statute_book};

const AS_OF: Date = Date::constant(2026, 11, 1);

/// Rows asked about for copied reasons, and whether any row is deficient.
fn asked(boilerplate: u32) -> (BTreeSet<u32>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let report = population::write(
        &PopulationArguments {
            people: 1_000,
            rows: 24,
            seed: 3,
            as_of: AS_OF,
            out: folder.path().to_owned(),
            format: ExtractFormat::Csv,
            deficient: Rate::millionths(0),
            officers: 4,
            boilerplate,
            rates: Rates::built_in().unwrap(),
        },
        &mut |_| {},
    )
    .unwrap();
    let mut collected = Collected::default();
    let file = File::open(&report.files.request).unwrap();
    intake::read(file, "request.xlsx", &Limits::standard(), &mut collected).unwrap();
    let mut examination = Examination::new(Terms {
        as_of: AS_OF,
        agreement: None,
        book: statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    });
    for (number, columns) in &collected.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    let mut deficient = false;
    for row in &collected.rows {
        let findings = examination.row(row).findings;
        deficient |= findings.iter().any(|f| f.class == FindingClass::Deficient);
    }
    let outcome = examination.finish();
    let later = outcome.later.iter();
    let clones = later.filter(|(_, _, finding)| finding.rule.0 == "reason.clone");
    (clones.map(|(_, row, _)| row).collect(), deficient)
}

#[test]
fn copied_reasons_are_asked_about_and_nothing_else_is() {
    let (rows, deficient) = asked(0);
    assert!(rows.is_empty() && !deficient, "{rows:?}");
    let (rows, deficient) = asked(3);
    assert_eq!(rows.len(), 3);
    assert!(!deficient);
}
