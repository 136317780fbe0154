//! The demonstration: one request, the whole way of DESIGN.md section 3, with every program there is.
//!
//! Place in the flow: it plays every part, each through the program that part would use: the records
//! agency's builder, four keepers, the gate, requester, reviewers, operator, inspector and auditor.
//! Afterwards it alone may look into the truth, because everything is synthetic: nobody else has one.
//!
//! Left to others: everything that decides. Its scripted reviewers follow rules that it prints
//! (`review`).

mod error;
mod finish;
mod keepers;
mod request;
mod response;
mod review;
mod setup;
mod tell;
mod tools;
mod truth;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use model::{
    digest::Digest,
    time::{Date, Instant},
};
use serde::Serialize;
use serde_json::Value;

pub use self::{
    error::DemoError,
    review::{FaceRule, on_its_face},
    tell::Stream,
    tools::{Line, Output, Program, Tools, own_folder},
};
use self::{keepers::Keepers, tell::Teller};
use crate::genesis::KeyFolder;

/// First words of a transcript: what tells an earlier demonstration's folder from any other.
const FIRST_WORDS: &str = "SYNTHETIC demonstration";
/// The transcript.
const TRANSCRIPT: &str = "demo.txt";
/// Everything a demonstration leaves in its folder.
const LEFT: [&str; 16] = [
    "extract.csv",
    "request.xlsx",
    "request.ods",
    "request.csv",
    "sample-request.xlsx",
    "truth.csv",
    "cover.toml",
    "request.envelope",
    "findings.json",
    "certificate.note",
    "measurement.txt",
    "thresholds.txt",
    "bundle.public",
    "bundle.sealed",
    "request.tsv",
    "request.xlsm",
];
/// Folders it leaves.
const FOLDERS: [&str; 5] = ["deployment", "register", "keepers", "gate", "responses"];

/// What is to be demonstrated.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// People on file.
    pub people: u64,
    /// Rows of the request made.
    pub rows: u32,
    /// Seed of nation and request.
    pub seed: u64,
    /// Folder everything is left in.
    pub out: PathBuf,
    /// Somebody's own workbook in place of the one made.
    pub request: Option<PathBuf>,
    /// Folder of the programs.
    pub bin_dir: PathBuf,
    /// Rows asked to calibrate the matcher in the demonstration itself; none: the measurement kept with
    /// the program, where it fits.
    pub calibration_rows: Option<u32>,
    /// Where the steps are told.
    pub stream: Stream,
}

/// What a demonstration came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemoReport {
    /// Always true.
    pub synthetic: bool,
    /// The seed.
    pub seed: u64,
    /// People on file.
    pub people: u64,
    /// The request.
    pub request: String,
    /// Rows of the request.
    pub rows: u64,
    /// Rows by answer, as the receipt counts them.
    pub answers: BTreeMap<String, u64>,
    /// Cases compared with the truth; none for somebody's own workbook.
    pub compared: Option<truth::Compared>,
    /// Whether both bundles verified.
    pub verified: bool,
    /// Whole time, in milliseconds.
    pub milliseconds: u64,
    /// The folder everything lies in.
    pub out: PathBuf,
}

/// A demonstration under way.
struct Demo<'a> {
    options: &'a DemoOptions,
    tools: Tools,
    tell: Teller,
    keepers: Keepers,
    as_of: Date,
}

impl Demo<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.options.out.join(name)
    }

    fn deployment(&self, name: &str) -> PathBuf {
        self.path("deployment").join(name)
    }

    fn keys(&self) -> KeyFolder {
        KeyFolder::of(&self.path("deployment"))
    }

    /// Ids of the officers on the roster.
    fn officers(&self) -> Vec<String> {
        let count = crate::request::officers_needed(self.options.rows, setup::OFFICERS);
        (0..count)
            .filter_map(crate::request::officer)
            .map(|officer| officer.id.to_string())
            .collect()
    }

    /// A command of the gate in its home.
    fn gate(&self, words: &str) -> Line {
        Line::new(Program::Gate, words)
    }

    fn at_home(&self, line: Line) -> Line {
        line.option("--home", self.path("gate"))
    }

    /// Shows a command, runs it, and gives its JSON document.
    fn show_json(&mut self, line: &Line, accepted: &[i32]) -> Result<Value, DemoError> {
        self.tell.command(&line.typed());
        self.tools.json(line, accepted)
    }

    /// Shows a command and runs it.
    fn show(&mut self, line: &Line, accepted: &[i32]) -> Result<Output, DemoError> {
        self.tell.command(&line.typed());
        self.tools.run(line, accepted)
    }
}

/// Runs a demonstration from beginning to end. Keepers are ended whatever happens.
///
/// # Errors
/// [`DemoError`], also where a check fails: a bundle that does not verify, a person wrongly named,
/// counts that do not add up.
pub fn run(options: &DemoOptions) -> Result<DemoReport, DemoError> {
    prepare(&options.out)?;
    let mut demo = Demo {
        options,
        tools: Tools::new(options.bin_dir.clone()),
        tell: Teller::begin(options.stream, &options.out.join(TRANSCRIPT))?,
        keepers: Keepers::default(),
        as_of: now().day(),
    };
    let report = demo.whole_way();
    demo.keepers.stop();
    if let Err(error) = &report {
        demo.tell.gap();
        demo.tell.title(&format!("Stopped: {error}"));
    }
    report
}

impl Demo<'_> {
    fn whole_way(&mut self) -> Result<DemoReport, DemoError> {
        self.introduce();
        // A workbook that cannot be read is told before anything is built.
        self.options
            .request
            .as_deref()
            .map(request::read_cover)
            .transpose()?;
        self.genesis()?;
        self.population()?;
        self.register()?;
        self.calibration()?;
        self.start_keepers()?;
        self.gate_home()?;
        let submitted = self.examine_and_submit()?;
        self.review_of_the_law(&submitted)?;
        let cases = self.identify(&submitted)?;
        self.review_of_the_person(&cases)?;
        let counts = self.release(&submitted)?;
        let responses = self.open_responses(&submitted)?;
        self.verify()?;
        let compared = self.compare(&responses)?;
        self.finish(&submitted, counts, compared)
    }

    fn introduce(&mut self) {
        self.tell.title(&format!(
            "{FIRST_WORDS} of Countersign, seed {}, {}",
            self.options.seed, self.as_of
        ));
        self.tell.paragraph(
            "Every person, address and number in it is invented; every taxpayer number is of a range \
             nobody was ever issued. One request goes the whole way: from a workbook to encrypted \
             answers, and to the auditor's check of it all. Every line that begins with $ is a command \
             you can type yourself.",
        );
    }
}

/// Empties the folder of an earlier demonstration, or makes it. Only names that demonstrations leave are
/// removed, and only where the transcript of one is found.
fn prepare(out: &Path) -> Result<(), DemoError> {
    fs::create_dir_all(out).map_err(DemoError::file(out))?;
    let mut entries = fs::read_dir(out).map_err(DemoError::file(out))?;
    if entries.next().is_none() {
        return Ok(());
    }
    let transcript = fs::read_to_string(out.join(TRANSCRIPT)).unwrap_or_default();
    if !transcript.starts_with(FIRST_WORDS) {
        return Err(DemoError::Folder(out.to_owned()));
    }
    let missing_is_fine = |path: &Path, result: std::io::Result<()>| match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(DemoError::file(path)(error))
        }
        _ => Ok(()),
    };
    for name in LEFT {
        let path = out.join(name);
        missing_is_fine(&path, fs::remove_file(&path))?;
    }
    for name in FOLDERS {
        let path = out.join(name);
        missing_is_fine(&path, fs::remove_dir_all(&path))?;
    }
    Ok(())
}

/// The time, from the system's clock.
#[must_use]
pub fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant(since.map_or(0, |since| since.as_secs()))
}

/// A program beside this one.
///
/// # Errors
/// [`DemoError::File`].
pub fn sibling(name: &str) -> Result<PathBuf, DemoError> {
    Ok(own_folder()?.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Digests the gate was built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// Of the policy.
    pub policy: Digest,
    /// Of the statute book.
    pub statute_book: Digest,
}

/// Asks a gate's program for its digests.
///
/// # Errors
/// [`DemoError`] where it cannot be run or prints something else.
pub fn digests(gate: &Path) -> Result<Digests, DemoError> {
    let folder = gate.parent().unwrap_or(Path::new("."));
    let tools = Tools::new(folder.to_owned());
    let value = tools.json(&Line::new(Program::Gate, "digests"), &[0])?;
    let digest = |key: &str| {
        let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
        text.parse().map_err(|_| DemoError::Printed {
            command: "countersign digests --json".to_owned(),
            missing: format!("a digest `{key}`"),
        })
    };
    Ok(Digests {
        policy: digest("policy")?,
        statute_book: digest("statute_book")?,
    })
}

/// A number of a JSON document; 0 where it is not there.
fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// A text of a JSON document; empty where it is not there.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list of a JSON document; empty where it is not there.
fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    let found = value.get(key).and_then(Value::as_array);
    found.map(Vec::as_slice).unwrap_or_default()
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (20_000_000, "20,000,000"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn only_an_earlier_demonstration_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        prepare(&out).unwrap();
        fs::write(out.join("mine.txt"), "keep").unwrap();
        assert!(matches!(prepare(&out), Err(DemoError::Folder(_))));
        fs::write(out.join(TRANSCRIPT), format!("{FIRST_WORDS} of …")).unwrap();
        fs::write(out.join("truth.csv"), "old").unwrap();
        fs::create_dir(out.join("gate")).unwrap();
        prepare(&out).unwrap();
        assert!(!out.join("truth.csv").exists() && !out.join("gate").exists());
        assert_eq!(fs::read_to_string(out.join("mine.txt")).unwrap(), "keep");
    }
}
