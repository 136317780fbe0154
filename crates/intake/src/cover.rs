//! The cover: from the sheet `Cover`, or from the TOML beside a csv.
//!
//! Place in the flow: read before the first sheet of subjects; the gate puts the fields into the
//! cover note that the signatory signs.
//!
//! Left to others: whether the values are right (statute), the signature (instrument).

use std::collections::BTreeMap;

use model::{column::normal_header, finding::Finding};

use crate::{
    IntakeError,
    event::{COVER_KEYS, CoverFields, CoverValue},
    notice::Notice,
    table::cell_name,
};

/// Rows of a cover sheet that are read.
pub(crate) const COVER_ROWS: u32 = 200;
/// Bytes of a cover TOML that are read.
const COVER_TOML_BYTES: usize = 64 * 1024;

/// Takes the filled cells of the sheet `Cover`: keys in column A, values in column B. Other columns
/// are for people.
#[derive(Debug, Default)]
pub(crate) struct CoverSheet {
    keys: BTreeMap<u32, String>,
    values: BTreeMap<u32, String>,
}

impl CoverSheet {
    pub(crate) fn cell(&mut self, row: u32, position: u32, text: &str) {
        if row > COVER_ROWS || text.trim().is_empty() {
            return;
        }
        match position {
            0 => self.keys.insert(row, normal_header(text)),
            1 => self.values.insert(row, text.to_owned()),
            _ => None,
        };
    }

    pub(crate) fn finish(mut self) -> (CoverFields, Vec<Finding>) {
        let mut collector = Collector::default();
        for (row, key) in self.keys {
            if let Some(text) = self.values.remove(&row) {
                collector.take(&key, text, cell_name(1, row));
            }
        }
        (collector.fields, collector.findings)
    }
}

#[derive(Default)]
struct Collector {
    fields: CoverFields,
    findings: Vec<Finding>,
}

impl Collector {
    fn take(&mut self, key: &str, text: String, cell: String) {
        if matches!(key, "key" | "field") {
            return;
        }
        let Some(known) = COVER_KEYS.iter().find(|known| **known == key) else {
            let message = format!("the cover's entry at {cell} has a key that is not known");
            self.findings
                .push(Notice::CoverUnknownKey.finding(message, Some(cell)));
            return;
        };
        if self.fields.values.contains_key(*known) {
            let message = format!("the cover has the key `{known}` again at {cell}");
            self.findings
                .push(Notice::CoverDuplicateKey.finding(message, Some(cell)));
            return;
        }
        self.fields
            .values
            .insert((*known).to_owned(), CoverValue { text, cell });
    }
}

/// Reads the TOML that stands beside a csv: the keys of [`COVER_KEYS`] at the top level, each with
/// a string or a date. Gives the fields, each with its line as its cell, and findings about keys.
///
/// # Errors
/// [`IntakeError::Cover`] with the line for text that is not TOML, a value of another kind, or more
/// than 64 KiB.
pub fn read_cover_toml(text: &str) -> Result<(CoverFields, Vec<Finding>), IntakeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > COVER_TOML_BYTES {
        return Err(IntakeError::Cover {
            line: 1,
            what: format!("the file is larger than {COVER_TOML_BYTES} bytes"),
        });
    }
    let table: BTreeMap<String, toml::Spanned<toml::Value>> =
        toml::from_str(text).map_err(|error| IntakeError::Cover {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            what: "this is not TOML, or a key stands twice".to_owned(),
        })?;
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(_, value)| value.span().start);
    let mut collector = Collector::default();
    for (key, value) in entries {
        let line = line_of(text, value.span().start);
        let text = match value.into_inner() {
            toml::Value::String(text) => text,
            toml::Value::Datetime(date) => date.to_string(),
            _ => {
                return Err(IntakeError::Cover {
                    line,
                    what: "a value is text in quotes, or a date".to_owned(),
                });
            }
        };
        if !text.trim().is_empty() {
            collector.take(&normal_header(&key), text, format!("line {line}"));
        }
    }
    Ok((collector.fields, collector.findings))
}

fn line_of(text: &str, byte: usize) -> u64 {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toml_cover_is_read_with_its_lines() {
        let (fields, findings) = read_cover_toml(
            "# cover\nrequest_id = \"R-1\"\nsigned_on = 2026-11-02\npurpose = \"\"\ncolour = \"x\"\n",
        )
        .unwrap();
        assert_eq!(fields.text("request_id"), "R-1");
        assert_eq!(fields.values["signed_on"].text, "2026-11-02");
        assert_eq!(fields.values["signed_on"].cell, "line 3");
        assert_eq!(fields.text("purpose"), "");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].cell.as_deref(), Some("line 5"));
        assert!(!format!("{fields:?}").contains("R-1"));
    }

    #[test]
    fn bad_covers_name_their_line() {
        for (text, line) in [
            ("a = \"b\"\nc", 2),
            ("request_id = 7", 1),
            ("agency = \"x\"\nagency = \"y\"", 2),
            ("\n\n[cover]\nagency = \"x\"", 3),
        ] {
            match read_cover_toml(text) {
                Err(IntakeError::Cover { line: found, .. }) => assert_eq!(found, line, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(read_cover_toml(&"#".repeat(70_000)).is_err());
    }

    #[test]
    fn a_cover_sheet_pairs_keys_and_values() {
        let mut sheet = CoverSheet::default();
        for (row, position, text) in [
            (1, 0, "Key"),
            (1, 1, "Value"),
            (2, 0, "Request ID"),
            (2, 1, "R-1"),
            (2, 2, "for people"),
            (3, 0, "Agency"),
            (4, 1, "no key"),
            (5, 0, "request_id"),
            (5, 1, "R-2"),
            (6, 0, "Nickname"),
            (6, 1, "x"),
            (9_999, 0, "purpose"),
        ] {
            sheet.cell(row, position, text);
        }
        let (fields, findings) = sheet.finish();
        assert_eq!(fields.text("request_id"), "R-1");
        assert_eq!(fields.values.len(), 1);
        assert_eq!(fields.values["request_id"].cell, "B2");
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule.0).collect();
        assert_eq!(rules, ["cover.duplicate-key", "cover.unknown-key"]);
    }
}
