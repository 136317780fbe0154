//! `countersign examine --annotate`: what comes back is the request, marked, and nothing else is touched.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use common::{COURT, Cells, Request, World, court_row};
use intake::{Collected, Limits};
use model::row::CellKind;

fn read(path: &Path) -> Collected {
    let mut collected = Collected::default();
    let file = fs::File::open(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    intake::read(file, name, &Limits::standard(), &mut collected).unwrap();
    collected
}

/// Sheet, row, column and text of every filled cell.
fn cells(collected: &Collected) -> Vec<(u16, u32, u16, String)> {
    let rows = collected.rows.iter();
    rows.flat_map(|row| {
        let cells = row.cells().iter();
        cells.map(|cell| {
            (
                row.sheet,
                row.row,
                cell.position,
                cell.text.expose().clone(),
            )
        })
    })
    .collect()
}

/// All parts of an archive whose name contains a word, as one text.
fn parts(path: &Path, word: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        if part.name().unwrap().contains(word) {
            part.read_to_string(&mut text).unwrap();
        }
    }
    text
}

fn court_rows() -> Vec<Cells> {
    let rows = COURT.iter().enumerate();
    rows.map(|(number, (address, _))| court_row(number, address))
        .collect()
}

fn annotate(request: &Request<'_>, out: &str) {
    let run = request.examine(&["--annotate", out]);
    assert_eq!(run.code, 1, "{}", run.errors);
}

#[test]
fn the_cells_come_back_as_they_were() {
    let world = World::new();
    let rows = court_rows();
    for (name, request) in [
        ("a.csv", world.request("a.csv", &rows)),
        ("b.xlsx", world.xlsx("b.xlsx", &rows)),
    ] {
        let before = fs::read(world.path(name)).unwrap();
        let out = format!("{name}.marked.xlsx");
        annotate(&request, &out);
        assert_eq!(
            fs::read(world.path(name)).unwrap(),
            before,
            "the request is untouched"
        );
        let (given, back) = (read(&world.path(name)), read(&world.path(&out)));
        assert_eq!(cells(&given), cells(&back));
        if let Some(cover) = &given.cover {
            let texts = |fields: &intake::CoverFields| {
                fields
                    .values
                    .values()
                    .map(|value| (value.cell.clone(), value.text.clone()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(texts(cover), texts(back.cover.as_ref().unwrap()));
        }
    }
}

/// Mended rows are sent in the marked copy: it must not be asked about for its marks.
#[test]
fn the_marked_copy_examines_as_the_request_did() {
    let world = World::new();
    let request = world.xlsx("given.xlsx", &court_rows());
    annotate(&request, "marked.xlsx");
    let (before, after) = (request.json(), world.named("marked.xlsx", &[]).json());
    for part in ["findings", "rows", "counts"] {
        assert_eq!(before[part], after[part], "{part}");
    }
    assert!(
        before["rows"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    );
}

#[test]
fn every_flagged_cell_is_marked_commented_and_listed() {
    let world = World::new();
    let request = world.court("court.csv");
    let json = request.json();
    annotate(&request, "marked.xlsx");
    let out = world.path("marked.xlsx");
    let comments = parts(&out, "comments");
    let list = parts(&out, "worksheets/sheet1.xml");
    let mut flagged = BTreeSet::new();
    let mut findings = 0;
    for row in json["rows"].as_array().unwrap() {
        for finding in row["findings"].as_array().unwrap() {
            findings += 1;
            let cell = finding["cell"].as_str().unwrap();
            flagged.insert(cell.to_owned());
            assert!(comments.contains(&format!("ref=\"{cell}\"")), "{cell}");
            for key in ["rule", "citation", "message", "remedy"] {
                let said = finding[key].as_str().unwrap().replace('&', "&amp;");
                assert!(comments.contains(&said), "{cell}: {said}");
                assert!(list.contains(&said), "{cell}: {said}");
            }
            assert!(
                list.contains(&format!("location=\"Subjects!{cell}\""))
                    || list.contains(&format!("location=\"'Subjects'!{cell}\"")),
                "{cell}"
            );
        }
    }
    assert_eq!(comments.matches("<comment ").count(), flagged.len());
    assert_eq!(list.matches("<hyperlink ").count(), findings);
    let names = parts(&out, "xl/workbook.xml");
    assert!(names.find("Findings").unwrap() < names.find("Subjects").unwrap());
}

#[test]
fn nothing_is_a_formula() {
    let world = World::new();
    let mut row = court_row(0, "=HYPERLINK(\"http://example.invalid\",\"1 Main St\")");
    for (header, value) in &mut row {
        match header.as_str() {
            "given_names" => *value = "=1+1".to_owned(),
            "surnames" => *value = "@SUM(A1)".to_owned(),
            "case_number" => *value = "+cmd|' /C calc'!A0".to_owned(),
            "reason" => *value = format!("-2+3 {value}"),
            _ => {}
        }
    }
    let request = world.request("formulas.csv", &[row]);
    annotate(&request, "marked.xlsx");
    let out = world.path("marked.xlsx");
    let sheets = parts(&out, "worksheets/");
    assert!(!sheets.contains("<f>") && !sheets.contains("<f "));
    assert!(!parts(&out, "externalLink").contains('<'));
    let back = read(&out);
    let cells = back.rows[0].cells();
    assert!(
        cells
            .iter()
            .all(|cell| !cell.formula && cell.kind == CellKind::Text)
    );
    assert!(cells.iter().any(|cell| cell.text.expose() == "=1+1"));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let world = World::new();
    let request = world.xlsx("request.xlsx", &court_rows());
    let before = fs::read(world.path("request.xlsx")).unwrap();
    world.file("taken.xlsx", b"mine");
    for taken in ["taken.xlsx", "request.xlsx", "./request.xlsx"] {
        let run = request.examine(&["--annotate", taken]);
        assert_eq!(run.code, 2, "{taken}");
        assert!(run.errors.contains("is not a new file"), "{}", run.errors);
        assert_eq!(run.text, "");
    }
    assert_eq!(fs::read(world.path("taken.xlsx")).unwrap(), b"mine");
    assert_eq!(fs::read(world.path("request.xlsx")).unwrap(), before);
    assert_eq!(request.examine(&["--annotate", "marked.csv"]).code, 2);
    assert!(!world.path("marked.csv").exists());
}

#[test]
fn a_request_that_cannot_be_read_leaves_no_file() {
    let world = World::new();
    world.file("broken.xlsx", b"PK\x03\x04 not really");
    let run = world.run(&["examine", "broken.xlsx", "--annotate", "marked.xlsx"]);
    assert_eq!(run.code, 2);
    assert!(!world.path("marked.xlsx").exists());
}

#[test]
fn a_mended_cell_removes_its_findings() {
    let world = World::new();
    let mut rows = court_rows();
    let before = world.request("a.csv", &rows).json();
    let address = rows[1]
        .iter_mut()
        .find(|(header, _)| header == "address_line_1")
        .unwrap();
    address.1 = "903 Kirman Ave".to_owned();
    let after = world.request("b.csv", &rows).json();
    for (number, (before, after)) in (before["rows"].as_array().unwrap().iter())
        .zip(after["rows"].as_array().unwrap())
        .enumerate()
    {
        if number == 1 {
            let left: Vec<_> = (before["findings"].as_array().unwrap().iter())
                .filter(|finding| finding["rule"] != "address.placeholder")
                .collect();
            assert_eq!(
                after["findings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .collect::<Vec<_>>(),
                left
            );
        } else {
            assert_eq!(before, after);
        }
    }
}

/// `files/marked-saved-by-libreoffice.xlsx` is the marked copy of `files/request.xlsx` (a synthetic
/// request), opened and saved by LibreOffice 7.4, which rewrites every part and drops comments' authors.
#[test]
fn a_marked_copy_saved_by_another_program_examines_as_the_request() {
    let world = World::new();
    let findings = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/files")
            .join(name);
        world.file(name, &fs::read(path).unwrap());
        let run = world.run(&["examine", name, "--as-of", "2026-11-01", "--format", "json"]);
        assert_eq!(run.code, 1, "{}", run.errors);
        let mut json: serde_json::Value = serde_json::from_str(&run.text).unwrap();
        json["request"]["file_sha256"].take();
        json
    };
    let request = findings("request.xlsx");
    assert_eq!(findings("marked-saved-by-libreoffice.xlsx"), request);
}
