//! Files that one program reads one way and another program another way: each is refused, told, or
//! read as spreadsheet programs read it.
//!
//! Place in the flow: [`countersign_intake::read`] against parts written by hand.
//!
//! Left to others: files that are large (`amplified.rs`) or merely broken (`hostile.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use common::{Xlsx, collect, inline, message, ods, ods_text, relationship, rels, rules, zip_of};
use countersign_intake::Collected;
use model::row::CellKind;

/// Filled cells of all rows: row, position, kind and text.
type Cells = Vec<(u32, u16, CellKind, String)>;

fn cells(collected: &Collected) -> Cells {
    let cells = collected.rows.iter().flat_map(|row| {
        let cells = row.cells().iter();
        cells.map(|cell| {
            (
                row.row,
                cell.position,
                cell.kind,
                cell.text.expose().clone(),
            )
        })
    });
    let mut cells: Cells = cells.collect();
    cells.sort_by_key(|(row, position, ..)| (*row, *position));
    cells
}

fn read(bytes: &[u8], name: &str) -> Result<Collected, String> {
    let read = collect(bytes, name);
    read.map(|(_, collected)| collected)
        .map_err(|error| error.to_string())
}

/// The texts of the cells, or a part of the error.
fn check(bytes: &[u8], name: &str, expected: Result<&[&str], &str>) {
    match (read(bytes, name), expected) {
        (Ok(collected), Ok(expected)) => {
            let texts: Vec<_> = cells(&collected).into_iter().map(|cell| cell.3).collect();
            assert_eq!(texts, expected);
        }
        (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
        (found, expected) => panic!("{expected:?}, but {found:?}"),
    }
}

const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:m=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:x=\"urn:other\"";

fn head() -> String {
    let cells = [inline("A1", "surnames"), inline("B1", "city")].concat();
    format!("<row r=\"1\">{cells}</row>")
}

/// A sheet part with this in its `sheetData`.
fn sheet(rows: &str) -> Vec<u8> {
    let data = format!("<sheetData>{}{rows}</sheetData>", head());
    whole(&format!("<worksheet {MAIN}>{data}</worksheet>"))
}

/// A workbook whose sheet part is this.
fn whole(content: &str) -> Vec<u8> {
    let file = Xlsx::rows("").part("xl/worksheets/sheet1.xml", content.as_bytes());
    file.bytes()
}

fn row(number: u32, text: &str) -> String {
    let cell = inline(&format!("A{number}"), text);
    format!("<row r=\"{number}\">{cell}</row>")
}

#[test]
fn elements_and_attributes_of_others_are_not_the_sheets() {
    let ghost =
        "<x:row r=\"3\"><x:c r=\"A3\" t=\"inlineStr\"><x:is><x:t>Ghost</x:t></x:is></x:c></x:row>";
    check(
        &sheet(&[&row(2, "Ann"), ghost].concat()),
        "r.xlsx",
        Ok(&["Ann"]),
    );
    let prefixed = "<m:row r=\"2\"><m:c r=\"A2\" t=\"str\"><m:v>Ann</m:v></m:c></m:row>";
    check(&sheet(prefixed), "r.xlsx", Ok(&["Ann"]));
    let attribute = "<row r=\"2\" x:hidden=\"1\"><c r=\"A2\" x:r=\"B2\" x:t=\"s\" t=\"str\"><v>Ann</v></c></row>";
    let found = read(&sheet(attribute), "r.xlsx").unwrap();
    assert_eq!(cells(&found), [(2, 0, CellKind::Text, "Ann".to_owned())]);
    assert!(!found.rows[0].hidden);
    let strict = format!(
        "<worksheet xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><sheetData>{}{}</sheetData></worksheet>",
        head(),
        row(2, "Ann")
    );
    check(&whole(&strict), "r.xlsx", Ok(&["Ann"]));
    let wrong = strict.replace(
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "urn:nothing",
    );
    check(&whole(&wrong), "r.xlsx", Err("its root element"));
    let mut file = Xlsx::rows("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c></row>");
    file.strings = vec!["<t>zero</t>".to_owned(), "<t>one</t>".to_owned()];
    let strings = format!(
        "<sst {MAIN}><si><t>zero</t></si><x:si><x:t>ghost</x:t></x:si><si><t>one</t></si></sst>"
    );
    let file = file.part("xl/sharedStrings.xml", strings.as_bytes());
    check(&file.bytes(), "r.xlsx", Ok(&["one"]));
}

#[test]
fn relationships_and_dates_of_others_are_not_the_workbooks() {
    let rels = [
        relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
        relationship("rId9", "worksheet", "worksheets/sheet9.xml"),
        relationship("rIdT", "styles", "styles.xml"),
    ];
    let workbook = |sheet: &str, after: &str| {
        format!(
            "<workbook {MAIN}><workbookPr/><sheets><sheet name=\"Subjects\" sheetId=\"1\" {sheet}/></sheets>{after}</workbook>"
        )
    };
    let cell =
        "<row r=\"2\"><c r=\"A2\" s=\"1\" x:s=\"0\" xmlns:x=\"urn:x\"><v>30000</v></c></row>";
    let mut file = Xlsx::rows(cell)
        .part(
            "xl/_rels/workbook.xml.rels",
            common::rels(&rels.concat()).as_bytes(),
        )
        .part("xl/worksheets/sheet9.xml", b"<worksheet/>");
    file.cell_formats = "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>".to_owned();
    for (sheet, after) in [
        ("x:id=\"rId9\" r:id=\"rId1\"", ""),
        (
            "r:id=\"rId1\" id=\"rId9\"",
            "<extLst><ext><x:workbookPr date1904=\"1\"/></ext></extLst>",
        ),
        (
            "r:id=\"rId&#49;\" x:state=\"hidden\"",
            "<x:workbookPr date1904=\"1\"/>",
        ),
    ] {
        let file = file
            .clone()
            .part("xl/workbook.xml", workbook(sheet, after).as_bytes());
        check(&file.bytes(), "r.xlsx", Ok(&["1982-02-18"]));
    }
    let choice = "<mc:AlternateContent><mc:Choice Requires=\"x\"><workbookPr date1904=\"1\"/></mc:Choice></mc:AlternateContent>";
    let file = file.part(
        "xl/workbook.xml",
        workbook("r:id=\"rId1\"", choice).as_bytes(),
    );
    check(
        &file.bytes(),
        "r.xlsx",
        Err("one program reads and another does not"),
    );
}

#[test]
fn alternatives_among_rows_and_values_are_refused() {
    let choice = |inside: &str| {
        format!(
            "<mc:AlternateContent><mc:Choice Requires=\"x\">{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback></mc:AlternateContent>"
        )
    };
    let what = Err("one program reads and another does not");
    check(&sheet(&choice(&row(2, "Eve"))), "r.xlsx", what);
    let value = format!("<row r=\"2\"><c r=\"A2\">{}</c></row>", choice("<v>1</v>"));
    check(&sheet(&value), "r.xlsx", what);
    let sheets = format!(
        "<workbook {MAIN}><sheets>{}</sheets></workbook>",
        choice("<sheet name=\"Subjects\" r:id=\"rId1\"/>")
    );
    let file = Xlsx::rows("").part("xl/workbook.xml", sheets.as_bytes());
    check(&file.bytes(), "r.xlsx", what);
}

#[test]
fn what_stands_once_stands_once() {
    let data = format!("<sheetData>{}{}</sheetData>", head(), row(2, "Ann"));
    let twice = format!(
        "<worksheet {MAIN}>{data}<sheetData>{}</sheetData></worksheet>",
        row(3, "Eve")
    );
    check(&whole(&twice), "r.xlsx", Err("rows in two places"));
    let deep = format!(
        "<worksheet {MAIN}>{data}<extLst><ext><sheetData>{}</sheetData></ext></extLst></worksheet>",
        row(3, "Eve")
    );
    check(&whole(&deep), "r.xlsx", Ok(&["Ann"]));
    let roots = format!("<worksheet {MAIN}>{data}</worksheet><worksheet {MAIN}/>");
    check(&whole(&roots), "r.xlsx", Err("not well-formed"));
    for inside in [
        "<c r=\"A2\"><v>1</v><v>2</v></c>",
        "<c r=\"A2\" t=\"inlineStr\"><is><t>a</t></is><is><t>b</t></is></c>",
    ] {
        let rows = format!("<row r=\"2\">{inside}</row>");
        check(&sheet(&rows), "r.xlsx", Err("cell A2: it has two values"));
    }
    let doubled = "<row r=\"2\"><c r=\"A2\" t=\"str\" r=\"B2\"><v>Ann</v></c></row>";
    check(&sheet(doubled), "r.xlsx", Err("attribute twice"));
    let hidden = "<row r=\"2\" hidden=\"&#49;\"><c r=\"A2\" t=\"&#115;tr\"><v>Ann</v></c></row>";
    assert!(read(&sheet(hidden), "r.xlsx").unwrap().rows[0].hidden);
    let same = [
        relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
        relationship("rId1", "styles", "styles.xml"),
    ];
    let file = Xlsx::rows("").part(
        "xl/_rels/workbook.xml.rels",
        rels(&same.concat()).as_bytes(),
    );
    check(&file.bytes(), "r.xlsx", Err("same id"));
}

#[test]
fn named_parts_must_be_there() {
    let related = |more: &str| {
        let sheet = relationship("rId1", "worksheet", "worksheets/sheet1.xml");
        let file = Xlsx::rows(&row(2, "Ann"));
        let file = file.part(
            "xl/_rels/workbook.xml.rels",
            rels(&[&sheet, more].concat()).as_bytes(),
        );
        file.bytes()
    };
    check(&related(""), "r.xlsx", Ok(&["Ann"]));
    let missing = relationship("rId2", "styles", "nothing.xml");
    check(
        &related(&missing),
        "r.xlsx",
        Err("part `xl/nothing.xml`: it is not in the archive"),
    );
    let missing = relationship("rId2", "sharedStrings", "nothing.xml");
    check(
        &related(&missing),
        "r.xlsx",
        Err("it is not in the archive"),
    );
    let external =
        relationship("rId2", "styles", "http://x/y").replace("/>", " TargetMode=\"External\"/>");
    check(
        &related(&external),
        "r.xlsx",
        Err("leads out of the package"),
    );
    let two = [
        relationship("rId2", "styles", "styles.xml"),
        relationship("rId3", "styles", "styles.xml"),
    ];
    check(&related(&two.concat()), "r.xlsx", Err("there twice"));
}

#[test]
fn formulas_with_an_empty_text_are_computed() {
    for (cell, rule) in [
        (
            "<c r=\"A2\" t=\"str\"><f>\"\"</f><v></v></c>",
            "workbook.formulas",
        ),
        ("<c r=\"A2\" t=\"str\"><f>\"\"</f></c>", "workbook.formulas"),
        (
            "<c r=\"A2\"><f>B2</f><v></v></c>",
            "workbook.formulas-without-value",
        ),
    ] {
        let found = read(&sheet(&format!("<row r=\"2\">{cell}</row>")), "r.xlsx").unwrap();
        let told: Vec<_> = rules(&found)
            .into_iter()
            .filter(|rule| rule.contains("formulas"))
            .collect();
        assert_eq!(told, [rule], "{cell}");
    }
    let empty = "<table:table-cell table:formula=\"x\" office:value-type=\"string\" office:string-value=\"\"/>";
    let found = read(&table("", &table_row(&[empty])), "r.ods").unwrap();
    assert!(rules(&found).contains(&"workbook.formulas"));
}

#[test]
fn no_width_or_height_is_hidden() {
    for zero in ["0", "0.0", "0.00"] {
        let content = format!(
            "<worksheet {MAIN}><cols><col min=\"2\" max=\"2\" width=\"{zero}\"/></cols><sheetData>{}\
             <row r=\"2\" ht=\"{zero}\">{}</row></sheetData></worksheet>",
            head(),
            inline("A2", "Ann")
        );
        let found = read(&whole(&content), "r.xlsx").unwrap();
        assert!(message(&found, "workbook.hidden-columns").ends_with("1 (B)"));
        assert!(found.rows[0].hidden, "{zero}");
    }
}

#[test]
fn drawings_and_comments_are_told() {
    let content = format!(
        "<worksheet {MAIN}><sheetData>{}</sheetData><drawing r:id=\"rId1\"/></worksheet>",
        head()
    );
    let found = read(&whole(&content), "r.xlsx").unwrap();
    let told = message(&found, "workbook.drawings");
    assert_eq!(
        told,
        "sheet `Subjects`: drawings and text boxes: 1 (on the sheet)"
    );
    for (author, text, told) in [
        ("countersign", "DEFICIENT · address.zip\nx", false),
        ("", "QUESTION · x", false),
        ("Ann", "QUESTION · x", true),
        ("countersign", "see John Doe", true),
    ] {
        let comments = format!(
            "<comments {MAIN}><authors><author>{author}</author></authors><commentList>\
             <comment ref=\"A2\" authorId=\"0\"><text><r><t>{text}</t></r></text></comment></commentList></comments>"
        );
        let target = relationship("rId1", "comments", "../comments1.xml");
        let file = Xlsx::rows(&row(2, "Ann"))
            .part(
                "xl/worksheets/_rels/sheet1.xml.rels",
                rels(&target).as_bytes(),
            )
            .part("xl/comments1.xml", comments.as_bytes());
        let found = read(&file.bytes(), "r.xlsx").unwrap();
        assert_eq!(
            rules(&found).contains(&"workbook.comments"),
            told,
            "{author}: {text}"
        );
    }
}

#[test]
fn what_is_odd_about_a_cover_is_told() {
    let cover = format!(
        "<sheetData><row r=\"1\" hidden=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\" t=\"e\"><f>NA()</f><v>#N/A</v></c></row></sheetData>\
         <mergeCells><mergeCell ref=\"A4:B4\"/></mergeCells>",
        inline("A1", "agency"),
        inline("B1", "Hidden"),
        inline("A2", "signatory")
    );
    let found = read(&Xlsx::rows("").sheet("Cover", "", &cover).bytes(), "r.xlsx").unwrap();
    for (rule, end) in [
        ("workbook.hidden-rows", "hidden rows: 1 (1)"),
        ("workbook.formulas", "cells with formulas: 1 (B2)"),
        ("workbook.error-cells", "error value: 1 (B2)"),
        ("workbook.merged-cells", "merged ranges: 1 (A4:B4)"),
    ] {
        let told = message(&found, rule);
        assert!(
            told.starts_with("sheet `Cover`") && told.ends_with(end),
            "{told}"
        );
    }
    let aside = format!(
        "<sheetData><row r=\"2\">{}{}</row></sheetData>",
        inline("B2", "agency"),
        inline("C2", "A")
    );
    let found = read(&Xlsx::rows("").sheet("Cover", "", &aside).bytes(), "r.xlsx").unwrap();
    assert!(rules(&found).contains(&"cover.no-keys"));
}

fn table_row(cells: &[&str]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

/// An ods with these rows below its headers, and this before them.
fn table(before: &str, rows: &str) -> Vec<u8> {
    let heads = [ods_text("surnames"), ods_text("city")];
    let heads = table_row(&[&heads[0], &heads[1]]);
    let inside =
        format!("<table:table table:name=\"Subjects\">{before}{heads}{rows}</table:table>");
    let inside = inside.replace(
        "<table:table ",
        "<table:table xmlns:x=\"urn:x\" \
        xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\" \
        xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" ",
    );
    ods(
        "<style:style style:name=\"none\"><style:table-column-properties style:column-width=\"0cm\"/></style:style>\
         <style:style style:name=\"flat\"><style:table-row-properties style:row-height=\"0.00cm\"/></style:style>",
        &inside,
    )
}

fn cell(attributes: &str, text: &str) -> String {
    format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
}

#[test]
fn elements_and_attributes_of_others_are_not_the_tables() {
    let ann = ods_text("Ann");
    let ghost = "<x:table-cell office:value-type=\"string\"><text:p>Ghost</text:p></x:table-cell>";
    let rows = table_row(&[&ann, ghost, &ods_text("Reno")]);
    check(&table("", &rows), "r.ods", Ok(&["Ann", "Reno"]));
    let ghost = format!("<x:table-row>{ann}</x:table-row>{}", table_row(&[&ann]));
    check(&table("", &ghost), "r.ods", Ok(&["Ann"]));
    let repeated = cell(
        "x:number-columns-repeated=\"2\" office:value-type=\"string\"",
        "Ann",
    );
    check(&table("", &table_row(&[&repeated])), "r.ods", Ok(&["Ann"]));
    let twice = cell(
        "office:value-type=\"float\" office:value=\"1\" office:value=\"2\"",
        "1",
    );
    check(
        &table("", &table_row(&[&twice])),
        "r.ods",
        Err("attribute twice"),
    );
    let resolved = table_row(&[
        "<table:table-cell table:number-columns-repeated=\"&#49;\"/>",
        &ods_text("Reno"),
    ]);
    let found = read(&table("", &resolved), "r.ods").unwrap();
    assert_eq!(cells(&found)[0].1, 1);
    let hidden = table_row(&[&ann]).replace(
        "<table:table-row>",
        "<table:table-row table:visibility=\"coll&#97;pse\">",
    );
    assert!(read(&table("", &hidden), "r.ods").unwrap().rows[0].hidden);
}

#[test]
fn values_of_an_ods_are_what_their_types_say() {
    let value = |kind: &str, attribute: &str| {
        let cell = cell(
            &format!("office:value-type=\"{kind}\" {attribute}"),
            "shown",
        );
        table("", &table_row(&[&cell]))
    };
    for (kind, attribute, expected) in [
        (
            "date",
            "office:date-value=\"2001-02-03T23:59:59.99\"",
            Ok("2001-02-04"),
        ),
        (
            "date",
            "office:date-value=\"2001&#45;02-03\"",
            Ok("2001-02-03"),
        ),
        (
            "date",
            "office:date-value=\"2001-02-30\"",
            Err("not a date"),
        ),
        ("date", "", Err("not a date")),
        ("boolean", "office:boolean-value=\"1\"", Ok("TRUE")),
        ("boolean", "office:boolean-value=\"tru&#101;\"", Ok("TRUE")),
        ("boolean", "office:boolean-value=\"false\"", Ok("FALSE")),
        (
            "boolean",
            "office:boolean-value=\"maybe\"",
            Err("not a truth value"),
        ),
        ("time", "office:time-value=\"PT12H00M00S\"", Ok("0.5")),
        ("time", "office:time-value=\"noon\"", Err("not a time")),
    ] {
        let expected = expected.map(|text| [text]);
        let expected = expected
            .as_ref()
            .map(<[&str; 1]>::as_slice)
            .map_err(|part| *part);
        check(&value(kind, attribute), "r.ods", expected);
    }
    let error = cell(
        "table:formula=\"of:=NA()\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
        "#N/A",
    );
    let found = read(&table("", &table_row(&[&error])), "r.ods").unwrap();
    assert_eq!(cells(&found), [(2, 0, CellKind::Error, "#N/A".to_owned())]);
}

#[test]
fn what_an_ods_hides_or_draws_is_told() {
    let row = table_row(&[&ods_text("Ann"), &ods_text("Reno")]);
    let none = "<table:table-column/><table:table-column table:style-name=\"none\"/>";
    let folded = "<table:table-column/><table:table-column-group table:display=\"false\"><table:table-column/></table:table-column-group>";
    for before in [none, folded] {
        let found = read(&table(before, &row), "r.ods").unwrap();
        assert!(message(&found, "workbook.hidden-columns").ends_with("1 (B)"));
    }
    let flat = row.replace(
        "<table:table-row>",
        "<table:table-row table:style-name=\"flat\">",
    );
    assert!(read(&table("", &flat), "r.ods").unwrap().rows[0].hidden);
    let shapes = "<table:shapes><draw:frame><draw:text-box/></draw:frame></table:shapes>";
    let found = read(&table(shapes, &row), "r.ods").unwrap();
    assert!(message(&found, "workbook.drawings").ends_with("1 (on the sheet)"));
    let boxed = cell(
        "office:value-type=\"string\"",
        "Ann<draw:frame><text:p>x</text:p></draw:frame>",
    );
    let found = read(&table("", &table_row(&[&boxed])), "r.ods").unwrap();
    assert!(message(&found, "workbook.drawings").ends_with("1 (A2)"));
    let blank = table_row(&["<table:table-cell><text:p><text:s/></text:p></table:table-cell>"]);
    let many = blank.replace(
        "<table:table-row>",
        "<table:table-row table:number-rows-repeated=\"2000\">",
    );
    check(
        &table("", &[many.as_str(), &row].concat()),
        "r.ods",
        Ok(&["Ann", "Reno"]),
    );
}

#[test]
fn a_csv_says_what_a_spreadsheet_shows() {
    let guarded = read(b"surnames,city\n=\"00042\",Reno\n", "r.csv").unwrap();
    assert_eq!(cells(&guarded)[0].3, "00042");
    assert!(message(&guarded, "workbook.formulas").ends_with("1 (A2)"));
    let excel = "surnames,city\n\"=\"\"00042\"\"\",Reno\n";
    check(excel.as_bytes(), "r.csv", Ok(&["00042", "Reno"]));
    let after = read(b"surnames,city\n\"B\" x,Reno\nAnn,Reno\n", "r.csv").unwrap();
    assert!(message(&after, "workbook.text-after-quote").ends_with("1 (2)"));
    let latin = read(b"PK,surnames,city\n1,Jos\xe9,Reno\n", "r.csv").unwrap();
    assert_eq!(cells(&latin)[0].3, "José");
}

/// The end record's place; there is no comment.
fn end(bytes: &[u8]) -> usize {
    bytes.len() - 22
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

#[test]
fn an_archive_says_one_thing() {
    let good = Xlsx::rows(&row(2, "Ann")).bytes();
    let (end, directory) = (end(&good), u32_at(&good, end(&good) + 16));
    let moved = |mut bytes: Vec<u8>, by: u32| {
        let at = bytes.len() - 22 + 16;
        let offset = u32_at(&bytes, at) as u32 + by;
        bytes[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        bytes
    };
    let mut fewer = good.clone();
    fewer[end + 8] -= 1;
    fewer[end + 10] -= 1;
    check(&fewer, "r.xlsx", Err("holds more than it declares"));
    let two = [&good[..end], &good[directory..end], &good[end..]].concat();
    check(&two, "r.xlsx", Err("between its directory and its end"));
    let gap = moved([&good[..directory], b"gap", &good[directory..]].concat(), 3);
    check(&gap, "r.xlsx", Err("something stands behind it"));
    // An end record of 64 bits that leads to the same directory, then one that does not.
    let larger = |offset: u64| {
        let count = u64::from(u16::from_le_bytes([good[end + 8], good[end + 9]]));
        let mut record = b"PK\x06\x06".to_vec();
        record.extend_from_slice(&44_u64.to_le_bytes());
        record.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for field in [count, count, (end - directory) as u64, offset] {
            record.extend_from_slice(&field.to_le_bytes());
        }
        record.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        record.extend_from_slice(&(end as u64).to_le_bytes());
        record.extend_from_slice(&1_u32.to_le_bytes());
        [&good[..end], &record, &good[end..]].concat()
    };
    check(&larger(directory as u64), "r.xlsx", Ok(&["Ann"]));
    check(&larger(0), "r.xlsx", Err("contradict each other"));
    let both = Xlsx::rows("").part("content.xml", b"<x/>").bytes();
    check(&both, "r.xlsx", Err("an xlsx and an ods at once"));
    check(&zip_of(&[("a", b"b")]), "r.zip", Err("a zip archive"));
}
