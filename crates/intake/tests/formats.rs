//! Workbooks as programs write them: values, dates, sheets, covers, and everything a reader should
//! tell about them.
//!
//! Place in the flow: [`countersign_intake::read`] against files of `rust_xlsxwriter`, of our own
//! hand, and texts in every encoding.
//!
//! Left to others: files that are refused (`hostile.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use common::{Xlsx, collect, inline, message, ods, ods_text, rules};
use countersign_intake::{Collected, Format};
use model::{
    column::{Column, Need},
    digest::Digest,
    finding::FindingClass,
    row::{CellKind, Row},
};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Note, Workbook};

fn texts(row: &Row) -> Vec<(&'static str, CellKind, String)> {
    row.cells()
        .iter()
        .map(|cell| (cell.column.header(), cell.kind, cell.text.expose().clone()))
        .collect()
}

/// The cells of row 2 of a hand-made sheet, as kind and text.
fn check(file: &Xlsx, expected: &[(CellKind, &str)]) {
    let (_, collected) = collect(&file.bytes(), "r.xlsx").unwrap();
    let found: Vec<_> = collected
        .rows
        .iter()
        .flat_map(texts)
        .map(|(_, kind, text)| (kind, text))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(kind, text)| (*kind, (*text).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

fn cell(inside: &str) -> Xlsx {
    Xlsx::rows(&format!("<row r=\"2\">{inside}</row>"))
}

#[test]
fn a_workbook_of_a_library_is_read() {
    let mut workbook = Workbook::new();
    let date = Style::new().set_num_format("mm/dd/yyyy");
    let cover = workbook.add_worksheet().set_name("Cover").unwrap();
    cover.write(0, 0, "Request ID").unwrap();
    cover.write(0, 1, "R-2026-1").unwrap();
    cover.write(1, 0, "signed_on").unwrap();
    let day = ExcelDateTime::from_ymd(2026, 11, 2).unwrap();
    cover.write_with_format(1, 1, &day, &date).unwrap();
    let sheet = workbook.add_worksheet().set_name("Subjects").unwrap();
    for (column, header) in ["Surname", "First Name", "DOB", "ZIP", "City", "Reason"]
        .iter()
        .enumerate()
    {
        sheet.write(0, column as u16, *header).unwrap();
    }
    sheet.write(1, 0, "Díaz & <Söhne>").unwrap();
    sheet.write(1, 1, " María ").unwrap();
    let born = ExcelDateTime::from_ymd(1980, 2, 29).unwrap();
    sheet.write_with_format(1, 2, &born, &date).unwrap();
    sheet.write(1, 3, 2138).unwrap();
    sheet.write(1, 4, true).unwrap();
    sheet
        .write(1, 5, Formula::new("=A2").set_result("line one\nline two"))
        .unwrap();
    sheet.write(4, 0, "Fifth row").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();

    let (summary, collected) = collect(&bytes, "request.xlsx").unwrap();
    assert_eq!(summary.format, Format::Xlsx);
    assert_eq!(summary.digest, Digest::of(&bytes));
    assert_eq!(
        (summary.rows, summary.sheets, summary.bytes),
        (2, 1, bytes.len() as u64)
    );
    let cover = collected.cover.as_ref().unwrap();
    assert_eq!(cover.text("request_id"), "R-2026-1");
    assert_eq!(cover.text("signed_on"), "2026-11-02");
    assert_eq!(cover.values["signed_on"].cell, "B2");
    assert_eq!(
        texts(&collected.rows[0]),
        [
            ("given_names", CellKind::Text, " María ".to_owned()),
            ("surnames", CellKind::Text, "Díaz & <Söhne>".to_owned()),
            ("date_of_birth", CellKind::Date, "1980-02-29".to_owned()),
            ("city", CellKind::Boolean, "TRUE".to_owned()),
            ("postal_code", CellKind::Number, "2138".to_owned()),
            ("reason", CellKind::Text, "line one\nline two".to_owned()),
        ]
    );
    let row = &collected.rows[0];
    assert_eq!(row.cell_name(Column::PostalCode).unwrap(), "D2");
    assert!(row.cell(Column::Reason).unwrap().formula);
    assert!(!row.cell(Column::City).unwrap().formula);
    assert_eq!((collected.rows[1].row, collected.rows[1].sheet), (5, 1));
    assert_eq!(
        message(&collected, "workbook.formulas"),
        "sheet `Subjects`: cells with formulas: 1 (F2)"
    );
}

#[test]
fn constant_memory_writing_is_read() {
    let mut workbook = Workbook::new();
    let sheet = workbook
        .add_worksheet_with_constant_memory()
        .unwrap()
        .set_name("Subjects")
        .unwrap();
    sheet.write(0, 0, "surnames").unwrap();
    sheet.write(0, 1, "city").unwrap();
    for row in 1..2000 {
        sheet.write(row, 0, "Díaz").unwrap();
        sheet.write(row, 1, format!("Town {row}")).unwrap();
    }
    let (summary, collected) = collect(&workbook.save_to_buffer().unwrap(), "r.xlsx").unwrap();
    assert_eq!(summary.rows, 1999);
    assert_eq!(collected.rows[1998].text(Column::City), "Town 1999");
}

#[test]
fn stored_forms_of_values() {
    let dates =
        "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/><xf numFmtId=\"171\"/>";
    let formats = "<numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;x&quot;\"/><numFmt numFmtId=\"171\" formatCode=\"h:mm\"/>";
    let styled = |inside: &str| {
        let mut file = cell(inside);
        file.cell_formats = dates.to_owned();
        file.number_formats = formats.to_owned();
        file
    };
    let date = |text| [(CellKind::Date, text)];
    let number = |text| [(CellKind::Number, text)];
    let text = |text| [(CellKind::Text, text)];
    check(
        &styled("<c r=\"A2\" s=\"1\"><v>45292</v></c>"),
        &date("2024-01-01"),
    );
    check(
        &styled("<c r=\"A2\" s=\"2\"><v>45292.75</v></c>"),
        &date("2024-01-01T18:00:00"),
    );
    check(
        &styled("<c r=\"A2\" s=\"3\"><v>0.75</v></c>"),
        &number("0.75"),
    );
    check(
        &styled("<c r=\"A2\" s=\"0\"><v>45292</v></c>"),
        &number("45292"),
    );
    check(&styled("<c r=\"A2\" s=\"1\"><v>60</v></c>"), &number("60"));
    check(
        &styled("<c r=\"A2\" s=\"99\"><v>1E3</v></c>"),
        &number("1000"),
    );
    let mut old = styled("<c r=\"A2\" s=\"1\"><v>43830</v></c>");
    old.workbook_properties = "<workbookPr date1904=\"1\"/>".to_owned();
    check(&old, &date("2024-01-01"));
    check(
        &cell("<c r=\"A2\" t=\"d\"><v>2024-01-01T00:00:00</v></c>"),
        &date("2024-01-01"),
    );
    check(
        &cell("<c r=\"A2\" t=\"b\"><v>0</v></c>"),
        &[(CellKind::Boolean, "FALSE")],
    );
    check(
        &cell("<c r=\"A2\" t=\"e\"><v>#N/A</v></c>"),
        &[(CellKind::Error, "#N/A")],
    );
    check(
        &cell("<c r=\"A2\" t=\"str\"><f>B2</f><v>a_x000A_b</v></c>"),
        &text("a\nb"),
    );
    check(
        &cell(
            "<c r=\"A2\" t=\"inlineStr\"><is><r><t>Di</t></r><r><rPr><b/></rPr><t>az</t></r><rPh><t>no</t></rPh></is></c>",
        ),
        &text("Diaz"),
    );
    let mut shared = cell("<c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>2</v></c>");
    shared.strings = vec![
        "<t>zero</t>".to_owned(),
        "<r><t>D&#237;</t></r><r><t xml:space=\"preserve\">az </t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh>".to_owned(),
        "<t/>".to_owned(),
    ];
    check(&shared, &text("Díaz "));
    check(&cell("<c r=\"A2\"/><c r=\"B2\" t=\"s\"/>"), &[]);
    check(
        &cell("<c><v>1</v></c><c><v>2</v></c>"),
        &[(CellKind::Number, "1"), (CellKind::Number, "2")],
    );
}

#[test]
fn prefixed_and_strict_documents_are_read() {
    let file = Xlsx::rows("").part(
        "xl/worksheets/sheet1.xml",
        b"<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><x:sheetData>\
          <x:row><x:c t=\"inlineStr\"><x:is><x:t>surnames</x:t></x:is></x:c><x:c t=\"inlineStr\"><x:is><x:t>city</x:t></x:is></x:c></x:row>\
          <x:row><x:c t=\"inlineStr\"><x:is><x:t>Diaz</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>",
    );
    check(&file, &[(CellKind::Text, "Diaz")]);
}

/// A workbook with one of everything that is to be told.
fn odd_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Subjects").unwrap();
    for (column, header) in ["surnames", "city", "employer", "last name", "tin"]
        .iter()
        .enumerate()
    {
        sheet.write(0, column as u16, *header).unwrap();
    }
    for row in 1..5 {
        sheet.write(row, 0, "Diaz").unwrap();
        sheet.write(row, 1, "Reno").unwrap();
    }
    sheet.set_row_hidden(2).unwrap();
    sheet.set_column_hidden(1).unwrap();
    sheet
        .merge_range(3, 0, 3, 1, "Merged", &Style::new())
        .unwrap();
    sheet.insert_note(1, 1, &Note::new("said aside")).unwrap();
    sheet.write_formula(4, 4, "=1/0").unwrap();
    workbook.add_worksheet().set_name("Maria Doe").unwrap();
    workbook.add_worksheet().set_name("Guide").unwrap();
    workbook
        .add_worksheet()
        .set_name("Old")
        .unwrap()
        .set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn odd_things_are_told_with_their_places() {
    let (_, collected) = collect(&odd_workbook(), "r.xlsx").unwrap();
    for (rule, expected) in [
        (
            "workbook.hidden-rows",
            "sheet `Subjects`: hidden rows: 1 (3)",
        ),
        (
            "workbook.hidden-columns",
            "sheet `Subjects`: hidden columns: 1 (B)",
        ),
        (
            "workbook.merged-cells",
            "sheet `Subjects`: merged ranges: 1 (A4:B4)",
        ),
        (
            "workbook.comments",
            "sheet `Subjects`: cells with comments: 1 (B2)",
        ),
        (
            "workbook.formulas",
            "sheet `Subjects`: cells with formulas: 1 (E5)",
        ),
        (
            "workbook.unknown-column",
            "sheet `Subjects`: the header in C1 names no known column",
        ),
        (
            "workbook.duplicate-column",
            "sheet `Subjects`: the headers in A1 and D1 both name the column `surnames`",
        ),
        (
            "workbook.unread-sheet",
            "the workbook has sheets that are neither cover nor subjects: 2 (sheet 2 of the workbook, sheet 4 of the workbook)",
        ),
        (
            "workbook.hidden-sheet",
            "the workbook has hidden sheets: 1 (sheet 4 of the workbook)",
        ),
        (
            "workbook.missing-column",
            "sheet `Subjects` has no column `given_names`",
        ),
    ] {
        assert_eq!(message(&collected, rule), expected);
    }
    assert!(collected.rows[1].hidden && !collected.rows[0].hidden);
    for finding in &collected.findings {
        assert_eq!(
            finding.class == FindingClass::Deficient,
            finding.rule.0 == "workbook.missing-column"
        );
        assert!(!finding.message.contains("Maria") && !finding.message.contains("employer"));
    }
}

#[test]
fn macros_links_and_missing_values_are_told() {
    let mut file = cell("<c r=\"A2\"><f>B2</f></c><c r=\"B2\" t=\"e\"><v>#REF!</v></c>")
        .part("xl/vbaProject.bin", b"x");
    file.workbook_relationships =
        common::relationship("rIdX", "externalLink", "externalLinks/externalLink1.xml");
    let (_, collected) = collect(&file.bytes(), "r.xlsm").unwrap();
    for (rule, expected) in [
        (
            "workbook.macros",
            "the workbook has macros: 1 (xl/vbaProject.bin)",
        ),
        (
            "workbook.external-links",
            "the workbook has links to other files or data connections: 1 (externalLink)",
        ),
        (
            "workbook.formulas-without-value",
            "sheet `Subjects`: formulas without a computed value: 1 (A2)",
        ),
        (
            "workbook.error-cells",
            "sheet `Subjects`: cells with an error value: 1 (B2)",
        ),
    ] {
        assert_eq!(message(&collected, rule), expected);
    }
}

#[test]
fn sheets_continue_one_another_by_number() {
    let head = format!(
        "<row r=\"1\">{}{}</row>",
        inline("A1", "city"),
        inline("B1", "surnames")
    );
    let file = Xlsx::rows(&format!("<row r=\"2\">{}</row>", inline("A2", "one")))
        .sheet(
            "Subjects 3",
            "",
            &format!(
                "<sheetData>{head}<row r=\"2\">{}</row></sheetData>",
                inline("B2", "three")
            ),
        )
        .sheet("Cover", "", "<sheetData/>");
    let (summary, collected) = collect(&file.bytes(), "r.xlsx").unwrap();
    assert_eq!((summary.rows, summary.sheets), (2, 2));
    let sheets: Vec<u16> = collected.rows.iter().map(|row| row.sheet).collect();
    assert_eq!(sheets, [1, 3]);
    assert_eq!(collected.rows[1].text(Column::Surnames), "three");
    assert!(message(&collected, "workbook.sheet-gap").contains("Subjects 2"));
}

#[test]
fn headers_are_found_below_a_banner_and_every_required_one_is_asked_for() {
    let text = "Request of 3 May,,\n,,\nplease hurry,,\nsurnames,city,x\nDiaz,Reno,y\n";
    let (_, collected) = collect(text.as_bytes(), "r.csv").unwrap();
    assert_eq!(collected.rows.len(), 1);
    assert_eq!(collected.rows[0].row, 5);
    assert!(message(&collected, "workbook.above-header").ends_with("2 (1, 3)"));
    // One known name alone is not a header row.
    let text = "City\nsurnames,city\nDiaz,Reno\n";
    let (_, found) = collect(text.as_bytes(), "r.csv").unwrap();
    assert_eq!(found.rows.len(), 1);
    let missing: Vec<_> = collected
        .findings
        .iter()
        .filter(|finding| finding.rule.0 == "workbook.missing-column")
        .filter_map(|finding| finding.column)
        .collect();
    let required: Vec<_> = Column::ALL
        .iter()
        .copied()
        .filter(|column| column.need() == Need::Always)
        .filter(|column| !matches!(column, Column::Surnames | Column::City))
        .collect();
    assert_eq!(missing, required);
}

#[test]
fn csv_in_every_dress_is_the_same_table() {
    let table = "surnames,city,reason\nMuñoz,Reno,\"a, b\"\n\nDíaz,,\"two\nlines\"\n";
    let semicolons = "surnames;city;reason\nMuñoz;Reno;a, b\n\nDíaz;;\"two\nlines\"\n";
    let tabs = "surnames\tcity\treason\r\nMuñoz\tReno\ta, b\r\n\r\nDíaz\t\t\"two\nlines\"\r\n";
    let (_, expected) = collect(table.as_bytes(), "r.csv").unwrap();
    assert_eq!(expected.rows.len(), 2);
    assert_eq!((expected.rows[0].row, expected.rows[1].row), (2, 4));
    assert_eq!(expected.rows[1].text(Column::Reason), "two\nlines");
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(tabs.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let latin: Vec<u8> = table
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (bytes, is_utf8) in [
        (semicolons.as_bytes().to_vec(), true),
        (tabs.as_bytes().to_vec(), true),
        ([b"\xef\xbb\xbf", table.as_bytes()].concat(), true),
        (utf16, true),
        (latin, false),
    ] {
        let (_, found) = collect(&bytes, "r.csv").unwrap();
        assert_eq!(found.rows, expected.rows);
        assert_eq!(rules(&found).contains(&"workbook.not-utf8"), !is_utf8);
    }
    let declared = format!("sep=;\n{semicolons}");
    let (_, found) = collect(declared.as_bytes(), "r.csv").unwrap();
    assert_eq!(found.rows[0].text(Column::Reason), "a, b");
    assert!(!rules(&found).contains(&"workbook.above-header"));
}

#[test]
fn ragged_records_are_told_by_line() {
    let text = "surnames,city,state\na,b,c\nd,e\nf,g,h,i\nj\n";
    let (_, collected) = collect(text.as_bytes(), "r.csv").unwrap();
    assert_eq!(collected.rows.len(), 4);
    assert!(message(&collected, "workbook.extra-fields").ends_with(": 1 (4)"));
    assert!(message(&collected, "workbook.missing-fields").ends_with(": 2 (3, 5)"));
}

/// An ods with one of everything.
fn odd_ods() -> Vec<u8> {
    let styles = "<style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>";
    let inside = format!(
        "<table:table table:name=\"Notes\" table:style-name=\"ta2\"/>\
         <table:table table:name=\"Subjects\">\
         <table:table-column/><table:table-column table:visibility=\"collapse\"/><table:table-column table:number-columns-repeated=\"16382\"/>\
         <table:table-header-rows><table:table-row>{}{}{}{}{}</table:table-row></table:table-header-rows>\
         <table:table-row table:visibility=\"collapse\">\
         <table:table-cell office:value-type=\"date\" office:date-value=\"1980-02-29\"><text:p>02/29/80</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"float\" office:value=\"2138\"><office:annotation><text:p>aside</text:p></office:annotation><text:p>02138</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>WAHR</text:p></table:table-cell>\
         <table:table-cell table:formula=\"of:=1\" office:value-type=\"string\" office:string-value=\"set\"><text:p>shown</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"string\" calcext:value-type=\"error\" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\"><text:p>#N/A</text:p></table:table-cell>\
         </table:table-row>\
         <table:table-row-group table:display=\"false\"><table:table-row table:number-rows-repeated=\"2\">\
         <table:table-cell table:number-columns-spanned=\"2\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell><table:covered-table-cell/>\
         <table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"string\"><text:p>y</text:p></table:table-cell>\
         </table:table-row></table:table-row-group>\
         <table:table-row table:number-rows-repeated=\"1048572\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
         </table:table>\
         <table:table table:name=\"Cover\"><table:table-row>{}{}</table:table-row></table:table>",
        ods_text("dob"),
        ods_text("zip"),
        ods_text("city"),
        ods_text("surnames"),
        ods_text("reason"),
        ods_text("agency"),
        ods_text("Bureau of  Tests"),
    );
    ods(styles, &inside)
}

#[test]
fn ods_values_and_odd_things() {
    let (summary, collected) = collect(&odd_ods(), "r.ods").unwrap();
    assert_eq!((summary.format, summary.rows), (Format::Ods, 3));
    assert_eq!(
        collected.cover.as_ref().unwrap().text("agency"),
        "Bureau of  Tests"
    );
    assert_eq!(
        texts(&collected.rows[0]),
        [
            ("surnames", CellKind::Text, "set".to_owned()),
            ("date_of_birth", CellKind::Date, "1980-02-29".to_owned()),
            ("city", CellKind::Boolean, "TRUE".to_owned()),
            ("postal_code", CellKind::Number, "2138".to_owned()),
            ("reason", CellKind::Error, "#N/A".to_owned()),
        ]
    );
    assert!(collected.rows.iter().all(|row| row.hidden));
    assert_eq!(collected.rows[2].row, 4);
    assert_eq!(collected.rows[2].text(Column::City), "y");
    assert_eq!(collected.rows[2].text(Column::Surnames), "y");
    for (rule, expected) in [
        (
            "workbook.hidden-rows",
            "sheet `Subjects`: hidden rows: 3 (2, 3, 4)",
        ),
        (
            "workbook.hidden-columns",
            "sheet `Subjects`: hidden columns: 1 (B)",
        ),
        (
            "workbook.merged-cells",
            "sheet `Subjects`: merged ranges: 1 (A3:B3)",
        ),
        (
            "workbook.comments",
            "sheet `Subjects`: cells with comments: 1 (B2)",
        ),
        (
            "workbook.formulas",
            "sheet `Subjects`: cells with formulas: 1 (D2)",
        ),
        (
            "workbook.error-cells",
            "sheet `Subjects`: cells with an error value: 1 (E2)",
        ),
        (
            "workbook.hidden-sheet",
            "the workbook has hidden sheets: 1 (sheet 1 of the workbook)",
        ),
    ] {
        assert_eq!(message(&collected, rule), expected);
    }
}

/// A table of texts as each format has it.
struct Table(Vec<Vec<String>>);

impl Table {
    const HEADERS: [&'static str; 4] = ["surnames", "city", "reason", "tin"];

    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(Self::HEADERS).unwrap();
        for row in &self.0 {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn xlsx(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("Subjects").unwrap();
        sheet.write_row(0, 0, Self::HEADERS).unwrap();
        for (number, row) in (1..).zip(&self.0) {
            for (column, text) in (0..).zip(row) {
                if !text.is_empty() {
                    sheet.write_string(number, column, text).unwrap();
                }
            }
        }
        workbook.save_to_buffer().unwrap()
    }

    fn ods(&self) -> Vec<u8> {
        let row = |texts: Vec<&str>| {
            let cells: String = texts
                .iter()
                .map(|text| {
                    if text.is_empty() {
                        "<table:table-cell/>".to_owned()
                    } else {
                        ods_text(text)
                    }
                })
                .collect();
            format!("<table:table-row>{cells}</table:table-row>")
        };
        let head = row(Self::HEADERS.to_vec());
        let rows: String = self
            .0
            .iter()
            .map(|texts| row(texts.iter().map(String::as_str).collect()))
            .collect();
        ods(
            "",
            &format!("<table:table table:name=\"Subjects\">{head}{rows}</table:table>"),
        )
    }
}

/// Rows without their numbers: a csv numbers lines, and a quoted field may hold several.
fn contents(collected: &Collected) -> Vec<Vec<(&'static str, CellKind, String)>> {
    collected.rows.iter().map(texts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_same_table_gives_the_same_rows_in_every_format(
        rows in prop::collection::vec(
            prop::collection::vec("([a-zA-Z0-9é世🦀&<>\"',; \t\n]|_x000A_|=1|  ){0,8}", 4),
            0..8,
        )
    ) {
        let table = Table(rows);
        let (_, csv) = collect(&table.csv(), "r.csv").unwrap();
        let (_, xlsx) = collect(&table.xlsx(), "r.xlsx").unwrap();
        let (_, ods) = collect(&table.ods(), "r.ods").unwrap();
        prop_assert_eq!(contents(&csv), contents(&xlsx));
        prop_assert_eq!(contents(&csv), contents(&ods));
        // What went in comes out: the plain reading of the table, blank rows and cells left out.
        let plain: Vec<Vec<String>> = table.0.iter()
            .map(|row| {
                // In the order of the columns: surnames, tin, city, reason.
                let texts = [0, 3, 1, 2].map(|at| row[at].clone());
                texts.into_iter().filter(|text| !text.trim().is_empty()).collect()
            })
            .filter(|row: &Vec<String>| !row.is_empty())
            .collect();
        let found: Vec<Vec<String>> = contents(&csv).into_iter()
            .map(|row| row.into_iter().map(|(_, _, text)| text).collect())
            .collect();
        prop_assert_eq!(found, plain);
    }

    #[test]
    fn no_bytes_crash_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), name in "r\\.(csv|xlsx|ods)") {
        let _ = collect(&bytes, &name);
        let with_header = [b"surnames,city\n".as_slice(), &bytes].concat();
        let _ = collect(&with_header, &name);
    }
}
