//! The requester's side and the gate's door: examine, sign, submit.
//!
//! Place in the flow: after everything is set up. With `--request` somebody's own workbook takes the
//! place of the one made; what its cover does not state, or states about people for whom nobody here
//! can sign, the demonstration fills in, and says so.
//!
//! Left to others: reading workbooks for the gate (intake, in a child process), rules (statute).

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use intake::{COVER_KEYS, Collected, CoverFields, Limits};
use serde_json::Value;

use super::{Demo, DemoError, list, number, text, tools::Line};
use crate::request::Cover;

/// Findings shown in full.
const SHOWN: usize = 6;

/// A request at the gate.
#[derive(Debug)]
pub(super) struct Submitted {
    /// Its id.
    pub request: String,
}

/// A workbook with what it is sent with.
struct Workbook {
    file: PathBuf,
    cover: Option<PathBuf>,
}

impl Workbook {
    fn option(&self, line: Line) -> Line {
        match &self.cover {
            Some(cover) => line.option("--cover", cover),
            None => line,
        }
    }
}

impl Demo<'_> {
    pub(super) fn examine_and_submit(&mut self) -> Result<Submitted, DemoError> {
        let workbook = self.take_workbook()?;
        self.examine(&workbook)?;
        self.cover(&workbook)?;
        self.submit(&workbook)
    }

    fn take_workbook(&mut self) -> Result<Workbook, DemoError> {
        self.tell.step(
            "Examined before it is sent",
            "The requesting office runs the examination itself: every rule of the statute that a row can be \
             held against without looking at any record. Messages may be exact, because nothing in them \
             comes from the register.",
        );
        let Some(own) = self.options.request.clone() else {
            return Ok(Workbook {
                file: self.path("request.xlsx"),
                cover: None,
            });
        };
        let sample = self.path("request.xlsx");
        fs::rename(&sample, self.path("sample-request.xlsx")).map_err(DemoError::file(&sample))?;
        let extension = own
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let file = self.path("request").with_extension(&extension);
        fs::copy(&own, &file).map_err(DemoError::file(&own))?;
        let fields = read_cover(&own)?;
        let (stand_in, said) = stand_in(&fields, &self.sample_cover());
        for words in said {
            self.tell.say(&words);
        }
        let beside = own.with_extension("toml").exists();
        let cover = if stand_in == fields && !beside {
            None
        } else {
            let path = self.path("cover.toml");
            fs::write(&path, cover_toml(&stand_in)?).map_err(DemoError::file(&path))?;
            Some(path)
        };
        Ok(Workbook { file, cover })
    }

    fn sample_cover(&self) -> Cover {
        Cover::synthetic(self.options.seed, self.as_of)
    }

    fn examine(&mut self, workbook: &Workbook) -> Result<(), DemoError> {
        let line = self
            .gate("examine --format json")
            .with(&workbook.file)
            .option("--agreement", self.deployment("agreement.note"));
        let line = workbook.option(line);
        let output = self.show(&line, &[0, 1])?;
        let path = self.path("findings.json");
        fs::write(&path, &output.text).map_err(DemoError::file(&path))?;
        let report = output.json()?;
        let counts = report.get("counts").cloned().unwrap_or_default();
        self.tell.say(&format!(
            "{} rows: {} admissible, {} rejected. All findings: {}",
            number(&counts, "rows"),
            number(&counts, "admissible"),
            number(&counts, "rejected"),
            path.display()
        ));
        for finding in list(&report, "findings") {
            self.tell.say(&finding_line("the request", finding));
        }
        let findings = list(&report, "rows").iter().flat_map(|row| {
            let place = format!("{} row {}", text(row, "sheet"), number(row, "row"));
            let own = list(row, "findings").iter();
            own.map(move |finding| finding_line(&place, finding))
        });
        let findings: Vec<String> = findings.collect();
        for finding in findings.iter().take(SHOWN) {
            self.tell.say(finding);
        }
        if findings.len() > SHOWN {
            self.tell
                .say(&format!("… and {} more.", findings.len() - SHOWN));
        }
        Ok(())
    }

    fn cover(&mut self, workbook: &Workbook) -> Result<(), DemoError> {
        self.tell.step(
            "Signed",
            "An official whom the statute lists signs the cover over every row; each named officer signs \
             for the rows that name them. The database keeps them, and keepers check them again.",
        );
        let keys = self.keys();
        let mut line = self
            .gate("cover")
            .with(&workbook.file)
            .option("--agreement", self.deployment("agreement.note"))
            .option("--signatory-key", keys.key("SIG-1"));
        for officer in self.officers() {
            let pair = format!("{officer}={}", keys.key(&officer).display());
            line = line.option("--officer-key", pair);
        }
        let line = workbook.option(line.option("--out", self.path("request.envelope")));
        let report = self.show_json(&line, &[0])?;
        self.tell.say(&format!(
            "Request {}: {} rows signed, {} of them assured by their officers.",
            text(&report, "request"),
            number(&report, "rows"),
            number(&report, "assured")
        ));
        Ok(())
    }

    fn submit(&mut self, workbook: &Workbook) -> Result<Submitted, DemoError> {
        self.tell.step(
            "Taken in",
            "The gate checks signatures and rows against the agreement in force and examines everything \
             again. Rows in which an element of the statute is absent are Rejected, with reasons.",
        );
        let line = self
            .gate("submit")
            .with(&workbook.file)
            .with(self.path("request.envelope"));
        let line = self.at_home(workbook.option(line));
        let report = self.show_json(&line, &[0, 1])?;
        self.tell.say(&format!(
            "{} rows: {} admissible, {} rejected.",
            number(&report, "rows"),
            number(&report, "admissible"),
            number(&report, "rejected")
        ));
        Ok(Submitted {
            request: text(&report, "request").to_owned(),
        })
    }
}

fn finding_line(place: &str, finding: &Value) -> String {
    let cell = text(finding, "cell");
    let cell = if cell.is_empty() {
        String::new()
    } else {
        format!(" {cell}")
    };
    format!(
        "{place}{cell}: {}: {}",
        text(finding, "class"),
        text(finding, "message")
    )
}

pub(super) type Fields = BTreeMap<String, String>;

/// The cover of a workbook: its sheet, or the TOML beside a csv.
pub(super) fn read_cover(path: &Path) -> Result<Fields, DemoError> {
    let unreadable = |why: String| DemoError::Request {
        path: path.to_owned(),
        why,
    };
    let file = File::open(path).map_err(DemoError::file(path))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut collected = Collected::default();
    intake::read(file, &name, &Limits::standard(), &mut collected)
        .map_err(|error| unreadable(error.to_string()))?;
    let beside = path.with_extension("toml");
    let cover = match fs::read_to_string(&beside) {
        Ok(text) => {
            let read = intake::read_cover_toml(&text);
            Some(read.map_err(|error| unreadable(error.to_string()))?.0)
        }
        Err(_) => collected.cover,
    };
    Ok(fields(&cover.unwrap_or_default()))
}

fn fields(cover: &CoverFields) -> Fields {
    COVER_KEYS
        .iter()
        .map(|key| ((*key).to_owned(), cover.text(key).to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// The cover to sign: what the workbook states, what it lacks taken from the demonstration's own, and
/// the signatory whose key is here. With words on what was filled in.
fn stand_in(stated: &Fields, sample: &Cover) -> (Fields, Vec<String>) {
    let own: Fields = sample
        .lines()
        .into_iter()
        .map(|(key, text)| (key.to_owned(), text))
        .collect();
    let mut cover = stated.clone();
    let mut said = Vec::new();
    let missing: Vec<&str> = COVER_KEYS
        .into_iter()
        .filter(|key| !stated.contains_key(*key))
        .collect();
    if !missing.is_empty() {
        said.push(format!(
            "The workbook's cover does not state {}. A real request would come back for it; here the \
             demonstration puts in its own.",
            missing.join(", ")
        ));
    }
    for key in missing {
        cover.extend(own.get(key).map(|text| (key.to_owned(), text.clone())));
    }
    let mut others = Vec::new();
    for key in ["agency", "agreement"] {
        if cover.get(key) != own.get(key) {
            others.push(key);
            cover.extend(own.get(key).map(|text| (key.to_owned(), text.clone())));
        }
    }
    if !others.is_empty() {
        said.push(format!(
            "The cover's {} is none of this deployment. The gate would refuse it; here the demonstration \
             puts in its own.",
            others.join(" and ")
        ));
    }
    if cover.get("signatory") != own.get("signatory") {
        said.push(
            "The cover names a signatory whose key is not here; the demonstration's SIG-1 signs in their \
             place, as nobody could anywhere else."
                .to_owned(),
        );
        for key in ["signatory", "signatory_title"] {
            cover.extend(own.get(key).map(|text| (key.to_owned(), text.clone())));
        }
    }
    (cover, said)
}

fn cover_toml(fields: &Fields) -> Result<String, DemoError> {
    toml::to_string(fields).map_err(|error| DemoError::Check(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stated: &[(&str, &str)], expected: &[(&str, &str)], said: usize) {
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let sample = Cover::synthetic(7, model::time::Date::constant(2026, 11, 1));
        let (cover, words) = stand_in(&fields(stated), &sample);
        assert_eq!(cover.len(), COVER_KEYS.len());
        for (key, value) in expected {
            assert_eq!(cover[*key], *value, "{key}");
        }
        assert_eq!(words.len(), said, "{words:?}");
    }

    #[test]
    fn what_a_cover_states_stays_and_what_it_lacks_is_said() {
        check(&[], &[("request_id", "REQ-7"), ("signatory", "SIG-1")], 1);
        check(
            &[
                ("agency", "OTHER"),
                ("request_id", "R-1"),
                ("signatory", "SIG-1"),
            ],
            &[
                ("agency", "DEMO-AGENCY"),
                ("request_id", "R-1"),
                ("agreement", "AGR-DEMO-1"),
            ],
            2,
        );
        check(
            &[("signatory", "X-9"), ("signatory_title", "Clerk")],
            &[("signatory", "SIG-1"), ("signatory_title", "Director")],
            2,
        );
    }
}
