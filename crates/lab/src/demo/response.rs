//! Opening a response: decryption with an officer's own identity, and its sheet `Answers` read back.
//!
//! Place in the flow: what the officer's own tool would do. Only the laboratory reads answers by
//! program, to compare them with the truth of a synthetic nation.
//!
//! Left to others: writing responses (answer).

use std::{
    fs,
    io::{Cursor, Read as _},
    path::Path,
};

use quick_xml::{Reader, events::Event};

use super::DemoError;

/// One answer that says something.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Answered {
    /// Sheet of subjects, and the sheet's own row number.
    pub place: (u16, u32),
    /// `Confirmed` or `Disclosed`.
    pub answer: String,
    /// The mailing address, lines parted by newlines; empty for a confirmation.
    pub address: String,
    /// Its tax period; empty likewise.
    pub period: String,
}

/// Most bytes of one part of a response.
const PART_BYTES: u64 = 64 << 20;

/// Decrypts a file wholly, or not at all.
pub(super) fn decrypt(file: &Path, identity_file: &Path) -> Result<Vec<u8>, DemoError> {
    let broken = |what: &str| DemoError::Check(format!("`{}`: {what}", file.display()));
    let text = fs::read_to_string(identity_file).map_err(DemoError::file(identity_file))?;
    let identity: age::x25519::Identity = text
        .trim()
        .parse()
        .map_err(|_| broken("its officer's identity does not read"))?;
    let encrypted = fs::read(file).map_err(DemoError::file(file))?;
    let plain = age::decrypt(&identity, &encrypted);
    plain.map_err(|_| broken("it does not open with its officer's identity"))
}

/// Answers of a response workbook.
pub(super) fn answers(workbook: &[u8]) -> Result<Vec<Answered>, DemoError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook))
        .map_err(|error| DemoError::Check(format!("a response is no workbook: {error}")))?;
    let mut part = |name: &str| -> Result<String, DemoError> {
        let read = || -> std::io::Result<String> {
            let mut text = String::new();
            archive
                .by_name(name)?
                .take(PART_BYTES)
                .read_to_string(&mut text)?;
            Ok(text)
        };
        let mut read = read;
        read().map_err(|error| DemoError::Check(format!("a response lacks `{name}`: {error}")))
    };
    // The order of the sheets is fixed: Summary, Answers, No disclosure, Declined, Rejected.
    let (strings, sheet) = (
        part("xl/sharedStrings.xml")?,
        part("xl/worksheets/sheet2.xml")?,
    );
    let strings = texts(&strings, b"si")?;
    let rows = rows(&sheet, &strings)?;
    Ok(rows.iter().filter_map(|row| answered(row)).collect())
}

/// A row of the sheet as an answer; none for title, note and header.
fn answered(row: &[String]) -> Option<Answered> {
    let [place, _, answer, address, period, ..] = row else {
        return None;
    };
    let (sheet, number) = place.strip_prefix("Subjects")?.split_once(", row ")?;
    let sheet = match sheet.trim() {
        "" => 1,
        number => number.parse().ok()?,
    };
    Some(Answered {
        place: (sheet, number.parse().ok()?),
        answer: answer.clone(),
        address: address.clone(),
        period: period.clone(),
    })
}

fn damaged(error: impl std::fmt::Display) -> DemoError {
    DemoError::Check(format!("a response's XML does not read: {error}"))
}

/// The whole text inside each element of that name.
fn texts(xml: &str, name: &[u8]) -> Result<Vec<String>, DemoError> {
    let mut reader = Reader::from_str(xml);
    let (mut all, mut own) = (Vec::new(), None::<String>);
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(start) if start.name().as_ref() == name => own = Some(String::new()),
            Event::Empty(start) if start.name().as_ref() == name => all.push(String::new()),
            Event::End(end) if end.name().as_ref() == name => all.extend(own.take()),
            Event::Text(text) => {
                if let Some(own) = &mut own {
                    own.push_str(&text.decode().map_err(damaged)?);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(own) = &mut own {
                    own.push_str(entity(&reference.decode().map_err(damaged)?));
                }
            }
            Event::Eof => return Ok(all),
            _ => {}
        }
    }
}

/// The five entities of XML; anything else shows as a question mark.
fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "#10" | "#xA" => "\n",
        _ => "?",
    }
}

/// Cells of each row; every cell of these sheets is a shared string or empty, columns without gaps.
fn rows(xml: &str, strings: &[String]) -> Result<Vec<Vec<String>>, DemoError> {
    let mut reader = Reader::from_str(xml);
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    let mut value = None::<String>;
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(start) if start.name().as_ref() == b"row" => row = Vec::new(),
            Event::Start(start) if start.name().as_ref() == b"v" => value = Some(String::new()),
            Event::Empty(start) if start.name().as_ref() == b"c" => row.push(String::new()),
            Event::Text(text) => {
                if let Some(value) = &mut value {
                    value.push_str(&text.decode().map_err(damaged)?);
                }
            }
            Event::End(end) => match end.name().as_ref() {
                b"row" => rows.push(std::mem::take(&mut row)),
                b"c" => {
                    let index = value.take().and_then(|value| value.parse::<usize>().ok());
                    let text = index.and_then(|index| strings.get(index));
                    row.push(text.cloned().unwrap_or_default());
                }
                _ => {}
            },
            Event::Eof => return Ok(rows),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format, Workbook};

    use super::*;

    #[test]
    fn answers_are_read_back_as_written() {
        let format = Format::new().set_text_wrap();
        let mut workbook = Workbook::new();
        workbook.add_worksheet();
        let sheet = workbook.add_worksheet();
        let lines = [
            [
                "Row",
                "Case number",
                "Answer",
                "Mailing address",
                "Tax period",
            ],
            [
                "Subjects, row 12",
                "C-1",
                "Disclosed",
                "12 A & B <ST>\nRENO NV 89501",
                "2024",
            ],
            ["Subjects 2, row 3", "C-2", "Confirmed", "", ""],
        ];
        for (row, line) in (3_u32..).zip(lines) {
            for (column, text) in (0_u16..).zip(line) {
                // As in a response: an empty cell is there, because it has a format.
                sheet
                    .write_string_with_format(row, column, text, &format)
                    .unwrap();
            }
        }
        let read = answers(&workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].place, (1, 12));
        assert_eq!(read[0].address, "12 A & B <ST>\nRENO NV 89501");
        assert_eq!(
            (read[1].place, read[1].answer.as_str()),
            ((2, 3), "Confirmed")
        );
    }

    #[test]
    fn what_is_no_workbook_is_said() {
        assert!(answers(b"nothing").is_err());
    }
}
