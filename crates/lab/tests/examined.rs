//! The request workbook read by intake and examined by statute, as the gate does it: rows in order
//! are admissible, rows made deficient are not. And the extract's addresses are addresses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{collections::BTreeMap, fs::File};

use countersign_lab::{
    extract::ExtractFormat,
    population::{self, PopulationArguments, Report},
    rates::{Rate, Rates},
};
use intake::{Collected, Limits};
use model::{finding::FindingClass, time::Date};
use statute::{Channel, Examination, SheetColumns, Terms, TinAcceptance, statute_book};

const AS_OF: Date = Date::constant(2026, 11, 1);

fn arguments(rows: u32, out: &std::path::Path) -> PopulationArguments {
    PopulationArguments {
        people: 6_000,
        rows,
        seed: 21,
        as_of: AS_OF,
        out: out.to_owned(),
        format: ExtractFormat::Csv,
        deficient: Rate::millionths(300_000),
        officers: 4,
        boilerplate: 0,
        rates: Rates::built_in().unwrap(),
    }
}

/// The workbook as intake reads it; the cover and the workbook itself are in order.
fn collected(report: &Report) -> Collected {
    let mut collected = Collected::default();
    let file = File::open(&report.files.request).unwrap();
    let summary = intake::read(file, "request.xlsx", &Limits::standard(), &mut collected).unwrap();
    assert_eq!(summary.rows, 800);
    assert!(collected.findings.is_empty(), "{:?}", collected.findings);
    let cover = collected.cover.as_ref().unwrap();
    assert_eq!(cover.text("request_id"), "REQ-21");
    assert!(cover.text("purpose").starts_with("SYNTHETIC"));
    collected
}

#[test]
fn the_examiner_finds_what_was_spoiled_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let report = population::write(&arguments(800, folder.path()), &mut |_| {}).unwrap();
    let collected = collected(&report);
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
    let mut truth = csv::Reader::from_path(&report.files.truth).unwrap();
    let (mut refused, mut missed) = (Vec::new(), BTreeMap::<String, u32>::new());
    let (mut clean, mut truths) = (0, Vec::new());
    for (row, truth) in collected.rows.iter().zip(truth.records()) {
        let truth = truth.unwrap();
        assert_eq!(
            (row.sheet.to_string(), row.row.to_string()),
            (truth[0].to_owned(), truth[1].to_owned())
        );
        truths.push(truth[2].to_owned());
        let found = examination.row(row);
        let deficient: Vec<String> = found
            .findings
            .iter()
            .filter(|finding| finding.class == FindingClass::Deficient)
            .map(|finding| format!("{} {}", finding.rule.0, finding.message))
            .collect();
        if let Some(why) = truth[2].strip_prefix("deficient:") {
            if deficient.is_empty() {
                *missed.entry(why.to_owned()).or_default() += 1;
            }
        } else {
            clean += 1;
            if !deficient.is_empty() {
                refused.push(format!(
                    "row {} {}: {}",
                    row.row,
                    &truth[2],
                    deficient.join("; ")
                ));
            }
        }
    }
    let mut asked = BTreeMap::<&str, usize>::new();
    for (_, _, finding) in examination.finish().later.iter() {
        *asked.entry(finding.rule.0).or_default() += 1;
    }
    // The rows without a reason of their own are alike on purpose. Of the rest, some share two of
    // four sentences, and the examiner's estimate of likeness takes a few of those for clones.
    let clones = asked.remove("reason.clone").unwrap_or(0);
    assert!(
        clones * 20 <= truths.len(),
        "{clones} reasons are taken for clones"
    );
    assert!(asked.is_empty(), "{asked:?}");
    assert!(missed.is_empty(), "spoiled, and not found: {missed:?}");
    assert!(
        refused.len() * 200 <= clean,
        "{} of {clean}:
{}",
        refused.len(),
        refused.join(
            "
"
        )
    );
}

#[test]
fn the_addresses_on_file_are_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let report = population::write(&arguments(10, folder.path()), &mut |_| {}).unwrap();
    let mut extract = csv::Reader::from_path(&report.files.extract).unwrap();
    let (mut all, mut odd) = (0, BTreeMap::new());
    for row in extract.records() {
        let row = row.unwrap();
        all += 1;
        let text = standard::address::AddressText {
            line_1: &row[8],
            line_2: &row[9],
            city: &row[10],
            state: &row[11],
            postal_code: &row[12],
        };
        if let Err(problem) = standard::address::standardize(&text) {
            odd.insert(
                row.iter().skip(8).take(5).collect::<Vec<_>>().join("|"),
                format!("{problem:?}"),
            );
        }
    }
    let few = odd.len() * 200 <= all;
    assert!(
        few,
        "{} of {all} rows: {:#?}",
        odd.len(),
        odd.iter().take(30).collect::<Vec<_>>()
    );
}
