//! The first line of a signed text: which kind of document it is, and which keys may sign it.
//!
//! Place in the flow: whoever signs or verifies names the context expected; another first line or a
//! key of another use is refused before any cryptography.
//!
//! Left to others: the list of documents (instrument), origins of logs (translog).

use std::{borrow::Cow, fmt};

use crate::{KeyName, NoteError};

/// The last part of a log's origin, and the use of the log's key.
const LOG_USE: &str = "log";

/// Kind of document, told by the text's first line.
///
/// - A *document*: `countersign/USE/v1`, or `countersign/USE/KIND/v1` where several kinds of
///   document belong to one use. A key may sign it when its name ends in `/USE`.
/// - A *checkpoint*: the origin of a log (C2SP tlog-checkpoint), which ends in `/log`. The one key
///   that may sign it is named exactly so. Cosigner keys of type 0x04 sign nothing else.
///
/// The last part of the first is a version, of the second `log`; no line is both.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Context(Line);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Line {
    Document(Cow<'static, str>),
    Checkpoint(String),
}

impl Context {
    /// A document's context, for constants. A line of another form is refused by every key.
    #[must_use]
    pub const fn document(line: &'static str) -> Self {
        Self(Line::Document(Cow::Borrowed(line)))
    }

    /// A document's context from a line read at run time.
    ///
    /// # Errors
    /// [`NoteError::KeyText`] where the line has not the form `countersign/USE[/KIND]/vN`.
    pub fn document_of(line: &str) -> Result<Self, NoteError> {
        if document_use(line).is_none() {
            return Err(NoteError::key_text(
                "a document's context is `countersign/USE/vN`",
            ));
        }
        Ok(Self(Line::Document(Cow::Owned(line.to_owned()))))
    }

    /// The context of a log's checkpoints.
    ///
    /// # Errors
    /// [`NoteError::KeyText`] where `origin` is not a key name that ends in `/log`.
    pub fn checkpoint(origin: &str) -> Result<Self, NoteError> {
        let name: KeyName = origin.parse()?;
        if name.use_word() != LOG_USE || origin == LOG_USE {
            return Err(NoteError::key_text("a log's origin ends in `/log`"));
        }
        Ok(Self(Line::Checkpoint(origin.to_owned())))
    }

    /// The line, without its newline.
    #[must_use]
    pub fn line(&self) -> &str {
        match &self.0 {
            Line::Document(line) => line,
            Line::Checkpoint(origin) => origin,
        }
    }

    /// The use a key's name must end in; `None` for a line that is no context.
    #[must_use]
    pub fn use_word(&self) -> Option<&str> {
        match &self.0 {
            Line::Document(line) => document_use(line),
            Line::Checkpoint(_) => Some(LOG_USE),
        }
    }

    /// Whether the text begins with this context's line.
    pub(crate) fn check_text(&self, text: &str) -> Result<(), NoteError> {
        if text.split('\n').next() == Some(self.line()) {
            return Ok(());
        }
        Err(NoteError::WrongContext {
            expected: self.line().to_owned(),
        })
    }

    /// Whether a key of this name may sign documents of this context.
    pub(crate) fn check_key(&self, name: &KeyName) -> Result<(), NoteError> {
        let permitted = match &self.0 {
            Line::Document(line) => document_use(line) == Some(name.use_word()),
            Line::Checkpoint(origin) => origin == name.as_str(),
        };
        if permitted {
            return Ok(());
        }
        Err(NoteError::KeyUse {
            name: name.to_string(),
            context: self.line().to_owned(),
        })
    }

    /// Whether this is a log's checkpoint, the only thing witnesses cosign.
    pub(crate) const fn is_checkpoint(&self) -> bool {
        matches!(self.0, Line::Checkpoint(_))
    }
}

/// USE of `countersign/USE[/KIND]/vN`.
fn document_use(line: &str) -> Option<&str> {
    let parts: Vec<&str> = line.split('/').collect();
    let (use_word, kind, version) = match parts.as_slice() {
        ["countersign", use_word, version] => (*use_word, None, *version),
        ["countersign", use_word, kind, version] => (*use_word, Some(*kind), *version),
        _ => return None,
    };
    let good = is_word(use_word) && kind.is_none_or(is_word) && is_version(version);
    (good && use_word != LOG_USE).then_some(use_word)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|number| {
        !number.starts_with('0')
            && (1..=3).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl fmt::Display for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.line())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Context({})", self.line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_document(line: &str, use_word: Option<&str>) {
        let context = Context::document_of(line).ok();
        let found = context.as_ref().and_then(Context::use_word);
        assert_eq!(found, use_word, "{line:?}");
    }

    #[test]
    fn documents() {
        check_document("countersign/approval/v1", Some("approval"));
        check_document("countersign/row-assurance/v12", Some("row-assurance"));
        check_document("countersign/review/law/v1", Some("review"));
        for bad in [
            "",
            "countersign",
            "countersign/v1",
            "countersign/approval",
            "countersign/approval/1",
            "countersign/approval/v",
            "countersign/approval/v0",
            "countersign/approval/v01",
            "countersign/approval/v1234",
            "countersign/Approval/v1",
            "countersign/a/b/c/v1",
            "countersign/log/v1",
            "countersign//v1",
            "other/approval/v1",
            " countersign/approval/v1",
        ] {
            check_document(bad, None);
        }
    }

    #[test]
    fn a_key_serves_its_one_use_only() {
        let log = Context::checkpoint("gate.example/log").unwrap();
        let approval = Context::document("countersign/approval/v1");
        let misspelt = Context::document("countersign/approval");
        let check = |context: &Context, name: &str, permitted: bool| {
            let name: KeyName = name.parse().unwrap();
            assert_eq!(
                context.check_key(&name).is_ok(),
                permitted,
                "{context} {name}"
            );
        };
        check(&log, "gate.example/log", true);
        check(&log, "other.example/log", false);
        check(&log, "gate.example/log/approval", false);
        check(&log, "gate.example/approval", false);
        check(&approval, "ana/approval", true);
        check(&approval, "approval", true);
        check(&approval, "ana/cover", false);
        check(&approval, "ana/approval/cover", false);
        check(&approval, "gate.example/log", false);
        check(&misspelt, "ana/approval", false);
        check(&misspelt, "ana/", false);
    }

    #[test]
    fn origins_end_in_log() {
        assert!(Context::checkpoint("gate.example/x/log").is_ok());
        for bad in [
            "",
            "log",
            "gate.example",
            "gate.example/logs",
            "a b/log",
            "a+b/log",
        ] {
            assert!(Context::checkpoint(bad).is_err(), "{bad:?}");
        }
    }
}
