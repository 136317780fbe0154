//! Workbooks made for tests: by a library, and by hand where a library would not write them.
//!
//! Place in the flow: shared by the integration tests of this crate.
//!
//! Left to others: what is asserted.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::{Cursor, Write as _};

use countersign_intake::{Collected, IntakeError, Limits, Summary, read};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Reads bytes in this process.
pub fn collect(bytes: &[u8], name: &str) -> Result<(Summary, Collected), IntakeError> {
    collect_within(bytes, name, &Limits::standard())
}

/// Reads bytes in this process within limits.
pub fn collect_within(
    bytes: &[u8],
    name: &str,
    limits: &Limits,
) -> Result<(Summary, Collected), IntakeError> {
    let mut collected = Collected::default();
    let summary = read(Cursor::new(bytes), name, limits, &mut collected)?;
    Ok((summary, collected))
}

/// A zip of parts, deflated.
pub fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The parts of a small xlsx; tests replace or add some.
#[derive(Clone)]
pub struct Xlsx {
    /// `sheet` elements of the workbook part: name, other attributes.
    pub sheets: Vec<(String, String)>,
    /// Content of each sheet's part.
    pub contents: Vec<String>,
    pub strings: Vec<String>,
    pub workbook_properties: String,
    pub number_formats: String,
    pub cell_formats: String,
    pub workbook_relationships: String,
    pub more: Vec<(String, Vec<u8>)>,
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

impl Xlsx {
    /// One sheet `Subjects` with this inside its `worksheet` element.
    pub fn subjects(inside: &str) -> Self {
        Self {
            sheets: vec![("Subjects".to_owned(), String::new())],
            contents: vec![inside.to_owned()],
            strings: Vec::new(),
            workbook_properties: String::new(),
            number_formats: String::new(),
            cell_formats: String::new(),
            workbook_relationships: String::new(),
            more: Vec::new(),
        }
    }

    /// One sheet `Subjects` with the headers surnames and city in row 1, and these rows.
    pub fn rows(rows: &str) -> Self {
        Self::subjects(&format!(
            "<sheetData><row r=\"1\">{}{}</row>{rows}</sheetData>",
            inline("A1", "surnames"),
            inline("B1", "city")
        ))
    }

    pub fn sheet(mut self, name: &str, attributes: &str, inside: &str) -> Self {
        self.sheets.push((name.to_owned(), attributes.to_owned()));
        self.contents.push(inside.to_owned());
        self
    }

    pub fn part(mut self, name: &str, content: &[u8]) -> Self {
        self.more.push((name.to_owned(), content.to_vec()));
        self
    }

    pub fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let mut sheets = String::new();
        let mut related = self.workbook_relationships.clone();
        let mut parts = vec![("[Content_Types].xml".to_owned(), b"<Types/>".to_vec())];
        let numbered = self.sheets.iter().zip(&self.contents).zip(1..);
        for (((name, attributes), inside), number) in numbered {
            sheets.push_str(&format!(
                "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\" {attributes}/>"
            ));
            related.push_str(&relationship(
                &format!("rId{number}"),
                "worksheet",
                &format!("worksheets/sheet{number}.xml"),
            ));
            let content = format!("<worksheet xmlns=\"{MAIN}\">{inside}</worksheet>");
            parts.push((
                format!("xl/worksheets/sheet{number}.xml"),
                content.into_bytes(),
            ));
        }
        related.push_str(&relationship("rIdS", "sharedStrings", "sharedStrings.xml"));
        related.push_str(&relationship("rIdT", "styles", "styles.xml"));
        let strings: String = self
            .strings
            .iter()
            .map(|s| format!("<si>{s}</si>"))
            .collect();
        for (name, content) in [
            (
                "_rels/.rels",
                rels(&relationship("rId1", "officeDocument", "xl/workbook.xml")),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATED}\">{}<sheets>{sheets}</sheets></workbook>",
                    self.workbook_properties
                ),
            ),
            ("xl/_rels/workbook.xml.rels", rels(&related)),
            (
                "xl/sharedStrings.xml",
                format!("<sst xmlns=\"{MAIN}\">{strings}</sst>"),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns=\"{MAIN}\"><numFmts>{}</numFmts><cellXfs>{}</cellXfs></styleSheet>",
                    self.number_formats, self.cell_formats
                ),
            ),
        ] {
            parts.push((name.to_owned(), content.into_bytes()));
        }
        for (name, content) in &self.more {
            parts.retain(|(known, _)| known != name);
            parts.push((name.clone(), content.clone()));
        }
        parts
    }

    pub fn bytes(&self) -> Vec<u8> {
        let parts = self.parts();
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice()))
            .collect();
        zip_of(&parts)
    }
}

pub fn relationship(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{RELATED}/{kind}\" Target=\"{target}\"/>")
}

pub fn rels(inside: &str) -> String {
    format!("<Relationships xmlns=\"{PACKAGE}\">{inside}</Relationships>")
}

/// An inline string cell.
pub fn inline(cell: &str, text: &str) -> String {
    let text = escape(text);
    format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// An ods with this inside its `office:spreadsheet` and `office:automatic-styles`.
pub fn ods(styles: &str, inside: &str) -> Vec<u8> {
    let names = [
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
    ];
    let names: String = names
        .iter()
        .map(|(short, long)| {
            format!(" xmlns:{short}=\"urn:oasis:names:tc:opendocument:xmlns:{long}:1.0\"")
        })
        .collect();
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content{names}>\
         <office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body><office:spreadsheet>{inside}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("mimetype", stored).unwrap();
    writer
        .write_all(b"application/vnd.oasis.opendocument.spreadsheet")
        .unwrap();
    writer.start_file("META-INF/manifest.xml", stored).unwrap();
    writer.write_all(b"<manifest/>").unwrap();
    let deflated = stored.compression_method(CompressionMethod::Deflated);
    writer.start_file("content.xml", deflated).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// A text cell of an ods, white space written as elements.
pub fn ods_text(text: &str) -> String {
    let paragraphs: String = text
        .split('\n')
        .map(|line| {
            let line = escape(line)
                .replace(' ', "<text:s/>")
                .replace('\t', "<text:tab/>");
            format!("<text:p>{line}</text:p>")
        })
        .collect();
    format!("<table:table-cell office:value-type=\"string\">{paragraphs}</table:table-cell>")
}

/// A rule's findings.
pub fn rules(collected: &Collected) -> Vec<&'static str> {
    collected
        .findings
        .iter()
        .map(|finding| finding.rule.0)
        .collect()
}

/// The message of a rule's first finding.
pub fn message<'c>(collected: &'c Collected, rule: &str) -> &'c str {
    collected
        .findings
        .iter()
        .find(|finding| finding.rule.0 == rule)
        .map_or("(no such finding)", |finding| &finding.message)
}
