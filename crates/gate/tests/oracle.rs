//! The streamed examination beside the plain one: the same rows, one after the other, in one process
//! and one list.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::fs;

use common::{COURT, Cells, World, court_row};
use intake::{Collected, Limits};
use model::finding::{Finding, FindingView, is_admissible};
use serde_json::{Value, json};
use statute::{
    Channel, CoverView, Examination, SheetColumns, Terms, TinAcceptance, sample, statute_book,
};

/// The rows of the document, made the plain way.
fn plain(world: &World, name: &str) -> (Value, Value) {
    let mut read = Collected::default();
    let file = fs::File::open(world.path(name)).unwrap();
    intake::read(file, name, &Limits::standard(), &mut read).unwrap();
    let agreement = sample::agreement().unwrap();
    let mut examination = Examination::new(Terms {
        as_of: sample::AS_OF.parse().unwrap(),
        agreement: Some(&agreement),
        book: statute_book(),
        accepts: TinAcceptance::Any,
        channel: Channel::Open,
    });
    let mut cover = CoverView::new();
    match &read.cover {
        Some(fields) => fields
            .values
            .iter()
            .for_each(|(key, value)| cover.set(key, &value.text, &value.cell)),
        None => cover = sample::cover(),
    }
    examination.cover(&cover);
    for (number, columns) in &read.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    let own: Vec<Vec<Finding>> = (read.rows.iter())
        .map(|row| examination.row(row).findings)
        .collect();
    let outcome = examination.finish();
    let rows = read.rows.iter().zip(own).map(|(row, mut findings)| {
        findings.extend(outcome.later.of(row.sheet, row.row));
        let views: Vec<FindingView> = findings.iter().map(FindingView::from).collect();
        let sheet = match row.sheet {
            1 => "Subjects".to_owned(),
            number => format!("Subjects {number}"),
        };
        json!({
            "sheet": sheet, "row": row.row,
            "admissible": is_admissible(&findings), "findings": views,
        })
    });
    let counts = json!({
        "rows": outcome.counts.rows,
        "admissible": outcome.counts.admissible,
        "rejected": outcome.counts.rejected,
    });
    (rows.collect(), counts)
}

fn check(world: &World, name: &str, document: &Value) {
    let (rows, counts) = plain(world, name);
    let streamed = document["rows"].as_array().unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(streamed.len(), rows.len());
    for (streamed, plain) in streamed.iter().zip(rows) {
        assert_eq!(streamed, plain);
    }
    assert_eq!(document["counts"], counts);
}

/// Rows of every sort, in an order that a number decides.
fn mixed(count: usize, seed: usize) -> Vec<Cells> {
    (0..count)
        .map(|number| {
            let turned = number.wrapping_mul(2_654_435_761).wrapping_add(seed) % 7919;
            let mut row = court_row(turned, COURT[turned % COURT.len()].0);
            for (header, value) in &mut row {
                match (header.as_str(), turned % 11) {
                    ("statute", 3) => *value = "8 U.S.C. 1229a".to_owned(),
                    ("date_of_birth" | "tin", 5) => value.clear(),
                    ("postal_code", 7) => *value = format!("{:05}", turned * 13),
                    ("final_order_date", 9) => *value = "2026-11-01".to_owned(),
                    ("surnames", 2) => *value = format!("Sample {turned}"),
                    _ => {}
                }
            }
            row
        })
        .collect()
}

#[test]
fn one_row_and_many_are_found_as_the_plain_way_finds_them() {
    for count in [1, 1023, 1024, 1025, 2600] {
        let world = World::new();
        let request = world.request("r.csv", &mixed(count, count));
        check(&world, "r.csv", &request.json());
    }
}

#[test]
fn several_sheets_are_found_as_the_plain_way_finds_them() {
    let world = World::new();
    let (first, second, third) = (mixed(1100, 1), mixed(40, 2), mixed(1030, 3));
    let request = world.sheets("r.xlsx", &[&first, &second, &third]);
    let document = request.json();
    check(&world, "r.xlsx", &document);
    let sheets = document["rows"].as_array().unwrap().iter();
    let later = sheets.filter(|row| row["sheet"] == "Subjects 3").count();
    assert_eq!(later, 1030);
}

#[test]
fn more_wordings_than_are_kept_lose_nothing() {
    let world = World::new();
    let mut rows = mixed(2100, 1);
    for (number, row) in rows.iter_mut().enumerate() {
        let statute = row
            .iter_mut()
            .find(|(header, _)| header == "statute")
            .unwrap();
        statute.1 = format!("8 U.S.C. {}(z)", 2000 + number);
    }
    let request = world.request("r.csv", &rows);
    check(&world, "r.csv", &request.json());
    let text = request.examine(&[]).text;
    assert!(text.contains("in other words"), "{text}");
}
