//! The vectors of `spec/vectors/intake`: good and bad files with what reading them gives.
//!
//! Place in the flow: the text files were written by hand; the archives are made by
//! `INTAKE_WRITE_VECTORS=1 cargo test -p countersign-intake --test vectors` and kept.
//!
//! Left to others: everything too large for a repository (`hostile.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{collections::BTreeMap, path::PathBuf};

use common::{Xlsx, collect, inline, ods, ods_text, zip_of};
use countersign_intake::read_cover_toml;
use model::column::{Column, Need};
use serde::Deserialize;

#[derive(Deserialize)]
struct Good {
    rows: u64,
    sheets: u16,
    rules: Vec<String>,
}

#[derive(Deserialize)]
struct Expected {
    good: BTreeMap<String, Good>,
    bad: BTreeMap<String, String>,
    covers: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/intake")
}

fn required() -> Vec<&'static str> {
    let columns = Column::ALL
        .iter()
        .filter(|column| column.need() == Need::Always);
    columns.map(|column| column.header()).collect()
}

fn row(number: u32, texts: &[&str]) -> String {
    let cells: String = (0_u8..)
        .zip(texts)
        .map(|(at, text)| inline(&format!("{}{number}", char::from(b'A' + at)), text))
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

fn good_xlsx() -> Vec<u8> {
    let sheet = |text: &str| {
        let values = vec![text; required().len()];
        format!(
            "<sheetData>{}{}</sheetData>",
            row(1, &required()),
            row(2, &values)
        )
    };
    let cover = format!("<sheetData>{}</sheetData>", row(1, &["request_id", "R-1"]));
    let file = Xlsx::subjects(&sheet("one")).sheet("Subjects 2", "", &sheet("two"));
    file.sheet("Cover", "", &cover).bytes()
}

fn good_ods() -> Vec<u8> {
    let line = |texts: &[&str]| {
        let cells: String = texts.iter().map(|text| ods_text(text)).collect();
        format!("<table:table-row>{cells}</table:table-row>")
    };
    let sheet = |name: &str, text: &str| {
        let rows = [line(&required()), line(&vec![text; required().len()])].concat();
        format!("<table:table table:name=\"{name}\">{rows}</table:table>")
    };
    let cover = line(&["request_id", "R-1"]);
    let cover = format!("<table:table table:name=\"Cover\">{cover}</table:table>");
    ods(
        "",
        &[sheet("Subjects", "one"), sheet("Subjects 2", "two"), cover].concat(),
    )
}

fn odd_xlsx() -> Vec<u8> {
    let inside = format!(
        "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols><sheetData>{}<row r=\"2\" hidden=\"1\">\
         <c r=\"A2\" t=\"str\"><f>B2</f><v>Doe</v></c><c r=\"B2\" t=\"e\"><v>#N/A</v></c></row>\
         </sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>",
        row(1, &["surnames", "city"])
    );
    Xlsx::subjects(&inside)
        .sheet("Cover", "state=\"hidden\"", "<sheetData/>")
        .bytes()
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let head = row(1, &["surnames", "city"]);
    let second = |cells: &str| Xlsx::rows(&format!("<row r=\"2\">{cells}</row>")).bytes();
    let doctype = b"<!DOCTYPE w [<!ENTITY e \"x\">]><worksheet>&e;</worksheet>";
    let mut twice = Xlsx::rows("").parts();
    twice.push(("XL/Workbook.xml".to_owned(), b"<workbook/>".to_vec()));
    let twice: Vec<(&str, &[u8])> = twice
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_slice()))
        .collect();
    let mut truncated = Xlsx::subjects(&format!("<sheetData>{head}</sheetData>")).bytes();
    truncated.truncate(truncated.len() / 2);
    let bomb = Xlsx::rows("").part("xl/sharedStrings.xml", &vec![b' '; 40 << 20]);
    let line = |texts: [&str; 2], more: &str| {
        format!(
            "<table:table-row {more}>{}{}</table:table-row>",
            ods_text(texts[0]),
            ods_text(texts[1])
        )
    };
    let many = line(["Doe", "Reno"], "table:number-rows-repeated=\"1048575\"");
    let repeated = format!(
        "<table:table table:name=\"Subjects\">{}{many}</table:table>",
        line(["surnames", "city"], "")
    );
    vec![
        ("good/request.xlsx", good_xlsx()),
        ("good/request.ods", good_ods()),
        ("good/odd.xlsx", odd_xlsx()),
        (
            "bad/doctype.xlsx",
            Xlsx::rows("")
                .part("xl/worksheets/sheet1.xml", doctype)
                .bytes(),
        ),
        (
            "bad/string-out-of-range.xlsx",
            second("<c r=\"A2\" t=\"s\"><v>7</v></c>"),
        ),
        (
            "bad/cells-out-of-order.xlsx",
            second(&[inline("B2", "x"), inline("A2", "y")].concat()),
        ),
        ("bad/entry-twice.xlsx", zip_of(&twice)),
        ("bad/truncated.xlsx", truncated),
        ("bad/bomb.xlsx", bomb.bytes()),
        ("bad/repeated.ods", ods("", &repeated)),
    ]
}

#[test]
fn every_vector_gives_what_is_expected() {
    if std::env::var_os("INTAKE_WRITE_VECTORS").is_some() {
        for (name, bytes) in archives() {
            std::fs::write(folder().join(name), bytes).unwrap();
        }
    }
    let text = std::fs::read_to_string(folder().join("expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&text).unwrap();
    for (name, good) in &expected.good {
        let bytes = std::fs::read(folder().join("good").join(name)).unwrap();
        let (summary, collected) = collect(&bytes, name).unwrap();
        let mut rules = common::rules(&collected);
        rules.dedup();
        assert_eq!(
            (summary.rows, summary.sheets),
            (good.rows, good.sheets),
            "{name}"
        );
        assert_eq!(rules, good.rules, "{name}");
    }
    for (name, message) in &expected.bad {
        let bytes = std::fs::read(folder().join("bad").join(name)).unwrap();
        assert_eq!(
            &collect(&bytes, name).unwrap_err().to_string(),
            message,
            "{name}"
        );
    }
    for (name, outcome) in &expected.covers {
        let text = std::fs::read_to_string(folder().join(name)).unwrap();
        let found = match read_cover_toml(&text) {
            Ok((fields, _)) => fields.values.len().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(&found, outcome, "{name}");
    }
}

#[test]
fn every_file_has_its_expectation() {
    let text = std::fs::read_to_string(folder().join("expected.toml")).unwrap();
    for kind in ["good", "bad"] {
        for entry in std::fs::read_dir(folder().join(kind)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let quoted = format!("{name}\"");
            assert!(
                text.contains(&quoted),
                "{kind}/{name} is not in expected.toml"
            );
        }
    }
}
