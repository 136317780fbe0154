//! Why a demonstration stopped, and with which exit code.
//!
//! Place in the flow: every step returns it; the command prints it after the steps that went well.
//!
//! Left to others: errors of the programs it runs, which are quoted as they came.

use std::path::PathBuf;

use model::fault::{ExitStatus, Explain, Fault};
use thiserror::Error;

/// Why the demonstration stopped. Keepers are ended before it is returned.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A program is not there: build it, or name its folder with `--bin-dir`.
    #[error("`{}` cannot be started; build every program, or name their folder with --bin-dir", program.display())]
    Program {
        /// Which program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A program ended with an exit code it should not have had. Its fault, or of what it was given.
    #[error("`{command}` ended with exit code {code}: {message}")]
    Failed {
        /// The command as typed.
        command: String,
        /// Its exit code; −1 where a signal ended it.
        code: i32,
        /// What it wrote to standard error.
        message: String,
    },
    /// A program printed something else than its JSON document. Its fault.
    #[error("`{command}` did not print what it should: {missing}")]
    Printed {
        /// The command as typed.
        command: String,
        /// What was expected.
        missing: String,
    },
    /// A file cannot be read or written: the disk's or the path's fault.
    #[error("cannot use `{}`", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder holds something else than an earlier demonstration: the caller's fault.
    #[error("`{}` is not empty and holds no earlier demonstration; choose another with --out", .0.display())]
    Folder(PathBuf),
    /// The workbook cannot be read as a request: the fault of whoever made it.
    #[error("`{}` cannot be read as a request: {why}", path.display())]
    Request {
        /// The workbook.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A keeper did not start: its fault or the machine's.
    #[error("keeper `{keeper}` did not start: {message}")]
    Keeper {
        /// Which.
        keeper: String,
        /// What it wrote.
        message: String,
    },
    /// Something the demonstration reads back is not in order: our fault.
    #[error("{0}")]
    Check(String),
}

impl DemoError {
    /// For `map_err`: a file that cannot be used.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// The exit code it asks for: a failed program's own, where it is one of the documented.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Failed { code, .. } => match code {
                2 => ExitStatus::Unreadable,
                3 => ExitStatus::Refused,
                4 => ExitStatus::Unavailable,
                _ => ExitStatus::Findings,
            },
            Self::Printed { .. } | Self::Check(_) => ExitStatus::Findings,
            other => other.fault().into(),
        }
    }
}

impl Explain for DemoError {
    fn fault(&self) -> Fault {
        match self {
            Self::Program { .. } | Self::File { .. } | Self::Keeper { .. } => Fault::Unavailable,
            Self::Folder(_) | Self::Request { .. } => Fault::Input,
            Self::Failed { .. } | Self::Printed { .. } | Self::Check(_) => Fault::Integrity,
        }
    }
}
