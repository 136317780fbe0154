//! An examination as SARIF 2.1.0 (OASIS, 27 March 2020), written result by result.
//!
//! Place in the flow: `--format sarif`, for tools that show findings of many programs alike. What of
//! the standard is used stands in `spec/examine.md`.
//!
//! Left to others: the other forms.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
};

use intake::Format;
use model::finding::{FindingClass, FindingView};
use serde_json::{Value, json};

use super::{
    found::{Text, TextId},
    rows::{ExaminedRow, RowFinding},
    stream::{Examined, Task},
};

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Bytes gathered before they are written.
const GATHERED: usize = 1 << 18;

/// Prints an examination; gives how many findings rows have.
pub fn print(
    examined: &Examined,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<u64, anyhow::Error> {
    let mut sarif = Sarif {
        uri: uri(task),
        format: examined.summary.format,
        rules: Rules::default(),
        heads: Vec::new(),
        buffer: Vec::new(),
        results: 0,
    };
    write!(
        sarif.buffer,
        "{{\"$schema\":\"{SCHEMA}\",\n\"version\":\"2.1.0\",\n\"runs\":[{{\"results\":["
    )?;
    for finding in &examined.request {
        let text = Text::from(finding);
        sarif.result(None, &text, out, |sarif| sarif.request_location(finding))?;
    }
    let of_request = sarif.results;
    let mut rows = examined.rows();
    let mut row = ExaminedRow::default();
    while rows.next(&mut row)? {
        for finding in &row.findings {
            sarif.result(finding.id, &finding.text, out, |sarif| {
                sarif.row_location(&row, finding)
            })?;
        }
    }
    let of_rows = sarif.results.saturating_sub(of_request);
    sarif.end(examined, task, out)?;
    Ok(of_rows)
}

struct Sarif {
    /// Safe within a JSON text as it stands.
    uri: String,
    format: Format,
    rules: Rules,
    /// What stands before the locations of a result, for each kept text.
    heads: Vec<Option<Vec<u8>>>,
    buffer: Vec<u8>,
    results: u64,
}

impl Sarif {
    fn result(
        &mut self,
        id: Option<TextId>,
        text: &Text,
        out: &mut dyn Write,
        location: impl FnOnce(&mut Self) -> Result<(), anyhow::Error>,
    ) -> Result<(), anyhow::Error> {
        let separator = if self.results == 0 { "\n" } else { ",\n" };
        self.buffer.extend_from_slice(separator.as_bytes());
        self.results = self.results.saturating_add(1);
        self.head(id, text)?;
        self.buffer
            .extend_from_slice(b",\"locations\":[{\"physicalLocation\":");
        location(self)?;
        self.buffer.extend_from_slice(b"}]}");
        if self.buffer.len() >= GATHERED {
            out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn head(&mut self, id: Option<TextId>, text: &Text) -> Result<(), anyhow::Error> {
        let index = id.map_or(usize::MAX, TextId::index);
        if let Some(Some(head)) = self.heads.get(index) {
            self.buffer.extend_from_slice(head);
            return Ok(());
        }
        let head = json!({
            "ruleId": text.rule,
            "ruleIndex": self.rules.index(text),
            "level": level(text.class),
            "message": { "text": sentence(&text.message) },
            "properties": {
                "class": text.class,
                "citation": text.citation,
                "remedy": text.remedy,
            },
        });
        let mut head = serde_json::to_vec(&head)?;
        head.pop();
        self.buffer.extend_from_slice(&head);
        if id.is_some() {
            if self.heads.len() <= index {
                self.heads.resize(index.saturating_add(1), None);
            }
            if let Some(slot) = self.heads.get_mut(index) {
                *slot = Some(head);
            }
        }
        Ok(())
    }

    fn request_location(&mut self, finding: &FindingView) -> Result<(), anyhow::Error> {
        let uri = &self.uri;
        write!(
            self.buffer,
            "{{\"artifactLocation\":{{\"uri\":\"{uri}\",\"index\":0}}}}"
        )?;
        if let Some(cell) = &finding.cell {
            let logical = json!([{ "name": cell, "kind": "cell" }]);
            write!(self.buffer, ",\"logicalLocations\":{logical}")?;
        }
        Ok(())
    }

    /// File and, in a csv, the record's first line; then sheet and cell.
    fn row_location(
        &mut self,
        row: &ExaminedRow,
        finding: &RowFinding,
    ) -> Result<(), anyhow::Error> {
        let uri = &self.uri;
        write!(
            self.buffer,
            "{{\"artifactLocation\":{{\"uri\":\"{uri}\",\"index\":0}}"
        )?;
        if self.format == Format::Csv {
            write!(self.buffer, ",\"region\":{{\"startLine\":{}}}", row.row)?;
        }
        let cell = finding.place.cell(row.row);
        let kind = if cell.is_some() { "cell" } else { "row" };
        let name = cell.unwrap_or_else(|| row.row.to_string());
        let full = serde_json::to_string(&format!("{}!{name}", row.sheet_name()))?;
        let name = serde_json::to_string(&name)?;
        write!(
            self.buffer,
            "}},\"logicalLocations\":[{{\"name\":{name},\"fullyQualifiedName\":{full},\"kind\":\"{kind}\"}}]"
        )?;
        Ok(())
    }

    fn end(
        mut self,
        examined: &Examined,
        task: &Task<'_>,
        out: &mut dyn Write,
    ) -> Result<(), anyhow::Error> {
        let not_examined: Vec<Value> = (examined.not_examined.iter())
            .map(|rule| {
                json!({
                    "level": "note",
                    "message": { "text": "Not examined: this rule needs the agreement." },
                    "associatedRule": { "id": rule.0, "index": self.rules.index_of(rule.0) },
                })
            })
            .collect();
        let counts = examined.counts;
        let rest = json!({
            "tool": { "driver": {
                "name": "countersign",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": self.rules.list,
            }},
            "artifacts": [{
                "location": { "uri": self.uri },
                "length": examined.summary.bytes,
                "hashes": { "sha-256": examined.summary.digest.to_string() },
            }],
            "invocations": [{
                "executionSuccessful": true,
                "toolConfigurationNotifications": not_examined,
            }],
            "columnKind": "unicodeCodePoints",
            "properties": {
                "request_id": examined.request_id,
                "as_of": task.as_of,
                "agreement": task.agreement.map(|agreement| agreement.id.to_string()),
                "rows": counts.rows,
                "admissible": counts.admissible,
                "rejected": counts.rejected,
            },
        });
        let rest = serde_json::to_string(&rest)?;
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        write!(self.buffer, "],\n{rest}]}}\n")?;
        out.write_all(&self.buffer)?;
        Ok(())
    }
}

/// The rules that a run names, numbered as they are first met.
#[derive(Default)]
struct Rules {
    list: Vec<Value>,
    known: HashMap<String, usize>,
}

impl Rules {
    /// The number of a text's rule.
    fn index(&mut self, text: &Text) -> usize {
        if let Some(index) = self.known.get(&text.rule) {
            return *index;
        }
        let about = statute_rule(&text.rule);
        let remedy = about.map_or(&*text.remedy, |rule| rule.remedy);
        let title = about.map_or(&*text.rule, |rule| rule.title);
        let value = rule(&text.rule, title, text.class, &text.citation, remedy);
        self.insert(&text.rule, value)
    }

    /// The number of a rule of statute.
    fn index_of(&mut self, id: &str) -> usize {
        if let Some(index) = self.known.get(id) {
            return *index;
        }
        let value = statute_rule(id).map_or_else(
            || json!({ "id": id }),
            |about| rule(id, about.title, about.class, about.citation, about.remedy),
        );
        self.insert(id, value)
    }

    fn insert(&mut self, id: &str, value: Value) -> usize {
        let index = self.list.len();
        self.list.push(value);
        self.known.insert(id.to_owned(), index);
        index
    }
}

fn statute_rule(id: &str) -> Option<&'static statute::RuleDescription> {
    statute::rules().into_iter().find(|rule| rule.id.0 == id)
}

fn rule(id: &str, title: &str, class: FindingClass, citation: &str, remedy: &str) -> Value {
    let help = format!("{} {}", sentence(citation), sentence(remedy));
    json!({
        "id": id,
        "shortDescription": { "text": sentence(title) },
        "help": { "text": help },
        "defaultConfiguration": { "level": level(class) },
        "properties": BTreeMap::from([("citation", citation), ("remedy", remedy)]),
    })
}

const fn level(class: FindingClass) -> &'static str {
    match class {
        FindingClass::Deficient => "error",
        FindingClass::Question => "warning",
        FindingClass::Deferred => "note",
    }
}

/// A fragment as a sentence: SARIF's messages end with a stop (section 3.11.3).
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let mut text: String = first.into_iter().chain(letters).collect();
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// The file's name as a relative URI reference (RFC 3986).
fn uri(task: &Task<'_>) -> String {
    let name = task.request.file_name().unwrap_or_default();
    let mut uri = String::new();
    for byte in name.as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn file_names_become_uri_references() {
        for (path, expected) in [
            ("a/b/request 7.csv", "request%207.csv"),
            ("x:y#é.xlsx", "x%3Ay%23%C3%A9.xlsx"),
        ] {
            let task = Task {
                request: Path::new(path),
                cover: None,
                agreement: None,
                as_of: "2026-11-20".parse().unwrap(),
            };
            assert_eq!(uri(&task), expected);
        }
    }

    #[test]
    fn fragments_become_sentences() {
        for (fragment, expected) in [
            ("the row is empty", "The row is empty."),
            ("26 U.S.C. 6103(i)(2)(B)", "26 U.S.C. 6103(i)(2)(B)."),
            ("`x` is civil.", "`x` is civil."),
        ] {
            assert_eq!(sentence(fragment), expected);
        }
    }
}
