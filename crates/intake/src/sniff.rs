//! What kind of file it is, by its content; the name only confirms it.
//!
//! Place in the flow: after the survey, before any parser. Files that are something else are named
//! for what they are, so that the sender knows what to do.
//!
//! Left to others: whether the archive or the text is sound (the readers).

use std::io::{Read, SeekFrom};

use crate::{Format, IntakeError, Source, archive::Archive, error::printable, survey::Survey};

const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const ODS_MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// Beginnings of files that are not workbooks, and what to call them.
const OTHERS: [(&[u8], &str); 15] = [
    (b"PK\x05\x06", "an empty zip archive"),
    (b"PK\x07\x08", "a zip archive in several parts"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a rich text document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"age-encryption.org/", "a file encrypted with age"),
    (b"-----BEGIN AGE", "a file encrypted with age"),
];

fn extension(name: &str) -> String {
    let after = name.rsplit_once('.').map_or("", |(_, after)| after);
    printable(
        &after
            .to_ascii_lowercase()
            .chars()
            .take(8)
            .collect::<String>(),
    )
}

/// Tells the format from the first bytes of a file (at least 100, if it has as many) and its name.
/// An archive is called xlsx unless its first entry or its name says ods; [`crate::read`] looks
/// inside before it believes that.
///
/// # Errors
/// [`IntakeError`] naming what the file seems to be instead.
pub fn sniff(first_bytes: &[u8], name: &str) -> Result<Format, IntakeError> {
    if first_bytes.is_empty() {
        return Err(IntakeError::Empty);
    }
    if first_bytes.starts_with(ZIP) {
        let is_ods = first_bytes
            .get(30..)
            .is_some_and(|rest| rest.starts_with(b"mimetype") && contains(rest, ODS_MIMETYPE));
        return Ok(if is_ods || extension(name) == "ods" {
            Format::Ods
        } else {
            Format::Xlsx
        });
    }
    if first_bytes.starts_with(COMPOUND) {
        return Err(IntakeError::OldExcel);
    }
    let other = OTHERS
        .iter()
        .find(|(magic, _)| first_bytes.starts_with(magic));
    if let Some((_, found)) = other {
        return Err(not_a_workbook(found));
    }
    sniff_text(first_bytes, name)
}

fn sniff_text(first_bytes: &[u8], name: &str) -> Result<Format, IntakeError> {
    let text = first_bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first_bytes)
        .trim_ascii_start();
    let starts = |with: &[u8]| {
        text.get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    if starts(b"<!doctype html") || starts(b"<html") || starts(b"<table") {
        return Err(not_a_workbook("a web page, whatever its name"));
    }
    if starts(b"<?xml") || starts(b"<workbook") || starts(b"<office:document") {
        return Err(not_a_workbook("an XML document"));
    }
    match &*extension(name) {
        extension @ ("xlsx" | "xlsm" | "ods") => Err(IntakeError::NameAndContent {
            extension: extension.to_owned(),
            what: "it is not a zip archive".to_owned(),
        }),
        extension @ ("xls" | "xlsb") => Err(IntakeError::NameAndContent {
            extension: extension.to_owned(),
            what: "it has no workbook's first bytes".to_owned(),
        }),
        _ => Ok(Format::Csv),
    }
}

fn not_a_workbook(found: &str) -> IntakeError {
    IntakeError::NotAWorkbook {
        found: found.to_owned(),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// [`sniff`] with what the survey of the whole file knows.
pub(crate) fn recognise(
    reader: &mut dyn Source,
    survey: &Survey,
    name: &str,
) -> Result<Format, IntakeError> {
    if survey.head.starts_with(COMPOUND) && survey.encrypted_package {
        return Err(IntakeError::Encrypted);
    }
    let format = sniff(&survey.head, name)?;
    reader
        .seek(SeekFrom::Start(0))
        .map_err(|error| IntakeError::from_io(&error, "the file"))?;
    Ok(format)
}

/// Tells the format of an archive from its entries.
pub(crate) fn archive_format(archive: &mut Archive<'_>) -> Result<Format, IntakeError> {
    if archive.has("[Content_Types].xml") {
        if archive.has("content.xml") {
            let what = "it is an xlsx and an ods at once";
            return Err(IntakeError::hostile("the archive", what));
        }
        return office_format(archive);
    }
    if archive.has("mimetype") {
        return open_document_format(archive);
    }
    if archive.has("content.xml") && archive.has("META-INF/manifest.xml") {
        return Ok(Format::Ods);
    }
    let inner = archive.names().find(|name| {
        let extension = extension(name);
        matches!(&*extension, "xlsx" | "xlsm" | "ods" | "csv" | "xls")
    });
    Err(not_a_workbook(if inner.is_some() {
        "a zip archive with a workbook inside; send the workbook itself"
    } else {
        "a zip archive"
    }))
}

fn office_format(archive: &Archive<'_>) -> Result<Format, IntakeError> {
    for (entry, found) in [
        (
            "xl/workbook.bin",
            "a binary Excel workbook (xlsb); save it as xlsx",
        ),
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
    ] {
        if archive.has(entry) {
            return Err(not_a_workbook(found));
        }
    }
    Ok(Format::Xlsx)
}

fn open_document_format(archive: &mut Archive<'_>) -> Result<Format, IntakeError> {
    let mut mimetype = Vec::new();
    if let Some(part) = archive.part("mimetype")? {
        part.take(200)
            .read_to_end(&mut mimetype)
            .map_err(|error| IntakeError::from_io(&error, "`mimetype`"))?;
    }
    if mimetype.starts_with(ODS_MIMETYPE) {
        Ok(Format::Ods)
    } else if mimetype.starts_with(b"application/vnd.oasis.opendocument") {
        Err(not_a_workbook("an OpenDocument file, but no spreadsheet"))
    } else {
        Err(not_a_workbook("a zip archive"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], name: &str, expected: Result<Format, &str>) {
        let found = sniff(bytes, name).map_err(|error| error.to_string());
        match expected {
            Ok(format) => assert_eq!(found, Ok(format), "{name}"),
            Err(part) => {
                let message = found.unwrap_err();
                assert!(message.contains(part), "{message}");
            }
        }
    }

    #[test]
    fn files_are_told_by_content() {
        let ods = [
            b"PK\x03\x04".as_slice(),
            &[0; 26],
            b"mimetype",
            ODS_MIMETYPE,
        ]
        .concat();
        check(&ods, "x", Ok(Format::Ods));
        check(b"PK\x03\x04....", "request.xlsx", Ok(Format::Xlsx));
        check(b"PK\x03\x04....", "request.csv", Ok(Format::Xlsx));
        check(b"PK\x03\x04....", "request.ods", Ok(Format::Ods));
        check(b"surnames,city\n", "request.csv", Ok(Format::Csv));
        check(b"surnames\tcity\n", "request", Ok(Format::Csv));
        check(b"", "request.csv", Err("empty"));
        check(COMPOUND, "request.xls", Err("old Excel"));
        check(b"%PDF-1.7", "request.xlsx", Err("a PDF"));
        check(b"surnames,city\n", "request.xlsx", Err("`.xlsx`"));
        check(b"surnames\tcity\n", "request.xls", Err("`.xls`"));
        check(b"  <HTML><table>", "request.xls", Err("web page"));
        check(b"\xef\xbb\xbf<?xml version", "request.csv", Err("XML"));
        check(b"PK\x05\x06", "request.xlsx", Err("empty zip"));
    }
}
