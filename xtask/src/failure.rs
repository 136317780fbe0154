//! Why a command did not end well, and its exit code.
//!
//! Place in the flow: every command gives a [`Failure`] or nothing; `main` prints it once.
//!
//! Left to others: the words of each failure (the commands).

use std::{fmt, process::ExitCode};

/// Why a command did not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The command line is wrong: whoever typed it mends it.
    Usage(String),
    /// A check, a build or a program failed: the repository is at fault.
    Failed(String),
    /// Likewise, and everything has been said already.
    Told,
    /// A program or file that is needed is not there: the machine is at fault.
    Missing(String),
}

impl Failure {
    /// The exit code of this failure.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) | Self::Told => 1,
            Self::Usage(_) => 2,
            Self::Missing(_) => 4,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(words) | Self::Failed(words) | Self::Missing(words) => {
                formatter.write_str(words)
            }
            Self::Told => formatter.write_str("failed, as said above"),
        }
    }
}

impl std::error::Error for Failure {}

/// A failure to read or write a path.
pub fn file(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::Missing(format!("`{}`: {error}", path.display()))
}
