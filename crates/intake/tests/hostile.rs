//! Files made to hurt their reader, and files that are merely broken: each is refused with a clear
//! error in fixed time and memory.
//!
//! Place in the flow: [`countersign_intake::read`] in this process; `child.rs` has the other way.
//!
//! Left to others: well-formed workbooks.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::time::{Duration, Instant};

use common::{Xlsx, collect, collect_within, inline, message, ods, ods_text, rules, zip_of};
use countersign_intake::{IntakeError, LimitKind, Limits};

/// The file is refused within a second with a message that has this in it.
fn check(bytes: &[u8], name: &str, part: &str) {
    let begin = Instant::now();
    let error = collect(bytes, name)
        .map(|(summary, _)| summary)
        .unwrap_err();
    assert!(error.to_string().contains(part), "{name}: {error}");
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{name}: {:?}",
        begin.elapsed()
    );
}

fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes
        .windows(part.len())
        .position(|window| window == part)
        .unwrap()
}

fn find_last(bytes: &[u8], part: &[u8]) -> usize {
    bytes
        .windows(part.len())
        .rposition(|window| window == part)
        .unwrap()
}

#[test]
fn other_files_are_named() {
    check(b"", "r.xlsx", "the file is empty");
    check(b"%PDF-1.7 ...", "r.xlsx", "a PDF");
    check(b"surnames,city\n", "r.xlsx", "not a zip archive");
    check(
        &[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat(),
        "r.xls",
        "old Excel",
    );
    let package: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let locked = [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(),
        &[0; 5000],
        &package,
    ]
    .concat();
    check(&locked, "r.xlsx", "protected by a password");
    check(
        &zip_of(&[("a/request.xlsx", b"x")]),
        "r.zip",
        "workbook inside",
    );
    check(&zip_of(&[("readme.txt", b"x")]), "r.xlsx", "a zip archive");
    let word = [
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("word/document.xml", b"<w/>"),
    ];
    check(&zip_of(&word), "r.docx", "a Word document");
    let binary = [
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("xl/workbook.bin", b"x"),
    ];
    check(&zip_of(&binary), "r.xlsb", "xlsb");
    check(
        &zip_of(&[("mimetype", b"application/vnd.oasis.opendocument.text")]),
        "r.odt",
        "no spreadsheet",
    );
    let locked = zip_of(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        (
            "META-INF/manifest.xml",
            b"<m:manifest xmlns:m=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><m:encryption-data/></m:manifest>",
        ),
        ("content.xml", b"garbage"),
    ]);
    check(&locked, "r.ods", "protected by a password");
}

#[test]
fn broken_archives_are_refused() {
    let good = Xlsx::rows("").bytes();
    assert!(collect(&good, "r.xlsx").is_ok());
    for cut in 1..good.len() {
        let error = collect(&good[..cut], "r.xlsx").unwrap_err();
        assert!(!error.to_string().is_empty());
    }
    check(
        &good[..good.len() - 1],
        "r.xlsx",
        "directory is missing or cut off",
    );
    let mut flags = good.clone();
    let entry = find(&good, b"PK\x01\x02");
    flags[entry + 8] |= 1;
    check(&flags, "r.xlsx", "protected by a password");
    // Each field in the directory and in the local header, then in one of them alone.
    let directory = find_last(&good, b"xl/workbook.xml");
    let local = find(&good, b"xl/workbook.xml");
    for (back, front, value, part) in [
        (46 - 10, 30 - 8, 12, "method 12"),
        (46 - 16, 30 - 14, 0x55, "checksum"),
        (
            46 - 24,
            30 - 22,
            10,
            "inflates to more than the archive declares",
        ),
    ] {
        let mut changed = good.clone();
        let count = if back == 46 - 24 { 4 } else { 1 };
        changed[directory - back..][..count].fill(0);
        changed[local - front..][..count].fill(0);
        changed[directory - back] = value;
        changed[local - front] = value;
        check(&changed, "r.xlsx", part);
        for at in [directory - back, local - front] {
            let mut changed = good.clone();
            changed[at] ^= 1;
            check(&changed, "r.xlsx", "local header contradicts the directory");
        }
    }
    let mut renamed = good.clone();
    renamed[local] = b'y';

    check(&renamed, "r.xlsx", "another name than the directory");
}

#[test]
fn any_changed_byte_gives_an_answer_or_an_error() {
    let good = Xlsx::rows(&format!("<row r=\"2\">{}</row>", inline("A2", "Diaz"))).bytes();
    for at in 0..good.len() {
        for value in [0, 0xff, good[at] ^ 0x20] {
            let mut changed = good.clone();
            changed[at] = value;
            let _ = collect(&changed, "r.xlsx");
        }
    }
}

#[test]
fn bombs_are_refused_before_they_inflate() {
    // 300 MiB of blanks in one sheet: about 1000 to 1.
    let bomb = Xlsx::subjects(&" ".repeat(300 << 20)).bytes();
    assert!(bomb.len() < 2 << 20);
    check(&bomb, "r.xlsx", "more than 200 times its size");
    let strings = Xlsx::rows("").part("xl/sharedStrings.xml", &vec![b' '; 64 << 20]);
    check(&strings.bytes(), "r.xlsx", "more than 200 times its size");
    // Declared small, but it inflates to more.
    let mut lying = Xlsx::subjects(&" ".repeat(33 << 20)).bytes();
    let entry = find_last(&lying, b"xl/worksheets/sheet1.xml") - 46;
    put_u32(&mut lying, entry + 24, 1000);
    let local = find(&lying, b"xl/worksheets/sheet1.xml") - 30;
    put_u32(&mut lying, local + 22, 1000);
    check(&lying, "r.xlsx", "more than the archive declares");
    let limits = Limits {
        inflated_bytes: 1000,
        ..Limits::standard()
    };
    let error = collect_within(&Xlsx::rows("").bytes(), "r.xlsx", &limits).unwrap_err();
    assert!(matches!(
        error,
        IntakeError::Limit {
            limit: LimitKind::InflatedBytes,
            ..
        }
    ));
}

#[test]
fn overlapping_and_doubled_entries_are_refused() {
    let good = Xlsx::rows("").bytes();
    // The second entry of the directory points to the bytes of the first.
    let first = find(&good, b"PK\x01\x02");
    let second = first + 4 + find(&good[first + 4..], b"PK\x01\x02");
    let mut overlapping = good.clone();
    put_u32(&mut overlapping, second + 42, 0);
    check(&overlapping, "r.xlsx", "overlap");
    let mut parts = Xlsx::rows("").parts();
    parts.push(("XL/Workbook.xml".to_owned(), b"<workbook/>".to_vec()));
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_slice()))
        .collect();
    check(&zip_of(&parts), "r.xlsx", "the archive holds it twice");
    for name in ["../evil.xml", "/etc/passwd", "a\\b", "c:evil", "a/../../b"] {
        let tricky = zip_of(&[("[Content_Types].xml", b"x"), ("replace-this-name", b"x")]);
        let text = String::from_utf8_lossy(b"replace-this-name").into_owned();
        let padded = format!("{name}{}", "x".repeat(text.len() - name.len()));
        let mut bytes = tricky.clone();
        for at in [
            find(&tricky, text.as_bytes()),
            find_last(&tricky, text.as_bytes()),
        ] {
            bytes[at..at + text.len()].copy_from_slice(padded.as_bytes());
        }
        check(&bytes, "r.xlsx", "leads out of the archive");
    }
    let limits = Limits {
        entries: 3,
        ..Limits::standard()
    };
    let error = collect_within(&good, "r.xlsx", &limits).unwrap_err();
    assert!(error.to_string().contains("more than 3 entries"));
}

#[test]
fn hostile_xml_is_refused() {
    let laughs =
        "<!DOCTYPE s [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><worksheet>&b;</worksheet>";
    let file = |content: &[u8]| {
        Xlsx::rows("")
            .part("xl/worksheets/sheet1.xml", content)
            .bytes()
    };
    check(&file(laughs.as_bytes()), "r.xlsx", "document type");
    check(
        &file(b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>&x;</sheetData></worksheet>"),
        "r.xlsx",
        "XML entity",
    );
    check(&file(b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"), "r.xlsx", "too early");
    check(&file(b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"></sheet>"), "r.xlsx", "not well-formed");
    check(
        &file(b"\xff\xfe<\0w\0"),
        "r.xlsx",
        "part `xl/worksheets/sheet1.xml`",
    );
    check(&file(b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\xff</worksheet>"), "r.xlsx", "not UTF-8");
    check(
        &file(
            format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{}",
                "<a>".repeat(100_000)
            )
            .as_bytes(),
        ),
        "r.xlsx",
        "deeper than 256",
    );
    let unique: String = (0..3_000_000).map(|n| format!("a{n}=\"\" ")).collect();
    check(
        &file(format!("<worksheet {unique}/>").as_bytes()),
        "r.xlsx",
        "larger than",
    );
}

#[test]
fn a_far_cell_is_read_without_its_empty_neighbours() {
    let rows = format!(
        "<row r=\"1048576\">{}{}</row>",
        inline("A1048576", "Diaz"),
        inline("XFD1048576", "far")
    );
    let (summary, collected) = collect(&Xlsx::rows(&rows).bytes(), "r.xlsx").unwrap();
    assert_eq!((summary.rows, collected.rows[0].row), (1, 1_048_576));
    assert!(message(&collected, "workbook.beyond-columns").ends_with("(XFD1048576)"));
    for (cell, row) in [
        ("XFE2", "2"),
        ("A1048577", "1048577"),
        ("A3", "2"),
        ("A0", "0"),
        ("AAAA2", "2"),
    ] {
        let rows = format!("<row r=\"{row}\">{}</row>", inline(cell, "x"));
        check(
            &Xlsx::rows(&rows).bytes(),
            "r.xlsx",
            "out of order or beyond the sheet",
        );
    }
}

#[test]
fn cells_that_contradict_themselves_are_named() {
    let row = |inside: &str| Xlsx::rows(&format!("<row r=\"2\">{inside}</row>")).bytes();
    check(
        &row("<c r=\"A2\" t=\"s\"><v>7</v></c>"),
        "r.xlsx",
        "cell A2: it refers to a shared string",
    );
    check(
        &row("<c r=\"A2\" t=\"s\"><v>-1</v></c>"),
        "r.xlsx",
        "cell A2: it refers to a shared string",
    );
    check(
        &row("<c r=\"A2\"><v>abc</v></c>"),
        "r.xlsx",
        "cell A2: its value is not a number",
    );
    check(
        &row("<c r=\"B2\" t=\"q\"><v>1</v></c>"),
        "r.xlsx",
        "cell B2: its type is not known",
    );
    let twice = format!("{}{}", inline("B2", "x"), inline("B2", "y"));
    check(&row(&twice), "r.xlsx", "out of order");
    let back = format!("{}{}", inline("B2", "x"), inline("A2", "y"));
    check(&row(&back), "r.xlsx", "out of order");
    let doubled = Xlsx::rows("<row r=\"5\"/><row r=\"5\"/>").bytes();
    check(&doubled, "r.xlsx", "after row 5");
    let rows = format!("<row r=\"5\">{}</row><row r=\"4\"/>", inline("A5", "x"));
    check(&Xlsx::rows(&rows).bytes(), "r.xlsx", "after row 5");
    check(
        &row(&inline("A2", &"x".repeat(50 << 20))),
        "r.xlsx",
        "200 times",
    );
    let noisy: String = (0..6_000_000_u64)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    check(
        &row(&inline("A2", &noisy[..50 << 20])),
        "r.xlsx",
        "larger than 131072 bytes",
    );
    let pieces = "x&amp;".repeat(100_000);
    let cell = format!("<c r=\"A2\" t=\"inlineStr\"><is><t>{pieces}</t></is></c>");
    check(
        &row(&cell),
        "r.xlsx",
        "cell A2: a value is larger than 131072 bytes",
    );
}

#[test]
fn wide_and_long_sheets() {
    let cells = "<c t=\"inlineStr\"><is><t>x</t></is></c>".repeat(400_000);
    let rows = format!("<row r=\"2\">{cells}</row>");
    check(
        &Xlsx::rows(&rows).bytes(),
        "r.xlsx",
        "out of order or beyond the sheet",
    );
    let limits = Limits {
        rows: 2,
        ..Limits::standard()
    };
    let rows: String = (2..6)
        .map(|n| format!("<row r=\"{n}\">{}</row>", inline(&format!("A{n}"), "x")))
        .collect();
    let error = collect_within(&Xlsx::rows(&rows).bytes(), "r.xlsx", &limits).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sheet `Subjects`, row 4: there are more than 2 rows"
    );
    let mut many = Xlsx::rows("");
    for number in 2..100 {
        many = many.sheet(&format!("Subjects {number}"), "", "<sheetData/>");
    }
    check(&many.bytes(), "r.xlsx", "more than 64 sheets");
}

#[test]
fn hostile_csv() {
    check(
        b"surnames,city\nDiaz,\"Reno\nx,y\n",
        "r.csv",
        "line 2: a quote is opened",
    );
    check(
        b"surnames,city\nDiaz\0,Reno\n",
        "r.csv",
        "byte 18: a NUL byte",
    );
    check(
        &[b"surnames,city\n".as_slice(), &b",".repeat(400_000)].concat(),
        "r.csv",
        "more than 16384 columns",
    );
    let wide = [b"surnames,city\n".as_slice(), &b"x".repeat(50 << 20)].concat();
    check(&wide, "r.csv", "line 2, field 1: a value is larger");
    let open = [b"surnames,city\n\"".as_slice(), &b"x,y\n".repeat(10 << 20)].concat();
    check(&open, "r.csv", "perhaps never closed");
    check(
        b"no header here\n1,2\n",
        "r.csv",
        "none of the first 2 rows",
    );
    check(
        &b"x\n".repeat(10_000_000),
        "r.csv",
        "none of the first 20 rows",
    );
}

#[test]
fn hostile_ods() {
    let table = |inside: &str| {
        ods(
            "",
            &format!(
                "<table:table table:name=\"Subjects\"><table:table-row>{}{}</table:table-row>{inside}</table:table>",
                ods_text("surnames"),
                ods_text("city")
            ),
        )
    };
    let repeated = |count: &str, cell: &str| {
        table(&format!(
            "<table:table-row table:number-rows-repeated=\"{count}\">{cell}</table:table-row>"
        ))
    };
    let (summary, _) = collect(&repeated("1048575", "<table:table-cell/>"), "r.ods").unwrap();
    assert_eq!(summary.rows, 0);
    let (summary, _) = collect(&repeated("1000", &ods_text("x")), "r.ods").unwrap();
    assert_eq!(summary.rows, 1000);
    check(
        &repeated("1001", &ods_text("x")),
        "r.ods",
        "stands for more than 1000 rows",
    );
    check(
        &repeated("99999999999999999999", &ods_text("x")),
        "r.ods",
        "stands for more than 1000 rows",
    );
    let wide = "<table:table-row><table:table-cell table:number-columns-repeated=\"4000000000\"><text:p>x</text:p></table:table-cell></table:table-row>";
    check(&table(wide), "r.ods", "beyond the last column");
    let far = format!(
        "<table:table-row table:number-rows-repeated=\"4294967295\"><table:table-cell/></table:table-row><table:table-row>{}</table:table-row>",
        ods_text("x")
    );
    check(&table(&far), "r.ods", "beyond the last row");
    check(
        &table(
            "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"x\"/></table:table-row>",
        ),
        "r.ods",
        "cell A2: its value is not a number",
    );
    check(
        &ods("", "<table:table table:name=\"Sheet1\"/>"),
        "r.ods",
        "no sheet named `Subjects`",
    );
}

#[test]
fn nested_archives_are_not_opened() {
    let inner = Xlsx::rows("").bytes();
    let file = Xlsx::rows("").part("xl/embeddings/inner.xlsx", &inner);
    let (_, collected) = collect(&file.bytes(), "r.xlsx").unwrap();
    assert!(rules(&collected).contains(&"workbook.embedded-files"));
}
