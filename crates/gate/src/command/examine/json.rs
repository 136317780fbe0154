//! An examination as one JSON document, written row by row.
//!
//! Place in the flow: `--format json`. The document is that of `spec/examine.md`, whose schema is
//! made from the types here; a row a line, so that a large one can be read as a stream.
//!
//! Left to others: what the findings say (statute, intake).

use std::io::Write;

#[cfg(test)]
use model::finding::FindingView;
use model::{finding::FindingClass, time::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    found::{Place, Text, TextId},
    rows::{ExaminedRow, RowFinding},
    stream::{Examined, Task},
};

/// Bytes gathered before they are written.
const GATHERED: usize = 1 << 18;

/// The whole document. Keys stand in this order. For its schema and for tests: it is never whole in
/// memory otherwise.
#[cfg(test)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What was examined.
    pub request: RequestView,
    /// Findings about the workbook and the request as a whole.
    pub findings: Vec<FindingView>,
    /// Every row, in the order of the workbook.
    pub rows: Vec<RowView>,
    /// Rows by outcome.
    pub counts: CountsView,
    /// Rules that need an agreement where there is none.
    pub not_examined: Vec<String>,
}

/// What was examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestView {
    /// The cover's request id; empty where it states none.
    pub request_id: String,
    /// The day it was examined as of.
    pub as_of: Date,
    /// The agreement's id, or null.
    pub agreement: Option<String>,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub file_sha256: String,
    /// `xlsx`, `ods` or `csv`.
    pub format: String,
}

impl RequestView {
    /// Of an examination.
    pub fn new(examined: &Examined, task: &Task<'_>) -> Self {
        Self {
            request_id: examined.request_id.clone(),
            as_of: task.as_of,
            agreement: task.agreement.map(|agreement| agreement.id.to_string()),
            file_sha256: examined.summary.digest.to_string(),
            format: examined.summary.format.extension().to_owned(),
        }
    }
}

/// One row.
#[cfg(test)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowView {
    /// `Subjects`, `Subjects 2`, …
    pub sheet: String,
    /// The sheet's own row number; in a csv, the line on which the record starts.
    pub row: u32,
    /// Whether none of its findings is deficient.
    pub admissible: bool,
    /// All of its findings.
    pub findings: Vec<FindingView>,
}

/// Rows by outcome; `rows` is the sum of the other two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsView {
    /// Rows examined.
    pub rows: u64,
    /// Without a deficient finding.
    pub admissible: u64,
    /// With one.
    pub rejected: u64,
}

/// Prints an examination; gives how many findings rows have.
pub fn print(
    examined: &Examined,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<u64, anyhow::Error> {
    let mut buffer = Vec::with_capacity(GATHERED.saturating_mul(2));
    key(
        &mut buffer,
        "{\"request\":",
        &RequestView::new(examined, task),
    )?;
    key(&mut buffer, ",\n\"findings\":", &examined.request)?;
    buffer.extend_from_slice(b",\n\"rows\":[");
    let mut rendered = RenderedTexts::default();
    let mut rows = examined.rows();
    let mut row = ExaminedRow::default();
    let mut findings = 0_u64;
    let mut is_first = true;
    while rows.next(&mut row)? {
        buffer.extend_from_slice(if is_first { b"\n" } else { b",\n" });
        is_first = false;
        write_row(&row, &mut rendered, &mut buffer)?;
        let more = u64::try_from(row.findings.len()).unwrap_or(u64::MAX);
        findings = findings.saturating_add(more);
        if buffer.len() >= GATHERED {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    let counts = CountsView {
        rows: examined.counts.rows,
        admissible: examined.counts.admissible,
        rejected: examined.counts.rejected,
    };
    key(&mut buffer, "],\n\"counts\":", &counts)?;
    key(&mut buffer, ",\n\"not_examined\":", &examined.not_examined)?;
    buffer.extend_from_slice(b"}\n");
    out.write_all(&buffer)?;
    Ok(findings)
}

fn key(buffer: &mut Vec<u8>, key: &str, value: &impl Serialize) -> Result<(), anyhow::Error> {
    buffer.extend_from_slice(key.as_bytes());
    serde_json::to_writer(buffer, value)?;
    Ok(())
}

fn write_row(
    row: &ExaminedRow,
    rendered: &mut RenderedTexts,
    buffer: &mut Vec<u8>,
) -> Result<(), anyhow::Error> {
    buffer.extend_from_slice(b"{\"sheet\":\"Subjects");
    if row.sheet != 1 {
        write!(buffer, " {}", row.sheet)?;
    }
    let admissible = row.is_admissible();
    write!(
        buffer,
        "\",\"row\":{},\"admissible\":{admissible},\"findings\":[",
        row.row
    )?;
    for (number, finding) in row.findings.iter().enumerate() {
        if number > 0 {
            buffer.push(b',');
        }
        rendered.write(finding, row.row, buffer)?;
    }
    buffer.extend_from_slice(b"]}");
    Ok(())
}

/// Texts as JSON, made once each: what stands before the cell and what stands after it.
#[derive(Default)]
struct RenderedTexts {
    kept: Vec<Option<(Vec<u8>, Vec<u8>)>>,
}

/// A finding's fields before its cell, as `FindingView` has them.
#[derive(Serialize)]
struct Before<'t> {
    rule: &'t str,
    class: FindingClass,
}

/// Those after it.
#[derive(Serialize)]
struct After<'t> {
    citation: &'t str,
    message: &'t str,
    remedy: &'t str,
}

impl RenderedTexts {
    fn write(
        &mut self,
        finding: &RowFinding,
        row: u32,
        buffer: &mut Vec<u8>,
    ) -> Result<(), anyhow::Error> {
        let Some(id) = finding.id else {
            serde_json::to_writer(buffer, &finding.view(row))?;
            return Ok(());
        };
        let (before, after) = self.rendered(id, &finding.text)?;
        buffer.extend_from_slice(before);
        match &finding.place {
            Place::Row => buffer.extend_from_slice(b"null"),
            Place::Column(column) => {
                buffer.push(b'"');
                buffer.extend_from_slice(model::column::column_letters(*column).as_bytes());
                write!(buffer, "{row}\"")?;
            }
            Place::Named(name) => serde_json::to_writer(&mut *buffer, &**name)?,
        }
        buffer.extend_from_slice(after);
        Ok(())
    }

    fn rendered(&mut self, id: TextId, text: &Text) -> Result<&(Vec<u8>, Vec<u8>), anyhow::Error> {
        if self.kept.len() <= id.index() {
            self.kept.resize(id.index().saturating_add(1), None);
        }
        let slot = self.kept.get_mut(id.index());
        let slot = slot.ok_or(super::spool::Damaged)?;
        if slot.is_none() {
            *slot = Some(render(text)?);
        }
        slot.as_ref().ok_or_else(|| super::spool::Damaged.into())
    }
}

fn render(text: &Text) -> Result<(Vec<u8>, Vec<u8>), serde_json::Error> {
    let mut before = serde_json::to_vec(&Before {
        rule: &text.rule,
        class: text.class,
    })?;
    before.pop();
    before.extend_from_slice(b",\"cell\":");
    let after = serde_json::to_vec(&After {
        citation: &text.citation,
        message: &text.message,
        remedy: &text.remedy,
    })?;
    let mut rest = b",".to_vec();
    rest.extend(after.into_iter().skip(1));
    Ok((before, rest))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_fast_form_is_the_plain_form() {
        let mut rendered = RenderedTexts::default();
        for (number, message) in ["plain", "with \"quotes\" \\ and \u{1}", "é"]
            .iter()
            .enumerate()
        {
            for place in [
                Place::Row,
                Place::Column(27),
                Place::Named("line \"7".into()),
            ] {
                let finding = RowFinding {
                    id: Some(TextId(u32::try_from(number).unwrap())),
                    text: Arc::new(Text {
                        rule: "a.b".to_owned(),
                        class: FindingClass::Deferred,
                        citation: "26 U.S.C.".to_owned(),
                        message: (*message).to_owned(),
                        remedy: "mend".to_owned(),
                    }),
                    place,
                };
                let row = ExaminedRow {
                    sheet: 2,
                    row: 9,
                    findings: vec![
                        finding.clone(),
                        RowFinding {
                            id: None,
                            ..finding
                        },
                    ],
                };
                let mut bytes = Vec::new();
                write_row(&row, &mut rendered, &mut bytes).unwrap();
                let plain = RowView {
                    sheet: row.sheet_name(),
                    row: row.row,
                    admissible: row.is_admissible(),
                    findings: row.findings.iter().map(|finding| finding.view(9)).collect(),
                };
                assert_eq!(
                    String::from_utf8(bytes).unwrap(),
                    serde_json::to_string(&plain).unwrap()
                );
            }
        }
    }

    #[test]
    fn the_schema_on_file_is_that_of_the_types() {
        let schema = schemars::schema_for!(Document);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../spec/examine.schema.json"
        );
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }
}
