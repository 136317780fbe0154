//! Small files that stand for much: a text that many cells share, a part that is read many times, a
//! value that is slow to read. Each is refused in little time, and what is delivered stays in
//! proportion to the file.
//!
//! Place in the flow: [`countersign_intake::read`] in this process.
//!
//! Left to others: archives that inflate to too much (`hostile.rs`), memory (`hostile_child.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use common::{Xlsx, collect, ods, ods_text, relationship, rels};
use countersign_intake::{Event, Limits, read};
use model::column::Column;

/// The error, and the bytes of text that came before it.
fn refused(bytes: &[u8], name: &str) -> (String, usize) {
    let begin = Instant::now();
    let mut delivered = 0;
    let read = read(
        Cursor::new(bytes),
        name,
        &Limits::standard(),
        &mut |event: Event| {
            if let Event::Row(row) = event {
                let lengths = row.cells().iter().map(|cell| cell.text.expose().len());
                delivered += lengths.sum::<usize>();
            }
            Ok(())
        },
    );
    // Not optimised and beside other tests; `hostile_child.rs` holds processor time to five seconds.
    assert!(begin.elapsed() < Duration::from_secs(60), "{name}");
    let message = read.map_or_else(|error| error.to_string(), |_| String::new());
    (message, delivered)
}

/// Rows each of whose known columns refers to the same shared string.
fn shared(columns: usize, rows: usize, bytes: usize) -> Vec<u8> {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let heads: String = Column::ALL[..columns]
        .iter()
        .map(|column| cell(column.header()))
        .collect();
    let row = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(columns));
    let mut file = Xlsx::subjects(&format!(
        "<sheetData><row>{heads}</row>{}</sheetData>",
        row.repeat(rows)
    ));
    file.strings.push(format!("<t>{}</t>", "x".repeat(bytes)));
    file.bytes()
}

/// A row of one long text in every known column, written once and repeated.
fn repeated(times: u32, rows: usize, bytes: usize) -> Vec<u8> {
    let heads: String = Column::ALL
        .iter()
        .map(|column| ods_text(column.header()))
        .collect();
    let row = format!(
        "<table:table-row table:number-rows-repeated=\"{times}\"><table:table-cell \
         table:number-columns-repeated=\"{}\" office:value-type=\"string\"><text:p>{}</text:p>\
         </table:table-cell></table:table-row>",
        Column::COUNT,
        "x".repeat(bytes)
    );
    let rows = row.repeat(rows);
    let inside = format!("<table:table-row>{heads}</table:table-row>{rows}");
    ods(
        "",
        &format!("<table:table table:name=\"Subjects\">{inside}</table:table>"),
    )
}

#[test]
fn the_texts_of_a_row_have_a_limit() {
    const CELL: usize = 128 << 10;
    let fits = shared(8, 3, CELL);
    assert_eq!(refused(&fits, "r.xlsx"), (String::new(), 3 << 20));
    let more = "sheet `Subjects`, row 2: the texts of a row are larger than 1048576 bytes";
    for (bytes, name) in [
        (shared(9, 3, CELL), "r.xlsx"),
        (repeated(1000, 3, CELL), "r.ods"),
    ] {
        assert_eq!(refused(&bytes, name), (more.to_owned(), 0), "{name}");
    }
}

#[test]
fn all_texts_together_stay_in_proportion_to_the_file() {
    let wide = 1 << 20;
    for (bytes, name) in [
        (shared(8, 5_000, wide / 8), "r.xlsx"),
        (repeated(1000, 20, wide / 40), "r.ods"),
    ] {
        assert!(bytes.len() < wide, "{name}: {}", bytes.len());
        let (message, delivered) = refused(&bytes, name);
        assert!(message.contains("out of proportion"), "{name}: {message}");
        assert!(delivered <= 64 << 20, "{name}: {delivered}");
        assert!(delivered > 60 << 20, "{name}: {delivered}");
    }
}

#[test]
fn a_part_is_read_for_one_sheet_and_once() {
    let mut file = Xlsx::rows("").sheet("Subjects 2", "", "<sheetData/>");
    let target = relationship("rId2", "worksheet", "/xl/Worksheets/sheet1.xml");
    let related = relationship("rId1", "worksheet", "worksheets/sheet1.xml");
    file = file.part(
        "xl/_rels/workbook.xml.rels",
        rels(&[related, target].concat()).as_bytes(),
    );
    let (message, _) = refused(&file.bytes(), "r.xlsx");
    assert!(
        message.starts_with("part `xl/Worksheets/sheet1.xml`: it is named twice"),
        "{message}"
    );
    let comments: String = (0..9_999)
        .map(|n| relationship(&format!("c{n}"), "comments", "../c.xml"))
        .collect();
    let huge = vec![b' '; 31 << 20];
    let file = Xlsx::rows("")
        .part(
            "xl/worksheets/_rels/sheet1.xml.rels",
            rels(&comments).as_bytes(),
        )
        .part("xl/c.xml", &huge);
    let (message, _) = refused(&file.bytes(), "r.xlsx");
    assert!(
        message.contains("`xl/c.xml`: it is named twice"),
        "{message}"
    );
}

/// An ods with so many sheets of subjects and a long comment before them.
fn sheets(numbers: impl Iterator<Item = u32>, bytes: usize) -> Vec<u8> {
    let heads = [ods_text("surnames"), ods_text("city")].concat();
    let tables: String = numbers
        .map(|number| {
            format!(
                "<table:table table:name=\"Subjects {number}\"><table:table-row>{heads}\
                 </table:table-row></table:table>"
            )
        })
        .collect();
    let comment = format!("<!--{}-->", " ".repeat(100_000)).repeat(bytes / 100_000);
    ods("", &[comment, tables].concat())
}

#[test]
fn sheets_in_order_are_read_in_one_pass() {
    let (message, _) = refused(&sheets(1..=60, 24 << 20), "r.ods");
    assert_eq!(message, "");
    let (message, _) = refused(&sheets((1..=60).rev(), 24 << 20), "r.ods");
    assert!(message.contains("again and again"), "{message}");
}

#[test]
fn sheets_out_of_order_are_read_in_the_order_of_their_numbers() {
    let row = |text: &str| {
        let cells = [ods_text(text), ods_text("Reno")].concat();
        format!("<table:table-row>{cells}</table:table-row>")
    };
    let table = |name: &str, text: &str| {
        let heads = [ods_text("surnames"), ods_text("city")].concat();
        format!(
            "<table:table table:name=\"{name}\"><table:table-row>{heads}</table:table-row>{}\
             </table:table>",
            row(text)
        )
    };
    let cover = "<table:table table:name=\"Cover\"><table:table-row>".to_owned()
        + &[ods_text("agency"), ods_text("A")].concat()
        + "</table:table-row></table:table>";
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]];
    for order in orders {
        let tables = [
            table("Subjects", "one"),
            cover.clone(),
            table("Subjects 2", "two"),
            table("Subjects 3", "three"),
        ];
        let inside: String = order.iter().map(|at| tables[*at].as_str()).collect();
        let (_, collected) = collect(&ods("", &inside), "r.ods").unwrap();
        let found: Vec<&str> = (collected.rows.iter())
            .map(|row| row.text(Column::Surnames))
            .collect();
        assert_eq!(found, ["one", "two", "three"], "{order:?}");
        assert_eq!(collected.cover.unwrap().text("agency"), "A", "{order:?}");
    }
}
