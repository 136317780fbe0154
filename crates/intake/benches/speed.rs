//! How fast and in how much memory the largest genuine request is read. Not part of the ordinary
//! run: `cargo bench -p countersign-intake --bench speed`.
//!
//! Place in the flow: files of 1,280,000 rows in the three forms programs write, read in a child
//! process whose peak memory the operating system reports.
//!
//! Left to others: examining the rows.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use std::{io::Write as _, path::Path, time::Instant};

use countersign_intake::{Event, Limits, Stop, child::read_in_child, read};
use rust_xlsxwriter::{Workbook, Worksheet};
use tempfile::TempDir;

const CHILD: &str = env!("CARGO_BIN_EXE_countersign-intake-child");
const ROWS: u32 = 1_280_000;
const SHEET_ROWS: u32 = 1_000_000;
const HEADERS: [&str; 20] = [
    "given_names",
    "surnames",
    "suffix",
    "date_of_birth",
    "tin",
    "address_line_1",
    "address_line_2",
    "city",
    "state",
    "postal_code",
    "address_as_of",
    "asks_for",
    "tax_periods",
    "statute",
    "case_number",
    "case_opened_on",
    "reason",
    "officer_name",
    "officer_id",
    "final_order_date",
];

/// Fields of a row, five of them distinct in every row.
fn fields(row: u32) -> [String; 20] {
    let mixed = row.wrapping_mul(2_654_435_761);
    let fixed = |text: &str| text.to_owned();
    [
        format!("Given{}", mixed % 5000),
        format!("Surname{}", mixed % 90_001),
        String::new(),
        format!(
            "19{:02}-{:02}-{:02}",
            mixed % 90,
            mixed % 12 + 1,
            mixed % 28 + 1
        ),
        format!("666-{:02}-{:04}", mixed % 99, mixed % 9999),
        format!("{} Street {row}", mixed % 9000),
        format!("Unit {row}"),
        format!("City{}", mixed % 30_000),
        fixed("NV"),
        format!("{:05}", mixed % 99_999),
        fixed("2025-03-01"),
        fixed("address"),
        fixed("2023"),
        fixed("8 U.S.C. 1253(a)(1)"),
        format!("CASE-2025-{row:07}"),
        fixed("2025-01-15"),
        format!("The person named in row {row} failed to depart after the order of {mixed}"),
        format!("Officer {}", mixed % 50),
        format!("ID{mixed:010}"),
        fixed("2024-09-30"),
    ]
}

fn fill(sheet: &mut Worksheet, rows: std::ops::Range<u32>) {
    for (column, header) in (0..).zip(HEADERS) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (line, row) in (1..).zip(rows) {
        for (column, text) in (0..).zip(fields(row)) {
            if !text.is_empty() {
                sheet.write_string(line, column, text).unwrap();
            }
        }
    }
}

fn write_xlsx(path: &Path, shared: bool) {
    let mut workbook = Workbook::new();
    for (name, rows) in [
        ("Subjects", 0..SHEET_ROWS),
        ("Subjects 2", SHEET_ROWS..ROWS),
    ] {
        let sheet = if shared {
            workbook.add_worksheet_with_low_memory().unwrap()
        } else {
            workbook.add_worksheet_with_constant_memory().unwrap()
        };
        fill(sheet.set_name(name).unwrap(), rows);
    }
    workbook.save(path).unwrap();
}

fn write_csv(path: &Path) {
    let mut writer = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(writer, "{}", HEADERS.join(",")).unwrap();
    for row in 0..ROWS {
        writeln!(writer, "{}", fields(row).join(",")).unwrap();
    }
}

fn measure(path: &Path) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::metadata(path).unwrap().len();
    let begin = Instant::now();
    let mut sink = |_: Event| Ok::<(), Stop>(());
    let file = std::fs::File::open(path).unwrap();
    let summary = read(file, name, &Limits::standard(), &mut sink).unwrap();
    let here = begin.elapsed().as_secs_f64();
    assert_eq!(summary.rows, u64::from(ROWS));
    let begin = Instant::now();
    read_in_child(Path::new(CHILD), &[], path, &Limits::standard(), &mut sink).unwrap();
    let there = begin.elapsed().as_secs_f64();
    println!("{name}: {bytes} bytes, in this process {here:.1} s, in a child {there:.1} s");
}

fn main() {
    let folder = TempDir::new().unwrap();
    let csv = folder.path().join("r.csv");
    write_csv(&csv);
    measure(&csv);
    for (name, shared) in [("inline.xlsx", false), ("shared.xlsx", true)] {
        let path = folder.path().join(name);
        write_xlsx(&path, shared);
        measure(&path);
    }
    if let Some(keep) = std::env::var_os("INTAKE_KEEP") {
        for name in ["r.csv", "inline.xlsx", "shared.xlsx"] {
            std::fs::copy(folder.path().join(name), Path::new(&keep).join(name)).unwrap();
        }
    }
}
