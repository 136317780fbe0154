//! One small request as several programs write it: the same rows are read from every file, and what
//! a program made of the values is told or read right.
//!
//! Place in the flow: the files of `tests/data` (made by `make.py` there with LibreOffice, openpyxl,
//! pandas and by hand) and, made here, `rust_xlsxwriter`. Where a value's meaning decides, the rows
//! are examined by stage A as the gate does.
//!
//! Left to others: stored forms one by one (`formats.rs`), files that are refused (`hostile.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::path::PathBuf;

use common::{collect, message, rules};
use countersign_intake::{Collected, Format, Summary};
use model::{
    column::Column,
    row::{CellKind, Row},
};
use rust_xlsxwriter::Workbook;
use statute::{
    Channel, Examination, SheetColumns, Terms, TinAcceptance,
    date::{DateReading, read_date},
};

fn data(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

fn read(name: &str) -> (Summary, Collected) {
    collect(&data(name), name).unwrap()
}

/// Texts of each row by the truth's columns, read by another library.
fn truth() -> Vec<Vec<(Column, String)>> {
    let bytes = data("hand.csv");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let columns: Vec<Column> = (reader.headers().unwrap().iter())
        .map(|header| Column::from_header(header).unwrap())
        .collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let mut row: Vec<_> = columns
            .iter()
            .copied()
            .zip(record.iter().map(str::to_owned))
            .collect();
        row.sort_by_key(|(column, _)| *column);
        row
    });
    rows.collect()
}

fn texts(row: &Row) -> Vec<(Column, String)> {
    row.cells()
        .iter()
        .map(|cell| (cell.column, cell.text.expose().clone()))
        .collect()
}

/// The rules of the workbook's findings, each once.
fn told(collected: &Collected) -> Vec<&'static str> {
    let mut told = rules(collected);
    told.dedup();
    told
}

/// The file holds the truth but for these cells (column, row counted from 1, text), and these rules
/// are told of it.
fn check(name: &str, changed: &[(Column, usize, &str)], expected: &[&str]) -> Collected {
    let (summary, collected) = read(name);
    let mut rows = truth();
    for (column, row, text) in changed {
        let cell = rows[row - 1].iter_mut().find(|(known, _)| known == column);
        cell.unwrap().1 = (*text).to_owned();
    }
    let found: Vec<_> = collected.rows.iter().map(texts).collect();
    assert_eq!(found, rows, "{name}");
    assert_eq!(told(&collected), expected, "{name}");
    let extension = name.rsplit_once('.').unwrap().1;
    let is_text = matches!(extension, "csv" | "txt");
    assert_eq!(summary.format == Format::Csv, is_text, "{name}");
    collected
}

const DATES: [Column; 3] = [
    Column::DateOfBirth,
    Column::AddressAsOf,
    Column::CaseOpenedOn,
];

/// Kinds of a column's cells.
fn kinds(collected: &Collected, column: Column) -> Vec<CellKind> {
    let rows = collected.rows.iter();
    rows.map(|row| row.cell(column).unwrap().kind).collect()
}

/// The rules of stage A that each row breaks, at these columns.
fn examined(collected: &Collected, columns: &[Column]) -> Vec<Vec<(&'static str, String)>> {
    let mut examination = Examination::new(Terms {
        as_of: model::time::parse_date("2026-11-20").unwrap(),
        agreement: None,
        book: statute::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    });
    for (number, columns) in &collected.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    let rows = collected.rows.iter().map(|row| {
        let findings = examination.row(row).findings.into_iter();
        findings
            .filter(|finding| {
                finding
                    .column
                    .is_some_and(|column| columns.contains(&column))
            })
            .map(|finding| (finding.rule.0, finding.message))
            .collect()
    });
    rows.collect()
}

#[test]
fn texts_are_the_same_whatever_the_program() {
    for name in [
        "hand.csv",
        "hand-excel.csv",
        "hand-utf16.txt",
        "pandas.csv",
        "pandas.xlsx",
        "libreoffice-text.xlsx",
        "libreoffice-text.ods",
    ] {
        let collected = check(name, &[], &[]);
        for column in Column::ALL {
            if collected.rows[0].cell(*column).is_some() {
                assert_eq!(kinds(&collected, *column), [CellKind::Text; 3], "{name}");
            }
        }
    }
    check("hand-cp1252.csv", &[], &["workbook.not-utf8"]);
}

#[test]
fn a_library_of_ours_writes_the_same_request() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Subjects").unwrap();
    for (line, row) in (1..).zip(truth()) {
        for (position, (column, text)) in (0..).zip(row) {
            sheet.write(0, position, column.header()).unwrap();
            sheet.write(line, position, text).unwrap();
        }
    }
    let (_, collected) = collect(&workbook.save_to_buffer().unwrap(), "r.xlsx").unwrap();
    let found: Vec<_> = collected.rows.iter().map(texts).collect();
    assert_eq!(found, truth());
    assert_eq!(told(&collected), [""; 0]);
}

#[test]
fn dates_in_cells_are_the_same_days_and_synonyms_the_same_columns() {
    for name in ["openpyxl.xlsx", "openpyxl-write-only.xlsx"] {
        let collected = check(name, &[], &[]);
        for column in DATES {
            assert_eq!(kinds(&collected, column), [CellKind::Date; 3], "{name}");
        }
    }
    check("macros.xlsm", &[], &["workbook.macros"]);
}

#[test]
fn an_index_column_is_told_and_not_read() {
    let collected = check("pandas-index.csv", &[], &["workbook.cells-without-header"]);
    assert_eq!(
        message(&collected, "workbook.cells-without-header"),
        "sheet `Subjects`: filled cells in columns without a header: 3 (A2, A3, A4)"
    );
}

#[test]
fn fields_beyond_the_header_are_told_once() {
    let text = "surnames,city,,state\nDiaz,Reno,x,NV,more\n,,,,alone\n";
    let (_, collected) = collect(text.as_bytes(), "r.csv").unwrap();
    assert_eq!(collected.rows.len(), 2);
    assert!(message(&collected, "workbook.cells-without-header").ends_with("header: 1 (C2)"));
    assert!(message(&collected, "workbook.extra-fields").ends_with("header: 2 (2, 3)"));
}

#[test]
fn zip_codes_and_case_numbers_that_became_numbers() {
    let changed = [
        (Column::PostalCode, 2, "2138"),
        (Column::CaseNumber, 2, "251240"),
    ];
    let index = "workbook.cells-without-header";
    let numbers = "workbook.identifiers-as-numbers";
    for (name, expected) in [
        ("libreoffice-typed.xlsx", [numbers].as_slice()),
        ("libreoffice-typed.ods", &[numbers]),
        ("pandas-typed.xlsx", &[index]),
    ] {
        // In a column of texts and numbers pandas keeps texts.
        let kept = usize::from(name.starts_with("pandas"));
        let collected = check(name, &changed[..2 - kept], expected);
        assert_eq!(kinds(&collected, Column::PostalCode), [CellKind::Number; 3]);
        for column in DATES {
            assert_eq!(kinds(&collected, column), [CellKind::Date; 3], "{name}");
        }
        let found = examined(&collected, &[Column::PostalCode]);
        assert!(found[0].is_empty() && found[2].is_empty(), "{found:?}");
        assert_eq!(found[1][0].0, "address.zip", "{found:?}");
        if kept == 0 {
            assert_eq!(
                message(&collected, numbers),
                "sheet `Subjects`: case numbers and ids stored as numbers: 1 (M3)"
            );
        }
    }
}

#[test]
fn dates_as_text_are_read_or_reported_as_ambiguous_and_never_guessed() {
    // LibreOffice wrote the date cells of openpyxl as they were shown, 04/17/1988.
    let (_, american) = read("libreoffice.csv");
    let (_, iso) = read("hand.csv");
    assert_eq!(told(&american), [""; 0]);
    for column in DATES {
        for (line, (american, iso)) in american.rows.iter().zip(&iso.rows).enumerate() {
            let day = |row: &Row| read_date(CellKind::Text, row.text(column));
            if (column, line) == (Column::DateOfBirth, 1) {
                assert_eq!(american.text(column), "12/02/1979");
                assert_eq!(day(american), DateReading::Ambiguous);
            } else {
                assert!(matches!(day(american), DateReading::Date(_)));
                assert_eq!(day(american), day(iso));
            }
        }
    }
    let found = examined(&american, &[Column::DateOfBirth]);
    assert!(found[0].is_empty() && found[2].is_empty(), "{found:?}");
    assert!(found[1][0].1.contains("ambiguous"), "{found:?}");
}

#[test]
fn hidden_merged_formula_comment_and_second_sheet() {
    for (name, places) in [
        ("openpyxl-odd.xlsx", "formulas-without-value"),
        ("libreoffice-odd.xlsx", "formulas"),
        ("libreoffice-odd.ods", "formulas"),
    ] {
        let (summary, collected) = read(name);
        assert_eq!((summary.rows, summary.sheets), (4, 2), "{name}");
        let hidden: Vec<bool> = collected.rows.iter().map(|row| row.hidden).collect();
        assert_eq!(hidden, [false, true, false, false], "{name}");
        let mut rows = truth();
        rows.push(rows[0].clone());
        if places == "formulas-without-value" {
            rows[0].retain(|(column, _)| *column != Column::OfficerName);
        }
        let found: Vec<_> = collected.rows.iter().map(texts).collect();
        assert_eq!(found, rows, "{name}");
        for (rule, expected) in [
            ("workbook.hidden-rows", "hidden rows: 1 (3)"),
            ("workbook.hidden-columns", "hidden columns: 1 (D)"),
            (&format!("workbook.{places}"), "1 (P2)"),
            ("workbook.comments", "cells with comments: 1 (A4)"),
            ("workbook.merged-cells", "merged ranges: 1 (S1:T1)"),
            ("workbook.hidden-sheet", "1 (sheet 4 of the workbook)"),
            (
                "workbook.unread-sheet",
                "2 (sheet 3 of the workbook, sheet 4 of the workbook)",
            ),
        ] {
            let found = message(&collected, rule);
            assert!(found.ends_with(expected), "{name}: {rule}: {found}");
        }
        assert_eq!(told(&collected).len(), 7, "{name}: {:?}", told(&collected));
    }
}

/// The truth's first row as a csv with some values replaced.
fn with(values: &[(Column, &str)]) -> Collected {
    let row = truth().swap_remove(0);
    let mut heads = Vec::new();
    let mut fields = Vec::new();
    for (column, text) in row {
        let changed = values.iter().find(|(known, _)| *known == column);
        heads.push(column.header());
        fields.push(changed.map_or(text, |(_, text)| (*text).to_owned()));
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heads).unwrap();
    writer.write_record(fields).unwrap();
    let bytes = writer.into_inner().unwrap();
    collect(&bytes, "r.csv").unwrap().1
}

/// The columns at which stage A finds something in the only row; none of the sample's own columns.
fn found_at(collected: &Collected, columns: &[Column]) -> Vec<&'static str> {
    let rows = examined(collected, columns);
    rows[0].iter().map(|(rule, _)| *rule).collect()
}

#[test]
fn scientific_notation() {
    let columns = [Column::CaseNumber, Column::PostalCode, Column::Tin];
    let collected = with(&[
        (Column::CaseNumber, "2.51187E+11"),
        (Column::PostalCode, "8.95E+04"),
        (Column::Tin, "6.66E+08"),
    ]);
    assert!(
        message(&collected, "workbook.scientific-notation")
            .contains("identifiers in scientific notation: 3 (")
    );
    assert_eq!(
        found_at(&collected, &columns),
        ["address.zip", "tin.unread", "case.number"]
    );
}

#[test]
fn trailing_and_non_breaking_spaces_change_nothing() {
    let address = [
        Column::AddressLine1,
        Column::City,
        Column::State,
        Column::PostalCode,
    ];
    let collected = with(&[
        (Column::City, "\u{a0}Reno \u{2003}"),
        (Column::State, " NV\u{a0}"),
        (Column::PostalCode, "89501\u{a0}"),
        (Column::DateOfBirth, " 1988-04-17\u{a0}"),
        (Column::CaseNumber, "25-CR-1187 "),
    ]);
    assert_eq!(told(&collected), [""; 0]);
    assert_eq!(found_at(&collected, &address), [""; 0]);
    assert_eq!(
        found_at(&collected, &[Column::DateOfBirth, Column::CaseNumber]),
        [""; 0]
    );
    assert_eq!(collected.rows[0].text(Column::City), "Reno");
}

#[test]
fn smart_quotes_are_read_right() {
    let names = [Column::GivenNames, Column::Surnames, Column::AddressLine1];
    let collected = with(&[
        (Column::GivenNames, "“Søren”"),
        (Column::Surnames, "O’Brien"),
        (Column::AddressLine1, "12 O’Keefe St"),
    ]);
    assert_eq!(told(&collected), [""; 0]);
    assert_eq!(found_at(&collected, &names), [""; 0]);
}

#[test]
fn full_width_characters_are_told_and_read_right_or_found() {
    let collected = with(&[
        (Column::Surnames, "Ｄｉａｚ"),
        (Column::PostalCode, "８９５０１"),
        (Column::DateOfBirth, "１９８８-04-17"),
    ]);
    assert!(
        message(&collected, "workbook.full-width")
            .contains("cells with full-width characters: 3 (")
    );
    assert_eq!(
        found_at(&collected, &[Column::Surnames, Column::PostalCode]),
        [""; 0]
    );
    assert_eq!(found_at(&collected, &[Column::DateOfBirth]).len(), 1);
}

#[test]
fn look_alike_letters_are_told() {
    for (text, cells) in [
        ("Quintеro", 1), // Cyrillic е
        ("Quintεro", 1), // Greek ε
        ("Quintero", 0),
    ] {
        let collected = with(&[(Column::Surnames, text)]);
        let rule = "workbook.other-alphabets";
        assert_eq!(rules(&collected).contains(&rule), cells == 1, "{text}");
        if cells == 1 {
            assert!(message(&collected, rule).ends_with("letters that are not Latin: 1 (B2)"));
            assert!(!message(&collected, rule).contains("Quint"));
        }
    }
}

#[test]
fn invisible_characters_are_told() {
    let collected = with(&[(Column::Surnames, "Qui\u{200b}ntero")]);
    assert_eq!(told(&collected), ["workbook.unseen-characters"]);
}
