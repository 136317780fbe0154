//! The programs of a deployment, run as anybody would run them.
//!
//! Place in the flow: every step runs its commands through here, so that each can be shown as typed.
//!
//! Left to others: keepers, which stay (keepers).

use std::{
    ffi::OsString,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use super::DemoError;

/// A program of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `countersign`.
    Gate,
    /// `countersign-builder`.
    Builder,
    /// `countersign-keeper`.
    Keeper,
    /// `countersign-verify`.
    Verify,
    /// `countersign-lab`, this one.
    Lab,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Gate => "countersign",
            Self::Builder => "countersign-builder",
            Self::Keeper => "countersign-keeper",
            Self::Verify => "countersign-verify",
            Self::Lab => "countersign-lab",
        }
    }
}

/// A command to be run.
#[derive(Debug, Clone)]
pub struct Line {
    program: Program,
    arguments: Vec<OsString>,
}

impl Line {
    /// A command of a program, its words parted by spaces.
    #[must_use]
    pub fn new(program: Program, words: &str) -> Self {
        Self {
            program,
            arguments: words.split_whitespace().map(OsString::from).collect(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn with(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds an option and its value.
    #[must_use]
    pub fn option(self, name: &str, value: impl Into<OsString>) -> Self {
        self.with(name).with(value)
    }

    /// As somebody would type it.
    #[must_use]
    pub fn typed(&self) -> String {
        let mut text = self.program.name().to_owned();
        for argument in &self.arguments {
            let _ = write!(text, " {}", quoted(&argument.to_string_lossy()));
        }
        text
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What a command gave.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its standard output.
    pub text: String,
    /// Its exit code.
    pub code: i32,
    /// Its standard error, without white space around it.
    pub message: String,
    typed: String,
}

impl Output {
    fn of(done: &std::process::Output, typed: String) -> Self {
        Self {
            text: String::from_utf8_lossy(&done.stdout).into_owned(),
            code: done.status.code().unwrap_or(-1),
            message: String::from_utf8_lossy(&done.stderr).trim().to_owned(),
            typed,
        }
    }

    fn accept(self, accepted: &[i32]) -> Result<Self, DemoError> {
        if accepted.contains(&self.code) {
            return Ok(self);
        }
        Err(DemoError::Failed {
            command: self.typed,
            code: self.code,
            message: self.message,
        })
    }

    /// Its standard output as a JSON document.
    ///
    /// # Errors
    /// [`DemoError::Printed`].
    pub fn json(&self) -> Result<Value, DemoError> {
        serde_json::from_str(&self.text).map_err(|error| DemoError::Printed {
            command: self.typed.clone(),
            missing: format!("a JSON document ({error})"),
        })
    }
}

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Programs of a folder.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// File of a program.
    #[must_use]
    pub fn program(&self, program: Program) -> PathBuf {
        let name = format!("{}{}", program.name(), std::env::consts::EXE_SUFFIX);
        self.folder.join(name)
    }

    /// A process of a command, not started yet.
    pub(super) fn command(&self, line: &Line) -> Command {
        let mut command = Command::new(self.program(line.program));
        command.args(&line.arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// [`DemoError::Program`], or [`DemoError::Failed`] where its exit code is none of `accepted`.
    pub fn run(&self, line: &Line, accepted: &[i32]) -> Result<Output, DemoError> {
        let program = self.program(line.program);
        let done = self
            .command(line)
            .output()
            .map_err(|source| DemoError::Program { program, source })?;
        Output::of(&done, line.typed()).accept(accepted)
    }

    /// As [`Tools::run`] for commands that must succeed, with `--json`; gives their document.
    ///
    /// # Errors
    /// Likewise, and [`DemoError::Printed`].
    pub fn json(&self, line: &Line, accepted: &[i32]) -> Result<Value, DemoError> {
        self.run(&line.clone().with("--json"), accepted)?.json()
    }
}

/// The folder this program is in.
///
/// # Errors
/// [`DemoError::File`] where the system does not say.
pub fn own_folder() -> Result<PathBuf, DemoError> {
    let own = std::env::current_exe().map_err(DemoError::file("countersign-lab"))?;
    Ok(own.parent().unwrap_or(Path::new(".")).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_a_shell_takes_them() {
        let check = |line: Line, expected: &str| assert_eq!(line.typed(), expected);
        check(
            Line::new(Program::Gate, "cases --home out/gate"),
            "countersign cases --home out/gate",
        );
        check(
            Line::new(Program::Verify, "").with("a b.bundle"),
            "countersign-verify 'a b.bundle'",
        );
        check(
            Line::new(Program::Lab, "x").option("--y", "it's"),
            r"countersign-lab x --y 'it'\''s'",
        );
    }
}
