//! Why a file was refused: what is wrong, where, and whose fault it is.
//!
//! Place in the flow: returned by every reader of this crate, carried as JSON from a child process
//! to its parent.
//!
//! Left to others: what is wrong inside a file that can be read (findings), exit codes (gate).

use std::io;

use model::fault::{Explain, Fault};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The limit of [`crate::Limits`] that a file broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LimitKind {
    /// Size of the file.
    InputBytes,
    /// Entries of an archive.
    Entries,
    /// Inflated size of an archive.
    InflatedBytes,
    /// Inflated size against compressed size of one entry.
    Ratio,
    /// Size of one cell, string or tag.
    CellBytes,
    /// Size of one record of a csv.
    RecordBytes,
    /// Columns of a sheet.
    Columns,
    /// Rows delivered.
    Rows,
    /// Equal rows written as one.
    RepeatedRows,
    /// Size of all shared strings.
    SharedStringBytes,
    /// Size of the texts of one row, over known columns.
    RowTextBytes,
    /// Size of all texts delivered.
    TextBytes,
    /// Bytes inflated by opening the parts of an archive again and again.
    OpenedBytes,
    /// Sheets of a workbook.
    Sheets,
    /// Nesting of XML elements.
    Depth,
}

impl LimitKind {
    fn words(self, allowed: u64) -> String {
        match self {
            Self::InputBytes => format!("the file is larger than {allowed} bytes"),
            Self::Entries => format!("the archive has more than {allowed} entries"),
            Self::InflatedBytes => format!("the archive inflates to more than {allowed} bytes"),
            Self::Ratio => format!("an entry inflates to more than {allowed} times its size"),
            Self::CellBytes => format!("a value is larger than {allowed} bytes"),
            Self::RecordBytes => format!("a record is larger than {allowed} bytes"),
            Self::Columns => format!("there are more than {allowed} columns"),
            Self::Rows => format!("there are more than {allowed} rows"),
            Self::RepeatedRows => format!("one filled row stands for more than {allowed} rows"),
            Self::SharedStringBytes => format!("the texts are larger than {allowed} bytes"),
            Self::RowTextBytes => format!("the texts of a row are larger than {allowed} bytes"),
            Self::TextBytes => {
                format!(
                    "the texts are larger than {allowed} bytes, which is out of proportion to the file"
                )
            }
            Self::OpenedBytes => {
                format!("its parts are read again and again, for more than {allowed} bytes")
            }
            Self::Sheets => format!("there are more than {allowed} sheets"),
            Self::Depth => format!("elements are nested deeper than {allowed}"),
        }
    }
}

/// Why a file could not be read as a request. After an error everything already delivered is to be
/// thrown away. Texts name places and parts of the file, never a cell's content.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum IntakeError {
    /// The sender's fault: there is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// The sender's fault: another kind of file.
    #[error("the file is {found}, not an xlsx, ods or csv workbook")]
    NotAWorkbook {
        /// What it looks like, with its article.
        found: String,
    },
    /// The sender's fault: the Excel format of before 2007.
    #[error("the file is an old Excel workbook (xls); save it as xlsx and send that")]
    OldExcel,
    /// The sender's fault: locked by a password.
    #[error("the file is protected by a password; save it without one and send that")]
    Encrypted,
    /// The sender's fault: the content does not fit the name.
    #[error("the file is named `.{extension}` but its content is not that of one: {what}")]
    NameAndContent {
        /// The extension of the name.
        extension: String,
        /// What the content lacks.
        what: String,
    },
    /// The sender's fault, or the transmission's: the archive or a part of it is broken.
    #[error("{place}: {what}; the file is damaged")]
    Damaged {
        /// The part of the file, with the byte where known.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The sender's fault: made to mislead a reader.
    #[error("{place}: {what}, which no spreadsheet program writes")]
    Hostile {
        /// The part of the file.
        place: String,
        /// What was found.
        what: String,
    },
    /// The sender's fault: more than is read.
    #[error("{place}: {}", limit.words(*allowed))]
    Limit {
        /// Which limit.
        limit: LimitKind,
        /// Its value.
        allowed: u64,
        /// Where it was broken.
        place: String,
    },
    /// The sender's fault: a cell that contradicts itself.
    #[error("{place}: {what}")]
    Cell {
        /// Sheet and cell, or line and field.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The sender's fault: a quoted field runs to the end of the csv.
    #[error("line {line}: a quote is opened and never closed")]
    UnclosedQuote {
        /// Line on which it opens, counted from 1.
        line: u32,
    },
    /// The sender's fault: bytes that are not text in the encoding the file declares.
    #[error("byte {byte}: {what}")]
    Encoding {
        /// Position in the file, counted from 0.
        byte: u64,
        /// What is wrong.
        what: String,
    },
    /// The sender's fault: no sheet of subjects.
    #[error("the workbook has no sheet named `Subjects`, among {sheets} in all")]
    NoSubjects {
        /// Sheets there are.
        sheets: u64,
    },
    /// The sender's fault: two sheets with the same job.
    #[error("two sheets of the workbook are named `{name}`")]
    SheetTwice {
        /// The name in its standard form.
        name: String,
    },
    /// The sender's fault: no row of column headers.
    #[error(
        "sheet `{sheet}`: none of the first {looked_at} rows holds two known column headers, such as `surnames` and `city`"
    )]
    NoHeader {
        /// The sheet in its standard name.
        sheet: String,
        /// Rows that were looked at.
        looked_at: u32,
    },
    /// The sender's fault: the cover file beside a csv cannot be read.
    #[error("cover, line {line}: {what}")]
    Cover {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The sender's fault, or too small a limit: the child process ran out of time.
    #[error("reading took longer than {seconds} seconds")]
    TimeLimit {
        /// Seconds allowed.
        seconds: u64,
    },
    /// The sender's fault, or too small a limit: the child process ran out of memory.
    #[error("reading needed more than {bytes} bytes of memory")]
    MemoryLimit {
        /// Bytes allowed.
        bytes: u64,
    },
    /// Nobody's fault: the receiver of the events asked to stop.
    #[error("reading was stopped by the receiver")]
    Stopped,
    /// The machine's fault: the file cannot be read from its place.
    #[error("the file cannot be read: {kind}")]
    Unreadable {
        /// The operating system's kind of error.
        kind: String,
    },
    /// The installation's fault, or ours: the child process did not start or did not answer
    /// properly.
    #[error("the reading process failed: {what}")]
    Child {
        /// What happened.
        what: String,
    },
}

impl Explain for IntakeError {
    fn fault(&self) -> Fault {
        match self {
            Self::Stopped | Self::Unreadable { .. } | Self::Child { .. } => Fault::Unavailable,
            _ => Fault::Input,
        }
    }
}

impl IntakeError {
    pub(crate) fn damaged(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged {
            place: place.into(),
            what: what.into(),
        }
    }

    pub(crate) fn hostile(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Hostile {
            place: place.into(),
            what: what.into(),
        }
    }

    pub(crate) fn cell(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Cell {
            place: place.into(),
            what: what.into(),
        }
    }

    pub(crate) fn limit(limit: LimitKind, allowed: u64, place: impl Into<String>) -> Self {
        Self::Limit {
            limit,
            allowed,
            place: place.into(),
        }
    }

    /// An input/output error met in `place`: one of ours that travelled through [`io::Error`], a
    /// broken deflate stream, or the machine's.
    pub(crate) fn from_io(error: &io::Error, place: &str) -> Self {
        let ours = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Self>());
        if let Some(ours) = ours {
            return ours.clone();
        }
        match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::damaged(place, "its compressed bytes cannot be inflated")
            }
            io::ErrorKind::UnexpectedEof => Self::damaged(place, "it ends too early"),
            kind => Self::Unreadable {
                kind: kind.to_string(),
            },
        }
    }
}

impl From<IntakeError> for io::Error {
    fn from(error: IntakeError) -> Self {
        Self::other(error)
    }
}

/// A name from inside the file, fit for a message: at most 80 characters, none of them a control
/// character or a backtick.
pub(crate) fn printable(name: &str) -> String {
    name.chars()
        .take(80)
        .map(|character| match character {
            '`' => '\'',
            other if other.is_control() => '?',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_where_and_why() {
        let error = IntakeError::limit(LimitKind::CellBytes, 10, "line 4, field 2");
        assert_eq!(
            error.to_string(),
            "line 4, field 2: a value is larger than 10 bytes"
        );
        assert_eq!(error.fault(), Fault::Input);
        let through = io::Error::from(error.clone());
        assert_eq!(IntakeError::from_io(&through, "x"), error);
    }

    #[test]
    fn names_are_made_printable() {
        assert_eq!(printable("a\u{1b}[31m`b`"), "a?[31m'b'");
        assert_eq!(printable(&"x".repeat(500)).len(), 80);
    }
}
