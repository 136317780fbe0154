//! The cover: from the sheet `Cover`, or from the TOML beside a csv.
//!
//! Place in the flow: read before the first sheet of subjects; the gate puts the fields into the
//! cover note that the signatory signs.
//!
//! Left to others: whether the values are right (statute), the signature (instrument).

use std::collections::BTreeMap;

use model::{
    column::{column_letters, normal_header},
    finding::Finding,
    row::CellKind,
};

use crate::{
    IntakeError,
    event::{COVER_KEYS, CoverFields, CoverValue},
    notice::{Notice, Tally, sentence},
    table::{RawCell, cell_name},
};

/// Rows of a cover sheet that are read.
const COVER_ROWS: u32 = 200;
/// Bytes of a cover TOML that are read.
const COVER_TOML_BYTES: usize = 64 * 1024;

/// Takes the filled cells of the sheet `Cover`: keys in column A, values in column B. Other columns
/// are for people.
#[derive(Debug, Default)]
pub(crate) struct CoverSheet {
    keys: BTreeMap<u32, String>,
    values: BTreeMap<u32, String>,
    /// Whether any cell is filled.
    filled: bool,
    hidden_row: bool,
    hidden_columns: Vec<(u32, u32)>,
    tallies: BTreeMap<Notice, Tally>,
}

impl CoverSheet {
    /// Hidden columns, positions from 0, inclusive; told where keys or values stand.
    pub(crate) fn hide_columns(&mut self, first: u32, last: u32) {
        if self.hidden_columns.len() < 20_000 {
            self.hidden_columns.push((first, last));
        }
    }

    pub(crate) fn begin_row(&mut self, hidden: bool) {
        self.hidden_row = hidden;
    }

    /// Counts a place under a notice; told at the end of the sheet.
    pub(crate) fn note(&mut self, notice: Notice, place: impl FnOnce() -> String) {
        self.tallies.entry(notice).or_default().add(place);
    }

    pub(crate) fn cell(&mut self, row: u32, raw: &RawCell<'_>) {
        let is_read = row <= COVER_ROWS && raw.position < 2;
        let is_empty = raw.text.trim().is_empty();
        self.filled |= !is_empty;
        if !is_read || (is_empty && !raw.formula) {
            return;
        }
        let place = || cell_name(raw.position, row);
        match (raw.formula, is_empty && !raw.computed) {
            (true, true) => self.note(Notice::FormulasWithoutValue, place),
            (true, false) => self.note(Notice::Formulas, place),
            (false, _) => {}
        }
        if is_empty {
            return;
        }
        if raw.kind == CellKind::Error {
            self.note(Notice::ErrorCells, place);
        }
        // The value says it for the row.
        if self.hidden_row && raw.position == 1 {
            self.note(Notice::HiddenRows, || row.to_string());
        }
        if raw.position == 0 {
            self.keys.insert(row, normal_header(raw.text));
        } else {
            self.values.insert(row, raw.text.to_owned());
        }
    }

    pub(crate) fn finish(mut self) -> (CoverFields, Vec<Finding>) {
        self.note_hidden_columns();
        let mut collector = Collector::default();
        for (row, key) in &self.keys {
            if let Some(text) = self.values.remove(row) {
                collector.take(key, text, cell_name(1, *row));
            }
        }
        if self.filled && self.keys.is_empty() {
            let message = "the cover is filled in but has no key in column A".to_owned();
            let finding = Notice::CoverWithoutKeys.finding(message, None);
            collector.findings.push(finding);
        }
        for (notice, tally) in &self.tallies {
            let (message, cell) = sentence("Cover", *notice, tally);
            collector.findings.push(notice.finding(message, cell));
        }
        (collector.fields, collector.findings)
    }

    fn note_hidden_columns(&mut self) {
        let ranges = std::mem::take(&mut self.hidden_columns);
        for (position, is_filled) in [(0, !self.keys.is_empty()), (1, !self.values.is_empty())] {
            let mut ranges = ranges.iter();
            let at = u32::from(position);
            if is_filled && ranges.any(|(first, last)| (*first..=*last).contains(&at)) {
                self.note(Notice::HiddenColumns, || column_letters(position));
            }
        }
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

    fn raw(position: u32, text: &str) -> RawCell<'_> {
        RawCell {
            position,
            kind: CellKind::Text,
            formula: false,
            computed: false,
            text,
        }
    }

    #[test]
    fn what_is_odd_about_a_cover_is_told() {
        let mut sheet = CoverSheet::default();
        sheet.hide_columns(1, 3);
        sheet.begin_row(true);
        sheet.cell(1, &raw(0, "agency"));
        sheet.cell(1, &raw(1, "A"));
        sheet.begin_row(false);
        sheet.cell(2, &raw(0, "signatory"));
        let formula = RawCell {
            formula: true,
            ..raw(1, "B")
        };
        sheet.cell(2, &formula);
        let (_, findings) = sheet.finish();
        let told: Vec<_> = findings.iter().map(|finding| &*finding.message).collect();
        assert_eq!(
            told,
            [
                "sheet `Cover`: hidden rows: 1 (1)",
                "sheet `Cover`: hidden columns: 1 (B)",
                "sheet `Cover`: cells with formulas: 1 (B2)",
            ]
        );
    }

    #[test]
    fn a_cover_without_keys_is_told() {
        let mut sheet = CoverSheet::default();
        assert!(CoverSheet::default().finish().1.is_empty());
        sheet.cell(2, &raw(1, "agency"));
        sheet.cell(2, &raw(2, "A"));
        let (_, findings) = sheet.finish();
        assert_eq!(findings[0].rule.0, "cover.no-keys");
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
            sheet.cell(row, &raw(position, text));
        }
        let (fields, findings) = sheet.finish();
        assert_eq!(fields.text("request_id"), "R-1");
        assert_eq!(fields.values.len(), 1);
        assert_eq!(fields.values["request_id"].cell, "B2");
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule.0).collect();
        assert_eq!(rules, ["cover.duplicate-key", "cover.unknown-key"]);
    }
}
