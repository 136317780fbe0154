//! The one text form of every document that is signed.
//!
//! Place in the flow: used by each document type of this crate. A document is a context line such
//! as `countersign/cover/v1` and then lines `key value` in a fixed order, each ending in a newline.
//!
//! Left to others: what the keys mean (each document's own file), signatures ([`crate::signed`]).

use std::{fmt::Display, str::FromStr};

use model::{
    digest::Digest,
    fault::{Explain, Fault},
};
use thiserror::Error;

/// Longest text of a document, in bytes.
pub const MAXIMUM_DOCUMENT_BYTES: usize = 512 * 1024;

/// Why a text is not the document it should be. The fault of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// The text is longer than [`MAXIMUM_DOCUMENT_BYTES`].
    #[error("the document is longer than {MAXIMUM_DOCUMENT_BYTES} bytes")]
    TooLong,
    /// The first line names another kind of document.
    #[error("line 1 should be `{expected}`")]
    Context {
        /// The context line wanted.
        expected: &'static str,
    },
    /// A line is missing, out of order, or holds a control character.
    #[error("line {line} should be `{key} …`")]
    Line {
        /// Line number from 1.
        line: usize,
        /// The key wanted there.
        key: &'static str,
    },
    /// A value does not have the form its key asks for.
    #[error("line {line}: `{key}` does not have the right form")]
    Value {
        /// Line number from 1.
        line: usize,
        /// The key.
        key: &'static str,
    },
    /// Something follows the last line.
    #[error("line {line}: nothing should follow here")]
    Trailing {
        /// Line number from 1.
        line: usize,
    },
    /// The text reads, but is not written in its one canonical form.
    #[error("the document is not in its canonical form")]
    NotCanonical,
    /// The values contradict each other.
    #[error("{0}")]
    Inconsistent(&'static str),
}

impl Explain for DocumentError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// A document with one canonical text.
pub trait Document: Sized {
    /// The context line; one for each kind and version of document.
    const CONTEXT: &'static str;

    /// Writes the lines after the context line.
    fn write(&self, writer: &mut Writer);

    /// Reads the lines after the context line.
    ///
    /// # Errors
    /// [`DocumentError`] naming the first line that is wrong.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError>;

    /// The canonical text, ending in a newline.
    fn text(&self) -> String {
        let mut writer = Writer {
            text: format!("{}\n", Self::CONTEXT),
        };
        self.write(&mut writer);
        writer.text
    }

    /// SHA-256 of the canonical text: how other documents name this one.
    fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Reads a canonical text.
    ///
    /// # Errors
    /// [`DocumentError`] where a line is missing, malformed, out of order or not canonical.
    fn parse(text: &str) -> Result<Self, DocumentError> {
        let mut reader = Reader::new(text, Self::CONTEXT)?;
        let document = Self::read(&mut reader)?;
        reader.finish()?;
        if document.text() == text {
            Ok(document)
        } else {
            Err(DocumentError::NotCanonical)
        }
    }
}

/// Writes `key value` lines.
#[derive(Debug)]
pub struct Writer {
    text: String,
}

impl Writer {
    /// One line. Control characters in a value become spaces, so that a value stays on its line;
    /// such a value then no longer reads back equal and [`Document::parse`] refuses it.
    pub fn line(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.text.push_str(key);
        self.text.push(' ');
        let value = value.to_string();
        self.text
            .extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
        self.text.push('\n');
        self
    }

    /// One line for each value, in the order given.
    pub fn lines<T: Display>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        for value in values {
            self.line(key, value);
        }
        self
    }

    /// A line whose value may be absent, written `-`.
    pub fn optional(&mut self, key: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.line(key, value),
            None => self.line(key, "-"),
        }
    }
}

/// Reads `key value` lines in order.
#[derive(Debug)]
pub struct Reader<'a> {
    lines: std::iter::Peekable<std::str::Split<'a, char>>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, context: &'static str) -> Result<Self, DocumentError> {
        if text.len() > MAXIMUM_DOCUMENT_BYTES {
            return Err(DocumentError::TooLong);
        }
        let Some(body) = text.strip_suffix('\n') else {
            return Err(DocumentError::NotCanonical);
        };
        let mut lines = body.split('\n').peekable();
        if lines.next() != Some(context) {
            return Err(DocumentError::Context { expected: context });
        }
        Ok(Self { lines, line: 1 })
    }

    fn finish(mut self) -> Result<(), DocumentError> {
        match self.lines.next() {
            None => Ok(()),
            Some(_) => Err(DocumentError::Trailing {
                line: self.line + 1,
            }),
        }
    }

    /// The value of the next line, which must have this key.
    ///
    /// # Errors
    /// [`DocumentError::Line`] where the next line is another.
    pub fn text(&mut self, key: &'static str) -> Result<&'a str, DocumentError> {
        self.line += 1;
        let line = self.line;
        let missing = DocumentError::Line { line, key };
        let text = self.lines.next().ok_or_else(|| missing.clone())?;
        let value = text
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix(' '));
        match value {
            Some(value) if !value.is_empty() && !value.contains(char::is_control) => Ok(value),
            _ => Err(missing),
        }
    }

    /// The next line's value, parsed.
    ///
    /// # Errors
    /// [`DocumentError::Line`] for another line, [`DocumentError::Value`] for a malformed value.
    pub fn value<T: FromStr>(&mut self, key: &'static str) -> Result<T, DocumentError> {
        let text = self.text(key)?;
        text.parse().map_err(|_| DocumentError::Value {
            line: self.line,
            key,
        })
    }

    /// The next line's value through a reading function.
    ///
    /// # Errors
    /// As [`Reader::value`].
    pub fn with<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, DocumentError> {
        let text = self.text(key)?;
        read(text).ok_or(DocumentError::Value {
            line: self.line,
            key,
        })
    }

    /// A value that may be absent, written `-`.
    ///
    /// # Errors
    /// As [`Reader::value`].
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, DocumentError> {
        self.with(key, |text| {
            if text == "-" {
                Some(None)
            } else {
                read(text).map(Some)
            }
        })
    }

    /// All next lines of one key, none or more.
    ///
    /// # Errors
    /// [`DocumentError::Value`] for a malformed value.
    pub fn repeated<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Result<Vec<T>, DocumentError> {
        let mut values = Vec::new();
        while self.next_is(key) {
            values.push(self.with(key, &read)?);
        }
        Ok(values)
    }

    fn next_is(&mut self, key: &str) -> bool {
        self.lines
            .peek()
            .and_then(|line| line.strip_prefix(key))
            .is_some_and(|rest| rest.starts_with(' '))
    }
}

/// Splits a value at its first spaces into exactly `N` parts; the last keeps its spaces.
#[must_use]
pub fn parts<const N: usize>(value: &str) -> Option<[&str; N]> {
    let parts: Vec<&str> = value.splitn(N, ' ').collect();
    parts.try_into().ok()
}

/// Reads a date in document form.
#[must_use]
pub fn date(text: &str) -> Option<model::time::Date> {
    model::time::parse_date(text).ok()
}

/// Parses anything with `FromStr`, for use with [`Reader::with`].
#[must_use]
pub fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Sample {
        name: String,
        count: u32,
        tags: Vec<String>,
        end: Option<u32>,
    }

    impl Document for Sample {
        const CONTEXT: &'static str = "countersign/sample/v1";

        fn write(&self, writer: &mut Writer) {
            writer
                .line("name", &self.name)
                .line("count", self.count)
                .lines("tag", &self.tags);
            writer.optional("end", self.end);
        }

        fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
            Ok(Self {
                name: reader.text("name")?.to_owned(),
                count: reader.value("count")?,
                tags: reader.repeated("tag", |text| Some(text.to_owned()))?,
                end: reader.optional("end", parsed)?,
            })
        }
    }

    const GOOD: &str = "countersign/sample/v1\nname Ada B\ncount 7\ntag x\ntag y z\nend -\n";

    #[test]
    fn reads_what_it_writes() {
        let sample = Sample::parse(GOOD).unwrap();
        assert_eq!(sample.tags, ["x", "y z"]);
        assert_eq!(sample.text(), GOOD);
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        let check =
            |bad: &str, error: DocumentError| assert_eq!(Sample::parse(bad), Err(error), "{bad:?}");
        check(
            "countersign/sample/v2\n",
            DocumentError::Context {
                expected: Sample::CONTEXT,
            },
        );
        check(
            "countersign/sample/v1\n",
            DocumentError::Line {
                line: 2,
                key: "name",
            },
        );
        check(
            &GOOD.replace("count 7", "count 07"),
            DocumentError::NotCanonical,
        );
        check(
            &GOOD.replace("count 7", "count x"),
            DocumentError::Value {
                line: 3,
                key: "count",
            },
        );
        check(
            &GOOD.replace("end -", "end"),
            DocumentError::Line {
                line: 6,
                key: "end",
            },
        );
        check(
            &GOOD.replace("Ada", "A\tda"),
            DocumentError::Line {
                line: 2,
                key: "name",
            },
        );
        check(&format!("{GOOD}x 1\n"), DocumentError::Trailing { line: 7 });
        check(GOOD.trim_end(), DocumentError::NotCanonical);
    }

    #[test]
    fn a_value_with_a_line_break_cannot_smuggle_a_line() {
        let sample = Sample {
            name: "a\ncount 9".into(),
            count: 1,
            tags: vec![],
            end: None,
        };
        assert_eq!(Sample::parse(&sample.text()).unwrap().count, 1);
    }
}
