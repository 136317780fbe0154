//! What the tests of `examine` share: a folder with an agreement, requests, runs of the program.

#![allow(dead_code, reason = "each test binary uses its part")]

pub mod schema;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use instrument::signed::Signed;
use note::{KeyName, SigningKey};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use statute::sample;
use tempfile::TempDir;

/// Address lines a court or a watchdog found accepted in 2025 (LAW.md section 3), each with a rule
/// that must find it; and good ones without.
pub const COURT: &[(&str, &str)] = &[
    ("1420 Marlin St", ""),
    ("Failed to Provide", "address.placeholder"),
    ("Unknown Address", "address.placeholder"),
    ("NA NA", "address.placeholder"),
    ("Don't Care 12345", "address.placeholder"),
    ("00000", "address.incomplete"),
    ("Washoe County Jail", "address.institution"),
    ("77 Sage Hill Rd", ""),
];

/// Cells of a row by header.
pub type Cells = Vec<(String, String)>;

/// A sample row with another address, and what else has to differ between rows.
pub fn court_row(number: usize, address: &str) -> Cells {
    let values = sample::values(number).into_iter();
    values
        .map(|(column, value)| {
            let value = match column.header() {
                "address_line_1" => address.to_owned(),
                "case_number" => format!("26-CR-{number:05}"),
                _ => value,
            };
            (column.header().to_owned(), value)
        })
        .collect()
}

/// How one run of the program ended.
#[derive(Debug)]
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub text: String,
    /// Standard error.
    pub errors: String,
}

/// A folder with the sample agreement and cover.
pub struct World {
    folder: TempDir,
}

impl World {
    /// Makes the folder.
    pub fn new() -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let name: KeyName = "agency.example/signatory/official".parse().unwrap();
        let key = SigningKey::from_seed(name, &[7; 32]);
        let agreement = Signed::sign(sample::agreement().unwrap(), &[&key]).unwrap();
        world.file("agreement.note", agreement.render().as_bytes());
        let cover = sample::cover();
        let fields = statute::cover::COVER_KEYS;
        let lines = fields.map(|key| format!("{key} = \"{}\"\n", cover.text(key)));
        world.file("cover.toml", lines.concat().as_bytes());
        world
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The program, in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            text: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A csv of these rows.
    pub fn request(&self, name: &str, rows: &[Cells]) -> Request<'_> {
        let headers: Vec<&str> = rows[0].iter().map(|(header, _)| header.as_str()).collect();
        let mut text = headers.join(",");
        for row in rows {
            let fields = row
                .iter()
                .map(|(_, value)| format!("\"{}\"", value.replace('"', "\"\"")));
            text.push('\n');
            text.push_str(&fields.collect::<Vec<_>>().join(","));
        }
        self.file(name, text.as_bytes());
        self.named(name, &["--cover", "cover.toml"])
    }

    /// The same as an xlsx.
    pub fn xlsx(&self, name: &str, rows: &[Cells]) -> Request<'_> {
        self.sheets(name, &[rows])
    }

    /// An xlsx with several sheets of subjects.
    pub fn sheets(&self, name: &str, sheets: &[&[Cells]]) -> Request<'_> {
        let mut workbook = Workbook::new();
        let cover = sample::cover();
        let sheet = workbook.add_worksheet().set_name("Cover").unwrap();
        for (line, key) in (0..).zip(statute::cover::COVER_KEYS) {
            sheet.write_string(line, 0, key).unwrap();
            sheet.write_string(line, 1, cover.text(key)).unwrap();
        }
        for (rows, number) in sheets.iter().zip(1..) {
            let title = match number {
                1 => "Subjects".to_owned(),
                number => format!("Subjects {number}"),
            };
            let sheet = workbook.add_worksheet().set_name(title).unwrap();
            for (line, row) in (1..).zip(*rows) {
                for (position, (header, value)) in (0..).zip(row) {
                    sheet.write_string(0, position, header).unwrap();
                    sheet.write_string(line, position, value).unwrap();
                }
            }
        }
        workbook.save(self.path(name)).unwrap();
        self.named(name, &[])
    }

    /// The court's strings.
    pub fn court(&self, name: &str) -> Request<'_> {
        let rows: Vec<Cells> = (COURT.iter().enumerate())
            .map(|(number, (address, _))| court_row(number, address))
            .collect();
        self.request(name, &rows)
    }

    /// A request that is there already.
    pub fn named(&self, name: &str, options: &[&str]) -> Request<'_> {
        Request {
            world: self,
            name: name.to_owned(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        }
    }
}

/// A request in a folder.
pub struct Request<'w> {
    world: &'w World,
    name: String,
    options: Vec<String>,
}

impl Request<'_> {
    /// The program, about to examine it.
    pub fn command(&self, options: &[&str]) -> Command {
        let mut command = self.world.command(&["examine", &self.name]);
        command
            .args(&self.options)
            .args(["--agreement", "agreement.note", "--as-of", sample::AS_OF])
            .args(options);
        command
    }

    /// Examines it under the sample agreement.
    pub fn examine(&self, options: &[&str]) -> Run {
        run(self.command(options))
    }

    /// Examines it without an agreement.
    pub fn examine_without_agreement(&self, options: &[&str]) -> Run {
        let mut command = self.world.command(&["examine", &self.name]);
        command
            .args(&self.options)
            .args(["--as-of", sample::AS_OF])
            .args(options);
        run(command)
    }

    /// Its findings as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.examine(&["--format", "json"]).text).unwrap()
    }
}

fn run(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        text: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Compares with a golden file, or rewrites it where `UPDATE` is set.
pub fn check_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{name} differs; UPDATE=1 rewrites it");
}
